"""What a comment may be, who may change it, whom it addresses. Pure.

Every member of the board reads the comments on its cases, observers too; members except observers
write them, at any hour. A referrer sees none. A comment belongs to its author: they alone can put
it right for a quarter of an hour, and withdraw it at any time. That something was withdrawn stays.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from boardroom.refusals import Forbidden, IllegalTransition, Refused

LONGEST = 4000
EDITABLE_FOR = dt.timedelta(minutes=15)


def checked(text: str) -> str:
    """A comment's text as it is kept. Raises Refused."""
    plain = text.replace("\r\n", "\n").strip()
    if not plain:
        raise Refused("Write something first.")
    if len(plain) > LONGEST:
        raise Refused(f"Keep a comment to {LONGEST} characters; this has {len(plain)}.")
    return plain


def may_edit(
    *, author_id: int, at: dt.datetime, withdrawn: bool, viewer_id: int, now: dt.datetime
) -> bool:
    """Whether the person may still put the comment right."""
    return author_id == viewer_id and not withdrawn and now - at < EDITABLE_FOR


def must_edit(
    *, author_id: int, at: dt.datetime, withdrawn: bool, viewer_id: int, now: dt.datetime
) -> None:
    """`may_edit`, raising Forbidden or IllegalTransition with the reason."""
    must_withdraw(author_id=author_id, withdrawn=withdrawn, viewer_id=viewer_id)
    if now - at >= EDITABLE_FOR:
        raise IllegalTransition(
            "A comment can be put right for 15 minutes. Say what is different in a new one."
        )


def must_withdraw(*, author_id: int, withdrawn: bool, viewer_id: int) -> None:
    """Raises Forbidden for somebody else's comment, IllegalTransition for one withdrawn already."""
    if author_id != viewer_id:
        raise Forbidden("Only its author can change a comment.")
    if withdrawn:
        raise IllegalTransition("This comment was withdrawn.")


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    # The longest name first, so that "@Ann Lee-Gray" is not taken for Ann Lee.
    known = sorted({name for name in names if name}, key=len, reverse=True)
    if not known:
        return None
    return re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, known))})(?![\w-])", re.IGNORECASE)


def addressed(text: str, people: Mapping[int, str], chosen: Iterable[int] = ()) -> set[int]:
    """Keys of the people whom a text names with "@Name".

    ``chosen``: keys that the writer picked from the list. They decide between two of one name; if
    none was picked, both are addressed, because nobody should be overlooked.
    """
    pattern = _pattern(people.values())
    if pattern is None:
        return set()
    named = {match.group(1).casefold() for match in pattern.finditer(text)}
    by_name: dict[str, set[int]] = {}
    for key, name in people.items():
        if name.casefold() in named:
            by_name.setdefault(name.casefold(), set()).add(key)
    picked = set(chosen)
    return {key for keys in by_name.values() for key in (keys & picked or keys)}


def pieces(text: str, names: Iterable[str]) -> list[tuple[str, bool]]:
    """The text cut where it addresses one of the names: (part, whether it is a mention)."""
    pattern = _pattern(names)
    if pattern is None:
        return [(text, False)]
    parts, end = [], 0
    for match in pattern.finditer(text):
        if match.start() > end:
            parts.append((text[end : match.start()], False))
        parts.append((match.group(0), True))
        end = match.end()
    if end < len(text):
        parts.append((text[end:], False))
    return parts
