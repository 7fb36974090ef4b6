"""Reads about meetings and their agendas."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from boardroom.boards.definition import BoardDefinition
from boardroom.db import db
from boardroom.meetings.models import Attendance, Meeting


def board_of(meeting: Meeting) -> BoardDefinition:
    """The definition of the meeting's board."""
    board: BoardDefinition = current_app.extensions["boards"][meeting.board]
    return board


def votes_here(meeting: Meeting) -> list[str]:
    """The specialty of everybody in the live meeting who has a vote, one entry for each person."""
    stays = db.session.scalars(
        select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.left_at.is_(None))
    )
    people = {stay.person_id: stay.person for stay in stays}
    places = [person.on(meeting.board) for person in people.values()]
    return [p.specialty for p in places if p is not None and p.votes and p.specialty]
