"""A room whose radiologist reads images: what the tests of the tumour map share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.tumour_map.models import Reading
from tests.integration.room import Room

Rows = Callable[..., list[Any]]


def reading_room(
    app: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> Room:
    """With a radiologist, and a referrer of another hospital."""
    made = Room(app, person, sign_in)
    made.people["radiologist"] = person("specialist", "radiology", name="Dr Invented Reader")
    made.people["stranger"] = person("referrer", hospital="Elsewhere Invented Hospital")
    return made


def fields(*lesions: dict[str, Any], version: int = 0, **more: Any) -> dict[str, Any]:
    """A reading as the form sends it."""
    sent: dict[str, Any] = {"version": str(version), "in_all": "", **more}
    for place, lesion in enumerate(lesions):
        whole = {"number": str(place + 1), "segments": ["V"], "size_mm": "30", **lesion}
        sent |= {f"lesions-{place}-{name}": value for name, value in whole.items()}
    return sent


def read(room: Room, who: str, side: str = "board", **sent: Any) -> Any:
    return room.client(who).post(room.at(f"map/{side}"), data=sent)


def stored(rows: Rows) -> list[Reading]:
    return rows(select(Reading).order_by(Reading.id))


def both(room: Room) -> None:
    """The referring hospital's reading, and the board's, which sees more."""
    read(room, "coordinator", "referring", **fields({"size_mm": "30", "li_rads": "LR-4"}))
    sent = fields({"size_mm": "44", "li_rads": "LR-5"}, {"segments": ["II"], "size_mm": "12"})
    assert read(room, "radiologist", **sent).status_code == 303
