"""The round before a case's own, as the minutes hold it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from boardroom.minutes.brief import Key, Part, Term, Text


class TreatedSince(Part):
    """A treatment that was reported after the earlier decision, in words."""

    on: dt.date
    what: Text


class EarlierRound(Part):
    """The round before, and why the case came back.

    `kind`: by its condition or a day, from a dissent, or begun by hand, which has no `reason`;
    `verdict` and `decided_on`: those of then.
    """

    code: Key
    kind: Literal["condition", "dissent", "by_hand"]
    reason: Text = ""
    verdict: Term | None = None
    decided_on: dt.date | None = None
    treated_since: tuple[TreatedSince, ...] = ()
