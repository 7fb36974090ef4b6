"""Reading a page the way a browser does before it sends a form: fields, choices, tokens.

By patterns, for the pages are our own and forty clients share one process: a parser of all HTML
takes so long that it would delay what is measured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_FIELD = re.compile(
    r"<textarea\b([^>]*)>(.*?)</textarea>|<select\b([^>]*)>(.*?)</select>|<input\b([^>]*)>",
    re.DOTALL,
)
_OPTION = re.compile(r"<option\b([^>]*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]*)"')
_BODY = re.compile(r"<body\b([^>]*)>", re.DOTALL)
_NOT_SENT = frozenset({"submit", "button", "file", "image", "reset"})


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(text)}


@dataclass
class Form:
    """One form of a page: where it goes, what it would send untouched, what it offers."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def words(self, name: str) -> list[str]:
        """The values of a choice, the empty one left out."""
        return [value for value in self.choices.get(name, []) if value]


def _form(action: str, html: str) -> Form:
    form = Form(action)
    for area, text, select, options, entry in _FIELD.findall(html):
        given = _attributes(area or select or entry)
        name = given.get("name", "")
        if not name:
            continue
        if area:
            form.fields[name] = unescape(text).removeprefix("\n")
        elif select:
            offered = [_attributes(option) for option in _OPTION.findall(options)]
            form.choices[name] = [option.get("value", "") for option in offered]
            chosen = [o for o in offered if "selected" in o] or offered[:1]
            form.fields[name] = chosen[0].get("value", "") if chosen else ""
        elif given.get("type") in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
        elif given.get("type") not in _NOT_SENT:
            form.fields[name] = given.get("value", "")
    return form


@dataclass(frozen=True)
class Page:
    """A page, or a part of one."""

    html: str

    @cached_property
    def token(self) -> str:
        """The token against forged posts."""
        found = _TOKEN.search(self.html)
        return unescape(found[1]) if found else ""

    @cached_property
    def body(self) -> dict[str, str]:
        """The attributes of the body."""
        found = _BODY.search(self.html)
        return _attributes(found[1]) if found else {}

    def form(self, action: str = "", offering: str = "") -> Form | None:
        """The first form whose address matches the pattern and that has the field, or None."""
        for attributes, html in _FORM.findall(self.html):
            address = _attributes(attributes).get("action", "")
            if re.search(action, address) and f'name="{offering}' in html:
                return _form(address, html)
        return None
