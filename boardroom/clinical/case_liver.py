"""What a case's record says of the liver, in the words of the decision aids."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from boardroom.clinical.bclc import TOO_HIGH
from boardroom.clinical.case_record import NOTHING, Derivation, Found, Record, of_day
from boardroom.clinical.units import BILIRUBIN

LIMITS_UNNAMED = (
    "Limits for the prothrombin activity (Japan or France), which the board’s definition does not "
    "name"
)
RAISED = Decimal(str(TOO_HIGH)) * BILIRUBIN[1].factor  # in umol/L
WEEK = dt.timedelta(days=7)


def ascites(record: Record) -> Found:
    text = record.text("ascites")
    return Found(text != "none", ("ascites",)) if text else NOTHING


def cholestatic(record: Record) -> Found:
    cause = record.text("liver_cause")
    if cause in ("", "unknown", "several"):
        return NOTHING
    return Found(cause == "cholestatic", ("liver_cause",))


def cause(record: Record) -> Found:
    words = {"alcohol": "alcohol", "hbv": "viral", "hcv": "viral", "masld": "mash"}
    text = record.text("liver_cause")
    if text in ("", "unknown"):
        return NOTHING
    return Found(words.get(text, "other"), ("liver_cause",))


def raised_bilirubin(record: Record) -> Found:
    """Bilirubin where it is so high that no resection is listed; below, nothing rests on it."""
    number = record.number("bilirubin")
    if number is None or number < RAISED:
        return NOTHING
    return Found(number, ("bilirubin",), entry="bilirubin_umol_l")


def value_of(name: str, value: str) -> Derivation:
    def look(record: Record) -> Found:
        result, keys = record.of(name)
        if result is None:
            return Found(None, keys)
        if not result.complete:
            return Found(None, keys, (f"{result.title} lacks: {', '.join(result.missing)}.",))
        return Found(result.values[value], keys, result.warnings)

    return look


def dialysis(record: Record) -> Found:
    """Dialysis in the week of the creatinine that is used; of another week it says nothing."""
    fact, creatinine = record.fact("dialysis"), record.fact("creatinine")
    if fact is None:
        return NOTHING
    if creatinine is not None:
        on, drawn = fact.taken_on, creatinine.taken_on
        if on is None or drawn is None or abs(on - drawn) > WEEK:
            words = (
                f"Dialysis is answered {of_day(on)}, not within 7 days of the creatinine "
                f"{of_day(drawn)}: not used."
            )
            return Found(None, (), (words,))
    return Found(fact.value == "yes", ("dialysis",))


def prothrombin_limits(record: Record) -> Found:
    """Which limits the board reads a prothrombin activity by, where there is nothing better."""
    better = record.text("inr") or record.text("pt_seconds_over")
    if better or not record.text("pt_percent") or not record.prothrombin_limits:
        return NOTHING
    return Found(record.prothrombin_limits)
