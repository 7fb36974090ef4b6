"""Which options come first at a tumour's BCLC stage, to be compared with a board's choice. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from boardroom.clinical.bclc_options import OPTIONS

_FAMILY = {
    "ablation": "ablation",
    "resection": "resection",
    "transplant": "transplant",
    "TACE": "tace",
    "systemic therapy": "systemic",
    "best supportive care": "supportive",
}
"""A word of `first_option_family`: the option that it names."""
_COUNTS_AS = {"remnant_growth": "resection"}
"""A way to an option of the stage: the option."""


@dataclass(frozen=True)
class StageOrder:
    """`first`: the option that the stage lists first; `family`: all that it names first."""

    stage: str
    first: str
    family: frozenset[str]

    @property
    def first_name(self) -> str:
        """The first option in words."""
        return OPTIONS[self.first]

    def takes_first(self, chosen: Collection[str]) -> bool:
        """Whether the stage's first option is among those chosen (the board's keys)."""
        return self.first in {_COUNTS_AS.get(key, key) for key in chosen}

    def leaves_family(self, chosen: Collection[str]) -> bool:
        """Whether something is chosen, and nothing of what the stage names first."""
        keys = {_COUNTS_AS.get(key, key) for key in chosen}
        return bool(keys) and not keys & (self.family | {self.first})


def stage_order(bclc: Mapping[str, Any] | None) -> StageOrder | None:
    """The order in what `bclc_2022` found; None where it found no stage."""
    if bclc is None or not bclc.get("options"):
        return None
    words = str(bclc["first_option_family"])
    return StageOrder(
        stage=bclc["stage"],
        first=bclc["options"][0]["option"],
        family=frozenset(key for word, key in _FAMILY.items() if word in words),
    )
