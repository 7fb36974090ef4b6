"""What the minutes and the meeting pack share on their way to a PDF."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import typst

from boardroom.aside import begun
from boardroom.minutes import words
from boardroom.minutes.brief import CaseBrief
from boardroom.minutes.fonts import Fonts, needs_shaping
from boardroom.minutes.mapped import drawn_again
from boardroom.tumour_map.drawing import liver, svg

TEMPLATES = Path(__file__).parent
STANDARDS: list[Any] = ["a-2a", "ua-1"]
"""PDF/A-2a (kept for decades, tagged) and PDF/UA-1 (accessible), both at once."""

LACKING = (
    "Some characters are not in this paper's fonts. They are written out in square brackets; "
    "the JSON has them as they were entered."
)

SIGNS = (
    " At a vessel: half a disc, the lesion abuts it; a dot in a ring, encases; a cross, occludes. "
    "Hatched: treated. Triangle: the readings differ; dotted: seen in the other alone."
)

View = dict[str, Any]


def paragraphs(text: str) -> list[str]:
    """The lines of a text, without empty ones."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _short(value: str) -> bool:
    """Whether a fact fits into the grid that is read at a glance; others go into the list."""
    return len(value) <= 26 and max(map(len, value.split()), default=0) <= 14


def case_view(case: CaseBrief) -> View:
    """A case as it was put before the board, in words."""
    first, view = case.first_opinion, case.patient_view
    referrer = words.joined(case.referrer.name, case.referrer.hospital)

    def examined(kind: str) -> list[str]:
        return [words.investigation(i) for i in case.investigations if i.kind == kind]

    return {
        "position": case.position,
        "code": case.code,
        "question": paragraphs(case.question) or ["No question was recorded"],
        "patient": words.patient(case.patient, case.code),
        "diagnosis": paragraphs(case.diagnosis),
        "referrer": paragraphs(referrer),
        "first": {
            "verdict": first.verdict.label if first.verdict else "none recorded",
            "short": words.short(first.verdict) or "none recorded",
            "kind": first.reason_kind,
            "source": words.first_opinion_source(first),
            "reason": paragraphs(first.reason),
            "plan": paragraphs(first.plan),
        },
        "summary": paragraphs(case.summary),
        "comorbidity": paragraphs(case.comorbidity),
        "facts": [fact.model_dump() for fact in case.facts if _short(fact.value)],
        "long_facts": [
            {"label": fact.label, "value": paragraphs(words.joined(fact.value, fact.note))}
            for fact in case.facts
            if not _short(fact.value)
        ],
        "lesions": [words.lesion(lesion) for lesion in case.lesions],
        "map": _map(case),
        "treatments": [words.treatment(treatment) for treatment in case.treatments],
        "imaging": examined("imaging") + examined("other"),
        "pathology": examined("pathology"),
        "knows": paragraphs(view.knows),
        "wants": paragraphs(view.wants),
        "asks": [line for question in view.asks for line in paragraphs(question)],
        "met": paragraphs(view.met_by),
    }


def _map(case: CaseBrief) -> View | None:
    """Each reading drawn, with its source and what it says beyond the lesions; what differs."""
    found = drawn_again(case.tumour_map)
    if not found.pictures:
        return None
    return {
        "pictures": [
            {
                "svg": Drawing(svg(picture.upon(), "")),
                "alt": picture.alt,
                "heading": picture.heading,
                "source": words.reading(picture.reading),
                "lesions": [one.words for one in picture.findings.lesions],
                "in_all": paragraphs(
                    picture.findings.in_all_words if picture.reading.version else ""
                ),
                "beyond": [f"{label}: {said}" for label, said in picture.findings.beyond()],
                "note": paragraphs(picture.findings.note),
            }
            for picture in found.pictures
        ],
        "compared": found.compared,
        "differences": found.words,
        "scale": found.scale_note + SIGNS,
    }


class Drawing(str):
    """An SVG: kept as it is where text is made fit to be set."""

    __slots__ = ()


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    kind = type(value)
    if kind is str:
        return change(value)
    if kind is dict:
        return {key: _each_text(item, change) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_each_text(item, change) for item in value]
    if isinstance(value, Drawing):
        return str(value)
    return change(value) if isinstance(value, str) else value


@lru_cache(maxsize=1)
def _liver() -> str:
    """The liver that every picture of a paper lies upon: embedded once, however many there are."""
    return svg(liver(), "")


_SHEETS = b"""
#set page(width: 8cm, height: auto, margin: 0pt)
#let drawn(drawing) = image(bytes(drawing), format: "svg", width: 8cm)
#for (i, upon) in json(bytes(sys.inputs.drawings)).enumerate() {
  if i > 0 { pagebreak() }
  place(drawn(sys.inputs.liver))
  drawn(upon)
}
"""


def drawn_pngs(
    drawings: Sequence[str], fonts: Fonts, pixels_per_inch: int = 160
) -> list[Callable[[], bytes]]:
    """Drawings upon the liver as pictures, for papers that cannot hold an SVG; 8 cm wide in print.

    They are drawn beside what goes on meanwhile, in two threads: packing them takes long.
    """

    def all_of(some: Sequence[str]) -> list[bytes]:
        compiler = typst.Compiler(
            _SHEETS,
            font_paths=fonts.loaded,
            sys_inputs={"liver": _liver(), "drawings": json.dumps(some)},
        )
        made: Any = compiler.compile(format="png", ppi=pixels_per_inch)
        return [bytes(png) for png in ([made] if isinstance(made, bytes) else made)]

    half = -(-len(drawings) // 2)
    parts = [some for some in (drawings[:half], drawings[half:]) if some]
    drawn = [(begun(partial(all_of, some)), len(some)) for some in parts]
    return [partial(_one_of, part, n) for part, length in drawn for n in range(length)]


def _one_of(made: Callable[[], Sequence[bytes]], n: int) -> bytes:
    return made()[n]


def compile_pdf(
    template: str,
    view: Mapping[str, Any],
    fonts: Fonts,
    at: dt.datetime,
    *,
    folder: Path = TEMPLATES,
) -> bytes:
    """The PDF of a template in a folder, this one's own, with every text of the view as plain text.

    The same view and moment make the same bytes.
    """
    text = json.dumps(view, ensure_ascii=False)
    drawn = _each_text(dict(view), fonts.drawable) | {
        "fonts": list(fonts.families),
        "lacking": LACKING if fonts.lacks(text) else "",
        "shaped": needs_shaping(text),
    }
    compiler = typst.Compiler(
        folder / template,
        root=folder,
        font_paths=fonts.loaded,
        sys_inputs={"data": json.dumps(drawn, ensure_ascii=False), "liver": _liver()},
    )
    pdf: Any = compiler.compile(
        format="pdf", pdf_standards=STANDARDS, timestamp=int(at.timestamp())
    )
    return bytes(pdf)
