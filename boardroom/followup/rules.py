"""When the board asks whether its plan was carried out, and what an answer needs. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

CARRIED_OUT: Mapping[str, str] = {
    "yes": "Yes, as decided",
    "partly": "In part",
    "no": "No",
    "not_yet": "Not yet",
}
TREATED = frozenset({"yes", "partly"})
DEVIATED = frozenset({"partly", "no"})
NOT_TREATED = frozenset({"no", "not_yet"})

ASKED_STATUSES = frozenset({"decided", "followed_up"})
"""States of a case in which there is a final plan to ask about."""


def may_mark_mistyped(role: str, *, entered: bool) -> bool:
    """Whether who has this role on the board may mark a result as mistyped; `entered`: by them."""
    return entered or role in ("coordinator", "chair")


def days_due(
    decided_on: dt.date, today: dt.date, days: Collection[int], answered: Collection[int]
) -> list[int]:
    """After how many days an answer is due and not yet given, the earliest first."""
    return sorted(
        n for n in days if n not in answered and today >= decided_on + dt.timedelta(days=n)
    )


def is_over(days: Collection[int], answered: Collection[int], *, final: bool) -> bool:
    """Whether nothing is asked any more: the last question is answered, or the outcome is final."""
    return final or (bool(days) and max(days) in answered)


@dataclass(frozen=True)
class Answer:
    """What somebody tells. Keys are the board's; see `followup.models.FollowUp`."""

    carried_out: str = ""
    treatment: str = ""
    treatment_detail: str = ""
    treated_on: dt.date | None = None
    deviation: str = ""
    deviation_note: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Plan:
    """The treatments that a decision names: {key: name} of what is chosen, and of its fallback."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    fallback: Mapping[str, str] = field(default_factory=dict)


def contradictions(answer: Answer, plan: Plan) -> dict[str, str]:
    """{field: a question} where two parts of an answer, or answer and plan, cannot both be so.

    A plan without a treatment (nothing was agreed) contradicts none.
    """
    found = {}
    named = {**plan.chosen, **plan.fallback}
    given = answer.treatment
    chosen = " and ".join(plan.chosen.values())
    if answer.carried_out == "yes":
        if given and named and given not in named:
            found["treatment"] = (
                f"The board chose: {chosen or ' or '.join(named.values())}. Was another treatment "
                "given? Then answer “In part” or “No” above, and say why the plan was left."
            )
        if answer.deviation or answer.deviation_note:
            found["deviation"] = (
                "Carried out as decided, or left? If it was left, answer “In part” or “No” above; "
                "if not, choose no reason here and empty what is written about it."
            )
    elif answer.carried_out in ("no", "not_yet") and given in plan.chosen:
        found["treatment"] = (
            "This is what the board chose. Was the plan carried out after all, or in part? Then "
            "say so above; if nothing was given, choose “None yet”."
        )
    return found


class Told(Protocol):
    """An answer that was given after another number of days."""

    days: int
    carried_out: str
    outcome: str


def against_others(
    answer: Answer,
    days: int,
    others: Iterable[Told],
    outcomes: Mapping[str, str],
    final: Collection[str],
) -> dict[str, str]:
    """{field: a question} where an answer and one given after other days cannot both be so.

    What was given stays given, and nobody is well after a death; the other way round, a plan can
    be carried out later. `days`: of this answer; `outcomes`: {key: name}; `final`: keys of those
    such as a death.
    """
    found = {}
    which = "Which of the two is right? If it is this one, correct the other first."
    for other in others:
        if other.days == days:
            continue
        after = f"After {other.days} days the answer was"
        earlier, later = (other, answer) if other.days < days else (answer, other)
        if earlier.carried_out in TREATED and later.carried_out in NOT_TREATED:
            found["carried_out"] = f"{after} “{CARRIED_OUT[other.carried_out]}”. {which}"
        if earlier.outcome in final and later.outcome and later.outcome not in final:
            name = outcomes.get(other.outcome, other.outcome)
            found["outcome"] = f"{after} “{name}”. {which}"
    return found


def problems(
    answer: Answer,
    *,
    decided_on: dt.date,
    today: dt.date,
    plan: Plan | None = None,
    final: Collection[str] = (),
) -> dict[str, str]:
    """{field: what is wrong with it}, in plain words. `plan`: what was decided, where known;
    `final`: keys of outcomes after which nothing is done any more, such as a death."""
    found = contradictions(answer, plan or Plan())
    if answer.carried_out == "not_yet" and answer.outcome in final:
        found["carried_out"] = (
            "“Not yet” says that it is still to come. If it will not be done any more, answer "
            "“No”, and say why the plan was left."
        )
    if answer.carried_out not in CARRIED_OUT:
        found["carried_out"] = "Say whether the plan was carried out."
    if answer.carried_out in TREATED:
        if not answer.treatment:
            found["treatment"] = "Say which treatment was given."
        if answer.treated_on is None:
            found["treated_on"] = "Give the day of the treatment, or of its beginning."
    if answer.treatment and answer.treated_on is None and "treated_on" not in found:
        found["treated_on"] = "Give the day of the treatment, or of its beginning."
    if answer.treated_on is not None:
        if answer.treated_on > today:
            found["treated_on"] = "This day lies in the future."
        elif answer.treated_on < decided_on:
            found["treated_on"] = "This day is before the board's decision."
    if answer.carried_out in DEVIATED and not answer.deviation:
        found["deviation"] = "Say why the plan was left."
    if not answer.outcome:
        found["outcome"] = "Say how the patient is; “Not known” is an answer too."
    return found


def cycles_problem(
    total: int, on: dt.date, told: Collection[tuple[dt.date, int]]
) -> tuple[int, dt.date] | None:
    """Which total told before cannot be true beside this one, or None: totals only grow.

    `told`: (day, total) of what was told and stands. The latest of those that contradict.
    """
    wrong = [
        (day, other)
        for day, other in told
        if (day <= on and other >= total) or (day > on and other <= total)
    ]
    if not wrong:
        return None
    day, other = max(wrong)
    return other, day


def tidy(answer: Answer) -> Answer:
    """The answer without what does not belong to it: no deviation where none was made."""
    if answer.carried_out in DEVIATED:
        return answer
    return Answer(**{**answer.__dict__, "deviation": "", "deviation_note": ""})
