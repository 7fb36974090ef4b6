"""Figures of what older versions kept with a decision: they stay as the board saw them then."""

from __future__ import annotations

from boardroom.aids.figure import Figure
from boardroom.aids.reading import Reading
from boardroom.clinical.display import shown
from boardroom.clinical.fact import YES_NO


def invasion(reading: Reading) -> Figure:
    facts = reading["facts"]
    veins = [
        shown(key, facts[key]["value"], "").text.split(",")[0]
        for key in ("portal_invasion", "hepatic_vein_invasion")
        if key in facts and facts[key]["value"] != "none"
    ]
    if veins:
        return Figure("Vein invasion", " · ".join(veins), "", "caution")
    if stated := facts.get("macrovascular_invasion"):
        return _yes_no("Vein invasion", stated["value"], "no invasion", "vein invasion")
    if facts.get("portal_invasion") and facts.get("hepatic_vein_invasion"):
        return Figure("Vein invasion", "none", said="no invasion")
    return Figure("Vein invasion", "–", "not known yet", "open")


def spread(reading: Reading) -> Figure:
    facts = reading["facts"]
    stated = facts.get("extrahepatic_spread")
    if stated is None:
        return Figure("Outside the liver", "–", "not known yet", "open")
    if stated["value"] == "yes" and (site := facts.get("spread_site")):
        where = shown("spread_site", site["value"], "").text
        return Figure("Outside the liver", where.lower(), "", "caution", f"spread: {where.lower()}")
    return _yes_no("Outside the liver", stated["value"], "no spread", "spread outside the liver")


def _yes_no(label: str, value: str, no: str, yes: str) -> Figure:
    if value == "no":
        return Figure(label, "none", said=no)
    return Figure(label, dict(YES_NO).get(value, value).lower(), "", "caution", yes)
