"""The record of a decision, as letters are made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import reclassify
from boardroom.cases.models import Case
from boardroom.consensus.models import SignOffKind
from boardroom.consensus.queries import (
    confirmations_of,
    migration_of,
    reasons_left,
    sign_offs_of,
    still_provisional,
)
from boardroom.consensus.rules import content_of
from boardroom.consensus.words import word
from boardroom.db import now
from boardroom.followup.again_queries import response_words, since
from boardroom.followup.return_queries import earlier_round_of
from boardroom.letters.again import Earlier, Given
from boardroom.letters.compose import Decision, Scans, Signature, View
from boardroom.letters.models import LetterKind
from boardroom.letters.queries import asked, board_of, consensus_of, decided_item, letters_of
from boardroom.letters.wording import is_of
from boardroom.meetings.models import AgendaItem
from boardroom.opinions.models import Opinion
from boardroom.opinions.queries import revealed_opinions
from boardroom.web import day, local


def decision_of(item: AgendaItem) -> Decision:
    """The record of a decision, for composing letters. Only opened opinions, no confidence."""
    board, case = board_of(item.meeting.board), item.case
    written = content_of(consensus_of(item))
    content = replace(written, stage_migration=migration_of(item, written))
    today = local(now(), board.key).date()
    meeting_day = day(item.ended_at or item.meeting.starts_at, board.key)
    views = revealed_opinions(case.id) if item.revealed_at is not None else []
    agreed = _agreed_at(item)
    return Decision(
        code=case.code,
        question=case.question,
        diagnosis=case.diagnosis,
        first_verdict=case.first_verdict,
        first_by=case.first_by,
        first_plan=case.first_plan,
        first_on=day(case.first_on),
        meeting_day=meeting_day,
        content=content,
        outcome=reclassify(case.first_verdict, content.verdict, board),
        tell_by=day(content.tell_by),
        tell_by_is_past=content.tell_by is not None and content.tell_by < today,
        teller=word(board, "tellers", content.teller),
        views=tuple(
            View(
                v.specialty,
                v.verdict,
                {k: (s.get("stance", ""), s.get("reason", "")) for k, s in v.stances.items()},
                last_word=_is_last_word(v, agreed.get(v.specialty)),
            )
            for v in views
        ),
        signatures=tuple(
            Signature(s.specialty, str(s.kind), s.text, s.reopen_condition)
            for s in sign_offs_of(item)
        ),
        provisional_reasons=tuple(reasons_left(item)) if still_provisional(item) else (),
        patient_wants=case.patient_wants,
        scans=scans_of(case, board),
        first_is_addressees=is_of(case.first_by, case.referrer_hospital, case.referrer_name),
        answers=tuple(q.answer for q in asked(case)),
        earlier=earlier_of(case),
        spoke_since=tuple(
            c.specialty for c in confirmations_of(item) if c.specialty and not c.by_chair
        ),
    )


def _agreed_at(item: AgendaItem) -> dict[str, dt.datetime]:
    """{specialty: when somebody of it last agreed in person}, by signing or by confirming since."""
    said = [(s.specialty, str(s.kind), s.at) for s in sign_offs_of(item)]
    said += [(c.specialty, c.kind, c.at) for c in confirmations_of(item) if not c.by_chair]
    agreed: dict[str, dt.datetime] = {}
    for specialty, kind, at in said:
        if kind != SignOffKind.DISSENT:
            agreed[specialty] = max(at, agreed.get(specialty, at))
    return agreed


def _is_last_word(opinion: Opinion, agreed: dt.datetime | None) -> bool:
    """Whether what an opinion says of the options was said after its specialty agreed, if ever."""
    shifts = [one.at for one in opinion.shifts if "stances" in one.changes]
    said = shifts[-1] if shifts else opinion.submitted_at or opinion.revealed_at
    return agreed is None or (said is not None and said > agreed)


def scans_of(case: Case, board: BoardDefinition) -> Scans:
    """How far the record says that the board saw scans: the images themselves, or reports."""
    methods = {one.key for one in board.imaging_modalities}
    how = {one.availability for one in case.investigations if one.kind == "imaging"}
    files = {one.media_type.partition("/")[0] for one in case.documents if one.shows in methods}
    if "shown" in how or "image" in files:
        return "seen"
    return "reports" if "report_only" in how or files else ""


def earlier_of(case: Case) -> Earlier | None:
    """The round before this one, as letters tell of it; None for a first round, and where the one
    before was not decided."""
    found = earlier_round_of(case)
    item = decided_item(found.case_id) if found is not None else None
    if found is None or found.on is None or item is None:
        return None
    sent = {
        kind: day(letter.latest.approved_at, case.board)
        for kind, letter in letters_of(item).items()
        if letter.latest is not None
    }
    changed = since(item.case, case)
    return Earlier(
        code=found.code,
        on=day(found.on),
        kind=found.kind,
        reason=found.reason,
        verdict=found.verdict,
        chosen=found.chosen,
        given=tuple(Given(day(one.on), one.what, one.option) for one in found.treated),
        changes=tuple(one.words for one in changed.changes),
        response=response_words(case, board_of(case.board), changed),
        patient_letter_on=sent.get(LetterKind.PATIENT, ""),
        referrer_letter_on=sent.get(LetterKind.REFERRER, ""),
        mistyped_on=day(found.mistyped_on),
    )
