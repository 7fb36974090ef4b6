"""Invented readings of images for the tests of the tumour map."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from boardroom.clinical import liver_map
from boardroom.clinical.liver_map import SEGMENTS
from boardroom.clinical.tumour_reading import (
    DUCT,
    LI_RADS,
    PORTAL,
    VEIN,
    VESSEL_NAMES,
    Contact,
    Findings,
    Lesion,
)

TODAY = dt.date(2026, 11, 26)


def lesion(number: int = 1, **more: object) -> Lesion:
    fields = {"segments": ("V",), "size_mm": 30, **more}
    return Lesion(number, **fields)


BASE = Lesion(1, ("VII",), 56, 72, 40, li_rads="LR-4", contacts=())


contacts = st.builds(
    Contact, st.sampled_from(sorted(VESSEL_NAMES)), st.sampled_from(["abuts", "encases"])
)


@st.composite
def readings(draw: st.DrawFn) -> Findings:
    found = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        segment = draw(st.sampled_from(SEGMENTS))
        x, y = liver_map.CENTRE_OF[segment]
        found.append(
            Lesion(
                number,
                (segment,),
                x + draw(st.integers(-2, 2)),
                y + draw(st.integers(-2, 2)),
                draw(st.integers(1, 120)),
                draw(st.none() | st.integers(0, 1)),
                draw(st.sampled_from(["", *LI_RADS])),
                draw(st.none() | st.lists(contacts, max_size=2).map(tuple)),
            )
        )
    return Findings(
        tuple(found),
        in_all="" if found else "none",
        portal=draw(st.sampled_from(["", *PORTAL])),
        vein=draw(st.sampled_from(["", *VEIN])),
        duct=draw(st.sampled_from(["", *DUCT])),
        spread=draw(st.sampled_from([(), ("none",), ("lung",), ("bone", "lung")])),
    )
