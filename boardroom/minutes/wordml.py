"""A Word document made of a few pieces: headings, lines, tables, page numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.image.image import Image
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.parts.image import ImagePart
from docx.shared import Cm, Pt, RGBColor

from boardroom.minutes.papers import View

MUTED, INK, HAIRLINE = "5B6675", "1B2430", "C9D1DA"
LANGUAGES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "it": "it-IT"}
STYLES = (
    # Name, size in points, space before, space after
    ("Normal", 10.5, 0, 4),
    ("Title", 24, 0, 4),
    ("Heading 1", 16, 18, 6),
    ("Heading 2", 12, 12, 4),
)
TABLE_STYLE, CELL_STYLE = "Minutestable", "Minutescell"  # the identifiers of their names
WIDTH = 16.8  # cm between the margins

Piece = str | tuple[str, dict[str, Any]]
"""Text, or text and how it looks."""
Pieces = str | Sequence[Piece]
_BREAKS = re.compile("([\n\t])")


def _add(parent: Any, tag: str, **attributes: str) -> Any:
    """A new element of WordprocessingML at the end of its parent."""
    child = parent.makeelement(
        qn(f"w:{tag}"), {qn(f"w:{name}"): value for name, value in attributes.items()}
    )
    parent.append(child)
    return child


def _twips(cm: float) -> int:
    return round(cm * 1440 / 2.54)


class Paper:
    """A Word document with the few things that it is made of.

    Text and tables are written as WordprocessingML directly: the library's own objects take twenty
    times as long, and forty cases have some ten thousand pieces of text.
    """

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self.end = doc.element.body.sectPr  # Everything stands before the section's properties.
        self.drawn = 0  # pictures so far

    # ---- Set-up ----

    def set_up(self, view: View, at: dt.datetime) -> None:
        """Properties, styles, head and foot; `at`: when the document was made."""
        properties = self.doc.core_properties
        properties.title = view["title"][:255]
        properties.author = properties.last_modified_by = view["name"][:255]
        properties.subject = view["kind"]
        properties.keywords = ", ".join(view["keywords"])[:255]
        properties.language = language = LANGUAGES.get(view["language"], view["language"])
        properties.comments = view["foot"][:255]
        properties.created = properties.modified = at
        section = self.doc.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.1)
        section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.4)
        styles = self.doc.styles
        for lang in styles.element.iter(qn("w:lang")):
            lang.set(qn("w:val"), language)
        for name, size, before, after in STYLES:
            style = styles[name]
            style.font.name, style.font.size = "Calibri", Pt(size)
            style.font.color.rgb = RGBColor.from_string(INK)
            style.paragraph_format.space_before = Pt(before)
            style.paragraph_format.space_after = Pt(after)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
        self._table_styles()
        title = styles["Title"].element.get_or_add_pPr()
        for border in title.findall(qn("w:pBdr")):
            title.remove(border)
        header, footer = section.header, section.footer
        self._edge(header.paragraphs[0], view["head"], view["mark"])
        self._edge(footer.paragraphs[0], view["foot"], "Page ")
        self._field(footer.paragraphs[0]._p, "PAGE")
        self._run(footer.paragraphs[0]._p, " of ", color=MUTED, size=8)
        self._field(footer.paragraphs[0]._p, "NUMPAGES")
        self._run(footer.add_paragraph(style="Normal")._p, view["fingerprint"], color=MUTED, size=7)

    def _table_styles(self) -> None:
        """One style for all tables and one for their text, so that one change changes all."""
        styles = self.doc.styles
        cell: Any = styles.add_style("Minutes cell", WD_STYLE_TYPE.PARAGRAPH)
        cell.base_style = styles["Normal"]
        cell.font.size = Pt(9)
        cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(1)
        table: Any = styles.add_style("Minutes table", WD_STYLE_TYPE.TABLE)
        table.base_style = styles["Normal Table"]
        borders = _add(_add(table.element, "tblPr"), "tblBorders")
        for edge in ("top", "bottom", "insideH"):
            _add(borders, edge, val="single", sz="4", space="0", color=HAIRLINE)
        for style in (cell, table):
            style.quick_style = True

    def _edge(self, paragraph: Any, left: str, right: str) -> None:
        # Not the style "Header": its tab stops are those of another paper size.
        paragraph.style = "Normal"
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        self._run(paragraph._p, f"{left}\t{right}", color=MUTED, size=8)

    def _field(self, paragraph: Any, instruction: str) -> None:
        """A field that Word fills in, such as the page's number."""
        for kind in ("begin", "instruction", "separate", "shown", "end"):
            run = self._run(paragraph, "1" if kind == "shown" else "", color=MUTED, size=8)
            if kind == "instruction":
                _add(run, "instrText").text = f" {instruction} "
            elif kind != "shown":
                _add(run, "fldChar", fldCharType=kind)

    # ---- Pieces ----

    @staticmethod
    def _run(
        paragraph: Any,
        text: str,
        *,
        bold: bool = False,
        color: str | None = None,
        size: float | None = None,
    ) -> Any:
        run = _add(paragraph, "r")
        if bold or color or size:
            properties = _add(run, "rPr")
            if bold:
                _add(properties, "b")
            if color:
                _add(properties, "color", val=color)
            if size:
                _add(properties, "sz", val=str(round(size * 2)))
                _add(properties, "szCs", val=str(round(size * 2)))
        for part in _BREAKS.split(text):
            if part == "\n":
                _add(run, "br")
            elif part == "\t":
                _add(run, "tab")
            elif part:
                shown = _add(run, "t")
                shown.text = part
                shown.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        return run

    def _fill(self, paragraph: Any, pieces: Pieces, **default: Any) -> None:
        for piece in [pieces] if isinstance(pieces, str) else pieces:
            text, how = (piece, {}) if isinstance(piece, str) else piece
            if text:
                self._run(paragraph, text, **(default | how))

    def line(self, *pieces: Piece) -> None:
        """One paragraph."""
        paragraph = OxmlElement("w:p")
        self.end.addprevious(paragraph)
        self._fill(paragraph, pieces)

    def pictures(self, files: Sequence[tuple[bytes, str]], width: float) -> None:
        """Pictures in one line, each with the words that stand for it; the width of each in cm."""
        # The library's own way reads every picture again for each that is added.
        paragraph = OxmlElement("w:p")
        self.end.addprevious(paragraph)
        part = self.doc.part
        for content, alt in files:
            self.drawn += 1
            image = Image.from_blob(content)
            name = PackURI(f"/word/media/image{self.drawn}.{image.ext}")
            cx, cy = image.scaled_dimensions(Cm(width), None)
            inline = CT_Inline.new_pic_inline(
                self.drawn,
                part.relate_to(ImagePart.from_image(image, name), RELATIONSHIP_TYPE.IMAGE),
                f"image{self.drawn}.{image.ext}",
                cx,
                cy,
            )
            inline.docPr.set("descr", alt)
            _add(_add(paragraph, "r"), "drawing").append(inline)

    def labelled(self, label: str, texts: Sequence[str]) -> None:
        """One paragraph "Label: text", where there is a text."""
        if texts:
            self.line((f"{label}: ", {"color": MUTED, "bold": True}), "\n".join(texts))

    def heading(self, level: int, *pieces: Piece, new_page: bool = False) -> None:
        """A heading, which Word's navigation and a screen reader find."""
        # The library's own way looks through all that is there for each heading.
        paragraph = OxmlElement("w:p")
        self.end.addprevious(paragraph)
        properties = _add(paragraph, "pPr")
        _add(properties, "pStyle", val=f"Heading{level}" if level else "Title")
        if new_page:
            _add(properties, "pageBreakBefore")
        self._fill(paragraph, pieces)

    def table(
        self,
        what: str,
        head: Sequence[str],
        rows: Iterable[Sequence[Pieces]],
        widths: Sequence[float],
    ) -> None:
        """A table whose head is repeated on every page; widths in cm. A cell holds pieces.

        `what`: the table in a few words, for who has it read aloud.
        """
        table = OxmlElement("w:tbl")
        self.end.addprevious(table)
        properties = _add(table, "tblPr")
        _add(properties, "tblStyle", val=TABLE_STYLE)
        _add(properties, "tblW", w=str(_twips(sum(widths))), type="dxa")
        _add(properties, "tblLayout", type="fixed")
        _add(properties, "tblLook", val="0020", firstRow="1", lastRow="0", noVBand="1")
        _add(properties, "tblCaption", val=what)
        grid = _add(table, "tblGrid")
        for width in widths:
            _add(grid, "gridCol", w=str(_twips(width)))
        for index, content in enumerate([head, *rows]):
            row = _add(table, "tr")
            row_properties = _add(row, "trPr")
            _add(row_properties, "cantSplit")
            if index == 0:
                _add(row_properties, "tblHeader")
            for pieces, width in zip(content, widths, strict=True):
                cell = _add(row, "tc")
                _add(_add(cell, "tcPr"), "tcW", w=str(_twips(width)), type="dxa")
                paragraph = _add(cell, "p")
                _add(_add(paragraph, "pPr"), "pStyle", val=CELL_STYLE)
                if index == 0:
                    self._fill(paragraph, pieces, color=MUTED, bold=True)
                else:
                    self._fill(paragraph, pieces)
        # Two tables without a paragraph between them would be one. A small one, so that it does
        # not start a page of its own.
        gap = OxmlElement("w:p")
        self.end.addprevious(gap)
        gap_properties = _add(gap, "pPr")
        _add(gap_properties, "spacing", before="0", after="60", line="120", lineRule="exact")
