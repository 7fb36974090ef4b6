"""The form for a comment."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from boardroom.comments.rules import LONGEST


class CommentForm(FlaskForm):
    """What is said, and in which thread."""

    body = TextAreaField(
        "Comment",
        filters=[lambda text: text.replace("\r\n", "\n").strip() if text else text],
        validators=[
            DataRequired("Write something first."),
            Length(max=LONGEST, message=f"Keep a comment to {LONGEST} characters."),
        ],
    )
    thread = IntegerField(
        validators=[Optional(), NumberRange(max=2**63 - 1)],
        widget=HiddenInput(),
    )
