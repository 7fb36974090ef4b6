"""Keeping what the decision aids said when a case was decided."""

from __future__ import annotations

import hashlib

import rfc8785

from boardroom.aids.models import DecisionAids
from boardroom.aids.queries import kept_of
from boardroom.aids.reading import read_aids
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.queries import load_case
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem
from boardroom.web import local


def keep_aids(item: AgendaItem, board: BoardDefinition) -> DecisionAids:
    """Store the aids with their inputs beside the decision; one taken anew replaces them."""
    reading = read_aids(load_case(item.case_id), board, local(now(), board.key).date())
    kept = kept_of(item.id)
    if kept is None:
        kept = DecisionAids(item_id=item.id)
        db.session.add(kept)
    kept.at, kept.reading = now(), reading
    kept.sha256 = hashlib.sha256(rfc8785.dumps(reading)).hexdigest()
    db.session.flush()
    return kept
