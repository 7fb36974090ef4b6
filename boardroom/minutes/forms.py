"""Forms of the minutes: amending, and exporting a range of meetings."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from boardroom.minutes.formats import FORMATS
from boardroom.minutes.operations import LONGEST_TEXT


class AmendForm(FlaskForm):
    """A correction or addition beside signed minutes."""

    case = SelectField("Which case it concerns")
    text = TextAreaField(
        "What is corrected or added",
        [
            InputRequired("Write what is corrected or added."),
            Length(max=LONGEST_TEXT, message=f"Keep it under {LONGEST_TEXT:,} characters."),
        ],
    )
    reason = TextAreaField(
        "Why",
        [
            InputRequired("Write why; it stands beside the record with your name."),
            Length(max=LONGEST_TEXT, message=f"Keep it under {LONGEST_TEXT:,} characters."),
        ],
    )


class ExportForm(FlaskForm):
    """The minutes of all meetings from one day to another, as one file."""

    first = DateField("From", [InputRequired("Choose the first day.")])
    last = DateField("To", [InputRequired("Choose the last day.")])
    format = RadioField(
        "Format", choices={f.name: f.words for f in FORMATS.values()}, default="pdf"
    )
    without_names = BooleanField("Leave patients’ names out")
