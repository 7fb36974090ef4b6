"""A letter on paper: PDF (tagged, PDF/A-2a and PDF/UA-1) and Word, in normal and in large type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from boardroom.letters.document import LetterDocument, blocks
from boardroom.minutes.fonts import load_fonts
from boardroom.minutes.papers import View, compile_pdf

NORMAL, CLINICAL, LARGE = 11.5, 10.5, 18.0  # points of the running text
DRAFT = "Draft. Not approved yet."
REGIONS = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "it": "IT"}
"""Which country's way of a language is meant; the Word file says the same."""


def letter_view(document: LetterDocument, digest: str, *, size: float = NORMAL) -> View:
    """Everything that the papers draw, in words and in order. No `digest`: a draft."""
    to_patient = document.kind == "patient"
    correction = document.correction
    kind = "Letter to the patient" if to_patient else "Letter to the referring hospital"
    return {
        # Not the patient's name: titles are shown where files are listed.
        "title": f"{kind}, {document.case}",
        "name": document.board,
        "kind": kind,
        "author": [document.board],
        "keywords": [kind, document.case],
        "language": document.language,
        "region": REGIONS.get(document.language),
        "size": size,
        "board": document.board,
        "about": f"{document.date} · {document.case}",
        "to": list(document.to),
        "heading": document.title,
        "draft": "" if digest else DRAFT,
        "correction": correction.lines if correction is not None else [],
        "provisional": [document.provisional, *document.provisional_reasons]
        if document.provisional
        else [],
        "greeting": document.greeting,
        "sections": [
            {
                "heading": section.heading,
                "blocks": [
                    {"kind": kind_, "lines": lines} for kind_, lines in blocks(section.text)
                ],
            }
            for section in document.sections
        ],
        "closing": f"{document.closing},",
        "signed": [part for part in (document.signed_by, document.signed_as) if part],
        "head": document.board,
        "mark": document.case,
        "foot": f"{document.board} · {document.case}" + ("" if digest else " · draft"),
        "fingerprint": f"SHA-256 of the approved text: {digest}" if digest else DRAFT,
    }


def letter_pdf(document: LetterDocument, digest: str, *, large: bool = False) -> bytes:
    """The letter as PDF bytes."""
    view = letter_view(document, digest, size=_size(document, large))
    return compile_pdf(
        "letter.typ", view, load_fonts(), _made(document), folder=Path(__file__).parent
    )


def letter_docx(document: LetterDocument, digest: str, *, large: bool = False) -> bytes:
    """The letter as DOCX bytes, with real headings and lists."""
    import docx  # here, for the server to be there sooner
    from docx.shared import Pt

    from boardroom.minutes.wordml import STYLES, Paper

    size = _size(document, large)
    view = letter_view(document, digest, size=size)
    paper = Paper(docx.Document())
    paper.set_up(view, _made(document))
    scale = size / next(points for name, points, *_ in STYLES if name == "Normal")
    for name, points, *_ in STYLES:
        paper.doc.styles[name].font.size = Pt(
            round(points * (scale if name == "Normal" else size / 13))
        )
    paper.line((view["board"], {"bold": True}))
    paper.line(view["about"])
    if view["to"]:
        paper.line("\n".join(view["to"]))
    paper.heading(1, view["heading"])
    for text in (view["draft"], "\n".join(view["provisional"])):
        if text:
            paper.line((text, {"bold": True, "color": "8A5200"}))
    if view["correction"]:
        paper.line(("\n".join(view["correction"]), {"bold": True}))
    if view["greeting"]:
        paper.line(view["greeting"])
    for section in view["sections"]:
        paper.heading(2, section["heading"])
        for block in section["blocks"]:
            if block["kind"] == "list":
                for point in block["lines"]:
                    paper.point(point)
            else:
                paper.line("\n".join(block["lines"]))
    paper.line(view["closing"])
    if view["signed"]:
        paper.line("\n".join(view["signed"]))
    return paper.saved()


def _size(document: LetterDocument, large: bool) -> float:
    if large:
        return LARGE
    return NORMAL if document.kind == "patient" else CLINICAL


def _made(document: LetterDocument) -> dt.datetime:
    """When it was approved; a draft has no moment of its own."""
    return document.approved_at or dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Format:
    """A file's kind."""

    media_type: str
    render: Callable[..., bytes]


FORMATS: Mapping[str, Format] = {
    "pdf": Format("application/pdf", letter_pdf),
    "docx": Format(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", letter_docx
    ),
}


def file_name(document: LetterDocument, format_: str, number: int, *, large: bool) -> str:
    """A plain file name: the case's code, for whom, which version; never a patient's name."""
    version = f"v{number}" if number else "draft"
    return f"{document.case}-letter-{document.kind}-{version}{'-large' if large else ''}.{format_}"
