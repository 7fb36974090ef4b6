"""A Word document made of a few pieces: headings, lines, tables, page numbers."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, nsmap, qn
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
_PACKED = 3  # of 9: a little larger, in half the time

Piece = str | tuple[str, dict[str, Any]]
"""Text, or text and how it looks."""
Pieces = str | Sequence[Piece]

_TEXT, _END = '<w:t xml:space="preserve">', "</w:t>"
_SIGNS = (  # replaced in this order
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("\r", "&#13;"),
    ("\n", f"{_END}<w:br/>{_TEXT}"),
    ("\t", f"{_END}<w:tab/>{_TEXT}"),
)
_NO_TEXT = bytes({*range(32)} - {9, 10, 13})  # what XML cannot hold, which `clean` took out before

# Without the distances LibreOffice takes 3 mm and breaks the line.
_PICTURE = (
    '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="{n}" name="Picture {n}" descr={alt}/>'
    f'<wp:cNvGraphicFramePr><a:graphicFrameLocks {nsdecls("a")} noChangeAspect="1"/>'
    f'</wp:cNvGraphicFramePr><a:graphic {nsdecls("a")}><a:graphicData uri="{nsmap["pic"]}">'
    f"<pic:pic {nsdecls('pic')}>"
    '<pic:nvPicPr><pic:cNvPr id="0" name="image{n}.png"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="image{n}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
    '<a:prstGeom prst="rect"/></pic:spPr>'
    "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)
_KIND = f'<Default Extension="png" ContentType="{CONTENT_TYPE.PNG}"/>'
_RELATION = (
    f'<Relationship Id="image{{0}}" Type="{RELATIONSHIP_TYPE.IMAGE}"'
    ' Target="media/image{0}.png"/>'
)


def _add(parent: Any, tag: str, **attributes: str) -> Any:
    """A new element of WordprocessingML at the end of its parent."""
    child = parent.makeelement(
        qn(f"w:{tag}"), {qn(f"w:{name}"): value for name, value in attributes.items()}
    )
    parent.append(child)
    return child


def _twips(cm: float) -> int:
    return round(cm * 1440 / 2.54)


@lru_cache(maxsize=256)
def _look(bold: bool, color: str | None, size: float | None) -> str:
    """The properties of a run."""
    found = "<w:b/>" if bold else ""
    found += f'<w:color w:val="{color}"/>' if color else ""
    found += '<w:sz w:val="{0}"/><w:szCs w:val="{0}"/>'.format(round(size * 2)) if size else ""
    return f"<w:rPr>{found}</w:rPr>" if found else ""


def _run(
    text: str, *, bold: bool = False, color: str | None = None, size: float | None = None
) -> str:
    """A run of text; line ends and tabs are Word's."""
    for sign, written in _SIGNS:
        if sign in text:
            text = text.replace(sign, written)
    return f"<w:r>{_look(bold, color, size)}{_TEXT}{text}{_END}</w:r>"


def _runs(pieces: Pieces, **default: Any) -> str:
    if isinstance(pieces, str):
        return _run(pieces, **default) if pieces else ""
    return "".join(
        [
            _run(piece, **default)
            if isinstance(piece, str)
            else _run(piece[0], **default | piece[1])
            for piece in pieces
            if piece and (isinstance(piece, str) or piece[0])
        ]
    )


def _height(png: bytes, width: int) -> int:
    """How high a picture is that is so wide; its head says how many pixels it has."""
    across, down = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    return round(width * down / across)


def _field(instruction: str) -> str:
    """A field that Word fills in, such as the page's number."""
    look = _look(False, MUTED, 8)
    between = {
        "begin": '<w:fldChar w:fldCharType="begin"/>',
        "instruction": f"<w:instrText> {instruction} </w:instrText>",
        "separate": '<w:fldChar w:fldCharType="separate"/>',
        "shown": "<w:t>1</w:t>",
        "end": '<w:fldChar w:fldCharType="end"/>',
    }
    return "".join(f"<w:r>{look}{one}</w:r>" for one in between.values())


def _read(written: str) -> list[Any]:
    """Elements from WordprocessingML as text."""
    return list(parse_xml(f'<w:body xmlns:w="{nsmap["w"]}">{written}</w:body>'))


class Paper:
    """A Word document with the few things that it is made of.

    What stands in it is written as WordprocessingML and put between the parts that the library
    made: its own objects take a hundred times as long, and forty cases have some ten thousand
    pieces of text.
    """

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self._written: list[str | Callable[[], str]] = []
        self._drawn: list[Callable[[], bytes]] = []

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
        numbers = _field("PAGE") + _run(" of ", color=MUTED, size=8) + _field("NUMPAGES")
        footer.paragraphs[0]._p.extend(_read(numbers))
        digest = footer.add_paragraph(style="Normal")
        digest._p.extend(_read(_run(view["fingerprint"], color=MUTED, size=7)))

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
        paragraph._p.extend(_read(_run(f"{left}\t{right}", color=MUTED, size=8)))

    # ---- Pieces ----

    def _write(self, block: str) -> None:
        self._written.append(block)

    def saved(self) -> bytes:
        """The finished document."""
        written = "".join(one if isinstance(one, str) else one() for one in self._written).encode()
        if len(written.translate(None, _NO_TEXT)) < len(written):
            raise ValueError("control characters cannot stand in a Word file")
        numbers = range(1, len(self._drawn) + 1)
        # Each goes before the first of these in its part
        additions = {
            "[Content_Types].xml": (b"<Default ", _KIND.encode() if numbers else b""),
            "word/_rels/document.xml.rels": (
                b"</Relationships>",
                "".join(_RELATION.format(n) for n in numbers).encode(),
            ),
            "word/document.xml": (b"<w:sectPr", written),
        }
        made, out = io.BytesIO(), io.BytesIO()
        self.doc.save(made)
        with zipfile.ZipFile(made) as parts, zipfile.ZipFile(out, "w") as whole:
            for part in parts.infolist():
                content = parts.read(part)
                if part.filename in additions:
                    place, more = additions[part.filename]
                    before, found, after = content.partition(place)
                    content = b"".join((before, more, found, after))
                whole.writestr(part, content, compresslevel=_PACKED)
            for n, drawn in zip(numbers, self._drawn, strict=True):
                whole.writestr(f"word/media/image{n}.png", drawn())  # packed already
        return out.getvalue()

    def line(self, *pieces: Piece) -> None:
        """One paragraph."""
        self._write(f"<w:p>{_runs(pieces)}</w:p>")

    def point(self, text: str) -> None:
        """One paragraph of a list with bullets."""
        self._write(f'<w:p><w:pPr><w:pStyle w:val="ListBullet"/></w:pPr>{_runs(text)}</w:p>')

    def pictures(self, files: Sequence[tuple[Callable[[], bytes], str]], width: float) -> None:
        """PNGs in one line, each with the words that stand for it; the width of each in cm.

        A picture may still be in the making: it is asked for when the document is saved.
        """
        first = len(self._drawn) + 1
        self._drawn += [png for png, _ in files]

        def written() -> str:
            runs = (
                _PICTURE.format(n=n, cx=Cm(width), cy=_height(png(), Cm(width)), alt=quoteattr(alt))
                for n, (png, alt) in enumerate(files, first)
            )
            return f"<w:p>{''.join(runs)}</w:p>"

        self._written.append(written)

    def labelled(self, label: str, texts: Sequence[str]) -> None:
        """One paragraph "Label: text", where there is a text."""
        if texts:
            self.line((f"{label}: ", {"color": MUTED, "bold": True}), "\n".join(texts))

    def heading(self, level: int, *pieces: Piece, new_page: bool = False) -> None:
        """A heading, which Word's navigation and a screen reader find."""
        style = f"Heading{level}" if level else "Title"
        breaks = "<w:pageBreakBefore/>" if new_page else ""
        properties = f'<w:pPr><w:pStyle w:val="{style}"/>{breaks}</w:pPr>'
        self._write(f"<w:p>{properties}{_runs(pieces)}</w:p>")

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
        columns = [_twips(width) for width in widths]
        cells = [
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
            f'<w:p><w:pPr><w:pStyle w:val="{CELL_STYLE}"/></w:pPr>'
            for width in columns
        ]

        def row(content: Sequence[Pieces], properties: str, **default: Any) -> str:
            filled = (
                f"{cell}{_runs(pieces, **default)}</w:p></w:tc>"
                for cell, pieces in zip(cells, content, strict=True)
            )
            return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(filled)}</w:tr>"

        whole = "<w:cantSplit/>"
        self._write(
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{TABLE_STYLE}"/>'
            f'<w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:noVBand="1"/>'
            f"<w:tblCaption w:val={quoteattr(what)}/></w:tblPr><w:tblGrid>"
            + "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
            + "</w:tblGrid>"
            + row(head, f"{whole}<w:tblHeader/>", color=MUTED, bold=True)
            + "".join(row(content, whole) for content in rows)
            + "</w:tbl>"
            # Two tables without a paragraph between them would be one. A small one, so that it does
            # not start a page of its own.
            '<w:p><w:pPr><w:spacing w:before="0" w:after="60" w:line="120" w:lineRule="exact"/>'
            "</w:pPr></w:p>"
        )
