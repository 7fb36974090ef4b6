"""The decision aids as they read a case on one day, as plain values that can be kept.

A page shows what is computed now; a decision keeps the same values. Both come through here, so an
old decision is shown by the same templates as a case that is still open.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from boardroom.aids.record import read_in, record_of, suits
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.cases.models import Lesion as LesionLine
from boardroom.clinical.case_beyond import HEPATIC, PORTAL, SITE, degree, outside, veins
from boardroom.clinical.case_nodules import Burden, burden, counted
from boardroom.clinical.case_portal import portal
from boardroom.clinical.case_record import newer, of_day
from boardroom.clinical.from_facts import FILLED, CaseRecord
from boardroom.clinical.living import UNCERTAIN, is_nodule
from boardroom.clinical.read_facts import Read
from boardroom.clinical.tumour_reading import Lesion
from boardroom.followup.again_queries import since
from boardroom.tumour_map.models import Side
from boardroom.tumour_map.queries import Sides, readings_of
from boardroom.tumour_map.rules import SIDES

Reading = dict[str, Any]
"""For JSON; see `read_aids`."""


def read_aids(case: Case, board: BoardDefinition, on: dt.date) -> Reading:
    """Every decision aid that suits the case, as it stands on a day.

    {"on": day, "aids": {name: Filled.as_dict()}, "not_for": [why others are left out],
    "tumour": {…}, "contradictions": [where map and facts, or two facts, differ],
    "stated": [where number or size of the nodules is stated otherwise than they are listed],
    "facts": {key: {"value", "unit", "taken_on"}} of those shown beside the aids,
    "reported_old": whether Child-Pugh points as reported are older than the board lets a lab be,
    "beyond": veins and spread once contradictions are settled,
    "portal": {"there", "basis", "contradiction"} of portal hypertension as every aid takes it,
    "images": {"reading": its name or "", "on": the day it counts by, "saved": whether that is the
    day on which it was saved, "lesions": [[number, words]]},
    and where it is so, "response": {"response", "words", "since", "percent"} that the lesions of
    two rounds give by mRECIST,
    "newer_images": that the referring hospital read later images than the board,
    and where the reading that counts says that there is no lesion, "none_seen": {"by": its name,
    "on": day}}
    """
    sides = readings_of(case.id)
    read = read_in(sides, case.board)
    record = record_of(case, on, read, board)
    names, why = suits(case, board)
    found = burden(record)
    since_before = _response(case) if "mrecist" in names else {}
    reading = {
        "on": on.isoformat(),
        "aids": {name: record.fill(name).as_dict() for name in FILLED if name in names},
        "not_for": why,
        "tumour": _tumour(case, found),
        "contradictions": list(record.contradictions),
        "stated": [found.differs] if found.differs else [],
        "facts": {key: _fact(record, key) for key in SHOWN_FACTS if record.fact(key)},
        "reported_old": _too_old(record, "child_pugh_points", board.aids.lab_days),
        "beyond": beyond(record),
        "portal": _portal(record) if "csph" in names else {},
        "images": _images(case, read),
    }
    if since_before:
        reading["response"] = since_before
    if newer_images := _newer_images(sides, read):
        reading["newer_images"] = newer_images
    if read is not None and read.day and not case.lesions and read.findings.none_seen:
        # An empty list, or an empty map, alone is also that of a case that nobody has read
        reading["none_seen"] = {"by": read.name, "on": read.day.isoformat()}
    return reading


def _response(case: Case) -> dict[str, Any]:
    """How the tumour answered since the rounds before, as it is said of the round; {} where that is
    not known, or there is none."""
    earlier = case.earlier_case
    told = since(earlier, case).answer if earlier is not None else None
    if earlier is None or told is None or not told.response:
        return {}
    return {
        "response": told.response,
        "words": told.words,
        "since": told.since(earlier.code),
        "percent": told.percent,
    }


SHOWN_FACTS = (
    "macrovascular_invasion", "portal_invasion", "hepatic_vein_invasion", "extrahepatic_spread",
    "spread_site", "nodes", "afp", "nodule_count", "largest_mm", "child_pugh_points",
)  # fmt: skip


def beyond(record: CaseRecord) -> dict[str, Any]:
    """Veins and spread as the aids take them: {"invaded", "spread": True, False or None where that
    is not known, "veins": [[fact, degree]], "site": fact or "", "torn": [labels that contradict]}
    """
    truth, far = veins(record), outside(record.fact)
    named = [[key, degree(record, key, truth)] for key in (PORTAL, HEPATIC)] if truth.there else []
    return {
        "invaded": truth.there,
        "veins": [[key, value] for key, value in named if value not in ("", "none")],
        "spread": far.there,
        "site": record.text(SITE) if far.there and far.says(SITE) else "",
        "torn": [key for key, one in (("invaded", truth), ("spread", far)) if one.torn],
    }


def _too_old(record: CaseRecord, key: str, days: int) -> bool:
    fact = record.fact(key)
    return fact is not None and newer(record.on - dt.timedelta(days=days), fact.taken_on)


def _portal(record: CaseRecord) -> dict[str, Any]:
    found = portal(record)
    return {"there": found.there, "basis": found.basis, "contradiction": found.contradiction}


def _newer_images(sides: Sides, read: Read | None) -> str:
    """That the referring hospital read later images than the board; "" where it did not."""
    board, other = sides.get(Side.BOARD), sides.get(Side.REFERRING)
    if board is None or other is None or read is None:
        return ""
    day = of_day(other.imaged_on).removeprefix("of ")
    if newer(other.imaged_on, read.day):
        return f"Newer images exist: {SIDES[Side.REFERRING]}, {day}."
    if board.imaged_on is None and other.imaged_on is not None:
        # The day of saving is no day of images: it can be long after them
        words = f"Newer images may exist: {SIDES[Side.REFERRING]}, {day}"
        return f"{words}. The board’s reading has no day of its images: enter it."
    return ""


def _fact(record: CaseRecord, key: str) -> dict[str, Any]:
    fact = record.fact(key)
    assert fact is not None
    taken = fact.taken_on.isoformat() if fact.taken_on else None
    return {"value": fact.value, "unit": fact.unit, "taken_on": taken}


def _tumour(case: Case, found: Burden) -> dict[str, Any]:
    """The lesions that are listed, counted as the aids count them.

    "viable": what lives was measured after treatment; "none": it is known that no tumour lives;
    "uncertain": all that is listed may be tumour, and is not counted; "disputed": number and size
    are left out for a contradiction; "uncountable": the nodules are too many to count;
    "sizes_known": of all that live, else "largest_mm" and "sum_mm" are of those that were measured.
    """
    lesions = counted(case.lesions)
    uncertain = any(one.li_rads in UNCERTAIN for one in lesions.others)
    return {
        "listed": len(case.lesions),
        "count": lesions.number,
        "sizes_known": None not in lesions.living,
        "largest_mm": max(lesions.left, default=None),
        "sum_mm": sum(lesions.left),
        "viable": lesions.treated,
        "none": found.none,
        "uncertain": uncertain and not lesions.nodules,
        "disputed": found.disputed,
        "uncountable": found.uncountable,
        "not_counted": [[one.number, one.li_rads] for one in lesions.others],
        "li_rads": [[one.number, one.li_rads] for one in case.lesions if one.li_rads],
    }


def _images(case: Case, read: Read | None) -> dict[str, Any]:
    """Whose reading the lesions are of, and each of them in words."""
    return {
        "reading": read.name if read is not None else "",
        "on": read.day.isoformat() if read is not None and read.day is not None else None,
        "saved": read is not None and read.on is None,
        "lesions": [[one.number, _lesion_words(one)] for one in case.lesions],
    }


def _lesion_words(lesion: LesionLine) -> str:
    """ "42 mm, 20 mm viable, LR-TR viable"."""
    size = Lesion(lesion.number, size_mm=lesion.size_mm, viable_mm=lesion.viable_mm).size_words
    parts = (size or "size not stated", lesion.li_rads, "" if is_nodule(lesion) else "not counted")
    return ", ".join(part for part in parts if part)
