"""Which existing tests the board takes over, which are still to be sent, and which it needs anew.

What the board's definition says of age and images decides, until somebody says otherwise by hand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.earlier import earlier_of
from boardroom.cases.fields import DOCUMENT_KINDS
from boardroom.cases.models import Case, Investigation, TestJudgement
from boardroom.cases.view import (
    in_order,
    test_of_document,
    test_of_examination,
    test_of_fact,
)
from boardroom.clinical.facts import FACTS

Said = Literal["accepted", "send", "anew"]
WORDS: dict[str, str] = {
    "accepted": "Accepted",
    "send": "Send it, do not repeat it",
    "anew": "Needed anew",
}


@dataclass(frozen=True)
class ExistingTest:
    """One test that was done elsewhere. `by`: who judged it by hand, "" where the rule did."""

    key: str
    label: str
    taken_on: dt.date | None
    said: Said
    why: str
    by: str = ""

    @property
    def words(self) -> str:
        return WORDS[self.said]


def tests_of(case: Case, board: BoardDefinition, today: dt.date) -> list[ExistingTest]:
    """The examinations of a case, then the latest value of each lab that the board wants young."""
    judged = {one.test: one for one in case.judgements}
    found = []
    for one in case.investigations:
        if not (one.modality or one.on_date or one.availability or one.report):
            continue  # a line that nobody has filled in yet
        key = test_of_examination(one)
        said, why = _examination(one, board, today)
        found.append(_line(key, _name(one, board), one.on_date, said, why, judged.get(key)))
    for document in case.documents:
        days = _days_for(document.shows, board)
        if not days:
            continue  # a letter, or what is taken over whatever its age
        key = test_of_document(document)
        said, why = _by_age(document.dated_on, days, today)
        name = f"{_shown(document.shows, board)}, attached"
        found.append(_line(key, name, document.dated_on, said, why, judged.get(key)))
    earlier = earlier_of(case)
    for document, code in earlier.documents:
        days = _days_for(document.shows, board)
        if not days or document not in earlier.counting:
            continue  # as above, or refused then
        key = test_of_document(document)
        said, why = _by_age(document.dated_on, days, today)
        name = f"{_shown(document.shows, board)}, attached in round {code}"
        found.append(_line(key, name, document.dated_on, said, why, judged.get(key)))
    for need in board.needs_for(case.diagnosis or None):
        name = need.item.removeprefix("fact.")
        values = in_order(fact for fact in case.facts if fact.key == name)
        if not need.max_age_days or not values:
            continue
        latest = values[-1]
        key = test_of_fact(latest)
        said, why = _by_age(latest.taken_on, need.max_age_days, today)
        label = FACTS[name].label if name in FACTS else name
        found.append(_line(key, label, latest.taken_on, said, why, judged.get(key)))
    return found


def _line(
    key: str, label: str, day: dt.date | None, said: Said, why: str, judged: TestJudgement | None
) -> ExistingTest:
    if judged is None:
        return ExistingTest(key, label, day, said, why)
    by = judged.by.name if judged.by is not None else ""
    hand: Said = "accepted" if judged.accepted else "anew"
    return ExistingTest(key, label, day, hand, judged.reason, by or "the board")


def _name(one: Investigation, board: BoardDefinition) -> str:
    name = dict(board.choices_for("imaging_modalities")).get(one.modality, "")
    return name or ("Pathology" if one.kind == "pathology" else "Imaging")


def _examination(one: Investigation, board: BoardDefinition, today: dt.date) -> tuple[Said, str]:
    limit = board.referral.limit(one.modality)
    days = limit.max_age_days if limit is not None and one.kind == "imaging" else 0
    if days and one.on_date is not None and (today - one.on_date).days > days:
        return _by_age(one.on_date, days, today)
    if one.availability in ("", "none") and not one.report:
        return "send", "Neither the report nor what was examined is here."
    if limit is not None and limit.images and one.availability != "shown":
        return "send", "The images are needed; only the report is here."
    return _by_age(one.on_date, days, today) if days else ("accepted", "")


def _days_for(shows: str, board: BoardDefinition) -> int:
    """How old what a document shows may be; 0 where it does not matter."""
    if shows == "labs":
        return board.aids.lab_days
    limit = board.referral.limit(shows)
    return limit.max_age_days if limit is not None else 0


def _shown(shows: str, board: BoardDefinition) -> str:
    return DOCUMENT_KINDS.get(shows) or dict(board.choices_for("imaging_modalities")).get(
        shows, shows
    )


def _by_age(day: dt.date | None, days: int, today: dt.date) -> tuple[Said, str]:
    if day is None:
        return "send", "Its date is missing."
    age = (today - day).days
    if age > days:
        return "anew", f"{age} days old; the board takes it up to {days} days."
    return "accepted", ""
