"""What the record holds of a case besides opinions and decision, in words, for the page.

The chair signs all of it, so all of it can be read before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boardroom.minutes import times, words
from boardroom.minutes.aid_parts import AidResult, DecisionAids
from boardroom.minutes.brief import Lesion, Patient, RecordedFact
from boardroom.minutes.decision import Quorum
from boardroom.minutes.document import MinutesCase, MinutesDocument, Opinion
from boardroom.minutes.mapped import drawn_again

Said = tuple[str, list[str]]
"""A label and its lines."""


def discussed(case: MinutesCase, document: MinutesDocument) -> list[Said]:
    """The case as it was put before the board: label and lines, without what is empty."""
    first, view = case.first_opinion, case.patient_view
    clock = times.Clock(document.board.time_zone)
    age = "" if case.patient.age is None else str(case.patient.age)
    found: list[Said] = [
        ("Patient", [_identity(case.patient)]),  # a screen can hide it
        ("Sex and age", [words.joined(case.patient.sex, age, by=", ")]),
        ("Hospital", [case.patient.hospital]),
        ("Diagnosis", [case.diagnosis]),
        ("Referred by", [words.joined(case.referrer.name, case.referrer.hospital)]),
        (
            "First opinion",
            [
                words.joined(
                    first.verdict.label if first.verdict else "",
                    first.reason_kind,
                    words.first_opinion_source(first),
                )
            ],
        ),
        ("Its reason", [first.reason]),
        ("Original plan", [first.plan]),
        ("Summary", [case.summary]),
        ("Comorbidity", [case.comorbidity]),
        ("Findings", [words.joined(f"{f.label}: {f.value}", f.note) for f in case.facts]),
        ("Every value as entered", [_recorded(fact) for fact in case.recorded_facts]),
        ("Lesions", [_lesion(one) for one in case.lesions]),
        *_map(case, clock),
        ("Treatments", [words.treatment(one) for one in case.treatments]),
    ]
    for label, kinds in (("Imaging", ("imaging", "other")), ("Pathology", ("pathology",))):
        lines = [words.investigation(one) for one in case.investigations if one.kind in kinds]
        found.append((label, lines))
    found += [
        ("The patient knows", [view.knows]),
        ("The patient wants", [view.wants]),
        ("The patient asks", list(view.asks)),
        ("Met by", [view.met_by]),
        ("Presented by", [case.presented_by]),
        ("Specialties that this case needs besides the quorum", list(case.quorum.beyond)),
        ("There when it closed", _unnamed(case.quorum)),
        ("Time", [words.allotted(case)]),
        ("Opinions given", list(_given(case.opinions, clock))),
    ]
    return _filled(found)


def computed(aids: DecisionAids | None) -> list[Said]:
    """What the decision aids rest on and made of it: label and lines for each."""
    if aids is None:
        return []
    units = {"si": "SI units", "conventional": "conventional units"}[aids.units]
    return _filled(
        [
            ("Computed", [f"{times.date(aids.on)}, {units}", aids.note]),
            *((one.title, _aid(one)) for one in aids.results),
        ]
    )


def _filled(said: list[Said]) -> list[Said]:
    kept = [(label, [line for line in lines if line.strip()]) for label, lines in said]
    return [(label, lines) for label, lines in kept if lines]


def _identity(patient: Patient) -> str:
    born = f"born {times.date(patient.birth_date)}" if patient.birth_date else ""
    record = f"record {patient.record_number}" if patient.record_number else ""
    return words.joined(patient.name or "", born, record)


def _recorded(fact: RecordedFact) -> str:
    value = words.joined(fact.value, fact.unit, by=" ")
    return words.joined(f"{fact.label}: {value}", times.date(fact.on))


def _lesion(one: Lesion) -> str:
    """The line of the papers, and what it does not have in its own words."""
    line = words.lesion(one)
    viable = f"{one.viable_mm:g} mm viable" if one.viable_mm is not None else ""
    more = (one.li_rads, viable, one.vascular_contact, one.note)
    return words.joined(line, *(part for part in more if part not in line))


def _map(case: MinutesCase, clock: times.Clock) -> Iterator[Said]:
    """Each reading in words, then what the two say differently."""
    found = drawn_again(case.tumour_map)
    for picture in found.pictures:
        said, reading = picture.findings, picture.reading
        saved = f"saved {clock.full(reading.saved_at)}" if reading.saved_at else ""
        yield (
            f"Tumour map, {picture.heading}",
            [
                words.joined(words.reading(reading), f"version {reading.version}"),
                words.joined(f"entered by {reading.by}" if reading.by else "", saved),
                *(one.words for one in said.lesions),
                said.in_all_words if reading.version else "",
                *(words.joined(f"No. {one.number}", one.note) for one in said.lesions if one.note),
                *(f"{label}: {value}" for label, value in said.beyond()),
                said.note,
            ],
        )
    if found.compared:
        yield ("What the readings say differently", list(found.words) or ["They agree."])


def _unnamed(quorum: Quorum) -> list[str]:
    """Specialties that were there, where the record does not say by whom; schema 1.0 did not."""
    named = {one.specialty.name for one in quorum.by_specialty}
    return [name for name in quorum.present if name not in named]


def _given(opinions: tuple[Opinion, ...], clock: times.Clock) -> Iterator[str]:
    for one in opinions:
        if one.submitted_at is not None:
            yield words.joined(one.specialty.name, one.person, clock.full(one.submitted_at))


def _aid(one: AidResult) -> list[str]:
    values = _flat(one.result or {})
    sources = [
        words.joined(f"{s.label}: {words.joined(s.value, s.unit, by=' ')}", times.date(s.taken_on))
        for s in one.sources
    ]
    oldest = "" if one.oldest_lab_days is None else f"Oldest value: {one.oldest_lab_days} days"
    return [one.refused, *sources, *values, oldest, *one.warnings]


def _flat(value: Any, name: str = "") -> list[str]:
    """Every value of a result with the path to it: "inputs, albumin: 40"."""
    match value:
        case Mapping():
            named = (
                (words.joined(name, str(key).replace("_", " "), by=", "), v)
                for key, v in value.items()
            )
            return [line for path, v in named for line in _flat(v, path)]
        case list() | tuple():
            return [line for item in value for line in _flat(item, name)]
        case None | "":
            return []
        case _:
            return [f"{name}: {value}"]
