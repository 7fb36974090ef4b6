"""A board's keys as the papers hold them: with the words they stood for at the time."""

from __future__ import annotations

from boardroom.boards.definition import BoardDefinition, UnknownKeyError
from boardroom.followup.return_queries import EarlierRound
from boardroom.minutes import brief, earlier


def term(board: BoardDefinition, vocabulary: str, key: str) -> brief.Term | None:
    """A word of the board as a term; one that the definition no longer has keeps its key."""
    if not key:
        return None
    try:
        label = board.label(vocabulary, key)
        short = board.verdict(key).short if vocabulary == "verdicts" else ""
    except UnknownKeyError:
        return brief.Term(key=key, label=key)
    return brief.Term(key=key, label=label, short=short)


def known_key(board: BoardDefinition, vocabulary: str, key: str) -> str:
    """The key where the board has it, or nothing: an imported text is not a key."""
    try:
        board.label(vocabulary, key)
    except UnknownKeyError:
        return ""
    return key


def word(board: BoardDefinition, vocabulary: str, key: str) -> str:
    """The label alone."""
    found = term(board, vocabulary, key)
    return found.label if found is not None else ""


def specialty(board: BoardDefinition | None, key: str) -> brief.Specialty:
    """A specialty of the board; one it no longer has keeps its key."""
    if board is None:
        return brief.Specialty(key=key, name=key)
    try:
        found = board.specialty(key)
    except UnknownKeyError:
        return brief.Specialty(key=key, name=key)
    return brief.Specialty(key=key, name=found.name, mark=found.mark, core=found.core)


def board_info(board: BoardDefinition) -> brief.BoardInfo:
    """The board as its papers name it."""
    return brief.BoardInfo(key=board.key, name=board.name, time_zone=board.time_zone)


def earlier_round(found: EarlierRound, board: BoardDefinition) -> earlier.EarlierRound:
    """The round before a case's own, as the papers hold it."""
    return earlier.EarlierRound(
        code=found.code,
        kind=found.kind,  # type: ignore[arg-type]
        reason=found.why,
        verdict=term(board, "verdicts", found.verdict),
        decided_on=found.on,
        treated_since=tuple(
            earlier.TreatedSince(on=one.on, what=one.what) for one in found.treated
        ),
    )
