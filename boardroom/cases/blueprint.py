"""The blueprint of the cases, and what its routes share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import queries
from boardroom.cases.case_form import CaseForm
from boardroom.cases.documents import KINDS
from boardroom.cases.models import Case
from boardroom.cases.standing import Asked, asked_of
from boardroom.cases.view import place_of, readiness_of
from boardroom.db import now
from boardroom.people.models import Role
from boardroom.web import local

bp = Blueprint("cases", __name__)


def board_of(case: Case) -> BoardDefinition:
    """The definition of the case's board."""
    found: BoardDefinition = current_app.extensions["boards"][case.board]
    return found


def today(case: Case) -> dt.date:
    """The day on the clock of the case's board."""
    return local(now(), case.board).date()


def refers(case: Case) -> bool:
    """Whether the person signed in is a referrer on the case's board, or nothing there at all."""
    place = current_user.on(case.board)
    return place is None or place.role == Role.REFERRER


def form_of(case: Case, typed: Mapping[str, str] | None = None, **more: Any) -> CaseForm:
    """The case in its form, as the person signed in fills it in."""
    return CaseForm(case, board_of(case), today(case), typed or {}, refers=refers(case), **more)


def asked_now(case: Case) -> Asked | None:
    """What the case's referrer is asked at present, and what of it is still missing."""
    gaps = readiness_of(case, board_of(case), today(case)).gaps
    return asked_of(case, (gap.item for gap in gaps))


def form_page(form: CaseForm) -> str:
    """The long form."""
    return render_template(
        "cases/edit_case.html",
        form=form,
        case=form.case,
        board=form.board,
        same=queries.same_patient(form.case, current_user),
        asked=asked_now(form.case),
        place_of=place_of,
        **accepted_files(),
    )


def accepted_files() -> dict[str, Any]:
    """For a field that takes documents: which kinds, and how many MB each."""
    return {
        "accept": ",".join([*(kind.suffix for kind in KINDS.values()), ".jpeg"]),
        "largest": current_app.config["DOCUMENT_MAX_BYTES"] // (1024 * 1024),
    }


def documents_folder() -> Path:
    """Where the bytes of the documents lie."""
    return Path(current_app.config["DOCUMENTS_DIR"])
