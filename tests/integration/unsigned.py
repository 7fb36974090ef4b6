"""A provisional decision on which somebody who was there has not signed."""

from __future__ import annotations

import csv
import io
from typing import Any

from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem
from boardroom.opinions.models import Opinion

UNSIGNED = "Not signed off by Oncology."


def unsigned(house: Any, made: Any, *, missing: tuple[str, ...] = ()) -> None:
    """Oncology was in the room, advises against what is chosen, and did not sign."""
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, made.item)
        row.provisional_reasons = [UNSIGNED]
        row.quorum = {"needed": [], "present": ["oncology"], "missing": list(missing)}
        session.add(
            Opinion(
                case_id=made.case, person_id=house.people["oncology"], specialty="oncology",
                status="revealed", verdict="unresectable_biology", confidence=4,
                rationale="It grows.", submitted_at=now(), revealed_at=now(), answers={},
                stances={"remnant_growth": {"stance": "advise_against", "reason": "Biology"}},
            )
        )  # fmt: skip


def csv_of(house: Any, made: Any) -> dict[str, str]:
    table = house.as_("chair").get(f"/meetings/{made.meeting}/minutes.csv").get_data(as_text=True)
    (row,) = csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline=""))
    return row


def sign(house: Any, made: Any) -> None:
    chair = house.as_("chair")
    page = chair.get(f"/meetings/{made.meeting}/minutes").text
    digest = page.split('name="hash" value="')[1].split('"')[0]
    chair.post(f"/meetings/{made.meeting}/minutes/sign", data={"hash": digest})


DISSENT = {"kind": "dissent", "text": "It is the biology", "reopen_condition": "it grows by March"}
