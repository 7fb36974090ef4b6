"""How the lesions of a case's earlier round answered to treatment, by mRECIST. Pure.

Source: Lencioni R, Llovet JM. Semin Liver Dis 2010;30:52-60. A response is told against the start,
the last images before the present treatment, and progression against the smallest sum since then,
as it is of the sums that are recorded; the lesions themselves are followed from the round before.
New disease, and growth beyond doubt of what is no target, are progression whatever the targets do;
a response is complete only where nothing is left outside the targets either. What only a reader can
judge is named, not decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from boardroom.cases.response_beyond import (
    NOTHING_STATED,
    Beyond,
    Seen,
    invasion_beyond,
    spread_beyond,
    stated_beyond,
)
from boardroom.cases.since import NOT_MAPPED, Looked
from boardroom.cases.sums import NO_LINE, TARGET_MM, Before, Line, sums_of
from boardroom.clinical.inputs import half_up
from boardroom.clinical.living import (
    IN_A_VEIN,
    UNCERTAIN,
    LesionLike,
    is_nodule,
    living_mm,
    now_living_mm,
)
from boardroom.clinical.response import RESPONSES, Measured, target_response

__all__ = ["NOTHING_STATED", "Answer", "Before", "Beyond", "Line", "answer"]

GROWTH_MM = 10
"""Growth that makes of a lesion below that size one that counts."""
TOO_MANY = "The new reading has too many lesions to count."


@dataclass(frozen=True)
class Answer:
    """The answer in parts; `response` is empty where it is not known, and `why` says why not.

    `was`, `now`: sums of viable diameters in mm at the start and now, `was` 0 where nothing can be
    compared; `at_least`: not all of `now` is known; `start`: where that is not the round before;
    `least`: the smallest sum since, where it is not `was`; `once`: one before the start that was
    smaller yet; `fell_from`: the round before, where the sum fell since and is progression.
    `new`: what is new; `grown`: what is no target and progressed; `judge`: what somebody has to
    judge; `left`: what stands against a complete response; `unstated`: what would, and nothing is
    said of it any more. All in words.
    """

    response: str
    was: int = 0
    now: int = 0
    at_least: bool = False
    start: Measured | None = None
    least: Measured | None = None
    once: Measured | None = None
    fell_from: Measured | None = None
    new: tuple[str, ...] = ()
    grown: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    unstated: tuple[str, ...] = ()
    why: str = ""

    @property
    def words(self) -> str:
        """ "PR, partial response: 62 to 38 mm viable, −39 %"."""
        said = self._response() if self.response else self.why
        if self.unstated and self.response == "CR":
            said = (
                f"{said}. Complete only if it has gone: {', '.join(self.unstated)}, not stated now."
            )
        if self.judge:
            judged = "; ".join(self.judge)
            said = f"{said.rstrip('.')}. To be judged: {judged}. Progression there is PD."
        return said

    @property
    def percent(self) -> str:
        """By how much the sum changed since the start, "−39 %"; "" where that is not known."""
        return _percent(self.was, self.now) if self.was and not self.at_least else ""

    def _response(self) -> str:
        parts = [f"{self.response}, {RESPONSES[self.response]}"]
        if self.was:
            parts[0] += f": {self._sums()}"
        if self.least is not None and self.now > self.least.mm:
            parts.append(f"smallest before: {_of(self.least)}{self._since(self.least)}")
        if self.once is not None:
            parts.append(f"smaller before this treatment: {_of(self.once)}")
        if self.fell_from is not None:
            words = "a treatment that began after it has a start of its own"
            parts.append(f"less than {_of(self.fell_from)} ({words})")
        for label, seen in (("new", self.new), ("grown", self.grown), ("left", self.left)):
            if seen:
                parts.append(f"{label}: {', '.join(seen)}")
        return "; ".join(parts)

    def _sums(self) -> str:
        if self.at_least:
            return f"{self.was} to at least {self.now} mm viable"
        return f"{self.was} to {self.now} mm viable, {self.percent}"

    def _since(self, least: Measured) -> str:
        known = least.mm and not self.at_least
        return f", {_percent(int(least.mm), self.now)} since" if known else ""

    def since(self, earlier: str) -> str:
        """Since when it is told: the start with its day, or `earlier`, the round before."""
        return f"{self.start.of}{_day(self.start)}" if self.start is not None else earlier


def _of(sum_: Measured) -> str:
    """ "30 mm in BR-0401, 9 Sep 2026"."""
    return f"{sum_.mm} mm in {sum_.of}{_day(sum_)}"


def _day(sum_: Measured) -> str:
    return f", {sum_.on.day} {sum_.on:%b %Y}" if sum_.on is not None else ""


def _percent(was: int, now: int) -> str:
    change = half_up(100 * (now - was) / was, 0)
    return f"{'+' if change > 0 else ''}{change:g} %".replace("-", "\N{MINUS SIGN}")


def _onto(answer: Answer, seen: Seen) -> Answer:
    """The answer with what was seen. New or grown is PD; what is left takes CR away."""
    response = "PD" if seen.new or seen.grown else answer.response
    if response == "CR" and seen.left:
        response = "PR"
    return replace(
        answer,
        response=response,
        new=tuple(seen.new),
        grown=tuple(seen.grown),
        judge=tuple(seen.judge),
        left=tuple(seen.left) if answer.response == "CR" and response == "PR" else (),
        unstated=tuple(seen.unstated),
    )


def answer(
    earlier: Iterable[LesionLike],
    later: Iterable[LesionLike],
    pairs: Mapping[int, int] | None = None,
    beyond: tuple[Beyond, Beyond] = (NOTHING_STATED, NOTHING_STATED),
    looked: Looked = NOT_MAPPED,
    line: Line = NO_LINE,
) -> Answer | None:
    """How the lesions of the round before answered; None where there is nothing to tell.

    `pairs`: number then to number now, by their places on two maps. Without, lesions are followed
    by their numbers, and one with another number is not said to be new. `beyond`: what the two
    rounds know outside the lesions; `line`: the rounds before the earlier one.
    """
    before = list(earlier)
    after = {one.number: one for one in later}
    if pairs is None and not looked.now_whole:
        after = {}  # the list does not follow a map that places none of too many to count
    same = pairs if pairs is not None else {one.number: one.number for one in before}
    seen = Seen()
    found, why = None, ""
    if (before or looked.then) and (after or looked.now):
        found = _targets(before, after, same, seen, looked, line)
        _other_lesions(before, after, same, seen, line)
        whole = pairs is not None and looked.whole
        why = _new_lesions(after, same, seen, mapped=whole)
    spread_beyond(*beyond, seen)
    invasion_beyond(*beyond, seen)
    stated_beyond(beyond[1], seen)
    if found is None:
        if not (seen.new or seen.grown or seen.judge):
            return None
        found = Answer("", why="No lesion of the earlier round was a target.")
    elif why and found.response not in ("", "PD"):
        found = Answer("", why=why)
    return _onto(found, seen)


def _targets(
    before: list[LesionLike],
    after: Mapping[int, LesionLike],
    same: Mapping[int, int],
    seen: Seen,
    looked: Looked,
    line: Line,
) -> Answer | None:
    """The targets' own answer; lesions that had vanished are measured with them from 0 on."""
    tumour = [one for one in before if is_nodule(one)]
    targets = [
        one
        for one in tumour
        if (size := living_mm(one)) and (size >= TARGET_MM or line.was_a_target(one))
    ]
    was, now, why = sum(living_mm(one) or 0 for one in targets), 0, ""
    for one in targets:
        found = after.get(same.get(one.number, 0))
        if found is None:
            gone = f"Lesion {one.number} of the earlier round is not in the new reading."
            why = why or (gone if looked.now_whole else TOO_MANY)
        elif not is_nodule(found):
            why = why or f"Lesion {found.number} was a target and is {found.li_rads} now."
        elif (size := now_living_mm(one, found)) is None:
            why = why or f"What lives of lesion {found.number} has no size yet."
        else:
            now += size
    vanished = [one for one in tumour if living_mm(one) == 0]
    for one in vanished:
        found = after.get(same.get(one.number, 0))
        again = (living_mm(found) or 0) if found is not None and is_nodule(found) else 0
        now += again
        if again and found is not None:
            words = f"lesion {found.number}, which lives again, {again} mm"
            (seen.judge if targets else seen.grown).append(words)
    if not targets and not any(map(line.was_a_target, vanished)):
        return None
    earlier = Measured(was, looked.then_on, line.code)
    sums = sums_of((*targets, *vanished), earlier, line, looked.now_on)
    start, nadir = sums.baseline, sums.nadir
    if not start.mm:
        return None
    response = target_response(int(start.mm), int(nadir.mm), now)
    if why and response != "PD":
        return Answer("", why=why)
    return Answer(
        response,
        int(start.mm),
        now,
        at_least=bool(why),
        start=start if start is not earlier else None,
        least=nadir if nadir is not start else None,
        once=sums.once,
        fell_from=earlier if response == "PD" and now < was and not why else None,
    )


def _other_lesions(
    before: list[LesionLike],
    after: Mapping[int, LesionLike],
    same: Mapping[int, int],
    seen: Seen,
    line: Line,
) -> None:
    """Lesions that were there and no target."""
    for one in before:
        was, found = living_mm(one), after.get(same.get(one.number, 0))
        if one.li_rads == IN_A_VEIN and found is not None and was and (living_mm(found) or 0) > was:
            words = f"lesion {found.number}, in a vein, from {was} to {living_mm(found)} mm"
            seen.judge.append(words)
        measured = is_nodule(one) and was is not None
        measured &= was == 0 or (was or 0) >= TARGET_MM or line.was_a_target(one)
        if measured or one.li_rads == IN_A_VEIN:
            continue  # with the targets, or as invasion
        if found is None:
            if is_nodule(one):
                seen.unstated.append(f"lesion {one.number} of the earlier round")
            continue
        now, name = now_living_mm(one, found), f"lesion {found.number}"
        if not is_nodule(one):
            if is_nodule(found) and (now or 0) >= TARGET_MM:
                category = found.li_rads or "without a category"
                seen.judge.append(f"{name}, {one.li_rads} before and {category} now")
            continue
        if now and is_nodule(found):
            seen.left.append(name)
        if was is not None and now is not None and now >= TARGET_MM and is_nodule(found):
            grown = seen.grown if now - was >= GROWTH_MM else seen.judge
            grown.append(f"{name} from {was} to {now} mm")


def _new_lesions(
    after: Mapping[int, LesionLike], same: Mapping[int, int], seen: Seen, *, mapped: bool
) -> str:
    """Lesions that were not there; why the answer is not known where one has no size, else ""."""
    known, why = set(same.values()), ""
    for number, one in sorted(after.items()):
        if number in known or one.li_rads == IN_A_VEIN:
            continue
        size, name = living_mm(one), f"lesion {number}"
        if is_nodule(one) and size is None:
            why = why or f"What lives of lesion {number}, which is new, has no size yet."
        elif not is_nodule(one):
            if one.li_rads in UNCERTAIN and (size or 0) >= TARGET_MM:
                seen.judge.append(f"{name}, new, {one.li_rads} of {size} mm")
        elif size and not mapped:
            seen.judge.append(f"{name}, {size} mm, a number that the earlier round does not have")
        elif (size or 0) >= TARGET_MM:
            seen.new.append(name)
        elif size:
            seen.judge.append(f"{name}, new, {size} mm")
    return why
