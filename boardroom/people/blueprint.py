"""The blueprint of people, and what its routes share."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask_login import current_user

from boardroom.boards.definition import BoardDefinition
from boardroom.people.models import Person

bp = Blueprint("people", __name__)


def definition(board: str) -> BoardDefinition:
    """The definition of a board, by its key."""
    found: BoardDefinition = current_app.extensions["boards"][board]
    return found


def me() -> Person:
    """The person signed in, as an object that operations can change."""
    person: Person = current_user._get_current_object()
    return person
