"""The tumour map in the papers: the readings as data, and drawn again from that data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.clinical.by_features import by_features
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.tumour_reading import Contact, Findings, Lesion
from boardroom.minutes import brief
from boardroom.tumour_map import rules
from boardroom.tumour_map.models import Reading
from boardroom.tumour_map.queries import that_lists
from boardroom.tumour_map.view import TumourMap, of_findings
from boardroom.web import age

_KEPT = (
    "number",
    "segments",
    "size_mm",
    "viable_mm",
    "li_rads",
    "vascular_contact",
    "note",
)


def lesions_of(case: Case, readings: Mapping[str, Reading]) -> tuple[brief.Lesion, ...]:
    """The lesions of the reading that counts; those of the case's list where nobody has read."""
    counts = that_lists(dict(readings))
    lines: Sequence[Mapping[str, object]] = (
        rules.as_lines(counts.said)
        if counts is not None
        else [{name: getattr(line, name) for name in _KEPT} for line in case.lesions]
    )
    by_number = _by_features(case, counts) if counts is not None else {}
    return tuple(
        brief.Lesion.model_validate(
            {name: line[name] for name in _KEPT}
            | {"detail": _detail(line, by_number.get(line["number"], ""))}
        )
        for line in lines
    )


def _by_features(case: Case, reading: Reading) -> dict[object, str]:
    """By number: the category that a lesion's features give, in words."""
    lesions = reading.said.lesions
    if not any(one.features for one in lesions):
        return {}
    years = age(case.patient.birth_date, reading.saved_at.date())
    record = CaseRecord(case.standing_facts, dt.date.max, age_years=years)
    found = {one.number: by_features(one, record) for one in lesions}
    return {number: f"{aid.words}, LI-RADS v2018" for number, aid in found.items() if aid}


def _detail(line: Mapping[str, object], features: str) -> str:
    viable = f"{line['viable_mm']} mm viable" if line["viable_mm"] is not None else ""
    parts = [line["li_rads"], features, viable, line["vascular_contact"], line["note"]]
    return "; ".join(str(part) for part in parts if part)


def map_of(
    case: Case, board: BoardDefinition, readings: Mapping[str, Reading]
) -> tuple[brief.MapReading, ...]:
    """The readings as the record keeps them; the list, where nobody has read and it says where."""
    if not readings:
        listed = rules.of_list(case.lesions)
        if not any(one.placed for one in listed.lesions):
            return ()
        return (brief.MapReading.model_validate({"side": "listed", **listed.as_record()}),)
    words = dict(board.choices_for("imaging_modalities"))
    return tuple(
        brief.MapReading.model_validate(
            {
                "side": side,
                "version": reading.version,
                "imaging": words.get(reading.imaging, reading.imaging),
                "imaged_on": reading.imaged_on,
                "read_by": reading.read_by,
                "by": reading.saved_by.name if reading.saved_by is not None else "",
                "saved_at": reading.saved_at,
                **reading.said.as_record(),
            }
        )
        for side, reading in readings.items()
    )


def findings_of(reading: brief.MapReading) -> Findings:
    """What a kept reading says."""
    lesions = tuple(
        Lesion(
            **one.model_dump(exclude={"contacts"}),
            contacts=None
            if one.contacts is None
            else tuple(Contact(c.vessel, c.degree) for c in one.contacts),
        )
        for one in reading.lesions
    )
    beyond = ("portal", "portal_side", "vein", "vein_which", "duct", "spread", "note", "in_all")
    return Findings(lesions, **{name: getattr(reading, name) for name in beyond})


def drawn_again(readings: Sequence[brief.MapReading]) -> TumourMap:
    """The map as it was, from the record alone."""
    return of_findings({one.side: (findings_of(one), one) for one in readings})
