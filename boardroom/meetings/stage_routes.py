"""The live meeting: the stage, the projector, and what the chair and the scribe do."""

from __future__ import annotations

from boardroom.meetings.blueprint import bp  # noqa: F401
