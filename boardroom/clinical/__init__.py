"""Pure clinical functions: facts, units, and what is computed from them. No web, no database."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from boardroom.clinical.aid import Aid, Clamp, Result
from boardroom.clinical.bclc import bclc_2022
from boardroom.clinical.fitness import asa, charlson, ecog
from boardroom.clinical.inputs import ImpossibleValue, Input, UnknownInput
from boardroom.clinical.lirads import lirads_2018, lirads_2018_table
from boardroom.clinical.liver_function import albi, child_pugh
from boardroom.clinical.markers import galad
from boardroom.clinical.meld import meld, meld3, meld_na
from boardroom.clinical.portal import csph
from boardroom.clinical.response import mrecist
from boardroom.clinical.staging import clip, okuda, tnm_ajcc8
from boardroom.clinical.surgery import flr, makuuchi, resection_decompensation_risk
from boardroom.clinical.transplant import afp_model, milan, ucsf, up_to_seven

__all__ = ["AIDS", "Aid", "Clamp", "ImpossibleValue", "Input", "Result", "UnknownInput"]

_ALL: tuple[tuple[Aid, ...], ...] = (
    (child_pugh, albi, meld, meld_na, meld3, csph),
    (ecog, asa, charlson),
    (bclc_2022, tnm_ajcc8, clip, okuda),
    (milan, ucsf, up_to_seven, afp_model),
    (flr, resection_decompensation_risk, makuuchi),
    (lirads_2018, lirads_2018_table, mrecist, galad),
)

AIDS: Mapping[str, Aid] = MappingProxyType({one.name: one for group in _ALL for one in group})
"""Every decision aid by its name, in the order in which a page lists them."""
