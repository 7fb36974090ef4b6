"""When the board asks whether its plan was carried out, and what an answer needs. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

CARRIED_OUT: Mapping[str, str] = {
    "yes": "Yes, as decided",
    "partly": "In part",
    "no": "No",
    "not_yet": "Not yet",
}
TREATED = frozenset({"yes", "partly"})
DEVIATED = frozenset({"partly", "no"})

ASKED_STATUSES = frozenset({"decided", "followed_up"})
"""States of a case in which there is a final plan to ask about."""


def may_mark_mistyped(role: str, *, entered: bool) -> bool:
    """Whether who has this role on the board may mark a result as mistyped; `entered`: by them."""
    return entered or role in ("coordinator", "chair")


def days_due(
    decided_on: dt.date, today: dt.date, days: Collection[int], answered: Collection[int]
) -> list[int]:
    """After how many days an answer is due and not yet given, the earliest first."""
    return sorted(
        n for n in days if n not in answered and today >= decided_on + dt.timedelta(days=n)
    )


def is_over(days: Collection[int], answered: Collection[int], *, final: bool) -> bool:
    """Whether nothing is asked any more: the last question is answered, or the outcome is final."""
    return final or (bool(days) and max(days) in answered)


@dataclass(frozen=True)
class Answer:
    """What somebody tells. Keys are the board's; see `followup.models.FollowUp`."""

    carried_out: str = ""
    treatment: str = ""
    treatment_detail: str = ""
    treated_on: dt.date | None = None
    deviation: str = ""
    deviation_note: str = ""
    outcome: str = ""


def problems(answer: Answer, *, decided_on: dt.date, today: dt.date) -> dict[str, str]:
    """{field: what is wrong with it}, in plain words."""
    found = {}
    if answer.carried_out not in CARRIED_OUT:
        found["carried_out"] = "Say whether the plan was carried out."
    if answer.carried_out in TREATED:
        if not answer.treatment:
            found["treatment"] = "Say which treatment was given."
        if answer.treated_on is None:
            found["treated_on"] = "Give the day of the treatment, or of its beginning."
    if answer.treatment and answer.treated_on is None and "treated_on" not in found:
        found["treated_on"] = "Give the day of the treatment, or of its beginning."
    if answer.treated_on is not None:
        if answer.treated_on > today:
            found["treated_on"] = "This day lies in the future."
        elif answer.treated_on < decided_on:
            found["treated_on"] = "This day is before the board's decision."
    if answer.carried_out in DEVIATED and not answer.deviation:
        found["deviation"] = "Say why the plan was left."
    if not answer.outcome:
        found["outcome"] = "Say how the patient is; “Not known” is an answer too."
    return found


def tidy(answer: Answer) -> Answer:
    """The answer without what does not belong to it: no deviation where none was made."""
    if answer.carried_out in DEVIATED:
        return answer
    return Answer(**{**answer.__dict__, "deviation": "", "deviation_note": ""})
