"""Before a meeting: plan it, build its agenda, read the pack."""

from __future__ import annotations

from boardroom.meetings.blueprint import bp  # noqa: F401
