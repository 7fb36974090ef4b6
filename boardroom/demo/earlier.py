"""The short second opinions of the earlier meeting, made whole cases of.

Each is written down in a few lines (content/earlier.toml); what any case of its kind has is added
here, so that the same deeds can be done with it as with the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

MEETING = "earlier"

_CORE = ("surgeon", "oncologist", "radiologist", "hepatologist")
_UNITS = {
    "bilirubin": "umol/L", "albumin": "g/L", "platelets": "10^9/L", "afp": "ng/mL",
}  # fmt: skip
# Whose field an option is
_SPEAKS = {
    "resection": "surgeon", "remnant_growth": "surgeon", "transplant": "hepatologist",
    "ablation": "radiologist", "tace": "radiologist", "tare": "radiologist",
    "sbrt": "oncologist", "systemic": "oncologist", "trial": "oncologist",
    "surveillance": "hepatologist", "supportive": "hepatologist",
}  # fmt: skip
_SPENT = 3  # minutes for each
_USUAL = {
    "inr": "1.1", "cirrhosis": "no", "ascites": "none", "encephalopathy": "none",
    "macrovascular_invasion": "no", "extrahepatic_spread": "no",
}  # fmt: skip
_TISSUE = {
    "crlm": "Adenocarcinoma of the large bowel.",
    "icca": "Adenocarcinoma, pancreatobiliary type.",
    "nelm": "Neuroendocrine tumour, well differentiated.",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DemoBack(_Part):
    """When the case comes back by itself; see `consensus.represent.Represent`."""

    months: StrictInt | None = None
    cycles: StrictInt | None = None
    fact: str = ""
    unit: str = ""
    below: bool = True
    value: str = ""


class DemoFollowUp(_Part):
    """An answer so many `days` after the decision. `after`: days until the treatment."""

    days: Annotated[StrictInt, Field(gt=0)]
    by: str
    carried_out: str
    treatment: str = ""
    after: StrictInt | None = None
    deviation: str = ""
    outcome: str
    detail: str = ""


class ShortOpinion(_Part):
    """One second opinion in short. `patient`: name, sex, birth date; `first`: verdict, kind of
    reason, reason, by whom; `lesions`: segment and millimetres of each, the largest first;
    `progress`: fact, value, unit, days after the decision; `read_again`: millimetres and viable
    millimetres of the one lesion when the case has come back; `dissent`: who, why, when to open the
    case again; `found`: facts that are otherwise than usual; `fallback`, `rejected`: option and
    why; the others do not apply."""

    key: str
    patient: tuple[str, str, dt.date]
    hospital: str
    days_before: StrictInt
    diagnosis: str
    question: str
    summary: str
    comorbidity: str = "None that matters here."
    first: tuple[str, str, str, str]
    lesions: Annotated[tuple[tuple[str, StrictInt], ...], Field(min_length=1)]
    labs: Mapping[str, str]
    found: Mapping[str, str] = {}
    needs: tuple[str, ...] = ()
    verdict: str
    reason: str
    chosen: str
    fallback: Mapping[str, str] = {}
    rejected: Annotated[Mapping[str, str], Field(min_length=2)]
    rationale: str
    steps: tuple[tuple[str, str, str], ...]
    teller: str
    rediscuss: str = ""
    back: DemoBack | None = None
    strength: str = "unanimous"
    against: Mapping[str, tuple[str, str]] = {}
    dissent: tuple[str, str, str] | None = None
    follow_ups: tuple[DemoFollowUp, ...] = ()
    progress: tuple[tuple[str, str, str, StrictInt], ...] = ()
    read_again: tuple[StrictInt, StrictInt] | None = None


def whole_case(short: ShortOpinion, position: int) -> dict[str, Any]:
    """The case as one of the long files has it."""
    name, sex, born = short.patient
    verdict, kind, why, by = short.first
    number = 2000 + position
    return {
        "key": short.key,
        "meeting": MEETING,
        "position": position,
        "minutes": _SPENT,
        "presenter": "surgeon",
        "needs": short.needs,
        "patient": {
            "name": name, "sex": sex, "birth_date": born, "record_number": f"TEST-{number}",
            "hospital": short.hospital,
        },
        "referral": {
            "referrer_name": f"Referring clinic, {short.hospital}",
            "referrer_contact": f"extension {number}",
            "referrer_hospital": short.hospital,
            "days_before": short.days_before,
            "question": short.question,
            "diagnosis": short.diagnosis,
            "summary": short.summary,
            "comorbidity": short.comorbidity,
            "ecog": 3 if verdict.endswith("fitness") and short.chosen == "supportive" else 1,
        },
        "first_opinion": {
            "verdict": verdict, "reason_kind": kind, "reason": why, "by": by,
            "days_before": short.days_before + 7, "plan": "",
        },
        "facts": [
            {
                "key": key, "value": value, "unit": _UNITS.get(key, ""),
                "days_before": short.days_before,
            }
            for key, value in {**short.labs, **_USUAL, **short.found}.items()
        ],
        "investigations": _examinations(short),
        "patient_view": {"wants": "To know whether anything more can be done."},
        "lesions": [
            {"number": number, "segments": [segment], "size_mm": size}
            for number, (segment, size) in enumerate(short.lesions, start=1)
        ],
        "opinions": [_opinion(short, who) for who in _CORE],
        "outcome": {
            "minutes_spent": _SPENT,
            "verdict": short.verdict,
            "strength": short.strength,
            "rationale": short.rationale,
            "reclassification_reason": short.reason,
            "steps": [{"what": what, "who": who, "when": when} for what, who, when in short.steps],
            "dispositions": {
                short.chosen: ("chosen", ""),
                **{option: ("fallback", why) for option, why in short.fallback.items()},
                **{option: ("rejected", why) for option, why in short.rejected.items()},
            },
            "teller": short.teller,
            "tell_by_days": 5,
            "rediscuss": short.rediscuss,
            "back": short.back,
            "sign_offs": [_sign_off(short, who) for who in _signing(short)],
        },
        "follow_ups": short.follow_ups,
        "progress": short.progress,
        "read_again": short.read_again,
    }  # fmt: skip


def _examinations(short: ShortOpinion) -> list[dict[str, Any]]:
    segment, size = short.lesions[0]
    found = [
        {
            "kind": "imaging", "modality": "ct", "days_before": short.days_before + 6,
            "availability": "shown", "report": f"The largest lesion: {size} mm, segment {segment}.",
        }
    ]  # fmt: skip
    if short.diagnosis in _TISSUE:
        found.append(
            {
                "kind": "pathology", "days_before": short.days_before + 30,
                "availability": "report_only", "report": _TISSUE[short.diagnosis],
            }
        )  # fmt: skip
    return found


def _opinion(short: ShortOpinion, who: str) -> dict[str, Any]:
    stance = short.against.get(who, ("prefer", ""))
    return {
        "by": who,
        "days_before": 1,
        "verdict": short.verdict,
        "confidence": 3 if who in short.against else 4,
        "rationale": short.rationale,
        "stances": {short.chosen: stance, **_said_of_others(short, who)},
    }


def _said_of_others(short: ShortOpinion, who: str) -> dict[str, tuple[str, str]]:
    """What somebody of this field said of the options that were not chosen."""
    kept = {option: ("acceptable", why) for option, why in short.fallback.items()}
    against = {option: ("advise_against", why) for option, why in short.rejected.items()}
    return {option: said for option, said in (kept | against).items() if _SPEAKS[option] == who}


def _signing(short: ShortOpinion) -> tuple[str, ...]:
    return (*_CORE, "transplant") if "transplant_surgery" in short.needs else _CORE


def _sign_off(short: ShortOpinion, who: str) -> dict[str, str]:
    if short.dissent is not None and short.dissent[0] == who:
        _, text, condition = short.dissent
        return {"by": who, "kind": "dissent", "text": text, "reopen_condition": condition}
    return {"by": who}
