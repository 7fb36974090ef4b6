"""When a case comes back by itself, as the scribe types it; and the fields that it is typed in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Field, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from boardroom.clinical.facts import FactError
from boardroom.consensus.represent import (
    MOST_CYCLES,
    MOST_MONTHS,
    Represent,
    checked_value,
    facts_to_wait_for,
)
from boardroom.text import clean_line

REFUSAL: Any = {"invalid_choice_message": "Choose one of the words offered here."}
LATEST = dt.timedelta(days=730)


class Day(DateField):
    """A date, with a refusal that says how to write one."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        # A script that posts an emptied field means "no day", not "as before".
        if valuelist and not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Write the day as year-month-day, such as 2026-11-26.") from error


class Count(IntegerField):
    """A whole number that may be left out; emptied means none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if valuelist and not text:
            self.data = None
        elif text:
            digits = text.removeprefix("-")
            if not (digits.isascii() and digits.isdecimal() and len(digits) < 19):
                raise ValueError("Write a whole number.")
            self.data = int(text)


def _count(label: str, most: int) -> Count:
    return Count(
        label,
        validators=[
            Optional(),
            NumberRange(min=1, max=most, message=f"Write a number from 1 to {most}."),
        ],
        render_kw={"min": 1, "max": most, "inputmode": "numeric"},
    )


class BackFields(FlaskForm):
    """The conditions, each of which may be left out. `earliest`: the day of the meeting."""

    back_on = Day("On the day", validators=[Optional()])
    back_months = _count("Months after the decision", MOST_MONTHS)
    back_cycles = _count("Cycles of treatment given", MOST_CYCLES)
    back_fact = SelectField(
        "Value",
        choices={"": "No value", **{name: dict(one) for name, one in facts_to_wait_for()}},
        **REFUSAL,
    )
    back_side = SelectField("Is", choices={"below": "under", "above": "over"}, **REFUSAL)
    back_value = StringField(
        "Limit",
        filters=[clean_line],
        validators=[Length(max=30, message="At most 30 characters.")],
        render_kw={"maxlength": 30, "autocomplete": "off", "inputmode": "decimal"},
    )
    earliest: dt.date | None = None

    def validate_back_on(self, field: Field) -> None:
        day: dt.date | None = field.data
        if day is None or self.earliest is None:
            return
        if day <= self.earliest:
            raise ValidationError("This day is not after the meeting.")
        if day > self.earliest + 2 * LATEST:
            raise ValidationError("This day is more than four years after the meeting.")

    def validate_back_value(self, field: Field) -> None:
        fact, _, unit = str(self.back_fact.data or "").partition("|")
        if not field.data or not fact:
            return
        try:
            field.data = checked_value(fact, str(field.data), unit)
        except FactError as error:
            raise ValidationError(error.reason) from None

    def validate_tell_by(self, field: Field) -> None:
        day: dt.date | None = field.data
        if day is None or self.earliest is None:
            return
        if day < self.earliest:
            raise ValidationError("This day is before the meeting.")
        if day > self.earliest + LATEST:
            raise ValidationError("This day is more than two years after the meeting.")


def back_values(represent: Represent) -> dict[str, Any]:
    """The conditions as the values of the fields."""
    return {
        "back_on": represent.on,
        "back_months": represent.months,
        "back_cycles": represent.cycles,
        "back_fact": f"{represent.fact}|{represent.unit}" if represent.fact else "",
        "back_side": "below" if represent.below else "above",
        "back_value": represent.value,
    }


def represent_in(form: FlaskForm) -> Represent:
    """When the case comes back, as it stands in the form."""
    fact, _, unit = str(form["back_fact"].data or "").partition("|")
    return Represent(
        on=form["back_on"].data,
        months=form["back_months"].data,
        cycles=form["back_cycles"].data,
        fact=fact,
        unit=unit,
        below=form["back_side"].data != "above",
        value=form["back_value"].data or "",
    )
