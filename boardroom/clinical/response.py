"""How a tumour answered to treatment: mRECIST."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boardroom.clinical.aid import Clamp, Outcome, aid
from boardroom.clinical.inputs import ImpossibleValue, choice, half_up, nine, number, yesno

RESPONSES = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progressive disease",
}


def _needs(values: Mapping[str, Any]) -> Iterator[str]:
    stated = values.keys() & {"nontarget_unequivocal_progression", "nontarget_state"}
    if not stated and not values.get("new_lesion"):
        yield "Whether non-target lesions progressed"


SUMS = ("baseline_sum_viable_mm", "nadir_sum_viable_mm", "current_sum_viable_mm")


def _spares(values: Mapping[str, Any]) -> tuple[str, ...]:
    """A new lesion, or what is no target and progressed, is progression whatever the targets do."""
    if values.get("new_lesion"):
        return SUMS
    certain = values.get("nontarget_state") == "pd"
    certain |= bool(values.get("nontarget_unequivocal_progression"))
    return (*SUMS, "new_lesion") if certain else ()


def _sum(name: str, when: str) -> Any:
    return number(name, f"Sum of viable diameters {when}", 0, 2000, unit="mm")


@aid(
    "mrecist",
    title="mRECIST",
    version="2010",
    citation="Lencioni R, Llovet JM. Semin Liver Dis 2010;30:52-60. doi:10.1055/s-0030-1247132",
    convention=(
        "Viable diameters only. Progression is tested before partial response; the smallest sum "
        "includes the first; limits are inclusive; there is no rule of 5 mm. A new lesion is "
        "progression without any sum."
    ),
    inputs=(
        _sum("baseline_sum_viable_mm", "at the start"),
        _sum("nadir_sum_viable_mm", "at their smallest"),
        _sum("current_sum_viable_mm", "now"),
        yesno(
            "new_lesion",
            "New lesion",
            fact="new_lesion",
            hint="1 cm or more with the pattern of HCC, or growing.",
        ),
        yesno(
            "nontarget_unequivocal_progression",
            "Non-target lesions progressed beyond doubt",
            required=False,
        ),
        choice(
            "nontarget_state",
            "Non-target lesions",
            ("none", "There are none"),
            ("cr", "All have disappeared"),
            ("incomplete", "Some are left, no progression"),
            ("pd", "Progressed beyond doubt"),
            fact="nontarget_state",
            required=False,
            cr="complete complete_response",
            incomplete="sd stable incomplete_response ir_sd incomplete_or_sd non_cr_non_pd",
            pd="progression progressive_disease",
        ),
    ),
    needs=_needs,
    spares=_spares,
)
def mrecist(
    baseline_sum_viable_mm: float | None,
    nadir_sum_viable_mm: float | None,
    current_sum_viable_mm: float | None,
    new_lesion: bool | None,
    nontarget_unequivocal_progression: bool | None,
    nontarget_state: str | None,
) -> Outcome:
    """CR, PR, SD or PD of the targets and overall; raises ImpossibleValue for a start of 0.

    Without sums, which progression beside the targets does not need, the targets' own is None.
    """
    progressed = nontarget_unequivocal_progression
    if nontarget_state is not None:
        if progressed is not None and progressed != (nontarget_state == "pd"):
            raise ImpossibleValue(
                "nontarget_state", "What is said of the non-target lesions contradicts itself."
            )
        progressed = nontarget_state == "pd"
    certain = bool(new_lesion or progressed)
    sums = (baseline_sum_viable_mm, nadir_sum_viable_mm, current_sum_viable_mm)
    if certain and (None in sums or baseline_sum_viable_mm == 0):
        return _certain(bool(new_lesion))
    assert baseline_sum_viable_mm is not None
    assert nadir_sum_viable_mm is not None
    assert current_sum_viable_mm is not None
    first, now = nine(baseline_sum_viable_mm), nine(current_sum_viable_mm)
    if first == 0:
        raise ImpossibleValue(
            "baseline_sum_viable_mm", "With nothing viable at the start there is no response."
        )
    smallest = min(first, nine(nadir_sum_viable_mm))
    clamped = []
    if nadir_sum_viable_mm > first:
        clamped.append(
            Clamp("nadir_sum_viable_mm", nadir_sum_viable_mm, first, "the start was smaller")
        )
    target = target_response(first, smallest, now)
    overall = "PD" if certain else target
    warnings = []
    if overall == "CR" and nontarget_state == "incomplete":
        overall = "PR"
    elif overall == "CR" and nontarget_state is None:
        warnings.append(
            "Complete overall only if every non-target lesion has disappeared too; not stated."
        )
    change = 100 * (now - first) / first
    return Outcome(
        {
            "response": overall,
            "response_name": RESPONSES[overall],
            "target_response": target,
            "objective_response": overall in ("CR", "PR"),
            "disease_control": overall != "PD",
            "change_from_baseline_percent": half_up(change, 2),
            "change_from_nadir_percent": (
                half_up(100 * (now - smallest) / smallest, 2) if smallest else None
            ),
        },
        f"{overall} ({RESPONSES[overall]})",
        warnings,
        clamped,
    )


def _certain(new_lesion: bool) -> Outcome:
    """Progression beside the targets, whose sums are not known."""
    why = "new lesion" if new_lesion else "lesions that are no target progressed"
    return Outcome(
        {
            "response": "PD",
            "response_name": RESPONSES["PD"],
            "target_response": None,
            "objective_response": False,
            "disease_control": False,
            "change_from_baseline_percent": None,
            "change_from_nadir_percent": None,
        },
        f"PD ({RESPONSES['PD']}): {why}",
        (),
        (),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """A sum of viable diameters in mm. `on`: its day, None where nobody knows; `of`: its name."""

    mm: int | Decimal
    on: dt.date | None = None
    of: str = ""


def smallest_before(sums: Iterable[Measured], on: dt.date | None) -> Measured | None:
    """The smallest of these sums, against which progression on a day is told; None without any.

    `sums`: in the order in which they were made. Of one day the last one counts, and what is not
    earlier than `on` is none that came before; a sum without a day keeps its place in the order.
    """
    return min(in_order(sums, on), key=lambda one: one.mm, default=None)


def in_order(sums: Iterable[Measured], on: dt.date | None) -> list[Measured]:
    """The sums that came before a day, as `smallest_before` takes them, in their order."""
    by_day: dict[object, Measured] = {}
    for place, one in enumerate(sums):
        if one.on is not None and on is not None and one.on >= on:
            continue
        by_day[one.on or place] = one
    return list(by_day.values())


def present_began(
    given: Iterable[tuple[dt.date | None, str]], now: dt.date | None
) -> dt.date | None:
    """The day on which the treatment that was the last before `now` began, which is the first of
    its kind after another kind; None where no day is known. `given`: days and kinds.

    Kinds of one day go together, and what repeats one of them is the same treatment.
    """
    by_day: dict[dt.date, set[str]] = {}
    for on, kind in given:
        if on is not None and kind and (now is None or on < now):
            by_day.setdefault(on, set()).add(kind)
    began, course = None, set[str]()
    for on, kinds in sorted(by_day.items()):
        if not kinds <= course:
            began, course = on, kinds
    return began


def target_response(first: float, smallest: float, now: float) -> str:
    """The targets' response from three sums of viable diameters, the smallest up to now included.

    Once everything had vanished, whatever enhances again is progression.
    """
    if now == 0:
        return "CR"
    if smallest == 0 or now >= nine(1.2 * smallest):
        return "PD"
    return "PR" if now <= nine(0.7 * first) else "SD"
