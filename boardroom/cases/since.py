"""What changed about a patient between two rounds: values and lesions. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from boardroom.cases.view import in_order, in_words
from boardroom.clinical.facts import FACTS, FactError, check, in_unit
from boardroom.clinical.imaging import outdated
from boardroom.clinical.inputs import half_up
from boardroom.clinical.response import RESPONSES, target_response
from boardroom.clinical.tumour_reading import SITES

Direction = Literal["up", "down", "new", "missing", "other"]


@dataclass(frozen=True)
class Change:
    """One difference. `was` or `now` is empty where there was or is none.

    `missing`: a lesion that the new reading does not have; whether it is gone, nothing says.
    """

    label: str
    was: str
    now: str
    direction: Direction
    on: dt.date | None = None


def changes(earlier: Any, later: Any, pairs: Mapping[int, int] | None = None) -> list[Change]:
    """Everything that differs between two cases (or anything with `facts` and `lesions`).

    Only values dated after the earlier round's last count as new; an unchanged value is left out.
    `pairs`: which lesion of then is which of now, as for `answer`.
    """
    return [*_facts(earlier.facts, later.facts), *_lesions(earlier.lesions, later.lesions, pairs)]


def _latest(facts: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for fact in in_order(facts):
        found[fact.key] = fact
    for key in outdated(found):
        del found[key]
    return found


def _facts(earlier: Iterable[Any], later: Iterable[Any]) -> list[Change]:
    before, after = _latest(earlier), _latest(later)
    found = []
    for key in [key for key in FACTS if key in after]:
        old, new = before.get(key), after[key]
        if old is not None and (old.value, old.unit) == (new.value, new.unit):
            continue
        direction: Direction = "new" if old is None else _compare(key, old, new)
        was = in_words(old).words if old is not None else ""
        found.append(Change(FACTS[key].label, was, in_words(new).words, direction, new.taken_on))
    return found


def _compare(key: str, old: Any, new: Any) -> Direction:
    fact = FACTS[key]
    if fact.kind != "number":
        return "other"
    try:
        unit = fact.standard.key
        values = [
            in_unit(key, checked.value, checked.unit, unit)
            for checked in (check(key, one.value, one.unit) for one in (old, new))
            if not isinstance(checked.value, str)
        ]
    except FactError:
        return "other"
    was, now = values
    return "up" if now > was else "down" if now < was else "other"


def _lesions(
    earlier: Iterable[Any], later: Iterable[Any], pairs: Mapping[int, int] | None
) -> list[Change]:
    before, after = {one.number: one for one in earlier}, {one.number: one for one in later}
    if not after:
        return []  # not read again yet: nothing can be said
    same = _same(before, pairs)
    then = {same[number]: number for number in before if same.get(number) in after}
    found = []
    for number, new in after.items():
        change = _of_lesion(before.get(then.get(number)), new)
        if change is not None:
            found.append((number, change))
    for number in before.keys() - then.values():
        # Its number may mean another lesion by now
        label = f"Former lesion {number}" if number in after else f"Lesion {number}"
        found.append((number, Change(label, _lesion(before[number]), "", "missing")))
    return [change for _, change in sorted(found, key=lambda one: one[0])]


def _same(earlier: Iterable[int], pairs: Mapping[int, int] | None) -> Mapping[int, int]:
    """Number then to number now: as the map pairs them, without a map the same number."""
    return pairs if pairs is not None else {number: number for number in earlier}


def _of_lesion(old: Any, new: Any) -> Change | None:
    """What became of one lesion; `old`: None for one that is new. None where nothing changed."""
    label = f"Lesion {new.number}"
    if old is None:
        return Change(label, "", _lesion(new), "new")
    if old.number != new.number:
        label = f"{label} (was no. {old.number})"
    elif _lesion(old) == _lesion(new):
        return None
    was, now = _size(old), _size(new)
    direction: Direction = "other"
    if was is not None and now is not None and was != now:
        direction = "up" if now > was else "down"
    return Change(label, _lesion(old), _lesion(new), direction)


def _size(lesion: Any) -> int | None:
    """What lives of it, where that was measured."""
    size: int | None = lesion.viable_mm if lesion.viable_mm is not None else lesion.size_mm
    return size


def _lesion(lesion: Any) -> str:
    parts = [
        f"segment {lesion.segments}" if lesion.segments else "",
        f"{lesion.size_mm} mm" if lesion.size_mm is not None else "",
        f"{lesion.viable_mm} mm viable" if lesion.viable_mm is not None else "",
    ]
    return ", ".join(part for part in parts if part) or "recorded"


# ---- The answer to treatment --------------------------------------------------------------------

TARGET_MM = 10
"""From this viable diameter on a lesion is a target (mRECIST)."""


@dataclass(frozen=True)
class Beyond:
    """What one round knows outside the targets; None and "" where it is not stated.

    `spread`, `invasion`: outside the liver, into vessels. `sites`: keys of SITES, from the map.
    `portal`, `vein`: how far a portal or hepatic vein is invaded ("vp1" …, "vv1" …).
    """

    spread: bool | None = None
    sites: tuple[str, ...] = ()
    invasion: bool | None = None
    portal: str = ""
    vein: str = ""


def progressed(then: Beyond, now: Beyond) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what is new for certain, what somebody has to judge) outside the targets, in words.

    New disease is progression whatever the targets do, and so is beyond doubt progression of what
    is no target (mRECIST, Lencioni 2010).
    """
    new, judge = [], []
    more = tuple(site for site in now.sites if site not in then.sites)
    where = ", ".join(SITES[site].lower() for site in more or now.sites)
    spread = f"disease outside the liver{f' ({where})' if where else ''}"
    if now.spread and (then.spread is False or (then.sites and more)):
        new.append(spread)
    elif now.spread and then.spread is None:
        judge.append(f"{spread}; nothing was stated of it before")
    if now.invasion and then.invasion is False:
        new.append("invasion of vessels")
    elif now.invasion and then.invasion is None:
        judge.append("invasion of vessels; nothing was stated of it before")
    for name, before, after in (
        ("portal vein invasion", then.portal, now.portal),
        ("hepatic vein invasion", then.vein, now.vein),
    ):
        if before not in ("", "none") and after > before:
            judge.append(f"{name} from {before.capitalize()} to {after.capitalize()}")
    return tuple(new), tuple(judge)


@dataclass(frozen=True)
class Answer:
    """How the lesions answered, by mRECIST; `why` says what stands against it.

    `was`, `now`: sums of viable diameters in mm, 0 before where they could not be compared. `new`:
    numbers of new lesions that are targets. `beyond`, `judge`: see `progressed`.
    """

    response: str
    was: int = 0
    now: int = 0
    new: tuple[int, ...] = ()
    why: str = ""
    beyond: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """ "PR, partial response: 62 to 38 mm viable, −39 %"."""
        said = self._response() if self.response else self.why
        if not self.judge:
            return said
        judged = "; ".join(self.judge)
        return f"{said.rstrip('.')}. To be judged: {judged}. Progression there is PD."

    def _response(self) -> str:
        fresh = [f"lesion {', '.join(map(str, self.new))}"] if self.new else []
        seen = "; ".join([*fresh, *self.beyond])
        sums = f": {self._sums()}" if self.was else ""
        return (
            f"{self.response}, {RESPONSES[self.response]}{sums}{f'; new: {seen}' if seen else ''}"
        )

    def _sums(self) -> str:
        change = half_up(100 * (self.now - self.was) / self.was, 0)
        sign = "+" if change > 0 else ""
        percent = f"{sign}{change:g}".replace("-", "\N{MINUS SIGN}")
        return f"{self.was} to {self.now} mm viable, {percent} %"


def answer(
    earlier: Iterable[Any],
    later: Iterable[Any],
    pairs: Mapping[int, int] | None = None,
    beyond: tuple[Beyond, Beyond] = (Beyond(), Beyond()),
) -> Answer | None:
    """How the lesions of the round before answered; None where there is nothing to tell.

    `pairs`: number then to number now, by their places on the map; the same number without.
    `beyond`: what the two rounds know outside the targets.
    """
    new, judge = progressed(*beyond)
    targets = _targets(list(earlier), {one.number: one for one in later}, pairs)
    if new:
        found = targets or Answer("")
        return replace(found, response="PD", why="", beyond=new, judge=judge)
    return replace(targets, judge=judge) if targets is not None else None


def _targets(
    before: list[Any], after: dict[int, Any], pairs: Mapping[int, int] | None
) -> Answer | None:
    targets = [one for one in before if (_size(one) or 0) >= TARGET_MM]
    if not targets or not after:
        return None
    same = _same((one.number for one in before), pairs)
    sizes = []
    for one in targets:
        found = after.get(same.get(one.number, 0))
        if found is None:
            return Answer(
                "", why=f"Lesion {one.number} of the earlier round is not in the new reading."
            )
        if (size := _size(found)) is None:
            return Answer("", why=f"Lesion {found.number} has no size yet.")
        sizes.append(size)
    was, now = sum(_size(one) or 0 for one in targets), sum(sizes)
    known = set(same.values())
    new = tuple(
        sorted(n for n, one in after.items() if n not in known and (_size(one) or 0) >= TARGET_MM)
    )
    return Answer("PD" if new else target_response(was, was, now), was, now, new)
