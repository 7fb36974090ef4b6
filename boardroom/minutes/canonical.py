"""Canonical JSON (RFC 8785), over which a record's hash is taken.

The interpreter's own encoder writes the same bytes for nearly all that minutes hold, many times as
fast. Whatever it might write otherwise (exponents, very large numbers, letters beyond Unicode's
first plane, by which keys would be sorted otherwise) is left to the library.
"""

from __future__ import annotations

import json
import re
from typing import Any

import rfc8785

_SAFE = 2**53
# Looked for in the whole text, words included: once too often costs time, and nothing else
_ODD_NUMBER = re.compile("[0-9](?:e[+-]|[0-9]{15})")
_ODD_LETTER = [bytes([first]) for first in range(0xF0, 0xF5)]  # as UTF-8, beyond the first plane


def loads(text: str | bytes) -> Any:
    """What a JSON text says, with whole numbers as such: 12.0 is written "12" canonically."""
    return json.loads(text, parse_float=_number)


def _number(text: str) -> float:
    found = float(text)
    return int(found) if found.is_integer() and abs(found) < _SAFE else found


def dumps(value: Any) -> bytes:
    """The canonical bytes of something that `loads` returned."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    try:
        written = text.encode()
    except UnicodeEncodeError:
        return rfc8785.dumps(value)  # which says what is wrong with it
    if any(first in written for first in _ODD_LETTER) or _ODD_NUMBER.search(text):
        return rfc8785.dumps(value)
    return written
