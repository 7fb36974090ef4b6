"""Pages of the cases: list, case, the long form, documents."""

from __future__ import annotations

from flask import Blueprint

from boardroom.cases.documents import KINDS
from boardroom.cases.models import Case
from boardroom.cases.view import FactGroup, fact_groups

bp = Blueprint("cases", __name__)


@bp.app_template_global("case_facts")
def case_facts(case: Case) -> list[FactGroup]:
    """The facts of a case, grouped, for any page that shows it."""
    return fact_groups(case)


@bp.app_template_filter("document_kind")
def document_kind(media_type: str) -> str:
    """In a word: "PDF", "Image", "Word", "Text"."""
    kind = KINDS.get(media_type)
    return kind.name if kind else "File"
