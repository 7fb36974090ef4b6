"""One figure for each thing that a card says at a glance: label, value, and a note beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from boardroom.aids import kept
from boardroom.aids.child_pugh import child_pugh
from boardroom.aids.figure import Figure, Tone
from boardroom.aids.li_rads import li_rads
from boardroom.aids.reading import Reading
from boardroom.clinical.case_response import NEWER_MAP, SAME_DAY
from boardroom.clinical.display import shown
from boardroom.clinical.response import RESPONSES
from boardroom.web import short_day


def values_of(reading: Reading, name: str) -> Mapping[str, Any] | None:
    """What an aid found, or None where it does not suit, lacks something or refuses a value."""
    filled = reading["aids"].get(name)
    result = filled["result"] if filled else None
    return result if result and result["complete"] else None


def signed(number: float, places: int = 2) -> str:
    """With a true minus sign."""
    return f"{number:.{places}f}".replace("-", "\N{MINUS SIGN}")


# ---- Liver function -----------------------------------------------------------------------------


def liver(reading: Reading, units: str) -> list[Figure]:
    found: list[Figure] = []
    if "child_pugh" in reading["aids"]:
        found.append(child_pugh(reading, values_of(reading, "child_pugh")))
    if albi := values_of(reading, "albi"):
        grade = albi["malbi_grade"]
        found.append(Figure("ALBI", str(grade), f"score {signed(albi['score'])}"))
    elif "albi" in reading["aids"]:
        found.append(Figure("ALBI", "–", "not known yet", "open"))
    if "meld3" in reading["aids"]:
        found.append(_meld(reading))
    if "csph" in reading["aids"]:
        found.append(_portal(reading))
    return found


def _portal(reading: Reading) -> Figure:
    csph = values_of(reading, "csph")
    answer, basis = (csph["csph"], csph["basis"]) if csph else ("", "")
    # Older versions kept no word of what was stated
    if (truth := reading.get("portal", {})) and truth["there"] is not None:
        answer, basis = "present" if truth["there"] else "absent", truth["basis"]
    if not answer:
        return Figure("Portal hypertension", "–", "not known yet", "open")
    tone: Tone = "caution" if answer == "present" else ""
    word = {"present": "significant", "absent": "not significant"}.get(answer, answer)
    return Figure("Portal hypertension", word, basis, tone, f"portal hypertension {word}")


def _meld(reading: Reading) -> Figure:
    newest = values_of(reading, "meld3")
    others = [
        f"{label}\u00a0{found[name]}"
        for name, label in (("meld", "MELD"), ("meld_na", "MELD\u2011Na"))
        if (found := values_of(reading, name))
    ]
    if newest:
        return Figure("MELD 3.0", str(newest["meld3"]), " · ".join(others))
    if plain := values_of(reading, "meld"):
        return Figure("MELD", str(plain["meld"]), " · ".join(others[1:]))
    return Figure("MELD 3.0", "–", "not known yet", "open")


# ---- Tumour burden ------------------------------------------------------------------------------


def tumour(reading: Reading, units: str) -> list[Figure]:
    found = [_lesions(reading), _invasion(reading), _spread(reading)]
    for name, label in (("milan", "Milan"), ("ucsf", "UCSF"), ("up_to_seven", "Up-to-seven")):
        if criteria := values_of(reading, name):
            inside = criteria["within"]
            why = ", ".join(criteria["reasons"])
            found.append(
                Figure(
                    label, "within" if inside else "outside", why, "good" if inside else "caution"
                )
            )
    if model := values_of(reading, "afp_model"):
        note = "excluded by invasion or spread" if model["excluded"] else f"{model['risk']} risk"
        bad = model["excluded"] or model["risk"] == "high"
        points = _points(model["points"])
        said = f"AFP model {points}{', excluded' if model['excluded'] else ''}"
        found.append(Figure("AFP model", points, note, "caution" if bad else "", said))
    if afp := reading["facts"].get("afp"):
        day = short_day(dt.date.fromisoformat(afp["taken_on"])) if afp["taken_on"] else "no date"
        found.append(Figure("AFP", shown("afp", afp["value"], afp["unit"], units).words, day))
    rounds = reading.get("response")  # older versions kept nothing of it
    if why := _no_response(reading):
        found.append(Figure("mRECIST", "–", why, "open"))
    elif rounds:
        found.append(_since_the_rounds(rounds))
    elif response := values_of(reading, "mrecist"):
        note = _since_the_start(response)
        bad = response["response"] == "PD"
        found.append(Figure("mRECIST", response["response"], note, "caution" if bad else ""))
    return found


def _since_the_start(response: Mapping[str, Any]) -> str:
    change = response["change_from_baseline_percent"]
    if change is None:  # progression that needs no sum
        return str(response["headline"].partition(": ")[2])
    sign = "+" if change > 0 else ""
    return f"{response['response_name']}, {sign}{signed(change, 0)} % since the start"


def _since_the_rounds(said: Mapping[str, str]) -> Figure:
    response = said["response"]
    parts = (RESPONSES[response], f"{said['percent']} since {said['since']}".strip())
    return Figure("mRECIST", response, ", ".join(parts), "caution" if response == "PD" else "")


def _no_response(reading: Reading) -> str:
    """Why there is no response although the sums would give one."""
    mrecist = reading["aids"].get("mrecist")
    said = " ".join(mrecist["warnings"]) if mrecist and not values_of(reading, "mrecist") else ""
    if NEWER_MAP in said and not reading.get("response"):
        return "the map is newer than the last sum"
    return "sum and map of the same day differ" if SAME_DAY in said else ""


def _lesions(reading: Reading) -> Figure:
    lesions, facts = reading["tumour"], reading["facts"]
    # Older versions kept nothing of either
    if lesions.get("uncountable"):
        words = "too many to count"
        return Figure("Lesions", words, "sizes not known", "caution", f"lesions {words}")
    if lesions.get("disputed"):
        words = "number and size in dispute"
        return Figure("Lesions", words, "say which is right", "caution", f"lesions: {words}")
    if lesions["count"]:
        what = f"{lesions['count']}"
        if lesions["largest_mm"] is None:
            return Figure("Lesions", what, "sizes not known", "open")
        notes = ["viable size"] if lesions["viable"] else []
        known = lesions["sizes_known"]
        least = "" if known else "at least "
        if lesions["count"] > 1:
            notes.append(f"together {least}{lesions['sum_mm']}\u00a0mm")
        if not known:
            notes.append("one size is missing")
        notes += _not_counted(lesions)
        size = _cm(lesions["largest_mm"])
        if not known:  # what has no size may be the largest
            size = f"largest measured {size}"
        said = f"{what} lesion{'s' * (lesions['count'] != 1)} · {size}"
        return Figure("Lesions", f"{what} · {size}", ", ".join(notes), said=said)
    if lesions["viable"]:
        notes = ["after treatment", *_not_counted(lesions)]
        return Figure("Lesions", "none viable", ", ".join(notes), "good")
    if lesions.get("listed"):
        return Figure("Lesions", "none counted", ", ".join(_not_counted(lesions)))
    if none := reading.get("none_seen"):
        return _none_seen(none, facts.get("nodule_count"))
    if count := facts.get("nodule_count"):
        size = facts.get("largest_mm")
        largest = f" · {shown('largest_mm', size['value'], size['unit']).words}" if size else ""
        return Figure("Lesions", count["value"] + largest, "as counted on imaging")
    if size := facts.get("largest_mm"):
        words = shown("largest_mm", size["value"], size["unit"]).words
        return Figure("Largest lesion", words, "how many is not known", "open")
    return Figure("Lesions", "–", "not known yet", "open")


def _none_seen(none: Mapping[str, Any], counted: Mapping[str, Any] | None) -> Figure:
    note = f"in {none['by']}, {short_day(dt.date.fromisoformat(none['on']))}"
    otherwise = counted is not None and float(counted["value"]) > 0
    if counted is not None and otherwise:
        note += f"; {counted['value']} among the facts"
    tone: Tone = "caution" if otherwise else ""
    return Figure("Lesions", "none seen", note, tone, "no lesion seen")


def _not_counted(lesions: Mapping[str, Any]) -> list[str]:
    """ "lesion 2 (LR-3) not counted"; older versions kept nothing of it."""
    others = lesions.get("not_counted", ())
    if len(others) > 2:
        return [f"{len(others)} others not counted"]
    return [f"lesion {number} ({category}) not counted" for number, category in others]


def _cm(millimetres: int) -> str:
    return f"{millimetres / 10:g}\u202fcm"


def _points(points: int) -> str:
    return f"{points} point{'s' * (points != 1)}"


def _invasion(reading: Reading) -> Figure:
    label = "Vein invasion"
    if (beyond := reading.get("beyond")) is None:
        return kept.invasion(reading)
    if "invaded" in beyond["torn"]:
        return Figure(label, "contradictory", "say which is right", "open")
    if veins := [shown(key, value, "").text.split(",")[0] for key, value in beyond["veins"]]:
        return Figure(label, " · ".join(veins), "", "caution")
    return _there(label, beyond["invaded"], "no invasion", "vein invasion")


def _spread(reading: Reading) -> Figure:
    label = "Outside the liver"
    if (beyond := reading.get("beyond")) is None:
        return kept.spread(reading)
    if "spread" in beyond["torn"]:
        return Figure(label, "contradictory", "say which is right", "open")
    if beyond["site"]:
        where = shown("spread_site", beyond["site"], "").text.lower()
        return Figure(label, where, "", "caution", f"spread: {where}")
    return _there(label, beyond["spread"], "no spread", "spread outside the liver")


def _there(label: str, there: bool | None, no: str, yes: str) -> Figure:
    if there is None:
        return Figure(label, "–", "not known yet", "open")
    return Figure(label, "yes", "", "caution", yes) if there else Figure(label, "none", said=no)


# ---- Staging ------------------------------------------------------------------------------------


def staging(reading: Reading, units: str) -> list[Figure]:
    found: list[Figure] = []
    if "bclc_2022" in reading["aids"]:
        bclc = values_of(reading, "bclc_2022")
        found.append(
            Figure("BCLC", bclc["stage"], bclc["stage_name"])
            if bclc
            else Figure("BCLC", "–", _no_stage(reading), "open")
        )
    if tnm := values_of(reading, "tnm_ajcc8"):
        group = tnm["stage_group"]
        found.append(Figure("TNM", group or tnm["written"], tnm["written"] if group else ""))
    elif "tnm_ajcc8" in reading["aids"]:
        found.append(Figure("TNM", "–", _no_stage(reading), "open"))
    if read := reading["tumour"]["li_rads"]:
        found.append(li_rads(read))
    for name, label, value, note in _PLAIN:
        if result := values_of(reading, name):
            found.append(Figure(label, value(result), note(result)))
    return found


def _no_stage(reading: Reading) -> str:
    none, uncertain = reading["tumour"].get("none"), reading["tumour"].get("uncertain")
    if none and reading.get("none_seen"):
        return "no tumour seen"
    if uncertain:
        return "no lesion counts as tumour"
    return "no viable tumour" if none else "not known yet"


_Words = Callable[[Mapping[str, Any]], str]
_PLAIN: tuple[tuple[str, str, _Words, _Words], ...] = (
    ("ecog", "ECOG", lambda r: str(r["ecog"]), lambda r: ""),
    ("asa", "ASA", lambda r: str(r["asa"]), lambda r: ""),
    ("charlson", "Charlson", lambda r: str(r["total"]),
     lambda r: f"{r['total_without_liver_and_tumor']} without liver disease and this tumour"),
    ("clip", "CLIP", lambda r: _points(r["points"]), lambda r: ""),
    ("okuda", "Okuda", lambda r: str(r["stage"]), lambda r: f"{r['adverse_signs']} of 4 signs"),
    (
        "flr", "Future remnant", lambda r: r["headline"].split(" of a")[0],
        lambda r: "of a" + r["headline"].split(" of a", 1)[1],
    ),
    (
        "resection_decompensation_risk", "Risk of resection", lambda r: str(r["risk"]),
        lambda r: f"{r['decompensation_percent']:g} % decompensate",
    ),
    ("makuuchi", "Makuuchi", lambda r: r["headline"], lambda r: "largest resection"),
)  # fmt: skip
