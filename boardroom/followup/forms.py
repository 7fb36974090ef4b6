"""What became of a plan, a new value, a dissent's condition: as they arrive."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from boardroom.boards.definition import BoardDefinition
from boardroom.clinical.facts import improbable
from boardroom.consensus.back_forms import REFUSAL, Day
from boardroom.consensus.represent import facts_to_wait_for
from boardroom.followup.operations import LONGEST
from boardroom.followup.rules import CARRIED_OUT, Answer
from boardroom.text import clean_line, clean_text


def _text(label: str, **more: Any) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[Length(max=LONGEST, message=f"At most {LONGEST:,} characters.")],
        render_kw={"maxlength": LONGEST, "rows": 2, **more},
    )


class AnswerForm(FlaskForm):
    """Was the plan carried out, what was given when, why not, how the patient is."""

    carried_out = RadioField(
        "Was the plan carried out?",
        choices=dict(CARRIED_OUT),
        validators=[InputRequired("Say whether the plan was carried out.")],
        **REFUSAL,
    )
    treatment = SelectField("Treatment given", default="", **REFUSAL)
    treatment_detail = _text("More about it")
    treated_on = Day("On", validators=[Optional()])
    deviation = SelectField("Why the plan was left", default="", **REFUSAL)
    deviation_note = _text("More about why")
    outcome = SelectField("How the patient is", default="", **REFUSAL)

    @classmethod
    def of(cls, board: BoardDefinition, **values: Any) -> AnswerForm:
        """The form with the board's words."""
        form = cls(data=values)
        form.treatment.choices = board.choices_for("options", "None yet")
        form.deviation.choices = board.choices_for("deviations", "Choose…")
        form.outcome.choices = board.choices_for("outcomes", "Choose…")
        return form

    def answer(self) -> Answer:
        """What was typed."""
        return Answer(
            carried_out=self.carried_out.data or "",
            treatment=self.treatment.data or "",
            treatment_detail=self.treatment_detail.data or "",
            treated_on=self.treated_on.data,
            deviation=self.deviation.data or "",
            deviation_note=self.deviation_note.data or "",
            outcome=self.outcome.data or "",
        )


class ReportForm(FlaskForm):
    """A new value of a decided case, or cycles of treatment given."""

    what = SelectField(
        "What is new",
        choices={
            "Treatment": {"cycles": "Cycles of treatment given, the total since the decision"},
            **{name: dict(one) for name, one in facts_to_wait_for()},
        },
        **REFUSAL,
    )
    value = StringField(
        "Value",
        filters=[clean_line],
        validators=[
            InputRequired("Write the value."),
            Length(max=30, message="At most 30 characters."),
        ],
        render_kw={"maxlength": 30, "inputmode": "decimal", "autocomplete": "off"},
    )
    taken_on = Day("On", validators=[InputRequired("Give the day.")])
    sure = HiddenField()

    @property
    def doubted(self) -> str:
        """What is said of an improbable value, unless it was sent a second time unchanged."""
        fact, unit = self.fact_and_unit()
        words = improbable(fact, self.value.data or "", unit)
        if not words or self.sure.data == self.as_typed:
            return ""
        return f"{words} If it is right, record it with one more press."

    @property
    def as_typed(self) -> str:
        return f"{self.what.data} {self.value.data}"

    @classmethod
    def of(cls, *, cycles: bool, **more: Any) -> ReportForm:
        """The form; `cycles`: whether cycles are asked for, which they are not after a death."""
        form = cls(**more)
        if not cycles:
            form.what.choices = {name: dict(one) for name, one in facts_to_wait_for()}
        return form

    def fact_and_unit(self) -> tuple[str, str]:
        """The keys of fact and unit; both empty for cycles."""
        if self.what.data == "cycles":
            return "", ""
        fact, _, unit = str(self.what.data or "").partition("|")
        return fact, unit


class ReopenForm(FlaskForm):
    """How the condition of a dissent is met."""

    text = _text("How it is met", required=True)
    sign_off_id = 0

    @classmethod
    def of(cls, sign_off_id: int, **more: Any) -> ReopenForm:
        """The form of one dissent, which stands on the page beside those of others."""
        form = cls(**more)
        form.sign_off_id = sign_off_id
        form.text.id = f"reopen-{sign_off_id}"
        return form
