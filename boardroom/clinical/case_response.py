"""What a case's record says of how the tumour answered to treatment, for mRECIST."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from boardroom.clinical.case_record import NOTHING, Derivation, Found, Record


def _viable(choose: Callable[[list[Decimal]], Decimal], remark: str = "") -> Derivation:
    """One of the sums of viable diameters; there is a response only from the second one on."""

    def look(record: Record) -> Found:
        series = record.series("viable_sum_mm")
        if len(series) < 2:
            return NOTHING
        remarks = (remark.format(day=series[0][0]),) if remark else ()
        return Found(choose([value for _, value in series]), ("viable_sum_mm",), remarks)

    return look


baseline = _viable(lambda sums: sums[0], "Measured against the first sum recorded, of {day}.")
nadir = _viable(min)
current = _viable(lambda sums: sums[-1])
