"""What two rounds of a case say differently: their maps, and with them values and lesions."""

from __future__ import annotations

from boardroom.aids.reading import read_of
from boardroom.cases.models import Case
from boardroom.cases.since import Change, changes
from boardroom.clinical.reread import compare, without_the_other_side

# What the table of values and lesions does not say already
_MAP_KINDS = frozenset({"li_rads", "features", "contact", "portal", "vein", "duct", "spread"})


def read_again(earlier: Case, later: Case) -> tuple[dict[int, int] | None, list[str]]:
    """(which lesion of then is which of now, what else the maps say differently, in words).

    Without a reading in both rounds: (None, []).
    """
    then, now = read_of(earlier), read_of(later)
    if then is None or now is None:
        return None, []
    found = compare(
        without_the_other_side(then.findings),
        without_the_other_side(now.findings),
        (earlier.code, later.code),
    )
    words = [one.words for one in found.differences if one.kind in _MAP_KINDS]
    return dict(found.pairs), words


def changed_between(earlier: Case, later: Case) -> list[Change]:
    """Values and lesions that differ; a lesion that was renumbered is found by its place."""
    return changes(earlier, later, read_again(earlier, later)[0])
