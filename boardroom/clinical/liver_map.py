"""The liver as the tumour map draws it: Couinaud's eight segments, veins and portal branches.

Drawn for this project in the usual frontal view: the patient's right is on the left, the posterior
segments VI and VII lie at the outer edge, and the caudate lobe (I), which hides behind, is shown
in the middle. One unit is one millimetre of an average adult liver, 21 cm from side to side, so
that a lesion drawn with its diameter is drawn to scale. Anatomy: C. Couinaud, Le foie (Masson,
1957), as drawn in the Brisbane 2000 terminology; the curves are this project's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

Point = tuple[float, float]
"""Millimetres from the left and from the top of the drawing."""

WIDTH, HEIGHT = 250, 190
LIVER_WIDTH_MM = 210

SEGMENTS = ("I", "II", "III", "IVa", "IVb", "V", "VI", "VII", "VIII")

# Segments that share a face, behind what a frontal view can show too.
NEIGHBOURS = frozenset(
    frozenset(pair.split())
    for pair in (
        "I II", "I III", "I IVa", "I IVb", "I VII", "I VIII", "I V", "I VI",
        "II III", "II IVa", "III IVb", "III IVa", "IVa IVb", "IVa VIII", "IVb V", "IVa V",
        "IVb VIII", "V VI", "V VIII", "VI VII", "VII VIII", "V VII", "VI VIII",
    )
)  # fmt: skip

# Where lines meet. r, l: the outer edges; t…, b…: on the upper and lower edge, where the planes of
# the right (1) and middle (2) hepatic vein and of the falciform ligament (3) come out;
# p…, c…: inside.
_NODES: dict[str, Point] = {
    "r": (18, 98), "t1": (114, 20.2), "t2": (123, 22.5), "t3": (137, 28), "l": (228, 54),
    "b3": (140, 116), "b2": (101, 146), "b1": (64, 161.5),
    "p1": (78, 96), "p2": (110, 92), "p3": (141, 82), "p4": (140, 58),
    "c1": (121, 46), "c2": (113, 83),
}  # fmt: skip

# Cubic curves from node to node: control, control, end, and so on.
_EDGES: dict[str, tuple[Point, ...]] = {
    "r t1": ((17, 70), (34, 38), (64, 26), (80, 20), (98, 18), (114, 20.2)),
    "t1 t2": ((117, 20.7), (120, 21.5), (123, 22.5)),
    "t2 t3": ((128, 24), (132, 27), (137, 28)),
    "t3 l": ((150, 31), (176, 25), (198, 29), (214, 32), (228, 40), (228, 54)),
    "l b3": ((228, 66), (206, 77), (186, 87), (168, 96), (157, 113), (148, 121),
             (144, 124), (141, 121), (140, 116)),
    "b3 b2": ((138, 123), (135, 129), (128, 130), (117, 131), (110, 139), (101, 146)),
    "b2 b1": ((92, 152), (79, 159), (64, 161.5)),
    "b1 r": ((48, 164), (33, 159), (27, 143), (22, 129), (18, 113), (18, 98)),
    "t1 p1": ((97, 33), (84, 66), (78, 96)),
    "p1 b1": ((72, 116), (66, 140), (64, 161.5)),
    "t2 c1": ((123, 31), (122, 38), (121, 46)),
    "c1 c2 right": ((109, 52), (104, 72), (113, 83)),
    "c1 c2 left": ((133, 52), (128, 74), (113, 83)),
    "c2 p2": ((112, 86), (111, 89), (110, 92)),
    "p2 b2": ((107, 110), (104, 128), (101, 146)),
    "t3 p4": ((138, 38), (139, 48), (140, 58)),
    "p4 p3": ((141, 66), (141, 74), (141, 82)),
    "p3 b3": ((141, 94), (140, 105), (140, 116)),
    "r p1": ((38, 104), (60, 102), (78, 96)),
    "p1 p2": ((88, 93), (99, 92), (110, 92)),
    "p2 p3": ((120, 92), (131, 88), (141, 82)),
    "p4 l": ((162, 66), (200, 62), (228, 54)),
}  # fmt: skip

# The edges round each segment; one that is run through backwards begins with "~".
_LOOPS: dict[str, tuple[str, ...]] = {
    "VII": ("r t1", "t1 p1", "~r p1"),
    "VI": ("r p1", "p1 b1", "b1 r"),
    "VIII": ("t1 t2", "t2 c1", "c1 c2 right", "c2 p2", "~p1 p2", "~t1 p1"),
    "V": ("p1 p2", "p2 b2", "b2 b1", "~p1 b1"),
    "IVa": ("t2 t3", "t3 p4", "p4 p3", "~p2 p3", "~c2 p2", "~c1 c2 left", "~t2 c1"),
    "IVb": ("p2 p3", "p3 b3", "b3 b2", "~p2 b2"),
    "I": ("c1 c2 right", "~c1 c2 left"),
    "II": ("t3 l", "~p4 l", "~t3 p4"),
    "III": ("p4 l", "l b3", "~p3 b3", "~p4 p3"),
}
_OUTLINE = ("r t1", "t1 t2", "t2 t3", "t3 l", "l b3", "b3 b2", "b2 b1", "b1 r")

LABEL_AT: dict[str, Point] = {
    "I": (113, 68), "II": (200, 45), "III": (160, 98), "IVa": (127, 86), "IVb": (128, 126),
    "V": (80, 146), "VI": (34, 132), "VII": (36, 74), "VIII": (110, 31),
}  # fmt: skip
CENTRE_OF: dict[str, Point] = {
    "I": (118, 64), "II": (178, 46), "III": (170, 79), "IVa": (132, 62), "IVb": (126, 106),
    "V": (88, 118), "VI": (47, 122), "VII": (56, 72), "VIII": (98, 62),
}  # fmt: skip
"""Where a lesion stands of which only the segment is known."""


@dataclass(frozen=True)
class Vessel:
    """A vessel: its words, its short label on the drawing, its course, and its kind."""

    key: str
    name: str
    short: str
    kind: str  # hepatic, portal, artery, cava
    courses: tuple[tuple[Point, ...], ...]  # each: start, then cubic curves


VESSELS: tuple[Vessel, ...] = (
    Vessel("right_hepatic_vein", "right hepatic vein", "RHV", "hepatic",
           (((124, 35), (104, 35), (86, 68), (78, 97), (73, 113), (69, 128), (67, 144)),)),
    Vessel("middle_hepatic_vein", "middle hepatic vein", "MHV", "hepatic",
           (((126, 36), (123, 50), (117, 72), (112, 92), (109, 104), (107, 116), (105, 130)),)),
    Vessel("left_hepatic_vein", "left hepatic vein", "LHV", "hepatic",
           (((128, 35), (135, 42), (140, 56), (154, 60.5), (172, 64), (192, 62), (208, 58.5)),)),
    Vessel("vena_cava", "inferior vena cava", "IVC", "cava",
           (((126, 8), (126, 20), (126, 28), (126, 36), (125, 80), (121, 140), (120, 178)),)),
    Vessel("portal_trunk", "portal vein trunk", "PV", "portal",
           (((113, 168), (113, 150), (114, 120), (117, 99)),)),
    Vessel("right_portal", "right portal vein", "RPV", "portal",
           (((117, 99), (110, 99), (103, 99), (96, 98)),)),
    Vessel("right_anterior_portal", "right anterior portal branch", "RAPV", "portal",
           (((96, 98), (94, 84), (96, 72), (99, 60)), ((96, 98), (93, 108), (91, 116), (90, 128)))),
    Vessel("right_posterior_portal", "right posterior portal branch", "RPPV", "portal",
           (((96, 98), (80, 101), (68, 102), (58, 100), (54, 94), (52, 84), (52, 74)),
            ((58, 100), (52, 106), (49, 114), (48, 126)))),
    Vessel("left_portal", "left portal vein", "LPV", "portal",
           (((117, 99), (124, 98), (132, 94), (138, 87), (141, 83), (142, 77), (142, 72)),)),
    Vessel("left_portal_branches", "branches of the left portal vein", "", "portal",
           (((142, 72), (150, 58), (164, 50), (182, 46)),
            ((142, 76), (152, 80), (162, 82), (174, 82)),
            ((139, 86), (135, 96), (132, 104), (129, 114)),
            ((142, 72), (138, 64), (134, 58), (132, 52)))),
    Vessel("right_hepatic_artery", "right hepatic artery", "RHA", "artery",
           (((122, 152), (121, 130), (119, 112), (114, 105), (110, 103), (106, 104), (102, 104)),)),
    Vessel("left_hepatic_artery", "left hepatic artery", "LHA", "artery",
           (((122, 152), (122, 130), (124, 112), (130, 102), (135, 96), (139, 91), (144, 84)),)),
)  # fmt: skip
BY_KEY = {vessel.key: vessel for vessel in VESSELS}

GALLBLADDER = "M101 140 C95 142 91 150 92 158 C93 165 103 166 105 158 C107 151 106 144 103 140"


def _curves(loop: Sequence[str]) -> tuple[Point, list[Point]]:
    points: list[Point] = []
    for name in loop:
        curves = _EDGES[name.removeprefix("~")]
        if name.startswith("~"):
            points += [*reversed(curves[:-1]), _NODES[name[1:].split()[0]]]
        else:
            points += curves
    return _NODES[loop[0].split()[0]], points


def path_of(start: Point, curves: Sequence[Point], *, closed: bool = False) -> str:
    """An SVG path of cubic curves."""
    text = [f"M{_n(start[0])} {_n(start[1])}"]
    for i in range(0, len(curves), 3):
        text.append("C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in curves[i : i + 3]))
    return "".join(text) + ("Z" if closed else "")


def _n(value: float) -> str:
    return f"{round(value, 2):g}"


def _sampled(start: Point, curves: Sequence[Point], steps: int = 16) -> list[Point]:
    points = [start]
    for i in range(0, len(curves), 3):
        a, (b, c, d) = points[-1], curves[i : i + 3]
        for step in range(1, steps + 1):
            t = step / steps
            u = 1 - t
            points.append(
                tuple(
                    u**3 * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t**3 * d[k]
                    for k in (0, 1)
                )  # type: ignore[arg-type]
            )
    return points


@cache
def segment_path(segment: str) -> str:
    """The segment's outline as an SVG path."""
    return path_of(*_curves(_LOOPS[segment]), closed=True)


@cache
def outline_path() -> str:
    """The liver's outline as an SVG path."""
    return path_of(*_curves(_OUTLINE), closed=True)


@cache
def vessel_paths(key: str) -> tuple[str, ...]:
    """The courses of a vessel as SVG paths."""
    return tuple(path_of(course[0], course[1:]) for course in BY_KEY[key].courses)


@cache
def polygon_of(segment: str) -> tuple[Point, ...]:
    """The segment's outline as the corners of a polygon."""
    return tuple(_sampled(*_curves(_LOOPS[segment])))


@cache
def outline_polygon() -> tuple[Point, ...]:
    """The liver's outline as the corners of a polygon."""
    return tuple(_sampled(*_curves(_OUTLINE)))


def contains(polygon: Sequence[Point], x: float, y: float) -> bool:
    """Whether a point lies within a polygon."""
    inside = False
    j = len(polygon) - 1
    for i, (xi, yi) in enumerate(polygon):
        xj, yj = polygon[j]
        if (yi > y) != (yj > y) and x < (xj - xi) * (y - yi) / (yj - yi) + xi:
            inside = not inside
        j = i
    return inside


def segment_at(x: float, y: float) -> str | None:
    """The segment that is drawn at a place; None outside the liver."""
    # The caudate lobe's curve is drawn over its neighbours' common edge.
    return next((s for s in SEGMENTS if contains(polygon_of(s), x, y)), None)


def touch_each_other(segments: Iterable[str]) -> bool:
    """Whether one lesion can lie in all of these segments: each is reached from the next."""
    left = set(segments)
    if not left:
        return True
    reached = {left.pop()}
    while left:
        near = {s for s in left if any(frozenset((s, r)) in NEIGHBOURS for r in reached)}
        if not near:
            return False
        reached |= near
        left -= near
    return True


def default_place(segments: Sequence[str]) -> Point:
    """Where a lesion stands of which only the segments are known: in their middle."""
    if not segments:
        return CENTRE_OF["IVa"]
    points = [CENTRE_OF[s] for s in segments]
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    # The middle of segments around a corner can lie in another one.
    return (x, y) if segment_at(x, y) in segments else points[0]


def nearest_on(key: str, x: float, y: float) -> Point:
    """The place on a vessel that is nearest to a point."""
    places = [p for course in BY_KEY[key].courses for p in _sampled(course[0], course[1:])]
    return min(places, key=lambda p: math.dist(p, (x, y)))
