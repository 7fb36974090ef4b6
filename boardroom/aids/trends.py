"""How a case's values went over time: small lines beside a card, and the time line of a case."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from boardroom.boards.definition import BoardDefinition
from boardroom.clinical.display import NARROW_SPACE, axis_unit, converted
from boardroom.clinical.facts import FACTS
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.units import rounded

LIVER_LINES = ("bilirubin", "albumin", "platelets", "inr", "child_pugh_points")
TUMOUR_LINES = ("afp", "viable_sum_mm", "largest_mm", "ca199", "cea", "chromogranin_a")
_SHORT = {
    "bilirubin": "Bilirubin",
    "viable_sum_mm": "Viable sum",
    "largest_mm": "Largest nodule",
    "child_pugh_points": "Child-Pugh",
}
STEEP = 20  # from here on a straight scale shows only the highest value


@dataclass(frozen=True, slots=True)
class Point:
    """One value: its day, its number, and where it stands in a drawing of 0 to 100 each way.

    `text`: the number with as many decimals as every other of its line.
    """

    day: dt.date
    value: float
    text: str = ""
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """One line. `steep`: drawn to a logarithmic scale."""

    key: str
    label: str
    unit: str
    points: tuple[Point, ...]
    steep: bool = False

    @property
    def steps(self) -> list[tuple[Point, Point]]:
        """The line's pieces."""
        return list(zip(self.points, self.points[1:], strict=False))

    def words(self, point: Point) -> str:
        """Number and unit."""
        return f"{point.text}{NARROW_SPACE}{self.unit}" if self.unit else point.text

    @property
    def description(self) -> str:
        """The drawing in words, for those who do not see it."""
        first, last = self.points[0], self.points[-1]
        way = (
            "unchanged"
            if first.text == last.text
            else "risen" if last.value > first.value else "fallen"
        )  # fmt: skip
        return (
            f"{self.label}, {len(self.points)} values: {way} from {self.words(first)} on "
            f"{_day(first.day)} to {self.words(last)} on {_day(last.day)}"
        )


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"


def liver_trends(record: CaseRecord, board: BoardDefinition, units: str) -> list[Trend]:
    """Bilirubin, albumin and the like, and MELD on each day on which its labs were new."""
    found = [_of_fact(record, key, units) for key in LIVER_LINES]
    return [line for line in (_meld(record, board), *found) if line is not None]


def tumour_trends(record: CaseRecord, units: str) -> list[Trend]:
    """Tumour markers and sizes."""
    found = [_of_fact(record, key, units) for key in TUMOUR_LINES]
    return [line for line in found if line is not None]


def _of_fact(record: CaseRecord, key: str, units: str) -> Trend | None:
    by_day: dict[dt.date, float] = {}
    for fact in record.facts:
        if fact.key != key or fact.taken_on is None or fact.taken_on > record.on:
            continue
        number = converted(key, fact.value, fact.unit, units)
        if number is not None:
            by_day[fact.taken_on] = float(number)
    if key == "largest_mm":  # where no nodule was left there is none to measure
        for day, count in record.series("nodule_count"):
            if count == 0:
                by_day.setdefault(day, 0.0)
    return drawn(key, _SHORT.get(key, FACTS[key].label), axis_unit(key, units), by_day)


def drawn(key: str, label: str, unit: str, by_day: dict[dt.date, float]) -> Trend | None:
    """A line through the values, or None for fewer than two."""
    if len(by_day) < 2:
        return None
    places = _decimals(by_day.values())
    points = [Point(day, value, _text(value, places)) for day, value in sorted(by_day.items())]
    lowest, highest = min(by_day.values()), max(by_day.values())
    steep = lowest > 0 and highest / lowest >= STEEP
    return Trend(key, label, unit, tuple(_placed(points, steep)), steep)


def _text(value: float, places: int) -> str:
    step = Decimal(1).scaleb(-places)
    return f"{Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP):f}"


def _decimals(values: Iterable[float]) -> int:
    """How many decimals every value of a line is shown with, so that 1 and 1.25 are 1.00 and 1.25.

    As many as one of them needs, but no more than leave the highest four digits.
    """
    numbers = [Decimal(str(value)) for value in values]
    needed = max(len(rounded(number).partition(".")[2]) for number in numbers)
    highest = max(numbers, key=abs)
    return min(needed, max(0, 3 - highest.adjusted()) if highest else 0)


def _placed(points: Sequence[Point], steep: bool) -> list[Point]:
    heights = [math.log10(p.value) if steep else p.value for p in points]
    bottom, span = min(heights), max(heights) - min(heights)
    first, days = points[0].day, (points[-1].day - points[0].day).days
    return [
        replace(
            point,
            x=round(100 * (point.day - first).days / days, 2),
            y=round(100 - 100 * (height - bottom) / span if span else 50.0, 2),
        )
        for point, height in zip(points, heights, strict=True)
    ]


def _meld(record: CaseRecord, board: BoardDefinition) -> Trend | None:
    """MELD 3.0 over time, or MELD where sodium, albumin or sex are never known together.

    A day counts if every lab behind it is recent enough on that day.
    """
    days = sorted(
        {
            fact.taken_on
            for fact in record.facts
            if fact.key in ("bilirubin", "creatinine", "inr") and fact.taken_on is not None
        }
    )
    for name, label in (("meld3", "MELD 3.0"), ("meld", "MELD")):
        by_day: dict[dt.date, float] = {}
        for day in days:
            if day > record.on:
                continue
            filled = replace(record, on=day).fill(name)
            known = filled.result is not None and filled.result.complete
            fresh = filled.oldest_lab_days is not None and (
                filled.oldest_lab_days <= board.aids.lab_days
            )
            if known and fresh and filled.result is not None:
                by_day[day] = float(filled.result.values[name])
        if line := drawn(name, label, "", by_day):
            return line
    return None


# ---- The time line of a case --------------------------------------------------------------------

TIME_LINES = ("afp", "bilirubin", "albumin", "largest_mm", "child_pugh_points")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day."""

    day: dt.date
    label: str
    note: str = ""
    x: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the time line: either marks or a line."""

    label: str
    marks: tuple[Mark, ...] = ()
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Rows on one common scale from `first` to `last`."""

    first: dt.date
    last: dt.date
    rows: tuple[Row, ...]


def time_line(
    record: CaseRecord,
    treatments: Sequence[Mark],
    visits: Mapping[str, Sequence[Mark]],
    units: str,
) -> TimeLine | None:
    """Treatments by kind, visits, and the values that repeat; None for too little.

    `treatments`: label is the kind. `visits`: {what they were, such as rounds at the board: marks}.
    """
    lines = [t for key in TIME_LINES if (t := _of_fact(record, key, units)) is not None]
    if not treatments or len(treatments) + sum(len(t.points) for t in lines) < 3:
        return None
    rounds = [mark for marks in visits.values() for mark in marks]
    days = [m.day for m in (*treatments, *rounds)]
    days += [p.day for line in lines for p in line.points]
    first, last = min(days), max(days)
    span = (last - first).days
    if not span:
        return None

    def at(day: dt.date) -> float:
        return round(100 * (day - first).days / span, 2)

    def row(label: str, marks: Sequence[Mark]) -> Row:
        return Row(label, tuple(replace(m, x=at(m.day)) for m in marks))

    kinds: dict[str, list[Mark]] = {}
    for mark in treatments:
        kinds.setdefault(mark.label, []).append(mark)
    rows = [row(kind, marks) for kind, marks in kinds.items()]
    if len(rounds) > 1:
        rows += [row(name, marks) for name, marks in visits.items()]
    rows += [
        Row(
            line.label,
            trend=replace(line, points=tuple(replace(p, x=at(p.day)) for p in line.points)),
        )
        for line in lines
    ]
    return TimeLine(first, last, tuple(rows))
