"""What people type, made fit to keep; and a label as it stands in a sentence."""

from __future__ import annotations

import re
import unicodedata

# Control characters except tab and newline; a NUL alone makes some databases refuse a whole row.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def clean_text(value: str | None) -> str:
    """Several lines: composed Unicode, plain newlines, no control characters, no outer blanks."""
    text = (value or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip()


def clean_line(value: str | None) -> str:
    """One line: as `clean_text`, with every run of blanks and newlines made one space."""
    return " ".join(clean_text(value).split())


_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms", "mx", "miss", "sir", "dame"})


def names_of(name: str) -> list[str]:
    """The words of a person's name without titles, by which people are sorted and abbreviated."""
    words = name.replace(".", " ").replace(",", " ").split()
    return [word for word in words if word.casefold() not in _TITLES] or words


def by_surname(name: str) -> tuple[str, str]:
    """What people are sorted by: the last of their names, then all of it."""
    names = names_of(name)
    return (names[-1].casefold() if names else "", " ".join(names).casefold())


def storable(text: str) -> str:
    """The text with a question mark for every half of a character, which no database takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def in_sentence(text: str) -> str:
    """A label as it stands within a sentence: "At least one CT" begins small, "CT or MRI" and
    the title of a doctor stay."""
    if text.startswith(("Dr ", "Prof ")) or not (text[1:2].islower() or text.startswith("A ")):
        return text
    return text[:1].lower() + text[1:]


def condition(text: str) -> str:
    """What stands behind "if": people begin it with that word themselves, and it is said once."""
    return re.sub(r"^if[\s:,]+(?=\S)", "", text, flags=re.IGNORECASE)


def stop(text: str) -> str:
    """What was typed, as a whole sentence: with a full stop where it ends without any."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def unstopped(text: str) -> str:
    """What was typed, as a sentence goes on behind it: without the full stop at its end."""
    return text.strip().rstrip(".")
