"""What earlier rounds of a case hold that still counts in this one: documents, examinations, the
board's own readings of the images, the ECOG status. Linked, never copied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from sqlalchemy import CTE, and_, column, select
from sqlalchemy import table as named
from sqlalchemy.orm import joinedload, selectinload

from boardroom.cases.fields import DOCUMENT_KINDS
from boardroom.cases.models import Case, Document, Fact, Investigation, TestJudgement
from boardroom.cases.rules import KnownImaging
from boardroom.clinical.catalogue import FACTS
from boardroom.db import db
from boardroom.tumour_map.models import Reading, Side
from boardroom.tumour_map.queries import latest
from boardroom.web import local

_RETURN = named("case_return", column("case_id"))  # rounds that began by themselves; see followup

Examination = tuple[str, str, dt.date | None, str]
Said = tuple[str, dt.date | None]
"""The code and the day of the round in which something was said."""


@dataclass(frozen=True)
class Earlier:
    """What the rounds before a case hold, the latest round first.

    `documents`: with the code of their round. `refused`: tests of which somebody said then that
    they are needed anew. `examinations`: the first round of each, by what it is. `ecog`: the code
    and the day of the round from which this one's ECOG status was taken over; `no_tissue`: those of
    the round that first said that no tissue was taken.
    """

    documents: tuple[tuple[Document, str], ...] = ()
    refused: frozenset[str] = frozenset()
    examinations: dict[Examination, str] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    ecog: Said | None = None
    no_tissue: Said | None = None

    def round_of(self, one: Investigation) -> str:
        """The code of the round in which this examination was first named; "" for a new one."""
        return self.examinations.get(_what(one), "")

    @property
    def counting(self) -> list[Document]:
        """The documents that nobody refused."""
        return [one for one, _ in self.documents if f"document:{one.id}" not in self.refused]

    @property
    def imaging(self) -> list[KnownImaging]:
        """What the board read of the images then, by the day of the images."""
        return read_by_the_board(self.readings)


NOTHING = Earlier()


def read_by_the_board(readings: Iterable[Reading]) -> list[KnownImaging]:
    """The images that the board has read itself, where method and day are said."""
    return [
        KnownImaging(one.imaging, one.imaged_on)
        for one in readings
        if one.side == Side.BOARD and one.imaging and one.imaged_on is not None
    ]


def is_imaging(document: Document) -> bool:
    """Whether a document shows an examination by a method of imaging."""
    return bool(document.shows) and document.shows not in DOCUMENT_KINDS


def earlier_of(case: Case) -> Earlier:
    """What the rounds before this case hold; nothing is asked for a first round."""
    return earlier_of_cases([case]).get(case.id, NOTHING)


Undated = tuple[str, str, str]
"""Key, value and unit of a fact that has no day of its own."""


def said_before(case: Case) -> dict[Undated, Said]:
    """Facts without a date that the round before said already, each with the round that said it
    first and has been followed by no other word; nothing is asked where there are none.

    What is of the patient's background is told without: it does not grow old.
    """
    if case.earlier_case_id is None:
        return {}
    here = {
        _undated(one)
        for one in case.facts
        if one.taken_on is None
        and one.key in FACTS
        and FACTS[one.key].section not in ("background", "conditions")
    }
    if not here:
        return {}
    before = _rounds([case.id])
    query = (
        select(Case.id, Case.code, Case.board, Case.referred_on, Case.submitted_at)
        .add_columns(Fact.key, Fact.value, Fact.unit)
        .join(before, before.c.id == Case.id)
        # A round that said nothing without a date ends what was said before it
        .outerjoin(Fact, and_(Fact.case_id == Case.id, Fact.taken_on.is_(None)))
        .order_by(Case.id.desc())
    )
    said: dict[int, dict[Undated, Said]] = {}
    for row in db.session.execute(query):
        said.setdefault(row.id, {})[_undated(row)] = _said_in(row)
    found = {}
    for one in here:
        for there in takewhile(lambda there: one in there, said.values()):  # noqa: B023
            found[one] = there[one]
    return found


def _undated(fact: Any) -> Undated:
    return (fact.key, fact.value, fact.unit)


def rounds_before(case: Case, most: int) -> list[Case]:
    """The rounds before this case with their lesions, the oldest first, and of more than `most` the
    latest; nothing is asked for a first round."""
    if case.earlier_case_id is None:
        return []
    before = _rounds([case.id])
    query = select(Case).join(before, before.c.id == Case.id).order_by(Case.id.desc()).limit(most)
    known = {one.id: one for one in db.session.scalars(query.options(selectinload(Case.lesions)))}
    found: list[Case] = []  # by their links: a registry's earlier visit can be imported later
    one = known.get(case.earlier_case_id)
    while one is not None:
        found.insert(0, one)
        one = known.pop(one.earlier_case_id or 0, None)
    return found


def as_in(said: Said | None) -> str:
    """ "as in BR-0037, 9 Sep 2026"; "" for what no earlier round said."""
    if said is None:
        return ""
    code, on = said
    return f"as in {code}, {on.day} {on:%b %Y}" if on else f"as in {code}"


def earlier_of_cases(cases: Iterable[Case]) -> dict[int, Earlier]:
    """`earlier_of` for several cases by id, in a fixed number of queries; first rounds are left
    out, and where all are nothing is asked."""
    later = {case.id: case for case in cases if case.earlier_case_id is not None}
    if not later:
        return {}
    before = _rounds(list(later))
    query = (
        select(before.c.root, Case.id, Case.code, Case.board, Case.ecog, Case.no_tissue)
        .add_columns(Case.referred_on, Case.submitted_at)
        .join(before, before.c.id == Case.id)
        .order_by(Case.id.desc())
    )
    chains: dict[int, list[int]] = {}
    rounds = {}
    for row in db.session.execute(query):
        chains.setdefault(row.root, []).append(row.id)
        rounds[row.id] = row
    ids = set(rounds)
    documents: dict[int, list[Document]] = {}
    attached = select(Document).where(Document.case_id.in_(ids)).order_by(Document.id.desc())
    for document in db.session.scalars(attached.options(joinedload(Document.uploaded_by))):
        documents.setdefault(document.case_id, []).append(document)
    examined: dict[int, list[Investigation]] = {}
    done = select(Investigation).where(Investigation.case_id.in_(ids))
    for examination in db.session.scalars(done):
        examined.setdefault(examination.case_id, []).append(examination)
    refused = frozenset(
        db.session.scalars(
            select(TestJudgement.test).where(
                TestJudgement.case_id.in_(ids), TestJudgement.accepted.is_(False)
            )
        )
    )
    read = latest(ids)
    returned = set(
        db.session.scalars(select(_RETURN.c.case_id).where(_RETURN.c.case_id.in_([*later, *ids])))
    )
    found = {}
    for case_id, chain in chains.items():
        since, value = None, later[case_id].ecog
        after = case_id
        for one in chain:
            if value is None or after not in returned or rounds[one].ecog != value:
                break
            since, after = _said_in(rounds[one]), one
        found[case_id] = Earlier(
            documents=tuple((d, rounds[one].code) for one in chain for d in documents.get(one, [])),
            refused=refused,
            examinations={
                _what(e): rounds[one].code for one in chain for e in examined.get(one, [])
            },
            readings=tuple(r for one in chain for r in read.get(one, {}).values()),
            ecog=since,
            no_tissue=_first_without_tissue(later[case_id], [rounds[one] for one in chain]),
        )
    return found


def _said_in(row: Any) -> Said:
    came = row.submitted_at and local(row.submitted_at, row.board).date()
    return row.code, row.referred_on or came


def _first_without_tissue(case: Case, rounds: Iterable[Any]) -> Said | None:
    """The round that said it and was followed by none that did not; `rounds`: the latest first."""
    said = None
    for row in takewhile(lambda row: case.no_tissue and row.no_tissue, rounds):
        said = _said_in(row)
    return said


def _what(one: Investigation) -> Examination:
    return (one.kind, one.modality, one.on_date, one.report)


def _rounds(ids: list[int]) -> CTE:
    """Each case (`root`) beside each of its earlier rounds (`id`). A round has a higher number than
    the one that it follows."""
    first = select(Case.id.label("root"), Case.earlier_case_id.label("id"))
    before = first.where(Case.id.in_(ids), Case.earlier_case_id.is_not(None)).cte(
        "earlier_round", recursive=True
    )
    further = select(before.c.root, Case.earlier_case_id).join(Case, Case.id == before.c.id)
    return before.union(further.where(Case.earlier_case_id.is_not(None)))
