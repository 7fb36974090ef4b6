"""Which existing tests the board takes over, which are still to be sent, and which it needs anew.

What the board's definition says of age and images decides, until somebody says otherwise by hand.
Of a file its content says whether it can hold images: a text that is called a CT is a report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.parts import Need
from boardroom.cases.documents import KINDS
from boardroom.cases.earlier import Earlier
from boardroom.cases.fields import DOCUMENT_KINDS
from boardroom.cases.models import Case, Document, Investigation, TestJudgement
from boardroom.cases.view import (
    in_order,
    test_of_document,
    test_of_examination,
    test_of_fact,
)
from boardroom.clinical.facts import FACTS
from boardroom.web import local, short_day

Said = Literal["accepted", "send", "anew", "old", "superseded"]
WORDS: dict[str, str] = {
    "accepted": "Accepted",
    "send": "Send it, do not repeat it",
    "anew": "Needed anew",
    "old": "Too old, and not asked for",
    "superseded": "Superseded",
}
_REPORT_ALONE: tuple[Said, str] = ("send", "The images are needed; only the report is here.")


@dataclass(frozen=True)
class ExistingTest:
    """One test that was done elsewhere. `by`: who judged it by hand, "" where the rule did;
    `method`: of imaging, or what a document shows; `attached_on`: the day on which its file came;
    `of_round`: the earlier round that it came with; `instead`: the test that stands in for
    it; `files`: the keys of the files that hold it."""

    key: str
    label: str
    taken_on: dt.date | None
    said: Said
    why: str
    by: str = ""
    method: str = ""
    attached_on: dt.date | None = None
    of_round: str = ""
    instead: str = ""
    files: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        if not self.instead:
            return WORDS[self.said]
        if self.said == "old":
            return f"{WORDS[self.said]}: the {self.instead} is accepted"
        return f"{WORDS[self.said]} by {self.instead}"


def tests_of(
    case: Case, board: BoardDefinition, today: dt.date, earlier: Earlier
) -> list[ExistingTest]:
    """The examinations and files of a case, then the latest value of each lab that the board wants
    young. A file of the method and day of an examination is that examination. What a younger
    accepted one stands in for is neither sent nor needed anew, and what nothing asks for is not
    needed anew: nor one of several methods that serve alike, once another of them is accepted.

    `earlier`: what its earlier rounds hold.
    """
    judged = {one.test: one for one in case.judgements}
    found = []
    for one in case.investigations:
        if not (one.modality or one.on_date or one.availability or one.report):
            continue  # a line that nobody has filled in yet
        key = test_of_examination(one)
        said, why = _examination(one, board, today)
        line = _line(key, _name(one, board), one.on_date, said, why, judged.get(key))
        found.append(replace(line, method=one.modality))
    for document in case.documents:
        if not _days_for(document.shows, board):
            continue  # a letter, or what is taken over whatever its age
        found.append(_of_file(document, case, board, today))
    found += [
        replace(_of_file(document, case, board, today), of_round=code)
        for document, code in earlier.documents
        if _days_for(document.shows, board) and document in earlier.counting
    ]
    needs = board.needs_for(case.diagnosis or None)
    found = [_asked(one, needs) for one in _joined(found)]
    found = [_superseded(one, found) for one in found]
    found = [_served(one, found, needs) for one in found]
    for need in needs:
        name = need.item.removeprefix("fact.")
        values = in_order(fact for fact in case.standing_facts if fact.key == name)
        if not need.max_age_days or not values:
            continue
        latest = values[-1]
        key = test_of_fact(latest)
        said, why = _by_age(latest.taken_on, need.max_age_days, today)
        label = FACTS[name].label if name in FACTS else name
        found.append(_line(key, label, latest.taken_on, said, why, judged.get(key)))
    return found


def _joined(found: Sequence[ExistingTest]) -> list[ExistingTest]:
    """Each examination once, with its files. Of two that are "other", nobody knows whether they
    are the same; nor of laboratory sheets, which are no examination."""
    joined: list[ExistingTest] = []
    for one in found:
        alone = not one.attached_on or not one.taken_on or one.method in {*DOCUMENT_KINDS, "other"}
        same = (
            number
            for number, beside in enumerate(joined)
            if not alone and (beside.method, beside.taken_on) == (one.method, one.taken_on)
        )
        number = next(same, None)
        if number is None:
            joined.append(one)
        else:
            joined[number] = _with_file(joined[number], one)
    return joined


def _with_file(test: ExistingTest, file: ExistingTest) -> ExistingTest:
    """What somebody said by hand of either counts, then that either is accepted."""
    rules = not file.by and not test.by and test.said != "accepted" and file.said == "accepted"
    told = file if rules or (file.by and not test.by) else test
    return replace(
        test,
        said=told.said,
        why=told.why,
        by=told.by,
        attached_on=test.attached_on or file.attached_on,
        of_round=test.of_round or file.of_round,
        files=(*test.files, file.key),
    )


def _asked(one: ExistingTest, needs: Sequence[Need]) -> ExistingTest:
    """The test as it is, or merely old where no need of the board asks for its method."""
    if one.said != "anew" or one.by or one.method in ("", *DOCUMENT_KINDS):
        return one
    wanted = (need for need in needs if need.item == "investigations.imaging")
    if any(not need.modalities or one.method in need.modalities for need in wanted):
        return one
    return replace(one, said="old")


def _superseded(one: ExistingTest, beside: Sequence[ExistingTest]) -> ExistingTest:
    """The test as it is, or as the youngest accepted one of its method makes it."""
    if one.said == "accepted" or one.by or not one.method or one.taken_on is None:
        return one
    days = [o.taken_on for o in beside if o.method == one.method and o.said == "accepted"]
    latest = max((day for day in days if day is not None and day > one.taken_on), default=None)
    if latest is None:
        return one
    return replace(one, said="superseded", why="", instead=f"{one.label} of {short_day(latest)}")


def _served(
    one: ExistingTest, beside: Sequence[ExistingTest], needs: Sequence[Need]
) -> ExistingTest:
    """The test as it is, or merely old where an accepted one of another method serves every need
    that asks for its own ("a CT or an MRI")."""
    if one.said != "anew" or one.by or one.method in ("", *DOCUMENT_KINDS):
        return one
    asking = [
        need
        for need in needs
        if need.item == "investigations.imaging"
        and (not need.modalities or one.method in need.modalities)
    ]
    serving = [
        other
        for other in beside
        if other.said == "accepted"
        and other.taken_on is not None
        and other.method not in ("", "other", *DOCUMENT_KINDS)
        and all(not need.modalities or other.method in need.modalities for need in asking)
    ]
    if not asking or not serving:
        return one
    newest = max(serving, key=lambda other: other.taken_on or dt.date.min)
    return replace(one, said="old", instead=f"{newest.label} of {short_day(newest.taken_on)}")


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
        return _REPORT_ALONE
    return _by_age(one.on_date, days, today) if days else ("accepted", "")


def _of_file(
    document: Document, case: Case, board: BoardDefinition, today: dt.date
) -> ExistingTest:
    key = test_of_document(document)
    judged = next((one for one in case.judgements if one.test == key), None)
    said, why = _file(document, board, today)
    line = _line(key, _shown(document.shows, board), document.dated_on, said, why, judged)
    came = document.uploaded_at
    attached_on = local(came, case.board).date() if came is not None else None
    return replace(line, method=document.shows, attached_on=attached_on)


def _file(document: Document, board: BoardDefinition, today: dt.date) -> tuple[Said, str]:
    limit = board.referral.limit(document.shows)
    said, why = _by_age(document.dated_on, _days_for(document.shows, board), today)
    kind = KINDS.get(document.media_type)
    images = limit is not None and limit.images
    if said == "accepted" and images and kind is not None and not kind.pictures:
        return _REPORT_ALONE
    return said, why


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
