"""A reading drawn as SVG: one scene for screens and for paper.

On a screen every shape has a class and takes its colours from static/css/tumour_map.css, so that it
follows the theme; on paper the same classes become attributes. What a colour says is said by shape
or by words too. Texts are numbers and fixed words; what people wrote is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from boardroom.clinical import liver_map
from boardroom.clinical.liver_map import HEIGHT, WIDTH
from boardroom.clinical.tumour_reading import LARGEST_MM, SITES, Findings, Lesion
from boardroom.tumour_map import labels

_TUMOUR, _INK, _MUTED, _VEIN, _PORTAL = "#a33b2a", "#1b2430", "#5b6675", "#3d6b98", "#7c5691"
_FONT = 'font-family="Inter"'
_TEXT = f'{_FONT} text-anchor="middle"'
_HALO = 'stroke="#ffffff" stroke-width="1.8" stroke-linejoin="round" paint-order="stroke"'

PAPER: dict[str, str] = {
    "lm-segment": 'fill="#f7f4f1" stroke="#b9c2cc" stroke-width="0.7"',
    "lm-outline": f'fill="none" stroke="{_MUTED}" stroke-width="1.3"',
    "lm-hepatic": f'fill="none" stroke="{_VEIN}" stroke-width="2.2" stroke-opacity="0.65"',
    "lm-cava": f'fill="none" stroke="{_VEIN}" stroke-width="11" stroke-opacity="0.22"',
    "lm-behind": f'fill="none" stroke="{_VEIN}" stroke-width="0.7" stroke-opacity="0.6" '
    'stroke-dasharray="2 2"',
    "lm-portal": f'fill="none" stroke="{_PORTAL}" stroke-width="2.8" stroke-opacity="0.75"',
    "lm-portal-core": 'fill="none" stroke="#f7f4f1" stroke-width="1.2"',
    "lm-artery": 'fill="none" stroke="#8a4a20" stroke-width="1.2" stroke-dasharray="3 1.5"',
    "lm-gallbladder": 'fill="none" stroke="#7c8896" stroke-width="0.9"',
    "lm-segment-name": f'{_TEXT} font-size="8" fill="{_MUTED}" font-weight="600" '
    f"{_HALO.replace('#ffffff', '#f7f4f1')}",
    "lm-vessel-name": f'{_TEXT} font-size="5.6" fill="{_MUTED}"',
    "lm-small": f'{_TEXT} font-size="6" fill="{_INK}"',
    "lm-site": f'{_FONT} font-size="6" fill="{_INK}"',
    "lm-halo": f'{_TEXT} font-size="6.5" fill="{_INK}" font-weight="600" {_HALO}',
    "lm-body": f'fill="{_TUMOUR}" fill-opacity="0.22" stroke="{_TUMOUR}" stroke-width="1.3"',
    "lm-zone": f'fill="none" stroke="{_TUMOUR}" stroke-width="1.1" stroke-dasharray="3 2"',
    "lm-hatch": f'fill="none" stroke="{_TUMOUR}" stroke-width="0.5" stroke-opacity="0.7"',
    "lm-badge": f'fill="{_TUMOUR}"',
    "lm-number": f'{_TEXT} font-size="8.5" fill="#ffffff" font-weight="700"',
    "lm-leader": f'fill="none" stroke="{_INK}" stroke-width="0.7"',
    "lm-glyph": f'fill="#ffffff" stroke="{_INK}" stroke-width="1.1"',
    "lm-glyph-fill": f'fill="{_INK}"',
    "lm-thrombus": f'fill="none" stroke="{_TUMOUR}" stroke-width="4.6" stroke-dasharray="2 1.2"',
    "lm-chip": f'fill="#ffffff" stroke="{_TUMOUR}" stroke-width="0.9"',
    "lm-spread": f'fill="{_TUMOUR}"',
    "lm-ghost": f'fill="none" stroke="{_INK}" stroke-width="1" stroke-dasharray="1 2.2" '
    'stroke-linecap="round"',
    "lm-flag": f'fill="#ffffff" stroke="{_INK}" stroke-width="0.9"',
    "lm-scale": f'fill="none" stroke="{_MUTED}" stroke-width="0.9"',
}

_SPREAD_AT = {
    "lung": (190, 14), "bone": (24, 14), "hilar_nodes": (168, 130), "distant_nodes": (168, 142),
    "adrenal": (14, 176), "peritoneum": (14, 187), "organ": (190, 106), "elsewhere": (168, 154),
}  # fmt: skip
_BADGE = 6.2
LIVER_MM = 210
"""How wide the liver is that lesions are drawn on."""
# The edges of the vena cava where the liver hides it.
_BEHIND = ("M120.6 24C120.6 60 118 110 116.2 136", "M131.6 26C131.6 60 129 110 127.4 129")


class _Pen:
    """Writes SVG; a class on screen, the class's attributes on paper."""

    def __init__(self, paper: bool) -> None:
        self.paper = paper
        self.parts: list[str] = []

    def look(self, kind: str) -> str:
        return PAPER[kind] if self.paper else f'class="{kind}"'

    def path(self, kind: str, d: str, more: str = "") -> None:
        self.parts.append(f'<path {self.look(kind)} d="{d}"{more}/>')

    def circle(self, kind: str, x: float, y: float, r: float) -> None:
        self.parts.append(f'<circle {self.look(kind)} cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}"/>')

    def text(self, kind: str, x: float, y: float, words: str, more: str = "") -> None:
        self.parts.append(
            f'<text {self.look(kind)} x="{_n(x)}" y="{_n(y)}"{more}>{escape(words)}</text>'
        )

    def open(self, attributes: str) -> None:
        self.parts.append(f"<g {attributes}>")

    def close(self) -> None:
        self.parts.append("</g>")


def _n(value: float) -> str:
    return f"{round(value, 2):g}"


def drawn(
    findings: Findings,
    *,
    paper: bool = False,
    marked: Iterable[int] = (),
    ghosts: Sequence[Lesion] = (),
    within: bool = True,
) -> str:
    """The inside of the SVG. `marked`: lesions that another reading sees otherwise; `ghosts`:
    lesions that the other reading alone has seen; `within`: the liver as well, else what lies
    upon it alone."""
    pen = _Pen(paper)
    if within:
        _liver(pen)
    touched = {c.vessel for one in findings.lesions for c in one.contacts or ()}
    for key in ("right_hepatic_artery", "left_hepatic_artery"):
        if key in touched:
            for d in liver_map.vessel_paths(key):
                pen.path("lm-artery", d)
    _invasion(pen, findings)
    flagged = frozenset(marked)
    # The large ones first, so that a small one is never hidden behind them.
    known = [one for one in findings.lesions if one.placed or one.segments]
    _ghosts(pen, ghosts, known)
    for one in sorted(known, key=lambda lesion: -(lesion.size_mm or 0)):
        lesion(pen, one, one.number in flagged)
    for one in known:
        _contacts(pen, one)
    _spread(pen, findings)
    return "".join(pen.parts)


def drawn_lesions(findings: Findings) -> str:
    """The lesions alone, for the drawing that they are placed on."""
    pen = _Pen(paper=False)
    for one in findings.lesions:
        if one.placed or one.segments:
            lesion(pen, one)
    return "".join(pen.parts)


def liver() -> str:
    """The inside of the SVG of a liver without lesions, for paper."""
    pen = _Pen(paper=True)
    _liver(pen)
    return "".join(pen.parts)


def svg(inside: str, alt: str, *, width: int = 0) -> str:
    """A whole SVG file for paper."""
    size = f' width="{width}" height="{round(width * HEIGHT / WIDTH)}"' if width else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"{size} role="img" '
        f'aria-label="{escape(alt)}">{inside}</svg>'
    )


def _liver(pen: _Pen) -> None:
    for d in liver_map.vessel_paths("vena_cava"):
        pen.path("lm-cava", d)
    for name in liver_map.SEGMENTS:
        more = "" if pen.paper else f' data-segment="{name}"'
        pen.path("lm-segment", liver_map.segment_path(name), more)
    for d in _BEHIND:
        pen.path("lm-behind", d)
    for kind in ("hepatic", "portal"):
        courses = [
            d
            for vessel in liver_map.VESSELS
            if vessel.kind == kind
            for d in liver_map.vessel_paths(vessel.key)
        ]
        for d in courses:
            pen.path(f"lm-{kind}", d)
        for d in courses if kind == "portal" else ():
            pen.path("lm-portal-core", d)  # a tube, so that it differs from a vein without colour
    pen.path("lm-outline", liver_map.outline_path())
    pen.path("lm-gallbladder", liver_map.GALLBLADDER)
    for name, (x, y) in liver_map.LABEL_AT.items():
        pen.text("lm-segment-name", x, y, name)
    for key, x, y in labels.VESSEL_LABELS:
        pen.text("lm-vessel-name", x, y, liver_map.BY_KEY[key].short)
    pen.text("lm-small", 7, 101, "R")
    pen.text("lm-small", 240, 58, "L")
    pen.path("lm-scale", "M190 178v4h50v-4")
    pen.text("lm-small", 215, 176, "5 cm")


def lesion(pen: _Pen, one: Lesion, flagged: bool = False) -> None:
    """One lesion to scale, its number, and a flag where readings differ."""
    x, y = one.place
    r, living = _radius(one.size_mm), _radius(one.viable_mm)
    pen.open(
        f'transform="translate({_n(x)} {_n(y)})"'
        + ("" if pen.paper else f' class="lm-lesion" data-lesion="{one.number}"')
    )
    if one.viable_mm is None:
        pen.circle("lm-body", 0, 0, r)
    else:
        for d in _chords(r):
            pen.path("lm-hatch", d)
        pen.circle("lm-zone", 0, 0, r)
        if living:
            pen.circle("lm-body", 0, 0, living)
    bx, by = badge_at(living or r)
    if (bx, by) != (0, 0):
        pen.path("lm-leader", f"M0 0L{_n(bx)} {_n(by)}")
    pen.circle("lm-badge", bx, by, _BADGE)
    pen.text("lm-number", bx, by + 3, str(one.number))
    if r >= 14 and one.size_mm:
        pen.text("lm-halo", 0, max(15, living + 7), f"{one.size_mm} mm")
    if flagged:
        fx, fy = bx + _BADGE + 3, by - _BADGE
        pen.path("lm-flag", f"M{_n(fx)} {_n(fy - 5)}l5 8.6h-10z")
        pen.path("lm-leader", f"M{_n(fx)} {_n(fy - 2)}v2.6M{_n(fx)} {_n(fy + 1.6)}v0.9")
    pen.close()


def _radius(size_mm: int | None) -> float:
    """Half a size as it is drawn: no wider than the liver, and nothing of one that is refused."""
    return min(size_mm, LIVER_MM) / 2 if size_mm and 0 < size_mm <= LARGEST_MM else 0


def badge_at(r: float) -> tuple[float, float]:
    """Where a lesion's number stands: within, or beside a lesion that it would hide."""
    if r >= _BADGE + 1.5:
        return (0, 0)
    away = (r + _BADGE + 2) / math.sqrt(2)
    return (away, -away)


def _chords(r: float, apart: float = 4) -> list[str]:
    """Slanting lines within a circle about the origin."""
    lines = []
    offset = -r + apart / 2
    while offset < r:
        half = math.sqrt(r * r - offset * offset)
        # Turned by 45°: along (1, -1), moved along (1, 1).
        s = math.sqrt(0.5)
        ax, ay = offset * s - half * s, offset * s + half * s
        bx, by = offset * s + half * s, offset * s - half * s
        lines.append(f"M{_n(ax)} {_n(ay)}L{_n(bx)} {_n(by)}")
        offset += apart
    return lines


def _ghosts(pen: _Pen, ghosts: Sequence[Lesion], known: Sequence[Lesion]) -> None:
    taken = labels.fixed()
    taken += [labels.disc(*one.place, max(_radius(one.size_mm), _BADGE)) for one in known]
    rings = [(*one.place, max(_radius(one.size_mm), 5)) for one in ghosts]
    taken += [labels.disc(*ring) for ring in rings]
    for x, y, r in rings:
        pen.circle("lm-ghost", x, y, r)
        at, line, box = labels.beside(x, y, r, "not seen", 6.5, taken)
        pen.text("lm-halo", at, line, "not seen")
        taken.append(box)


def _contacts(pen: _Pen, one: Lesion) -> None:
    x, y = one.place
    r = _radius(one.size_mm)
    for contact in one.contacts or ():
        px, py = liver_map.nearest_on(contact.vessel, x, y)
        apart = math.dist((x, y), (px, py))
        if apart > r + 1:
            ex, ey = x + (px - x) * r / apart, y + (py - y) * r / apart
            pen.path("lm-leader", f"M{_n(ex)} {_n(ey)}L{_n(px)} {_n(py)}")
        elif apart < _BADGE + 3 and r >= _BADGE + 1.5:
            # Not under the lesion's number: on along the vessel's side.
            px, py = x + (_BADGE + 5), y - 4
        glyph(pen, contact.degree, px, py)


def sign(degree: str) -> str:
    """The sign of a vessel's contact alone, about the origin."""
    pen = _Pen(paper=False)
    glyph(pen, degree, 0, 0)
    return "".join(pen.parts)


def glyph(pen: _Pen, degree: str, x: float, y: float) -> None:
    """Abuts: half a disc; encases: a disc in a ring; occludes: a cross in a ring."""
    pen.circle("lm-glyph", x, y, 3.4)
    match degree:
        case "abuts":
            pen.path("lm-glyph-fill", f"M{_n(x)} {_n(y - 3.4)}a3.4 3.4 0 0 1 0 6.8z")
        case "encases":
            pen.circle("lm-glyph-fill", x, y, 1.7)
        case _:
            pen.path(
                "lm-leader",
                f"M{_n(x - 2.3)} {_n(y - 2.3)}l4.6 4.6M{_n(x + 2.3)} {_n(y - 2.3)}l-4.6 4.6",
            )


def _thrombus(findings: Findings) -> list[str]:
    """Vessels in which tumour is drawn."""
    side, keys = findings.portal_side, []
    right, left = side in ("right", "both", ""), side in ("left", "both")
    match findings.portal:
        case "vp1" | "vp2":
            keys += ["right_anterior_portal", "right_posterior_portal"] if right else []
            keys += ["left_portal_branches"] if left else []
        case "vp3":
            keys += ["left_portal"] if left else ["right_portal"]
        case "vp4":
            keys += ["portal_trunk"]
            keys += ["right_portal"] if right else []
            keys += ["left_portal"] if left else []
    if findings.vein in ("vv1", "vv2"):
        keys.append(f"{findings.vein_which or 'right'}_hepatic_vein")
    return keys


def _invasion(pen: _Pen, findings: Findings) -> None:
    for key in _thrombus(findings):
        for d in liver_map.vessel_paths(key):
            pen.path("lm-thrombus", d)
    if findings.vein == "vv3":
        pen.path("lm-thrombus", "M126 22V48")
    chips = []
    if findings.portal not in ("", "none"):
        chips.append((findings.portal.capitalize(), 92, 184))
    if findings.vein not in ("", "none"):
        chips.append((findings.vein.capitalize(), 158, 15))
    if findings.duct not in ("", "none"):
        chips.append((findings.duct.upper(), 138, 150))
    for words, x, y in chips:
        pen.path("lm-chip", f"M{x - 11} {y - 8}h22v10h-22z")
        pen.text("lm-small", x, y - 1, words)


def _spread(pen: _Pen, findings: Findings) -> None:
    for site in findings.sites:
        x, y = _SPREAD_AT[site]
        words = SITES[site].replace("at the liver hilum", "at hilum")
        pen.path("lm-spread", f"M{x - 9} {y - 2}l3.6-3.6 3.6 3.6-3.6 3.6z")
        pen.text("lm-site", x, y, words)
