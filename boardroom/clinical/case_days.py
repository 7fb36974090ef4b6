"""How old the values behind one score are, and how far apart: what has to be said of their days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from boardroom.clinical.case_record import of_day
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.facts import is_lab
from boardroom.clinical.filled import Source

APART = 30
"""Days between labs of one score after which it is said; a choice of the house, not a source's."""

SEEN = ("ascites", "encephalopathy")
"""No labs, but they change as fast, and a score mixes them with labs."""

VOLUMES = ("flr_ml", "liver_volume_ml", "tumour_volume_ml")
"""Set against each other for a share; a remnant grows within weeks."""


def oldest_lab(sources: Sequence[Source], on: dt.date) -> int | None:
    """Days from the oldest dated lab to the day asked about; None without one."""
    dates = _of_labs(sources)
    return (on - min(dates)).days if dates else None


def said_of(sources: Sequence[Source]) -> list[str]:
    """What has to be said of the days of these values, a sentence each."""
    labs = [source for source in sources if is_lab(source.key)]
    remarks = [f"{lab.label} has no date." for lab in labs if lab.taken_on is None]
    remarks += _volumes([source for source in sources if source.key in VOLUMES])
    dates = _of_labs(sources)
    if not dates:
        return remarks
    apart = (max(dates) - min(dates)).days
    if apart > APART:
        remarks.append(f"The labs behind this are {apart} days apart.")
    for source in sources:
        before = (max(dates) - source.taken_on).days if source.taken_on is not None else 0
        if source.key in SEEN and before > APART:
            remarks.append(
                f"{source.label} is {of_day(source.taken_on)}, {before} days before the labs."
            )
    return remarks


def _of_labs(sources: Sequence[Source]) -> list[dt.date]:
    return [one.taken_on for one in sources if is_lab(one.key) and one.taken_on is not None]


def _volumes(measured: Sequence[Source]) -> list[str]:
    """All three are set against each other; of fewer only the remnant itself is used."""
    if len(measured) < len(VOLUMES) or len({one.taken_on for one in measured}) == 1:
        return []
    named = [f"{FACTS[one.key].in_text} {of_day(one.taken_on)}" for one in measured]
    said = f"{', '.join(named[:-1])} and {named[-1]}"
    return [f"The volumes behind this are not of one day: {said}."]
