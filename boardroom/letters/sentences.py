"""Putting sentences and lists of a letter together. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def joined(parts: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"; at least one."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def said(*parts: str) -> str:
    """Sentences that say something, as one paragraph."""
    return " ".join(part.strip() for part in parts if part.strip())


def paragraphs(*parts: str) -> str:
    """Paragraphs that say something, a blank line between them."""
    return "\n\n".join(part for part in parts if part.strip())


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def inside(who: str) -> str:
    """ "The surgeon" as "the surgeon"; a name stays as it is."""
    return who[0].lower() + who[1:] if who.startswith(("The ", "A ", "An ")) else who


def stop(text: str) -> str:
    """The text with a stop at its end."""
    return text if not text or text[-1] in ".!?" else f"{text}."
