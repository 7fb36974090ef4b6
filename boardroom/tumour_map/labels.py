"""Where words stand on the drawing so that they hide nothing that is to be read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from boardroom.clinical.liver_map import BY_KEY, HEIGHT, LABEL_AT, WIDTH

VESSEL_LABELS = (
    ("right_hepatic_vein", 63, 139), ("middle_hepatic_vein", 103, 138),
    ("left_hepatic_vein", 206, 66), ("portal_trunk", 108, 176), ("vena_cava", 138, 12),
)  # fmt: skip
VESSEL_SIZE, SEGMENT_SIZE = 5.6, 8.0
_WIDE, _UP, _DOWN = 0.58, 0.78, 0.24  # of the size: a letter, what rises and hangs from the line


@dataclass(frozen=True)
class Box:
    """A place taken on the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: Box) -> float:
        """The area that both take."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0.0


def box_of(x: float, y: float, words: str, size: float) -> Box:
    """What words take that are set about `x` on the line `y`."""
    half = _WIDE * size * len(words) / 2
    return Box(x - half, y - _UP * size, x + half, y + _DOWN * size)


def disc(x: float, y: float, r: float) -> Box:
    """What a disc takes."""
    return Box(x - r, y - r, x + r, y + r)


def fixed() -> list[Box]:
    """The labels that every drawing has."""
    found = [box_of(x, y, BY_KEY[key].short, VESSEL_SIZE) for key, x, y in VESSEL_LABELS]
    return found + [box_of(x, y, name, SEGMENT_SIZE) for name, (x, y) in LABEL_AT.items()]


def beside(
    x: float, y: float, r: float, words: str, size: float, taken: Iterable[Box]
) -> tuple[float, float, Box]:
    """A place for words about the disc at (x, y): the first of those around it that is free.

    Below it where that can be; else above, to a side, or at a slant; where all are taken, the one
    that hides least. Returns the place and its box.
    """
    obstacles = list(taken)
    page = Box(0, 0, WIDTH, HEIGHT)
    best: tuple[float, float, float, Box] | None = None
    for at, line in _around(x, y, r, words, size):
        box = box_of(at, line, words, size)
        whole = (box.right - box.left) * (box.bottom - box.top)
        hidden = sum(box.shared(one) for one in obstacles) + whole - box.shared(page)
        if best is None or hidden < best[0] - 0.01:
            best = (hidden, at, line, box)
        if hidden < 0.01:
            break
    assert best is not None
    return best[1:]


def _around(x: float, y: float, r: float, words: str, size: float) -> Iterator[tuple[float, float]]:
    half = _WIDE * size * len(words) / 2
    below, above, middle = y + r + size * 1.1, y - r - size * 0.45, y + size * 0.35
    aside = r + half + 2
    yield from ((x, below), (x, above), (x + aside, middle), (x - aside, middle))
    for step in (0.6, 1.0):
        yield from ((x + half * step, below), (x - half * step, below))
        yield from ((x + half * step, above), (x - half * step, above))
    yield from ((x, below + size * 1.2), (x, above - size * 1.2))
