"""Two readings of the same liver against each other: what the second sees otherwise.

An imaging re-read is the commonest reason for a board to change a verdict, so every difference is
said in words. Sizes differ where they are on two sides of a size on which stage or eligibility
turns, however little, or more than 5 mm and more than 20 % of the smaller apart (this project's
threshold). Readers' measurements of the same lesion scatter by about 5 mm: a difference within that
is said together with how little it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from boardroom.clinical.tumour_reading import (
    DUCT,
    PORTAL,
    SITES,
    VEIN,
    Findings,
    Lesion,
)

SIZE_MM, SIZE_SHARE = 5, 0.2
LIMITS_MM = (20, 30, 50)
"""T1a and BCLC 0 end at the first, Milan turns on the other two."""
THRESHOLD = (
    "Sizes count as different when they are on two sides of 20, 30 or 50 mm, or more than 5 mm and "
    "more than 20 % apart."
)
SCATTER = "within what two readers’ measurements scatter"
"""Said of sizes that are no more than SIZE_MM apart, and yet change what a lesion counts as."""
NEAR_MM = 40
"""Lesions further apart on the drawing than this, without a common segment, are two lesions."""


@dataclass(frozen=True)
class Difference:
    """One thing that two readings say differently.

    `kind`: lesions, only_first, only_second, segment, size, viable, li_rads, features, contact,
    portal, vein, duct, spread. `first`, `second`: the lesion's numbers in each, None where it
    concerns none.
    """

    kind: str
    words: str
    first: int | None = None
    second: int | None = None


@dataclass(frozen=True)
class Comparison:
    """Which lesions are the same, and what differs."""

    pairs: tuple[tuple[int, int], ...]
    differences: tuple[Difference, ...]

    def marked_first(self) -> frozenset[int]:
        """Numbers of the first reading's lesions that the second sees otherwise."""
        return frozenset(d.first for d in self.differences if d.first is not None)

    def marked_second(self) -> frozenset[int]:
        """Numbers of the second reading's lesions that the first sees otherwise."""
        return frozenset(d.second for d in self.differences if d.second is not None)

    def only_first(self) -> frozenset[int]:
        return frozenset(
            d.first for d in self.differences if d.kind == "only_first" and d.first is not None
        )

    def only_second(self) -> frozenset[int]:
        return frozenset(
            d.second for d in self.differences if d.kind == "only_second" and d.second is not None
        )


def without_the_other_side(findings: Findings) -> Findings:
    """A reading to be compared with one of another day: its numbers of the other side's mean
    nothing there."""
    return replace(findings, lesions=tuple(replace(one, same_as="") for one in findings.lesions))


def sizes_differ(one: int, other: int) -> bool:
    """Whether two diameters in millimetres are further apart than readers usually are, or on two
    sides of a size that changes what the lesion counts as."""
    less, more = sorted((one, other))
    turns = any(less <= limit < more for limit in LIMITS_MM)
    return turns or more - less > max(SIZE_MM, SIZE_SHARE * less)


def _within_scatter(one: int | None, other: int | None) -> str:
    """That two sizes which differ are no further apart than two readers can be; else nothing."""
    # 0 is "no viable tumour left", not a measurement
    return SCATTER if one and other and abs(one - other) <= SIZE_MM else ""


def pair(first: Sequence[Lesion], second: Sequence[Lesion]) -> tuple[tuple[int, int], ...]:
    """Numbers of lesions that are the same one: first as somebody said, then the nearest."""
    pairs: list[tuple[int, int]] = []
    left = {one.number: one for one in first if one.same_as != "none"}
    right = {one.number: one for one in second if one.same_as != "none"}
    for said, mine, theirs, turn in ((second, right, left, True), (first, left, right, False)):
        for one in said:
            other = int(one.same_as) if one.same_as.isdigit() else 0
            if one.number in mine and other in theirs:
                pairs.append((other, one.number) if turn else (one.number, other))
                del mine[one.number], theirs[other]
    candidates = sorted(
        (_apart(a, b), a.number, b.number)
        for a in left.values()
        for b in right.values()
        if _may_be_same(a, b)
    )
    for _, a_number, b_number in candidates:
        if a_number in left and b_number in right:
            pairs.append((a_number, b_number))
            del left[a_number], right[b_number]
    return tuple(sorted(pairs))


def _may_be_same(a: Lesion, b: Lesion) -> bool:
    common = bool(set(a.segments) & set(b.segments))
    large = max(a.size_mm or 0, b.size_mm or 0) / 2
    return common or math.dist(a.place, b.place) <= max(NEAR_MM, large)


def _apart(a: Lesion, b: Lesion) -> float:
    """How little two lesions look the same: millimetres between them, in place and in size."""
    size = abs((a.size_mm or 0) - (b.size_mm or 0)) if a.size_mm and b.size_mm else 10
    same = 0 if set(a.segments) & set(b.segments) else 15
    return round(math.dist(a.place, b.place) + size / 2 + same, 3)


def compare(
    first: Findings, second: Findings, names: tuple[str, str] = ("first reading", "second reading")
) -> Comparison:
    """Everything that two readings say differently: of the lesions as a whole, lesion by lesion,
    then invasion and spread."""
    pairs = pair(first.lesions, second.lesions)
    found = _as_a_whole(first, second, names)
    for a_number, b_number in pairs:
        found += _of_lesion(first.lesion(a_number), second.lesion(b_number), names)
    seen = {a for a, _ in pairs}, {b for _, b in pairs}
    for lesions, known, kind, who in (
        (first.lesions, seen[0], "only_first", names[0]),
        (second.lesions, seen[1], "only_second", names[1]),
    ):
        silent = second if kind == "only_first" else first
        if not silent.tells_lesions or silent.uncountable:
            continue  # that it names no lesion is not that it saw none
        for one in lesions:
            if one.number not in known:
                words = f"{_short(one)}: seen by the {who} alone."
                here = {"first" if kind == "only_first" else "second": one.number}
                found.append(Difference(kind, words, **here))
    return Comparison(pairs, (*found, *_beyond(first, second, names)))


def _as_a_whole(first: Findings, second: Findings, names: tuple[str, str]) -> list[Difference]:
    """Where one counts lesions and the other does not, they cannot be found to agree."""
    if (first.tells_lesions, first.uncountable) == (second.tells_lesions, second.uncountable):
        return []
    one, other = _count(first), _count(second)
    return [Difference("lesions", f"Lesions: {one} ({names[0]}); {other} ({names[1]}).")]


def _count(findings: Findings) -> str:
    if findings.uncountable:
        return "too many to count"
    if findings.lesions:
        return f"{len(findings.lesions)} placed"
    return "none seen" if findings.none_seen else "nothing said of lesions"


def _short(one: Lesion) -> str:
    where = f"segment {one.where}" if one.segments else "segment not stated"
    return f"Lesion {one.number} ({', '.join(p for p in (where, one.size_words) if p)})"


def _name(a: Lesion, b: Lesion, names: tuple[str, str]) -> str:
    if a.number == b.number:
        return f"Lesion {a.number}"
    return f"Lesion {b.number} (number {a.number} of the {names[0]})"


def _of_lesion(a: Lesion, b: Lesion, names: tuple[str, str]) -> list[Difference]:
    found: list[Difference] = []

    def differ(kind: str, what: str, one: str, other: str, note: str = "") -> None:
        words = f"{_name(a, b, names)}, {what}: {one} ({names[0]}); {other} ({names[1]})"
        words += f", {note}." if note else "."
        found.append(Difference(kind, words, a.number, b.number))

    if set(a.segments) != set(b.segments):
        differ("segment", "segment", a.where or "not stated", b.where or "not stated")
    if a.size_mm and b.size_mm and sizes_differ(a.size_mm, b.size_mm):
        note = _within_scatter(a.size_mm, b.size_mm)
        differ("size", "size", f"{a.size_mm} mm", f"{b.size_mm} mm", note)
    if _viable_differs(a.viable_mm, b.viable_mm):
        note = _within_scatter(a.viable_mm, b.viable_mm)
        differ("viable", "viable part", _mm(a.viable_mm), _mm(b.viable_mm), note)
    if a.li_rads != b.li_rads:
        differ("li_rads", "category", a.li_rads or "none given", b.li_rads or "none given")
    if a.features and b.features and set(a.features) != set(b.features):
        differ("features", "features", a.feature_words, b.feature_words)
    if set(a.contacts or ()) != set(b.contacts or ()) or (
        (a.contacts is None) != (b.contacts is None) and (a.contacts or b.contacts)
    ):
        nothing = "not stated"
        differ("contact", "vessels", a.contact_words or nothing, b.contact_words or nothing)
    return found


def _viable_differs(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return one != other
    return (one == 0) != (other == 0) or sizes_differ(one, other)


def _mm(value: int | None) -> str:
    return "not stated" if value is None else f"{value} mm"


def _beyond(first: Findings, second: Findings, names: tuple[str, str]) -> list[Difference]:
    found = []
    told: tuple[tuple[str, str, Callable[[Findings], str], Callable[[Findings], object]], ...] = (
        ("portal", "Portal vein invasion",
         lambda f: _with(PORTAL.get(f.portal, ""), f.portal_side),
         lambda f: (_stated(f.portal), f.portal_side)),
        ("vein", "Hepatic vein invasion",
         lambda f: _with(VEIN.get(f.vein, ""), f.vein_which),
         lambda f: (_stated(f.vein), f.vein_which)),
        ("duct", "Bile duct invasion", lambda f: DUCT.get(f.duct, ""), lambda f: _stated(f.duct)),
        ("spread", "Outside the liver",
         lambda f: ", ".join(SITES[s] for s in f.spread), lambda f: frozenset(f.sites)),
    )  # fmt: skip
    for kind, label, words, value in told:
        if value(first) != value(second):
            one, other = words(first) or "not stated", words(second) or "not stated"
            said = f"{label}: {_lower(one)} ({names[0]}); {_lower(other)} ({names[1]})."
            found.append(Difference(kind, said))
    return found


def _stated(value: str) -> str:
    """ "None seen" and "not stated" differ in how much was looked for, not in what was seen."""
    return "" if value == "none" else value


def _with(words: str, side: str) -> str:
    return f"{words}, {side}" if words and side else words


def _lower(words: str) -> str:
    is_class = words[1:2].isdigit() or words[:2] in ("Vp", "Vv")
    return words if is_class else words[:1].lower() + words[1:]
