"""What a hospital's own phrase library does not have yet, lent by the shipped one. Pure.

A new version brings new phrases. Without them a library that was written for an older one would
stop every letter of its board.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

GENERAL = ("headings", "clinical_headings", "tone", "clinical")
"""What letters say whatever the board treats: lent to a board with another name as well."""
OF_THE_LIVER = frozenset({"tone.opening"})
"""General too, but it names the organ."""


def lend(
    own: dict[str, Any],
    shipped: Mapping[str, Any],
    wanted: Mapping[str, Sequence[str]],
    *,
    same_board: bool,
) -> list[str]:
    """Put into `own` what it lacks of `wanted` ({table: keys}) and `shipped` has.

    Both are libraries as they are written. Returns the paths of what was lent, such as
    "tone.again"; what `own` says wrongly is left for its own check.
    """
    lent: list[str] = []
    for table, keys in wanted.items():
        if not same_board and table not in GENERAL:
            continue
        theirs, ours = shipped.get(table, {}), own.get(table, {})
        if not isinstance(ours, dict):
            continue
        for key in keys:
            path = f"{table}.{key}"
            if key not in theirs or (not same_board and path in OF_THE_LIVER):
                continue
            if key not in ours:
                ours[key] = theirs[key]
                lent.append(path)
            else:
                lent += _inside(path, ours[key], theirs[key])
        if ours:
            own[table] = ours
    return lent


def _inside(path: str, ours: object, theirs: object) -> Iterator[str]:
    """The same for the parts of one phrase, such as an option's `plain` and `what`."""
    if not (isinstance(ours, dict) and isinstance(theirs, Mapping)):
        return
    for part in ("plain", "what", "part_of", "aim_of", "at_once"):
        if part in theirs and part not in ours:
            ours[part] = theirs[part]
            yield f"{path}.{part}"
