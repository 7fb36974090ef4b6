"""A case's maps as a page shows them: each reading drawn, in words, and against the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from boardroom.clinical import reread
from boardroom.clinical.liver_map import HEIGHT, WIDTH
from boardroom.clinical.tumour_reading import Findings, Lesion, description
from boardroom.text import in_sentence
from boardroom.tumour_map import rules
from boardroom.tumour_map.drawing import drawn


@dataclass(frozen=True)
class Picture:
    """One reading, drawn. `reading`: the stored row, None for what is only listed."""

    side: str
    heading: str
    findings: Findings
    reading: Any = None
    marked: frozenset[int] = frozenset()
    ghosts: tuple[Lesion, ...] = ()

    view_box = f"0 0 {WIDTH} {HEIGHT}"

    @property
    def alt(self) -> str:
        """The drawing in words."""
        return description(self.findings, in_sentence(self.heading))

    def inside(self) -> str:
        """What stands in the SVG on a screen."""
        return drawn(self.findings, marked=self.marked, ghosts=self.ghosts)

    def upon(self) -> str:
        """What stands in the SVG on paper, upon the liver that all pictures of a paper share."""
        return drawn(
            self.findings, paper=True, marked=self.marked, ghosts=self.ghosts, within=False
        )

    @cached_property
    def degrees(self) -> frozenset[str]:
        """How vessels are met, for the key of the signs."""
        return frozenset(c.degree for one in self.findings.lesions for c in one.contacts or ())


@dataclass(frozen=True)
class TumourMap:
    """Every reading of a case beside the other, and what they say differently."""

    pictures: tuple[Picture, ...]
    differences: tuple[reread.Difference, ...] = ()
    without_board: bool = False  # there is a reading of the board's, which is not shown here

    scale_note = rules.SCALE_NOTE
    threshold = reread.THRESHOLD

    @property
    def compared(self) -> bool:
        return len(self.pictures) > 1

    @property
    def counts(self) -> Picture | None:
        """The reading that counts: the board's where there is one."""
        return self.pictures[-1] if self.pictures else None

    @property
    def lists(self) -> Picture | None:
        """The reading that the case's list of lesions follows, if any: see `that_lists`."""
        for picture in reversed(self.pictures):
            said = picture.findings
            if picture.reading is not None and (said.lesions or said.none_seen):
                return picture
            if said.uncountable:
                return None
        return None

    @property
    def words(self) -> list[str]:
        """What differs, in words."""
        return [d.words for d in self.differences]


def tumour_map(readings: Mapping[str, Any], lines: Sequence[Any]) -> TumourMap:
    """The map of a case from its readings by side; from its list where nobody has read yet."""
    if not readings:
        findings = rules.of_list(lines)
        if not findings.lesions:
            return TumourMap(())
        return TumourMap((Picture("listed", rules.HEADINGS["listed"], findings),))
    return of_findings({side: (r.said, r) for side, r in readings.items()})


def of_findings(sides: Mapping[str, tuple[Findings, Any]]) -> TumourMap:
    """The map of readings by side, the referring hospital's first."""
    if len(sides) < 2:
        pictures = (Picture(s, rules.HEADINGS[s], f, r) for s, (f, r) in sides.items())
        return TumourMap(tuple(pictures))
    (first, first_row), (second, second_row) = sides[rules.REFERRING], sides[rules.BOARD]
    found = reread.compare(first, second, (rules.SIDES["referring"], rules.SIDES["board"]))
    return TumourMap(
        (
            Picture(
                rules.REFERRING,
                rules.HEADINGS[rules.REFERRING],
                first,
                first_row,
                found.marked_first(),
                tuple(second.lesion(n) for n in sorted(found.only_second())),
            ),
            Picture(
                rules.BOARD,
                rules.HEADINGS[rules.BOARD],
                second,
                second_row,
                found.marked_second(),
                tuple(first.lesion(n) for n in sorted(found.only_first())),
            ),
        ),
        found.differences,
    )
