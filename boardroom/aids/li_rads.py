"""The LI-RADS categories of a case as one figure."""

from __future__ import annotations

from collections.abc import Iterable

from boardroom.aids.figure import Figure

# By what matters for the patient, the gravest first
_LI_RADS = (
    ("LR-TIV", "LR-M", "LR-5", "LR-TR viable"), ("LR-4",), ("LR-TR equivocal",), ("LR-3",),
    ("LR-TR nonevaluable", "LR-NC"), ("LR-TR nonviable",), ("LR-2",), ("LR-1",),
)  # fmt: skip


def li_rads(read: Iterable[tuple[int, str]]) -> Figure:
    """The gravest category, several where they are as grave; the others beside it."""
    given = {category for _, category in read}
    unknown = tuple(sorted(given.difference(*_LI_RADS)))
    ranks = (*_LI_RADS, unknown)
    ranked = [found for rank in ranks if (found := [one for one in rank if one in given])]
    first, others = ranked[0], [one for rank in ranked[1:] for one in rank]
    note = f"as radiology read it; also {', '.join(others)}" if others else "as radiology read it"
    return Figure("LI-RADS", " · ".join(first), note)
