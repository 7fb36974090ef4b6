"""The meeting pack: the agenda with every case as it stands before the meeting.

It holds no opinion: those are sealed until the reveal, and a model without a place for them cannot
leak one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from boardroom.minutes import times, words
from boardroom.minutes.brief import BoardInfo, CaseBrief, Instant, Part, Text
from boardroom.minutes.document import MeetingInfo
from boardroom.minutes.earlier import EarlierRound
from boardroom.minutes.fonts import load_fonts
from boardroom.minutes.papers import View, case_view, compile_pdf, paragraphs


class PackCase(CaseBrief):
    """A case on the agenda. `missing`: what a fair discussion still needs, in words.

    `earlier_round`: where a case that came back came from; `chosen_then`, `changed_since`: what
    that round chose and what differs in the case since, in words.
    """

    starts_at: Instant | None = None
    presenter: Text = ""
    documents: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()
    earlier_round: EarlierRound | None = None
    chosen_then: tuple[Text, ...] = ()
    changed_since: tuple[Text, ...] = ()


class PackDocument(Part):
    """The agenda of one meeting, and what the board reads before it."""

    names: Literal["included", "withheld"] = "included"
    board: BoardInfo
    meeting: MeetingInfo
    chair: Text = ""
    cases: tuple[PackCase, ...] = ()
    generated_at: Instant


def pack_pdf(document: PackDocument, *, extra_fonts: Path | None = None) -> bytes:
    """The pack as PDF bytes. `extra_fonts`: a folder with fonts for further scripts."""
    return compile_pdf(
        "pack.typ", pack_view(document), load_fonts(extra_fonts), document.generated_at
    )


def pack_view(document: PackDocument) -> View:
    """Everything the template draws, in words and in order."""
    clock = times.Clock(document.board.time_zone)
    meeting = document.meeting
    day = clock.day(meeting.planned_start)
    withheld = document.names == "withheld"
    names = "Patients' names left out" if withheld else "Confidential: names patients"
    return {
        "title": f"Meeting pack: {document.board.name}, {day}",
        "author": [document.board.name],
        "keywords": ["meeting pack", meeting.id, names],
        "language": document.board.language,
        "kind": "Meeting pack",
        "name": document.board.name,
        "day": clock.full(meeting.planned_start),
        "subtitle": "" if meeting.title == document.board.name else meeting.title,
        "head": words.joined(document.board.name, day),
        "mark": names,
        "alarm": False,
        "foot": "For the meeting, not for the record. Opinions stay sealed until the reveal.",
        "fingerprint": f"As it stood on {clock.full(document.generated_at)}. "
        f"Times are {document.board.time_zone}.",
        "banners": [{"text": names, "alarm": False}] if withheld else [],
        "place": paragraphs(meeting.place),
        "chair": paragraphs(document.chair),
        "total": paragraphs(_total(document)),
        "cases": [
            case_view(case)
            | {
                "starts": clock.time(case.starts_at),
                "minutes": str(case.allotted_minutes) if case.allotted_minutes is not None else "",
                "presenter": paragraphs(case.presenter),
                "documents": list(case.documents),
                "missing": list(case.missing),
                "earlier": _earlier(case),
                "changed": list(case.changed_since),
            }
            for case in document.cases
        ],
    }


def _earlier(case: PackCase) -> list[str]:
    """The round before in sentences, in the minutes' words, with what it chose."""
    chosen = [f"Chosen then: {', '.join(case.chosen_then)}."] if case.chosen_then else []
    return [*words.earlier_round(case), *chosen]


def _total(document: PackDocument) -> str:
    planned = sum(case.allotted_minutes or 0 for case in document.cases)
    cases = len(document.cases)
    length = document.meeting.length_minutes
    return words.joined(
        f"{cases} case{'s' * (cases != 1)}",
        f"{planned} min" + (f" of {length} min" if length is not None else ""),
        f"{planned - length} min too long" if length is not None and planned > length else "",
    )
