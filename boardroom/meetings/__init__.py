"""Meetings: agenda, stage, clock, presence, quorum."""
