"""The forms in which minutes leave the program. Pure: a document in, a file's bytes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from boardroom.minutes.document import MinutesDocument, to_json
from boardroom.minutes.pdf import minutes_pdf
from boardroom.minutes.redaction import without_names
from boardroom.minutes.tables import minutes_csv


@dataclass(frozen=True)
class Format:
    """One form of the minutes."""

    name: str
    media_type: str
    words: str
    render: Callable[[MinutesDocument], bytes]


def _docx(document: MinutesDocument) -> bytes:
    from boardroom.minutes.word import minutes_docx  # here, for the server to be there sooner

    return minutes_docx(document)


FORMATS: Mapping[str, Format] = {
    "pdf": Format("pdf", "application/pdf", "PDF, for the records office", minutes_pdf),
    "docx": Format(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "DOCX, to edit in Word",
        _docx,
    ),
    "csv": Format("csv", "text/csv", "CSV, one row a case", minutes_csv),
    "json": Format(
        "json",
        "application/json",
        "JSON, with a documented schema",
        lambda document: to_json(document).encode(),
    ),
}


def render(document: MinutesDocument, format_: str, *, names: bool) -> bytes:
    """A file's bytes; ``names=False`` leaves patients' names out. Raises KeyError for a format."""
    return FORMATS[format_].render(document if names else without_names(document))


def file_name(document: MinutesDocument, format_: str, *, names: bool) -> str:
    """A plain file name: board, day, meeting, and whether names are left out."""
    day = document.meeting.planned_start.date().isoformat()
    more = "" if names else "-without-names"
    return f"{document.board.key}-minutes-{day}-{document.meeting.id}{more}.{format_}"
