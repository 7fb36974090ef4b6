"""What is asked to plan a meeting and to give a case its time."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange

from boardroom.boards.definition import BoardDefinition
from boardroom.meetings.models import Meeting
from boardroom.meetings.rules import LONGEST_CASE, LONGEST_MEETING
from boardroom.people.models import Person
from boardroom.text import clean_line

AHEAD = dt.timedelta(days=3 * 366)
REFUSAL: Any = {"invalid_choice_message": "Choose one of the people offered here."}


class _Day(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Write the day as year-month-day, such as 2026-11-26.") from error


class _Clock(TimeField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Write the time as hours and minutes, such as 16:30.") from error


class _Whole(IntegerField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        # int() alone would take "1_0" and digits of any length.
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            self.data = None
            raise ValueError("Write a whole number of minutes.")
        self.data = int(text)


class MeetingForm(FlaskForm):
    """A meeting's title, place, time in the board's zone, length and chair."""

    title = StringField(
        "Title",
        filters=[clean_line],
        validators=[
            InputRequired("Give the meeting a title."),
            Length(min=1, max=200, message="Give the meeting a title of up to 200 characters."),
        ],
    )
    day = _Day("Day", validators=[InputRequired("Say on which day.")])
    time = _Clock("Begins at", validators=[InputRequired("Say when it begins.")])
    length = _Whole(
        "Length",
        validators=[
            InputRequired("Say how long it may take."),
            NumberRange(5, LONGEST_MEETING, f"Between 5 and {LONGEST_MEETING} minutes."),
        ],
        render_kw={"inputmode": "numeric"},
    )
    place = StringField(
        "Place",
        filters=[clean_line],
        validators=[Length(max=200, message="At most 200 characters.")],
        description="A room, or the address of the video call.",
    )
    chair = SelectField("Chair", coerce=str, **REFUSAL)

    def __init__(
        self,
        board: BoardDefinition,
        chairs: list[Person],
        now: dt.datetime,
        meeting: Meeting | None = None,
        **more: Any,
    ) -> None:
        self.board, self.chairs, self.now, self.meeting = board, chairs, now, meeting
        super().__init__(data=self._shown(), **more)
        self.chair.choices = {"": "Not decided yet", **{str(p.id): p.name for p in chairs}}
        if (
            meeting is not None
            and meeting.chair_id
            and not any(p.id == meeting.chair_id for p in chairs)
        ):
            # Kept until somebody chooses another: the chair has left the board since.
            name = meeting.chair.name if meeting.chair is not None else ""
            self.chair.choices[str(meeting.chair_id)] = f"{name} (no longer a chair)"

    def _shown(self) -> dict[str, Any]:
        if self.meeting is None:
            chair = self.chairs[0].id if len(self.chairs) == 1 else ""
            return {
                "title": self.board.name,
                "length": self.board.meeting.length_minutes,
                "chair": str(chair),
            }
        start = self.meeting.starts_at.astimezone(ZoneInfo(self.board.time_zone))
        return {
            "title": self.meeting.title,
            "place": self.meeting.place,
            "day": start.date(),
            "time": start.time(),
            "length": self.meeting.length_minutes,
            "chair": str(self.meeting.chair_id or ""),
        }

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if not self.day.errors and not self.time.errors:
            problem = self._time_problem()
            if problem is not None:
                field, text = problem
                self[field].errors = [*self[field].errors, text]
                good = False
        return good

    def _time_problem(self) -> tuple[str, str] | None:
        local = self._local()
        if local.replace(tzinfo=None) != local.astimezone(dt.UTC).astimezone(local.tzinfo).replace(
            tzinfo=None
        ):
            return "time", "The clocks go forward at that hour; choose another."
        start = local.astimezone(dt.UTC)
        if self.meeting is not None and start == self.meeting.starts_at:
            return None
        if self.meeting is not None and self.meeting.status != "planned":
            return "time", "The meeting has begun; its time cannot be moved any more."
        if start < self.now - dt.timedelta(hours=1):
            return "day", "That time has passed."
        if start > self.now + AHEAD:
            return "day", "That is more than three years ahead."
        return None

    def _local(self) -> dt.datetime:
        assert self.day.data is not None
        assert self.time.data is not None
        return dt.datetime.combine(self.day.data, self.time.data, ZoneInfo(self.board.time_zone))

    def values(self) -> dict[str, Any]:
        """What a valid form says, as `operations.plan` and `operations.edit` take it."""
        people = {str(p.id): p for p in self.chairs}
        if self.meeting is not None and self.meeting.chair is not None:
            people[str(self.meeting.chair_id)] = self.meeting.chair
        return {
            "title": self.title.data or "",
            "place": self.place.data or "",
            "starts_at": self._local().astimezone(dt.UTC),
            "length_minutes": self.length.data,
            "chair": people.get(self.chair.data or ""),
        }


class AllotForm(FlaskForm):
    """The minutes of one case, and who presents it."""

    minutes = _Whole(
        "Minutes",
        validators=[
            InputRequired("Say how many minutes the case gets."),
            NumberRange(1, LONGEST_CASE, f"Give a case between 1 and {LONGEST_CASE} minutes."),
        ],
    )
    presenter = SelectField("Presents", coerce=str, **REFUSAL)

    def __init__(self, presenters: list[Person], **more: Any) -> None:
        super().__init__(**more)
        self.people = {str(p.id): p for p in presenters}
        self.presenter.choices = {"": "Not said", **{k: p.name for k, p in self.people.items()}}

    def typed(self, name: str) -> str:
        """What was sent in the field, whatever it was."""
        return next(iter(self[name].raw_data or ()), "")
