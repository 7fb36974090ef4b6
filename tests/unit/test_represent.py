"""When a case comes back: the typed conditions, their words, and when they are met."""

from __future__ import annotations

import datetime as dt

import pytest

from boardroom.consensus.awaiting import awaited
from boardroom.consensus.represent import (
    Report,
    Represent,
    as_stored,
    facts_to_wait_for,
    in_words,
    met,
    months_after,
    reached_already,
    represent_of,
)

DECIDED = dt.date(2026, 8, 31)
AFP = Represent(fact="afp", unit="ng/mL", value="500")


def test_it_is_stored_and_read_again() -> None:
    one = Represent(on=dt.date(2026, 12, 1), months=3, fact="afp", unit="ng/mL", value="500")
    assert represent_of(as_stored(one)) == one
    assert as_stored(Represent()) == {}
    assert represent_of({}) == represent_of(None) == Represent()


def test_its_words() -> None:
    one = Represent(dt.date(2026, 12, 1), 1, 2, "afp", "ng/mL", value="500")
    assert in_words(one) == (
        "on 1 Dec 2026",
        "1 month after the decision",
        "after 2 cycles of treatment",
        "when AFP is under 500 ng/mL",
    )
    assert in_words(Represent(fact="afp")) == ()
    assert Represent(fact="afp").half_said
    assert not AFP.half_said


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)),
        (dt.date(2026, 11, 30), 3, dt.date(2027, 2, 28)),
        (dt.date(2026, 12, 15), 1, dt.date(2027, 1, 15)),
        (dt.date(2027, 12, 31), 2, dt.date(2028, 2, 29)),
    ],
)
def test_months_end_with_the_month(day: dt.date, months: int, later: dt.date) -> None:
    assert months_after(day, months) == later


@pytest.mark.parametrize(
    ("represent", "today", "reports", "count"),
    [
        (Represent(on=dt.date(2026, 9, 30)), dt.date(2026, 9, 29), [], 0),
        (Represent(on=dt.date(2026, 9, 30)), dt.date(2026, 9, 30), [], 1),
        (Represent(months=1), dt.date(2026, 9, 29), [], 0),
        (Represent(months=1), dt.date(2026, 9, 30), [], 1),
        (Represent(cycles=2), DECIDED, [("", "1", "")], 0),
        (Represent(cycles=2), DECIDED, [("", "3", "")], 1),
        (AFP, DECIDED, [("afp", "500", "ng/mL")], 0),
        (AFP, DECIDED, [("afp", "499", "ug/L")], 1),
        # 400 IU/mL are 484 ng/mL, 420 are 508.
        (AFP, DECIDED, [("afp", "400", "IU/mL")], 1),
        (AFP, DECIDED, [("afp", "420", "IU/mL")], 0),
        (AFP, DECIDED, [("bilirubin", "20", "umol/L")], 0),
        (
            Represent(fact="flr_percent", unit="%", below=False, value="30"),
            DECIDED,
            [("no_such_fact", "31", "%")],
            0,
        ),
        (Represent(), dt.date(2030, 1, 1), [("", "9", "")], 0),
    ],
)
def test_when_it_is_met(
    represent: Represent, today: dt.date, reports: list[tuple[str, str, str]], count: int
) -> None:
    known = [Report(*one, on=DECIDED) for one in reports]
    assert len(met(represent, decided_on=DECIDED, today=today, reports=known)) == count


def test_what_was_known_before_the_decision_does_not_count() -> None:
    before = Report("afp", "100", "ng/mL", DECIDED - dt.timedelta(days=1))
    assert met(AFP, decided_on=DECIDED, today=DECIDED, reports=[before]) == []


def test_numbers_are_offered_with_their_units() -> None:
    offered = dict(facts_to_wait_for())
    assert ("afp|ng/mL", "AFP, ng/mL") in offered["Blood"]
    keys = [key for group in offered.values() for key, _ in group]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("missing", "said", "left"),
    [
        (["hepatology"], set(), ("hepatology",)),
        (["hepatology"], {"hepatology"}, None),
        (["hepatology", "oncology"], {"hepatology"}, ("oncology",)),
        (["hepatology", "oncology"], {""}, None),
        ([], set(), ()),
        ([], {"surgery"}, ()),
        ([], {""}, None),
    ],
)
def test_whose_word_a_provisional_decision_waits_for(
    missing: list[str], said: set[str], left: tuple[str, ...] | None
) -> None:
    assert awaited(missing, said) == left


@pytest.mark.parametrize(
    ("value", "unit", "below", "said"),
    [
        ("484", "ng/mL", True, "under 500 ng/mL, but the last value, of 20 Nov 2026, is 484 ng/mL"),
        ("500", "ng/mL", True, ""),
        ("612", "ng/mL", True, ""),
        ("612", "ng/mL", False, "over 500 ng/mL, but the last value, of 20 Nov 2026, is 612 ng/mL"),
        ("300", "IU/mL", True, "is 300 IU/mL"),
        ("450", "IU/mL", True, ""),  # 545 ng/mL
    ],
)
def test_a_value_that_is_reached_already_is_said(
    value: str, unit: str, below: bool, said: str
) -> None:
    wanted = Represent(fact="afp", unit="ng/mL", value="500", below=below)
    last = Report("afp", value, unit, dt.date(2026, 11, 20))
    found = reached_already(wanted, last)
    assert (said in found[0]) if said else found == ()
    assert reached_already(wanted, None) == ()
    assert reached_already(Represent(fact="afp", unit="ng/mL"), last) == ()
