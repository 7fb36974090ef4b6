"""The ledger as CSV, one row for each second opinion; no patient is named in it.

RFC 4180, UTF-8 with a byte order mark; a value that a spreadsheet would run gets an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from boardroom.boards.definition import BoardDefinition
from boardroom.consensus.words import word
from boardroom.figures.rules import Line
from boardroom.minutes.tables import guarded

COLUMNS = (
    "case", "hospital", "diagnosis", "first_verdict_key", "first_verdict", "first_reason_kind",
    "board_verdict_key", "board_verdict", "reclassification", "reclassification_reason",
    "provisional", "referred_on", "decided_on", "days_to_decision", "carried_out", "treatment",
    "treated_on", "deviation", "outcome", "outcome_after_days", "later_rounds",
)  # fmt: skip


def ledger_csv(lines: Iterable[Line], board: BoardDefinition) -> bytes:
    """The lines with the board's words, header first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        values = (
            line.code,
            line.hospital,
            word(board, "diagnoses", line.diagnosis),
            line.first,
            word(board, "verdicts", line.first),
            word(board, "first_opinion_reasons", line.first_reason),
            line.ours,
            word(board, "verdicts", line.ours),
            line.reclassification or "",
            word(board, "reclassification_reasons", line.reason),
            "yes" if line.provisional else "no",
            line.referred_on.isoformat() if line.referred_on else "",
            line.decided_on.isoformat(),
            "" if line.days is None else str(line.days),
            line.carried_out,
            word(board, "options", line.treatment),
            line.treated_on.isoformat() if line.treated_on else "",
            word(board, "deviations", line.deviation),
            word(board, "outcomes", line.outcome),
            "" if line.outcome_after is None else str(line.outcome_after),
            "; ".join(line.later),
        )
        writer.writerow([guarded(value.replace("\0", "")) for value in values])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
