"""Forms of the minutes: amending, and exporting a range of meetings."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from boardroom.minutes.brief import clean
from boardroom.minutes.formats import FORMATS
from boardroom.minutes.operations import LONGEST_TEXT

NO_SUCH_CASE: Any = {
    "invalid_choice_message": "Choose a case of this meeting, or the meeting as a whole."
}


def _text(label: str, missing: str) -> TextAreaField:
    """A text of several lines, cleaned as the record cleans it before it is counted."""
    return TextAreaField(
        label,
        [
            DataRequired(missing),
            Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT:,} characters."),
        ],
        filters=[lambda text: clean(text) if text else text],
    )


class AmendForm(FlaskForm):
    """A correction or addition beside signed minutes."""

    case = SelectField("Which case it concerns", **NO_SUCH_CASE)
    text = _text("What is corrected or added", "Write what is corrected or added.")
    reason = _text("Why", "Write why; it stands beside the record with your name.")


class _Day(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Write the day as year-month-day, such as 2026-11-26.") from error


class ExportForm(FlaskForm):
    """The minutes of all meetings from one day to another, as one file."""

    first = _Day("From", [InputRequired("Choose the first day.")])
    last = _Day("To", [InputRequired("Choose the last day.")])
    format = RadioField(
        "Format",
        [InputRequired("Choose one of the formats.")],
        choices={f.name: f.words for f in FORMATS.values()},
        default="pdf",
        validate_choice=False,  # `begin_export` says it in words
    )
    without_names = BooleanField("Leave patients’ names out")
