"""Leaves patients' names out of a document, free text included.

Every text is searched but those in KEPT, so that a field added later is searched without anybody
thinking of it. Where a staff member shares a patient's name, free text loses both: an answer that
is hard to read is better than a patient recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from boardroom.minutes.brief import CaseBrief, FirstOpinion, Part, Patient, Referrer
from boardroom.minutes.eraser import Eraser

P = TypeVar("P", bound=Part)

KEPT = frozenset(
    # The program's own words.
    "schema_version names key code option case time_zone language mark short state kind stance "
    "disposition outcome against_first content_hash id field unit li_rads "
    # The tumour map's.
    "side segments features vessel degree portal portal_side vein vein_which duct spread in_all "
    "same_as "
    # Staff, who are named on purpose.
    "chair person persons presented_by signed_by by".split()
)
"""Fields that no patient's name is looked for in."""


def kept(field: str) -> bool:
    """Whether a field holds the program's own words or staff, and is left as it is."""
    return field in KEPT or field.endswith("_key")


def without_names(document: P) -> P:
    """A copy in which no patient is named: names, birth dates and record numbers are gone.

    Works on any document with `names` and `cases` (minutes, meeting pack). Names found in free text
    become the case's code, or "[name]"; ages and hospitals stay.
    """
    cases: tuple[CaseBrief, ...] = getattr(document, "cases", ())
    bare = _erased(document, Eraser(cases), None)
    return bare.model_copy(update={"names": "withheld"})


def without_patient(case: CaseBrief, patient: Patient) -> CaseBrief:
    """A case whose texts name this patient no more; its own patient is left out as well."""
    eraser = Eraser([case.model_copy(update={"patient": patient})])
    return _erased(case, eraser, case.code)


def _erased(whole: P, eraser: Eraser, code: str | None) -> P:
    """A copy without what the eraser knows. `code`: of the case that it belongs to, if any."""

    def walk(value: Any, field: str, code: str | None) -> Any:
        match value:
            case str():
                return value if kept(field) else eraser.erase(value, code)
            case tuple():
                return tuple(walk(item, field, code) for item in value)
            case Patient():
                bare = {"name": None, "birth_date": None, "record_number": None}
                return part(value.model_copy(update=bare), code)
            case CaseBrief():
                return part(value, value.code)
            case Part():
                return part(value, getattr(value, "case", None) or code)
            case _:
                return value

    def part(value: Part, code: str | None) -> Part:
        fields: Mapping[str, Any] = {
            name: walk(getattr(value, name), "" if _of_the_referrer(value, name) else name, code)
            for name in type(value).model_fields
            if not (name == "name" and _is_staff(value))
        }
        return value.model_copy(update=dict(fields))

    return part(whole, code)  # type: ignore[return-value]


def _of_the_referrer(value: Part, field: str) -> bool:
    """Whether the field is what a referral says of who wrote it: free text, not an account."""
    return isinstance(value, FirstOpinion | Referrer) and field in ("by", "name")


def _is_staff(value: Part) -> bool:
    """Whether the piece's `name` is a colleague's, or a word of the board's."""
    return type(value).__name__ in {"Attendee", "Specialty", "Option", "BoardInfo"}
