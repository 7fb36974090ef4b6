"""The scribe's editor and the sign-off, as they arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from boardroom.boards.definition import BoardDefinition
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.consensus.awaiting import LaterWord
from boardroom.consensus.back_forms import (
    REFUSAL,
    BackFields,
    Day,
    back_values,
    represent_in,
)
from boardroom.consensus.rules import MOST_STEPS, Content, Fate, Step
from boardroom.text import clean_line, clean_text

STEP_PARTS = ("what", "who", "when")
SIGN_OFF_REFUSAL: Any = {
    "invalid_choice_message": "Say whether your specialty agrees, has a reservation or dissents."
}


def _line(label: str, most: int, **more: Any) -> StringField:
    return StringField(
        label,
        filters=[clean_line],
        validators=[Length(max=most, message=f"At most {most} characters.")],
        render_kw={"maxlength": most, **more},
    )


def _text(label: str, most: int, **more: Any) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[clean_text],
        validators=[Length(max=most, message=f"At most {most} characters.")],
        render_kw={"maxlength": most, **more},
    )


class _ConsensusForm(BackFields):
    version = IntegerField(
        "Version", validators=[InputRequired("Reload the page: its version is missing.")]
    )
    rationale = _text("Rationale", 6000, rows=4)
    teller = _line("Who tells the patient", 200, list="tellers", autocomplete="off")
    tell_by = Day("By", validators=[Optional()])
    rediscuss = _line("Discuss again", 300, autocomplete="off")


def consensus_form(board: BoardDefinition, content: Content, earliest: dt.date) -> _ConsensusForm:
    """The editor's form over the present content: what a post leaves out stays as it is.

    Fields of steps are `step_<n>_what|who|when`, of options `disposition_<key>` and `reason_<key>`.
    `earliest`: the first day on which the patient can be told.
    """
    made = _form_for(board)(data=field_values(content, board))
    made.earliest = earliest
    return made


@lru_cache(maxsize=16)
def _form_for(board: BoardDefinition) -> type[_ConsensusForm]:
    """The form with the board's words; made once, because it has some sixty fields."""

    class ConsensusForm(_ConsensusForm):
        verdict = SelectField(
            "Verdict",
            choices={
                "": "Not decided yet",
                **{family: dict(verdicts) for family, verdicts in board.grouped_verdicts()},
            },
            **REFUSAL,
        )
        strength = RadioField(
            "Agreement",
            choices=dict(board.choices_for("strengths", "Not said yet")),
            **REFUSAL,
        )
        reclassification_reason = SelectField(
            "What the answer to the first opinion rests on",
            choices=dict(board.choices_for("reclassification_reasons", "No reason given")),
            **REFUSAL,
        )

        stage_migration = SelectField(
            "Why not the stage's first option",
            choices={"": "It is the first option, or no reason given", **MIGRATION_REASONS},
            **REFUSAL,
        )

    for number in range(MOST_STEPS):
        for part, most in zip(STEP_PARTS, (500, 120, 120), strict=True):
            setattr(
                ConsensusForm,
                f"step_{number}_{part}",
                _line(f"Step {number + 1}: {part}", most, autocomplete="off"),
            )
    for option in board.options:
        setattr(
            ConsensusForm,
            f"disposition_{option.key}",
            RadioField(
                option.name,
                choices=dict(board.choices_for("dispositions", "Left open")),
                **REFUSAL,
            ),
        )
        setattr(
            ConsensusForm,
            f"reason_{option.key}",
            _line(f"Reason: {option.name}", 500, autocomplete="off"),
        )
    return ConsensusForm


def field_values(content: Content, board: BoardDefinition) -> dict[str, Any]:
    """The content as the values of the form's fields."""
    values: dict[str, Any] = {
        "version": content.version,
        "verdict": content.verdict,
        "strength": content.strength,
        "reclassification_reason": content.reclassification_reason,
        "stage_migration": content.stage_migration,
        "rationale": content.rationale,
        "teller": content.teller,
        "tell_by": content.tell_by,
        "rediscuss": content.rediscuss,
        **back_values(content.represent),
    }
    for number in range(MOST_STEPS):
        step = content.steps[number] if number < len(content.steps) else Step("")
        for part in STEP_PARTS:
            values[f"step_{number}_{part}"] = getattr(step, part)
    for option in board.options:
        fate = content.dispositions.get(option.key, Fate())
        values[f"disposition_{option.key}"] = fate.disposition
        values[f"reason_{option.key}"] = fate.reason
    return values


def steps_of(form: FlaskForm) -> list[Step]:
    """The steps as they stand in the form, blank ones too."""
    return [
        Step(*(form[f"step_{number}_{part}"].data or "" for part in STEP_PARTS))
        for number in range(MOST_STEPS)
    ]


NOT_ALONE = "Not saved while {} cannot be."
"""Of a field that is right, in a group that is taken or refused as a whole: what a screen does not
hear refused it takes for saved, and never sends again."""


def changes(
    form: FlaskForm, board: BoardDefinition, posted: Collection[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a post asks to change, and {field: message} of what it cannot.

    The plan is taken or refused as a whole, because its steps depend on their order.
    """
    form.validate()
    errors = {
        name: str(messages[0])
        for name, messages in form.errors.items()
        if messages and name and (name in posted or name == "version")
    }
    steps_posted = [name for name in posted if name.startswith("step_") and name in form]
    if steps_posted and any(name in errors for name in steps_posted):
        for name in steps_posted:
            errors.setdefault(name, NOT_ALONE.format("another step"))
    values: dict[str, Any] = {
        name: form[name].data
        for name in (
            "verdict",
            "strength",
            "reclassification_reason",
            "stage_migration",
            "rationale",
            "teller",
            "tell_by",
            "rediscuss",
        )
        if name in posted and name not in errors
    }
    # A fact and its limit belong together: a limit is judged in the unit of its fact.
    back_errors = [name for name in form.errors if name and name.startswith("back_")]
    back_posted = [name for name in posted if name.startswith("back_") and name in form]
    if back_posted:
        for name in back_errors:
            errors.setdefault(name, str(form.errors[name][0]))
        if back_errors:
            for name in back_posted:
                errors.setdefault(name, NOT_ALONE.format("a condition beside it"))
        else:
            values["represent"] = represent_in(form)
    if steps_posted and not any(name in errors for name in steps_posted):
        values["steps"] = steps_of(form)
    fates = {}
    for option in board.options:
        names = (f"disposition_{option.key}", f"reason_{option.key}")
        if not any(name in posted for name in names):
            continue
        if any(name in errors for name in names):
            for name in names:
                if name in posted:
                    errors.setdefault(name, NOT_ALONE.format("the field beside it"))
        else:
            fates[option.key] = Fate(*(form[name].data or "" for name in names))
    if fates:
        values["dispositions"] = fates
    return values, errors


def shuffled(steps: list[Step], action: str, board: BoardDefinition) -> list[Step]:
    """The steps after one of the editor's buttons: `up:2`, `down:2`, `remove:2`, `quick:<key>`.

    Anything else leaves them as they are.
    """
    steps = [step for step in steps if step != Step("")]
    verb, _, which = action.partition(":")
    if verb == "quick":
        template = next((t for t in board.plan_steps if t.key == which), None)
        if template is not None:
            steps.append(Step(template.text, template.who, f"within {template.within_days} days"))
        return steps
    if not which.isdecimal() or not 0 <= (number := int(which[:3])) < len(steps):
        return steps
    if verb == "remove":
        del steps[number]
    elif verb == "up" and number > 0:
        steps[number - 1], steps[number] = steps[number], steps[number - 1]
    elif verb == "down" and number < len(steps) - 1:
        steps[number + 1], steps[number] = steps[number], steps[number + 1]
    return steps


def rest_closed(
    form: FlaskForm, board: BoardDefinition, disposition: str, supported: Collection[str]
) -> dict[str, Fate]:
    """Every option's fate in the form, with this one for those left open that nobody is for.

    `supported`: keys of the options that somebody prefers or finds acceptable.
    """
    return {
        option.key: Fate(
            form[f"disposition_{option.key}"].data
            or ("" if option.key in supported else disposition),
            form[f"reason_{option.key}"].data or "",
        )
        for option in board.options
    }


class SignOffForm(FlaskForm):
    """A specialty's word on the consensus."""

    kind = RadioField(
        "Your specialty",
        **SIGN_OFF_REFUSAL,
    )
    text = _text("Reason", 2000, rows=2)
    reopen_condition = _text("Open the case again if", 1000, rows=2)
    consensus_version = HiddenField()

    @classmethod
    def of(cls, board: BoardDefinition, **values: Any) -> SignOffForm:
        """The form with the board's positions."""
        form = cls(data=values)
        form.kind.choices = {p.key: p.name for p in board.sign_off.positions}
        return form

    def version_seen(self) -> int:
        """The version that the page showed; -1, which is none, where it does not say."""
        text = str(self.consensus_version.data or "")
        return int(text) if text.isdecimal() and len(text) < 9 else -1


class ConfirmForm(FlaskForm):
    """The word that makes a provisional decision final."""

    kind = RadioField("Your specialty", validators=[Optional()], **SIGN_OFF_REFUSAL)
    text = _text("On what it rests", 2000, rows=3)
    reopen_condition = _text("Open the case again if", 1000, rows=2)

    @classmethod
    def of(cls, board: BoardDefinition, **values: Any) -> ConfirmForm:
        """The form with the board's positions."""
        form = cls(data=values)
        form.kind.choices = {p.key: p.name for p in board.sign_off.positions}
        return form

    def word(self, agreed: Mapping[str, str]) -> LaterWord:
        """What was typed. `agreed`: {absent specialty: how it agreed}, as a chair says."""
        return LaterWord(
            text=self.text.data or "",
            kind=self.kind.data or "",
            reopen_condition=self.reopen_condition.data or "",
            agreed=dict(agreed),
        )
