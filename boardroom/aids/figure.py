"""What a card says at a glance: label, value, and a note beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["", "good", "caution", "open"]


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is what is read from across the room. `tone` "open": not known yet.

    `said`: the whole in a line of text, where label and value would read badly.
    """

    label: str
    value: str
    note: str = ""
    tone: Tone = ""
    said: str = ""

    @property
    def words(self) -> str:
        """In a line of text, such as "MELD 3.0 11"."""
        return self.said or f"{self.label} {self.value}"
