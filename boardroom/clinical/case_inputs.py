"""Where a case's record says the same as an aid's input in other words.

What is not recorded stays out, so the aid lists it as missing: "no varices were mentioned" is not
"no varices". Each function looks at the record and answers with what it Found, or with nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from boardroom.clinical.aid import Result
from boardroom.clinical.catalogue_conditions import COMPLETE, CONDITIONS, OTHER_TUMOUR


@dataclass(frozen=True, slots=True)
class Found:
    """A value for one input, the facts it comes from, and what has to be said about it.

    `entry` is the name to give it under where it is not in the input's own unit.
    """

    value: Any = None
    keys: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    entry: str = ""


class LesionLike(Protocol):
    """A lesion as a case lists it; `viable_mm` is measured after treatment."""

    @property
    def size_mm(self) -> int | None: ...
    @property
    def viable_mm(self) -> int | None: ...


class Record(Protocol):
    """What the functions here may ask of a case."""

    lesions: tuple[LesionLike, ...]
    ecog: int | None
    sex: str
    age_years: float | None

    def text(self, key: str) -> str: ...
    def number(self, key: str) -> Decimal | None: ...
    def series(self, key: str) -> Sequence[tuple[dt.date, Decimal]]: ...
    def of(self, name: str) -> tuple[Result | None, tuple[str, ...]]: ...


NOTHING = Found()
Derivation = Callable[[Record], Found]


# ---- The tumour ---------------------------------------------------------------------------------


def diameters(record: Record) -> Found:
    """Millimetres of every nodule, viable ones after treatment; nothing where one is unknown."""
    keys = tuple(k for k in ("nodule_count", "nodules_uncountable") if record.text(k))
    if record.text("nodules_uncountable") == "yes":
        return Found(
            None, keys, ("The nodules are too many to count, so their sizes are not known.",)
        )
    treated = any(lesion.viable_mm is not None for lesion in record.lesions)
    sizes = [
        lesion.size_mm if lesion.viable_mm is None else lesion.viable_mm
        for lesion in record.lesions
    ]
    remarks = ["Viable diameters are used, as measured after treatment."] if treated else []
    left = [size for size in sizes if size != 0]
    if None in left:
        return Found(None, keys, ("The size of a listed lesion is missing.",))
    if treated and not left:
        return Found(None, keys, ("No viable tumour is recorded.",))
    count = record.number("nodule_count")
    if not left:
        largest = record.number("largest_mm")
        if count == 1 and largest is not None:
            return Found([largest], (*keys, "largest_mm"), entry="tumor_diameters_mm")
        return Found(None, keys)
    if count is not None and count != len(left) and not treated:
        return Found(
            None, keys, (f"{count} nodules are counted and {len(left)} lesions have a size.",)
        )
    return Found(left, keys, tuple(remarks), "tumor_diameters_mm")


def count(record: Record) -> Found:
    found = diameters(record)
    if found.value:
        return Found(len(found.value), found.keys)
    number = record.number("nodule_count")
    return Found(number, ("nodule_count",), found.remarks) if number is not None else found


def largest(record: Record) -> Found:
    found = diameters(record)
    name = "largest_tumor_diameter_mm"
    if found.value:
        return Found(max(found.value), found.keys, found.remarks, name)
    number = record.number("largest_mm")
    return Found(number, ("largest_mm",), entry=name) if number is not None else NOTHING


def invasion(record: Record) -> Found:
    """Stated as such, or by how far a portal or hepatic vein is invaded."""
    portal, hepatic = record.text("portal_invasion"), record.text("hepatic_vein_invasion")
    named = tuple(
        key
        for key, text in (("portal_invasion", portal), ("hepatic_vein_invasion", hepatic))
        if text not in ("", "none")
    )
    stated = record.text("macrovascular_invasion")
    if stated:
        contradiction = stated == "no" and named
        return Found(
            stated == "yes",
            ("macrovascular_invasion", *(named if contradiction else ())),
            ("Invasion is denied, and a vein is named as invaded.",) if contradiction else (),
        )
    if named:
        return Found(True, named)
    if portal == hepatic == "none":
        return Found(False, ("portal_invasion", "hepatic_vein_invasion"))
    return NOTHING


def spread(record: Record) -> Found:
    stated, nodes = record.text("extrahepatic_spread"), record.text("nodes")
    if stated == "no" and nodes in ("n1", "distant"):
        return Found(
            False,
            ("extrahepatic_spread", "nodes"),
            ("Disease outside the liver is denied, and nodes are recorded as involved.",),
        )
    return Found(stated == "yes", ("extrahepatic_spread",)) if stated else NOTHING


def diffuse(record: Record) -> Found:
    pattern = record.text("growth_pattern")
    return Found(pattern != "well_defined", ("growth_pattern",)) if pattern else NOTHING


def _viable(choose: Callable[[list[Decimal]], Decimal], remark: str = "") -> Derivation:
    """One of the sums of viable diameters; there is a response only from the second one on."""

    def look(record: Record) -> Found:
        series = record.series("viable_sum_mm")
        if len(series) < 2:
            return NOTHING
        remarks = (remark.format(day=series[0][0]),) if remark else ()
        return Found(choose([value for _, value in series]), ("viable_sum_mm",), remarks)

    return look


# ---- TNM ----------------------------------------------------------------------------------------


def vascular(record: Record) -> Found:
    found = invasion(record)
    if found.value is not False:
        return found
    remark = "Microscopic invasion is known only after surgery; imaging shows none."
    return Found(False, found.keys, (*found.remarks, remark))


def major_vein(record: Record) -> Found:
    """First-order portal branch or main trunk, a main hepatic vein or the caval vein."""
    portal, hepatic = record.text("portal_invasion"), record.text("hepatic_vein_invasion")
    if portal in ("vp3", "vp4"):
        return Found(True, ("portal_invasion",))
    if hepatic in ("vv2", "vv3"):
        return Found(True, ("hepatic_vein_invasion",))
    if portal and hepatic:
        return Found(False, ("portal_invasion", "hepatic_vein_invasion"))
    if record.text("macrovascular_invasion") == "no":
        return Found(False, ("macrovascular_invasion",))
    return NOTHING


def nodes(record: Record) -> Found:
    match record.text("nodes"):
        case "n0":
            return Found("N0", ("nodes",))
        case "n1":
            return Found("N1", ("nodes",))
        case "suspicious":
            return Found(None, ("nodes",), ("Suspicious nodes are neither N0 nor N1.",))
        case _:
            return NOTHING


def metastasis(record: Record) -> Found:
    """Spread is M1 where its place is named, since regional nodes alone are N1."""
    if record.text("nodes") == "distant":
        return Found("M1", ("nodes",))
    stated = record.text("extrahepatic_spread")
    if stated == "no":
        return Found("M0", ("extrahepatic_spread",))
    if stated == "yes" and record.text("spread_site"):
        return Found("M1", ("extrahepatic_spread", "spread_site"))
    return NOTHING


# ---- The liver ----------------------------------------------------------------------------------


def ascites(record: Record) -> Found:
    text = record.text("ascites")
    return Found(text != "none", ("ascites",)) if text else NOTHING


def cholestatic(record: Record) -> Found:
    cause = record.text("liver_cause")
    if cause in ("", "unknown", "several"):
        return NOTHING
    return Found(cause == "cholestatic", ("liver_cause",))


def cause(record: Record) -> Found:
    words = {"alcohol": "alcohol", "hbv": "viral", "hcv": "viral", "masld": "mash"}
    text = record.text("liver_cause")
    if text in ("", "unknown"):
        return NOTHING
    return Found(words.get(text, "other"), ("liver_cause",))


def portal_hypertension(record: Record) -> Found:
    """As somebody recorded it; else as HVPG, varices, stiffness or platelets show it."""
    if stated := record.text("portal_hypertension"):
        return Found(stated == "yes", ("portal_hypertension",))
    result, keys = record.of("csph")
    answer = result.values.get("csph") if result else None
    if result is None or answer not in ("present", "absent"):
        return NOTHING
    basis = result.values["basis"]
    return Found(answer == "present", keys, (f"Portal hypertension taken from: {basis}.",))


def _value_of(name: str, value: str) -> Derivation:
    def look(record: Record) -> Found:
        result, keys = record.of(name)
        if result is None:
            return Found(None, keys)
        if not result.complete:
            return Found(None, keys, (f"{result.title} lacks: {', '.join(result.missing)}.",))
        return Found(result.values[value], keys, result.warnings)

    return look


def portal_thrombosis(record: Record) -> Found:
    keys = ("portal_thrombosis", "portal_thrombosis_bland", "portal_invasion")
    there = tuple(key for key in keys if record.text(key) not in ("", "no", "none"))
    if there:
        return Found(True, there)
    if record.text("portal_thrombosis") == "no":
        return Found(False, ("portal_thrombosis",))
    if record.text("portal_thrombosis_bland") == "no" and record.text("portal_invasion") == "none":
        return Found(False, keys[1:])
    return NOTHING


def morphology(record: Record) -> Found:
    share, number = record.number("tumour_percent"), count(record)
    if share is None:
        return NOTHING
    if share > 50:
        return Found("massive_or_gt50", ("tumour_percent",))
    if number.value is None:
        return NOTHING
    kind = "uninodular_le50" if number.value == 1 else "multinodular_le50"
    return Found(kind, ("tumour_percent", *number.keys))


def conditions(record: Record) -> Found:
    """Those that are ticked, once somebody has said that the list is complete."""
    if record.text(COMPLETE) != "yes":
        return NOTHING
    keys = tuple(key for key in CONDITIONS if record.text(key) == "yes")
    return Found([CONDITIONS[key] for key in keys], keys)


def other_tumour(record: Record) -> Found:
    return Found(record.text(OTHER_TUMOUR) == "yes", (OTHER_TUMOUR,))


def _basic(field: str, known: Iterable[str] = ()) -> Derivation:
    """Of the case or its patient, not among the dated facts."""
    words = tuple(known)

    def look(record: Record) -> Found:
        value = getattr(record, field)
        return Found(value) if value is not None and (not words or value in words) else NOTHING

    return look


DERIVATIONS: Mapping[str, Derivation] = {
    "ecog": _basic("ecog"),
    "sex": _basic("sex", ("female", "male")),
    "age_years": _basic("age_years"),
    "tumor_diameters": diameters,
    "tumor_count": count,
    "largest_tumor_diameter": largest,
    "macrovascular_invasion": invasion,
    "extrahepatic_spread": spread,
    "diffuse_infiltrative_bilobar": diffuse,
    "cholestatic": cholestatic,
    "csph.ascites": ascites,
    "csph.cause": cause,
    "okuda.ascites": ascites,
    "baseline_sum_viable_mm": _viable(
        lambda sums: sums[0], "Measured against the first sum recorded, of {day}."
    ),
    "nadir_sum_viable_mm": _viable(min),
    "current_sum_viable_mm": _viable(lambda sums: sums[-1]),
    "vascular_invasion": vascular,
    "major_portal_or_hepatic_vein_branch": major_vein,
    "n_category": nodes,
    "m_category": metastasis,
    "resection_decompensation_risk.portal_hypertension": portal_hypertension,
    "resection_decompensation_risk.meld": _value_of("meld", "meld"),
    "clip.child_pugh_class": _value_of("child_pugh", "class"),
    "clip.tumor_morphology": morphology,
    "clip.portal_vein_thrombosis": portal_thrombosis,
    "charlson.conditions": conditions,
    "charlson.other_solid_tumor": other_tumour,
}
"""An input's name, or aid and input, to where a case says it. Others are facts of the same kind."""
