"""What a case's record says of the liver, in the words of the decision aids."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from boardroom.clinical.bclc import TOO_HIGH
from boardroom.clinical.case_record import (
    NOTHING,
    AsWritten,
    Derivation,
    Found,
    Record,
    newer,
    of_day,
    statement,
)
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.units import BILIRUBIN

LIMITS_UNNAMED = (
    "Limits for the prothrombin activity (Japan or France), which the board’s definition does not "
    "name"
)
RAISED = Decimal(str(TOO_HIGH)) * BILIRUBIN[1].factor  # in umol/L
WEEK, MONTH, YEAR = (dt.timedelta(days=days) for days in (7, 30, 365))
LABS = ("bilirubin", "albumin", "inr")
"""Labs by which liver function is judged."""


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


def a_year_at_most(key: str) -> Derivation:
    """A measurement of the liver, said where it is older than a year."""

    def look(record: Record) -> Found:
        fact, number = record.fact(key), record.number(key)
        if fact is None or number is None:
            return NOTHING
        old = newer(record.on - YEAR, fact.taken_on)
        label = FACTS[key].label
        words = f"{label} is {of_day(fact.taken_on)}, more than a year old."
        return Found(number, (key,), (words,) if old else ())

    return look


def judged(record: Record) -> Found:
    """Liver function as it was judged, said where it is not of the time of ascites and labs."""
    fact = record.fact("liver_function")
    if fact is None:
        return NOTHING
    later = [
        one
        for key in ("ascites", "encephalopathy", *LABS)
        if (one := record.fact(key)) is not None
        and one.taken_on is not None
        and fact.taken_on is not None
        and one.taken_on - fact.taken_on > MONTH
    ]
    against = tuple(
        f"{FACTS[key].in_text} {of_day(one.taken_on)}"
        for key in ("ascites", "encephalopathy")
        if (one := record.fact(key)) is not None and one.value != "none"
    )
    said = FACTS[fact.key].choice_name(fact.value)
    words = []
    if fact.value == "preserved" and against:
        words.append(
            f"Liver function “{said}” {of_day(fact.taken_on)} stands beside "
            f"{' and '.join(against)}: decompensation is no preserved function (BCLC 2022)."
        )
    if later:
        newest = max(later, key=lambda one: one.taken_on or record.on)
        since = f"{FACTS[newest.key].in_text} {of_day(newest.taken_on)}"
        words.append(
            f"Liver function “{said}” {of_day(fact.taken_on)} is older than what is recorded of "
            f"{since}: judge it anew."
        )
    return Found(fact.value, (fact.key,), tuple(words))


def liver_quality(record: Record) -> Found:
    """Quality of the liver, which "Cirrhosis: Yes" can contradict: the newer counts, and of two
    of one day the one that asks for more. Where nobody stated it, cirrhosis says it."""
    fact, cirrhosis = record.fact("liver_quality"), record.fact("cirrhosis")
    if fact is None:
        if cirrhosis is None or cirrhosis.value != "yes":
            return NOTHING
        why = f"The minimum is that of a cirrhotic liver, by {statement(cirrhosis)}."
        return Found("cirrhosis", (cirrhosis.key,), (why,))
    words = {"steatosis": "injured", "chemotherapy": "injured", "fibrosis": "cirrhosis"}
    found = Found(words.get(fact.value, fact.value), ("liver_quality",))
    scarred = fact.value == "cirrhosis"
    if cirrhosis is None or fact.value == "fibrosis" or scarred == (cirrhosis.value == "yes"):
        return found
    said = (
        f"“Quality of the liver: {FACTS[fact.key].choice_name(fact.value)}” "
        f"{of_day(fact.taken_on)} and “Cirrhosis: {cirrhosis.value.capitalize()}” "
        f"{of_day(cirrhosis.taken_on)} contradict: "
    )
    if newer(fact.taken_on, cirrhosis.taken_on):
        return Found(found.value, found.keys, (f"{said}the newer counts.",))
    if scarred:
        # That it is not cirrhosis does not say what it is instead
        return Found(found.value, found.keys, (f"{said}the higher minimum counts.",))
    end = "newer" if newer(cirrhosis.taken_on, fact.taken_on) else "higher minimum"
    return Found("cirrhosis", ("cirrhosis",), (f"{said}the {end} counts.",))


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
    """Dialysis in the week of the creatinine that is used; of another week it says nothing.

    A "No" without a date counts for a creatinine of the month before it was written down too: it is
    answered beside values that are days old by then, and who is not on dialysis was hardly on it
    when they were drawn. A "Yes" moves the score by many points and has to be of that week.
    """
    fact, creatinine = record.fact("dialysis"), record.fact("creatinine")
    if fact is None:
        return NOTHING
    if creatinine is not None:
        on, drawn = fact.taken_on, creatinine.taken_on
        if (
            isinstance(fact, AsWritten)
            and fact.value == "no"
            and drawn is not None
            and WEEK < fact.taken_on - drawn <= MONTH
        ):
            words = (
                f"{statement(fact)}, the day of the answer, is taken for the creatinine "
                f"{of_day(drawn)} too."
            )
            return Found(False, ("dialysis",), (words,))
        if on is None or drawn is None or abs(on - drawn) > WEEK:
            words = (
                f"Dialysis is answered {of_day(on)}, not within 7 days of the creatinine "
                f"{of_day(drawn)}: not used."
            )
            return Found(None, (), (words,))
    return Found(fact.value == "yes", ("dialysis",))
