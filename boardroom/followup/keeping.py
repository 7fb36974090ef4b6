"""The work beside the requests: cases that are due come back by themselves."""

from __future__ import annotations

from flask import Flask

from boardroom import audit, live
from boardroom.db import db, write_transaction
from boardroom.followup.return_operations import bring_back_due, nothing_due

EVERY = 10 * 60  # seconds; a day that has come is noticed soon after midnight


def bring_back(app: Flask) -> int:
    """Bring back what is due now; returns how many cases. Writes only where there is something."""
    with app.app_context():
        try:
            if nothing_due():
                return 0
            with write_transaction():
                audit.act_as(None)
                found = len(bring_back_due())
        finally:
            db.session.rollback()
        live.publish()
        return found
