"""When the board asks whether its plan was carried out, and what an answer needs. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

CARRIED_OUT: Mapping[str, str] = {
    "yes": "Yes, as decided",
    "partly": "In part",
    "no": "No",
    "not_yet": "Not yet",
}
TREATED = frozenset({"yes", "partly"})
DEVIATED = frozenset({"partly", "no"})

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


def problems(
    answer: Answer, *, decided_on: dt.date, today: dt.date, plan: Plan | None = None
) -> dict[str, str]:
    """{field: what is wrong with it}, in plain words. `plan`: what was decided, where known."""
    found = contradictions(answer, plan or Plan())
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
