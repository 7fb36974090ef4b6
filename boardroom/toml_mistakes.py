"""What is wrong in a TOML file, told to whoever wrote it: where, by the entries' own keys, and why.

`specialties.surgery.core: must be true or false` and not `specialties[0].core`: nobody counts the
entries of a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

Location = tuple[int | str, ...]

NAMES = ("key", "column", "item")
"""What an entry of a list is called by, in the order of preference."""

_PLAIN = {
    "extra_forbidden": "is not a known key",
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "mapping_type": "must be a table",
    "dict_type": "must be a table",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_too_long": "must be at most {max_length} characters",
    "string_too_short": "must not be empty",
    "literal_error": "must be one of {expected}",
    "too_short": "needs at least {min_length} entries",
    "too_long": "has more than {max_length} entries",
    "value_error": "{error}",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "must be small letters, digits and _, and begin with a letter",
    r"^[a-z][a-z0-9_]{0,59}$": "must be small letters, digits and _, and begin with a letter",
    r"^[A-Z]{2}$": "must be two capital letters",
    r"^[A-Z]{2,4}$": "must be two to four capital letters",
    r"^(patient|case|fact|treatment)\.[a-z0-9_]+$|^summary$": (
        "must be patient.…, case.…, fact.… or treatment.… with the name of a field, or summary"
    ),
}


def mistakes_in(error: ValidationError, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(key path, reason) of everything that the checked pieces refused."""
    for one in error.errors(include_url=False):
        context = {"error": "", **one.get("ctx", {})}
        if one["type"] == "string_pattern_mismatch":
            reason = _PATTERNS.get(context["pattern"], "is not written as it has to be")
        else:
            reason = _PLAIN.get(one["type"], "is not what belongs here").format_map(context)
        yield path_of(one["loc"], content), reason


def path_of(location: Location, content: Any) -> str:
    """The way to a value, each entry of a list by its own key: `specialties.surgery.core`.

    An entry without one is told by its place, counted from 1: `specialties.(entry 3)`.
    """
    steps: list[str] = []
    for step in location:
        content, name = _down(content, step)
        steps.append(name)
    return ".".join(steps)


def named(path: str, content: Any) -> str:
    """`path_of` for a path written with places, such as `specialties[0].core`."""
    found = re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)
    return path_of(tuple(int(place) if place else word for place, word in found), content)


def _down(content: Any, step: int | str) -> tuple[Any, str]:
    if isinstance(step, str):
        return (content.get(step) if isinstance(content, Mapping) else None), step
    entry = content[step] if isinstance(content, list) and step < len(content) else None
    if isinstance(entry, Mapping):
        for name in NAMES:
            if isinstance(entry.get(name), str) and entry[name]:
                return entry, entry[name]
    elif isinstance(entry, str) and entry:
        return entry, entry
    return entry, f"(entry {step + 1})"
