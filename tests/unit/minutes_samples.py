"""Invented minutes for the tests of the papers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from boardroom.minutes.document import MinutesDocument

START = dt.datetime(2026, 11, 26, 16, 30, tzinfo=dt.UTC)

SPECIALTIES = [
    {"key": key, "name": name, "mark": mark, "core": core}
    for key, name, mark, core in (
        ("surgery", "Surgery", "SU", True),
        ("oncology", "Oncology", "ON", True),
        ("radiology", "Radiology", "RA", True),
        ("hepatology", "Hepatology", "HE", True),
        ("interventional_radiology", "Interventional radiology", "IR", False),
        ("specialist_nursing", "Specialist nursing", "NU", False),
    )
]
STAFF = [
    "Dr Ida Sampleton",
    "Dr Otto Mustermann",
    "Dr Żółć Ærø-Teststein",
    "Dr Γιώτα Παράδειγμα",
    "Dr Perry Placeholder",
    "Nurse Una Exempel",
]
OPTIONS = [
    {"key": key, "name": name, "short": short}
    for key, name, short in (
        ("resection", "Resection", "Res"),
        ("pve", "Remnant growth, then resection", "PVE+R"),
        ("transplant", "Transplant", "LT"),
        ("ablation", "Ablation", "Abl"),
        ("tace", "TACE", "TACE"),
        ("tare", "TARE", "TARE"),
        ("sbrt", "Stereotactic radiotherapy", "SBRT"),
        ("systemic", "Systemic therapy", "Sys"),
        ("trial", "Clinical trial", "Trial"),
        ("watch", "Surveillance", "Watch"),
        ("bsc", "Best supportive care", "BSC"),
    )
]
CONVERTIBLE = {
    "key": "convertible",
    "label": "Convertible (resectable after down-staging)",
    "short": "Convertible",
}
REMNANT = {"key": "unresectable_remnant", "label": "Unresectable: remnant"}
RESECTABLE = {"key": "resectable", "label": "Resectable"}

_S, _A, _P, _O = "prefer", "acceptable", "advise_against", "outside_field"
_STANCES = [
    [_P, _S, _A, _P, _A, _A, _O, _A, _A, _P, _P],
    [_A, _S, _O, _O, _A, _A, _A, _S, _S, _P, _P],
    [_P, _S, _O, _A, _A, _S, _O, _O, None, _P, None],
    [_P, _A, _S, _A, _A, _A, _O, _A, None, _P, _P],
    [_O, _S, _O, _P, _A, _S, _O, _O, _O, _O, _O],
    [_O] * 11,
]


def at(minutes: float) -> str:
    """So many minutes after the start, as it stands in the JSON."""
    return (START + dt.timedelta(minutes=minutes)).isoformat()


def opinion(index: int, **changes: Any) -> dict[str, Any]:
    """One specialist's opinion."""
    stances = [
        {"option": option["key"], "stance": stance, "reason": ""}
        for option, stance in zip(OPTIONS, _STANCES[index], strict=True)
        if stance
    ]
    stances[0]["reason"] = "The remnant is 24 % today; it would fail."
    return {
        "specialty": SPECIALTIES[index],
        "person": STAFF[index],
        "verdict": [CONVERTIBLE, CONVERTIBLE, CONVERTIBLE, REMNANT, RESECTABLE, None][index],
        "confidence": [4, 3, 5, 2, 4, None][index],
        "against_first": [*["upgraded"] * 3, "confirmed", "upgraded", None][index],
        "stances": stances,
        "rationale": "Segments II and III are clear of disease and well perfused. With "
        "embolisation the left remnant should reach 35 % in four weeks.",
        "change_mind": "A new lesion in segment II.",
        "answers": [{"question": "Is the remnant enough?", "answer": "Enough after growth"}],
        "submitted_at": at(-600),
        "revealed_at": at(4),
        "shifts": [],
    } | changes


def case(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A decided case with everything in it."""
    begin = (number - 1) * 7
    return {
        "position": number,
        "code": f"BR-04{number:02}",
        "question": "Can the left remnant carry a right hepatectomy after embolisation?",
        "patient": {
            "name": "Mr Basil Nonesuch",
            "sex": "male",
            "age": 63,
            "birth_date": "1963-03-04",
            "record_number": "R-778812",
            "hospital": "St Example",
        },
        "diagnosis": "Colorectal liver metastases",
        "referrer": {"name": "Dr Referrer Invented", "hospital": "Example General"},
        "first_opinion": {
            "verdict": REMNANT,
            "reason_kind": "remnant",
            "reason": "The future remnant is 24 % of the liver.",
            "by": "Dr Elsewhere",
            "on": "2026-11-12",
            "plan": "Palliative chemotherapy.",
        },
        "summary": "Sigmoid cancer resected in May, pT3 N1. Mr Nonesuch has five right-sided "
        "metastases; good response to six cycles of FOLFOX. Born 4 March 1963.",
        "comorbidity": "Type 2 diabetes, diet only",
        "facts": [
            {"label": "Bilirubin", "value": "14 µmol/l", "note": "12 Nov"},
            {"label": "Platelets", "value": "212 × 10⁹/l", "note": "12 Nov"},
            {"label": "Child-Pugh", "value": "A5", "note": ""},
            {"label": "ALBI", "value": "−2.71, grade 1", "note": ""},
            {"label": "CEA", "value": "≥ 38 µg/l", "note": "falling"},
            {"label": "ECOG", "value": "1", "note": ""},
        ],
        "lesions": [
            {"number": 1, "segments": "VII", "size_mm": 42, "detail": "touches the right vein"},
            {"number": 2, "segments": "V, VIII", "size_mm": 18.5, "detail": ""},
        ],
        "treatments": [
            {"kind": "Systemic therapy", "on": "2026-06-01", "detail": "FOLFOX", "response": "PR"}
        ],
        "investigations": [
            {
                "kind": "imaging",
                "modality": "MRI with hepatobiliary agent",
                "on": "2026-11-09",
                "availability": "Shown",
                "report": "Five lesions, all right of the middle vein.",
            },
            {"kind": "pathology", "modality": "Biopsy", "availability": "Report only"},
        ],
        "patient_view": {
            "knows": "That it has spread, and that surgery was refused.",
            "wants": "Surgery, if at all possible.",
            "asks": ["Will I be home for my daughter's wedding in May?"],
            "met_by": "Dr Ida Sampleton",
        },
        "allotted_minutes": 5,
        "state": "done",
        "presented_by": "Dr Ida Sampleton",
        "started_at": at(begin),
        "revealed_at": at(begin + 4),
        "ended_at": at(begin + 7),
        "seconds_spent": 432,
        "deferral": None,
        "opinions": [opinion(i) for i in range(5)]
        + [
            opinion(
                5,
                rationale="",
                answers=[],
                change_mind="",
                shifts=[
                    {
                        "at": at(begin + 6),
                        "subject": "verdict",
                        "was": "Undetermined",
                        "now": "Convertible",
                        "reason": "After the volumetry was shown.",
                    }
                ],
            )
        ],
        "consensus": {
            "verdict": CONVERTIBLE,
            "strength": {"key": "majority", "label": "Majority"},
            "rationale": "Five of six see a way to a complete resection once the remnant grew.",
            "steps": [
                {"order": 1, "what": "Portal vein embolisation", "who": "IR", "when": "by 4 Dec"},
                {
                    "order": 2,
                    "what": "Volumetry by CT",
                    "who": "Radiology",
                    "when": "4 weeks later",
                },
                {"order": 3, "what": "Right hepatectomy", "who": "Surgery", "when": "if ≥ 30 %"},
            ],
            "dispositions": [
                {"option": "pve", "disposition": "chosen", "reason": ""},
                {"option": "systemic", "disposition": "fallback", "reason": "If it does not grow"},
                {"option": "resection", "disposition": "rejected", "reason": "Remnant 24 %"},
                {"option": "transplant", "disposition": "not_applicable", "reason": ""},
            ],
            "teller": "The surgeon",
            "tell_by": "2026-11-30",
            "rediscuss": "After the volumetry",
        },
        "reclassification": {"outcome": "upgraded", "reason": "Access to a treatment"},
        "quorum": {
            "needed": ["Surgery", "Oncology", "Radiology", "Hepatology"],
            "present": ["Surgery", "Oncology", "Radiology", "Hepatology"],
            "missing": [],
        },
        "provisional_reasons": [],
        "sign_offs": [
            {
                "specialty": SPECIALTIES[0],
                "person": STAFF[0],
                "kind": "signed",
                "at": at(begin + 6.5),
            },
            {
                "specialty": SPECIALTIES[1],
                "person": STAFF[1],
                "kind": "reservation",
                "text": "Two more cycles first would be safer.",
                "at": at(begin + 6.6),
            },
            {
                "specialty": SPECIALTIES[3],
                "person": STAFF[3],
                "kind": "dissent",
                "text": "The liver was injured by chemotherapy.",
                "reopen_condition": "a liver biopsy shows sinusoidal injury grade 2 or more",
                "at": at(begin + 6.8),
            },
        ],
    } | changes


def provisional(number: int) -> dict[str, Any]:
    """A case closed without hepatology."""
    return case(
        number,
        question="Is there still a local option after the second recurrence?",
        patient={
            "name": "Greta Fictitious",
            "sex": "female",
            "age": 58,
            "birth_date": "1968-11-13",
        },
        state="provisional",
        summary="Recurrence after ablation. Fictitious, Greta was seen last week.",
        opinions=[opinion(0), opinion(4)],
        quorum={
            "needed": ["Surgery", "Oncology", "Radiology", "Hepatology"],
            "present": ["Surgery", "Oncology", "Radiology"],
            "missing": ["Hepatology"],
        },
        provisional_reasons=["Hepatology was not present.", "Surveillance was left open."],
        reclassification={"outcome": "undetermined", "reason": ""},
        sign_offs=[],
    )


def came_back(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A case that a value brought back after two cycles."""
    earlier = {
        "code": "BR-0028",
        "kind": "condition",
        "reason": "AFP is 312 ng/mL, under 500 ng/mL.",
        "verdict": CONVERTIBLE,
        "decided_on": "2026-09-17",
        "treated_since": [{"on": "2026-10-12", "what": "2 cycles of treatment given"}],
    }
    return case(number, earlier_round=earlier | changes)


def deferred(number: int) -> dict[str, Any]:
    """A case put off."""
    return case(
        number,
        question="Resection or transplant for a single tumour in a cirrhotic liver?",
        state="deferred",
        opinions=[],
        consensus=None,
        reclassification=None,
        sign_offs=[],
        deferral={"reason": "Imaging missing or too old", "note": "The MRI is of August."},
    )


def not_reached(number: int) -> dict[str, Any]:
    """A case for which no time was left, with little known about it."""
    return {
        "position": number,
        "code": f"BR-04{number:02}",
        "question": "What next?",
        "patient": {},
        "state": "not_reached",
    }


def content(cases: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """Minutes as they stand in the JSON."""
    if cases is None:
        cases = [case(1), provisional(2), deferred(3), not_reached(4)]
    return {
        "board": {"key": "liver", "name": "Liver board", "time_zone": "Europe/Berlin"},
        "meeting": {
            "id": "liver-2026-11-26",
            "title": "Weekly meeting",
            "place": "Room 4 and at a distance",
            "planned_start": at(0),
            "length_minutes": 120,
            "started_at": at(2),
            "closed_at": at(97),
        },
        "chair": STAFF[0],
        "attendance": [
            {
                "name": name,
                "role": "chair" if i == 0 else "",
                "specialty": specialty,
                "intervals": [{"joined": at(i), "left": at(97)}],
                "minutes": 97 - i,
            }
            for i, (name, specialty) in enumerate(zip(STAFF, SPECIALTIES, strict=True))
            if specialty["key"] != "hepatology"
        ]
        + [
            {
                "name": "Second Surgeon",
                "specialty": SPECIALTIES[0],
                "intervals": [{"joined": at(5), "left": at(20)}, {"joined": at(40)}],
                "minutes": 72,
            },
            {"name": "Cora Coordinatrix", "role": "coordinator", "minutes": 95},
        ],
        "core_specialties": SPECIALTIES[:4],
        "core_missing": [SPECIALTIES[3]],
        "options": OPTIONS,
        "cases": cases,
        "generated_at": at(100),
    } | changes


def minutes(cases: list[dict[str, Any]] | None = None, **changes: Any) -> MinutesDocument:
    """Minutes as a document."""
    return MinutesDocument.model_validate(content(cases, **changes))
