"""Gathers a meeting's agenda into its pack. What opinions say is never read here."""

from __future__ import annotations

from boardroom.db import now
from boardroom.followup.again_queries import response_words, since
from boardroom.followup.return_queries import earlier_rounds
from boardroom.meetings.models import Meeting
from boardroom.meetings.queries import AgendaLine, agenda_of, board_of
from boardroom.minutes.case_brief import case_brief
from boardroom.minutes.document import MeetingInfo
from boardroom.minutes.pack import PackCase, PackDocument
from boardroom.minutes.redaction import without_names
from boardroom.minutes.terms import board_info, earlier_round, word
from boardroom.tumour_map.queries import latest
from boardroom.web import local


def pack_of(meeting: Meeting, *, names: bool = True) -> PackDocument:
    """The pack as it stands now. ``names=False`` leaves out what patients are known by."""
    board = board_of(meeting)
    day = local(meeting.starts_at, board.key).date()

    lines = agenda_of(meeting).lines
    read = latest([line.case.id for line in lines])
    rounds = earlier_rounds([line.case for line in lines])

    def pack_case(line: AgendaLine) -> PackCase:
        before, earlier = rounds.get(line.case.id), line.case.earlier_case
        found = since(earlier, line.case) if earlier is not None else None
        response = response_words(line.case, board, found)
        brief = case_brief(
            line.case,
            board,
            position=line.place,
            minutes=line.item.minutes,
            on=day,
            readings=read.get(line.case.id, {}),
            response=response,
        )
        return PackCase(
            **dict(brief),
            earlier_round=earlier_round(before, board) if before is not None else None,
            chosen_then=tuple(word(board, "options", key) for key in before.chosen)
            if before is not None
            else (),
            # The response first, where mRECIST suits
            changed_since=tuple(filter(None, (response, *(one.words for one in found.changes))))
            if found is not None
            else (),
            starts_at=line.begins,
            presenter=line.item.presenter.name if line.item.presenter is not None else "",
            documents=tuple(document.title for document in line.case.documents),
            missing=tuple(gap.label for gap in line.readiness.gaps),
        )

    document = PackDocument(
        board=board_info(board),
        meeting=MeetingInfo(
            id=str(meeting.id),
            title=meeting.title,
            place=meeting.place,
            planned_start=meeting.starts_at,
            length_minutes=meeting.length_minutes,
        ),
        chair=meeting.chair.name if meeting.chair is not None else "",
        cases=tuple(pack_case(line) for line in lines),
        generated_at=now(),
    )
    return document if names else without_names(document)
