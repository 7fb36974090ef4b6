"""Which of a liver's lesions are tumour, and how much of each lives.

Categories: LI-RADS CT/MRI v2018 and its treatment response. Benign lesions are no tumour and tumour
in a vein is no nodule; LR-3 and what could not be categorised are for the reader to follow, not for
a stage to rest on. After treatment only what enhances counts.
"""

from __future__ import annotations

from typing import Protocol

BENIGN = frozenset({"LR-1", "LR-2"})
INSUFFICIENT = "LR-NC"
UNCERTAIN = frozenset({"LR-3", INSUFFICIENT})
IN_A_VEIN = "LR-TIV"
DEAD = "LR-TR nonviable"
TREATED = frozenset({"LR-TR viable", "LR-TR equivocal", "LR-TR nonevaluable"})
"""What lives of these is known only where it was measured."""


class LesionLike(Protocol):
    """A lesion as a case or a reading lists it, in mm; `viable_mm` is measured after treatment."""

    @property
    def number(self) -> int: ...
    @property
    def size_mm(self) -> int | None: ...
    @property
    def viable_mm(self) -> int | None: ...
    @property
    def li_rads(self) -> str: ...


def is_nodule(lesion: LesionLike) -> bool:
    """Whether a lesion counts as a nodule of tumour; one without a category does."""
    return lesion.li_rads not in BENIGN | UNCERTAIN | {IN_A_VEIN}


def living_mm(lesion: LesionLike) -> int | None:
    """Longest diameter of what lives of a lesion in mm; None where that is not known."""
    if lesion.viable_mm is not None:
        return lesion.viable_mm
    if lesion.li_rads == DEAD:
        return 0
    return None if lesion.li_rads in TREATED else lesion.size_mm


def now_living_mm(then: LesionLike, now: LesionLike) -> int | None:
    """What lives of a lesion that was read before, in mm; None too where its viable size was
    measured then and was not again."""
    if then.viable_mm is not None and now.viable_mm is None and now.li_rads != DEAD:
        return None
    return living_mm(now)
