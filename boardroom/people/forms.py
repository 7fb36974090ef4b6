"""The forms of accounts and administration."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    PasswordField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from boardroom.boards.definition import BoardDefinition
from boardroom.people import rules
from boardroom.people.models import Membership, Person, Role

ROLE_NOTES = {
    Role.SPECIALIST: "gives opinions, comments, signs off for the specialty",
    Role.CHAIR: "runs meetings and signs the minutes",
    Role.COORDINATOR: "takes referrals in, builds the agenda, exports the minutes",
    Role.ADMINISTRATOR: "people, exports, the audit trail; no clinical vote by this role alone",
    Role.OBSERVER: "sees what the board sees and touches nothing",
    Role.REFERRER: "sees the cases of their own hospital, nothing else",
}


def _trim(value: str | None) -> str | None:
    return " ".join(value.split()) if value else value


class SignInForm(FlaskForm):
    """Email and password."""

    email = EmailField("Email", [DataRequired("Type your email address.")])
    password = PasswordField("Password", [InputRequired("Type your password.")])


class _NewPassword(FlaskForm):
    """Two fields for a password being chosen; `person` is whose it will be."""

    new = PasswordField(
        "New password",
        [InputRequired("Choose a password.")],
        description=f"At least {rules.PASSWORD_MIN} characters. Three or four unrelated words are "
        "easier to remember than symbols. Leave out your name and address.",
    )
    again = PasswordField("The same again", [InputRequired("Type it a second time.")])
    person: Person

    def validate_new(self, field: PasswordField) -> None:
        problem = rules.password_problem(
            field.data or "", email=self.person.email, name=self.person.name
        )
        if problem:
            raise ValidationError(problem)

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.new.data:
            raise ValidationError("The two are not the same. Type the password again.")


class AcceptForm(_NewPassword):
    """The first password, or one after the old one was lost."""


class PasswordForm(_NewPassword):
    """A change of password by its owner."""

    old = PasswordField("Present password", [InputRequired("Type the password you have now.")])


class NameForm(FlaskForm):
    """One's own name."""

    name = StringField(
        "Name",
        [DataRequired("Type your name."), Length(max=200, message="Use at most 200 characters.")],
        filters=[_trim],
        description="As the others should read it, in the matrix of opinions and in the minutes.",
    )


class PlaceForm(FlaskForm):
    """A person's name and place on a board."""

    name = StringField(
        "Name",
        [DataRequired("Type the name."), Length(max=200, message="Use at most 200 characters.")],
        filters=[_trim],
    )
    hospital = StringField(
        "Hospital",
        [Optional(), Length(max=200, message="Use at most 200 characters.")],
        filters=[_trim],
        description="For a referrer it decides which cases they see: those sent by this hospital.",
    )
    role = RadioField("Role", choices={role.value: role.value.capitalize() for role in ROLE_NOTES})
    specialty = SelectField(
        "Specialty",
        description="Whoever has one gives opinions and counts towards quorum. Observers and "
        "referrers have none.",
    )

    def __init__(self, board: BoardDefinition, **more: Any) -> None:
        super().__init__(**more)
        self.board = board
        self.specialty.choices = dict(board.choices_for("specialties", blank="None"))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        problems = rules.place_problems(
            self.role.data,
            self.specialty.data or "",
            self.hospital.data or "",
            [specialty.key for specialty in self.board.specialties],
        )
        for name, problem in problems.items():
            self[name].errors = [*self[name].errors, problem]
        return not problems

    def fill(self, person: Person, place: Membership) -> None:
        """Show what is stored."""
        self.name.data, self.hospital.data = person.name, person.hospital
        self.role.data, self.specialty.data = str(place.role), place.specialty or ""

    def clear_former(self, place: Membership) -> str:
        """Where the new role speaks for no specialty, let go of the former one; returns its name.

        A specialty that was chosen together with such a role is not the former one: the two
        contradict each other, and `validate` says so.
        """
        former = place.specialty
        if not former or self.role.data not in rules.GUESTS or self.specialty.data != former:
            return ""
        self.specialty.data = ""
        return dict(self.board.choices_for("specialties")).get(former, former)

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, for an operation."""
        return {
            "name": self.name.data or "",
            "hospital": self.hospital.data or "",
            "role": Role(self.role.data),
            "specialty": self.specialty.data or None,
        }


class InviteForm(PlaceForm):
    """Somebody new to the board."""

    email = EmailField(
        "Email",
        [
            DataRequired("Type the email address."),
            Length(max=254, message="Use at most 254 characters."),
        ],
        description="They sign in with it. Nothing is sent: you hand the link over yourself.",
    )

    def suggest(self, role: str, specialty: str) -> None:
        """Begin with the place that a link names; with a specialist's where it names none."""
        known = {choice.value for choice in ROLE_NOTES}
        self.role.data = role if role in known else Role.SPECIALIST.value
        if specialty in {known.key for known in self.board.specialties}:
            self.specialty.data = specialty

    def validate_email(self, field: EmailField) -> None:
        if not rules.is_email((field.data or "").strip()):
            raise ValidationError(
                "This is not a complete email address, such as name@hospital.org."
            )


class AuditForm(FlaskForm):
    """What to look for in the audit trail. Read from the address, so that a search can be kept."""

    class Meta:
        csrf = False

    who = SelectField("Who", default="", validate_choice=False)
    action = SearchField("Did what", [Length(max=100, message="Use at most 100 characters.")])
    case = SearchField("Case", [Length(max=32, message="Use at most 32 characters.")])
    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])
    text = SearchField("Changed text", [Length(max=200, message="Use at most 200 characters.")])

    def validate_until(self, field: DateField) -> None:
        since: dt.date | None = self.since.data
        if field.data and since and field.data < since:
            raise ValidationError("This day is before the first one.")

    @property
    def asks(self) -> bool:
        """Whether anything is searched for."""
        return any(field.data for field in self)
