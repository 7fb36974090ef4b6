"""The minutes as a PDF for the records office: tagged, PDF/A-2a and PDF/UA-1."""

from __future__ import annotations

from pathlib import Path

from boardroom.minutes.document import MinutesDocument
from boardroom.minutes.fonts import load_fonts
from boardroom.minutes.papers import compile_pdf
from boardroom.minutes.view import minutes_view


def minutes_pdf(document: MinutesDocument, *, extra_fonts: Path | None = None) -> bytes:
    """The minutes as PDF bytes. `extra_fonts`: a folder with fonts for further scripts."""
    return compile_pdf(
        "minutes.typ", minutes_view(document), load_fonts(extra_fonts), document.generated_at
    )
