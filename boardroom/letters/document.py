"""A letter as a document: what is approved, hashed, shown and drawn. No web, no database."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import rfc8785
from pydantic import StringConstraints

from boardroom.minutes.brief import Instant, Part, Text, Whole

SCHEMA_VERSION: Literal["1.0"] = "1.0"


class Section(Part):
    """One part of a letter. Lines that begin with "- " are points of a list."""

    key: Text
    heading: Text
    text: Text


class Correction(Part):
    """Which letter this one takes the place of, and why."""

    number: Whole  # of this version; 1 where the letter before was about an earlier decision
    of: Text  # the day of the letter before
    reason: Text

    @property
    def lines(self) -> list[str]:
        """What the letter says of it."""
        what = self.reason if self.number == 1 else f"What was corrected: {self.reason}"
        return [f"This letter takes the place of the one of {self.of}.", what]


class LetterDocument(Part):
    """One letter. `provisional`: why the decision behind it is not final yet, in words."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    kind: Literal["patient", "referrer"]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    board: Text
    case: Text
    date: Text
    to: tuple[Text, ...] = ()
    greeting: Text = ""
    title: Text
    provisional: Text = ""
    provisional_reasons: tuple[Text, ...] = ()
    correction: Correction | None = None
    sections: tuple[Section, ...] = ()
    closing: Text = ""
    signed_by: Text = ""
    signed_as: Text = ""
    approved_at: Instant | None = None

    @property
    def body(self) -> str:
        """The sections' texts, without headings, address, signature and `explaining`."""
        return "\n".join(section.text for section in self.sections if section.key != "words")

    @property
    def explaining(self) -> str:
        """The part of a patient's letter that explains its words, a line for each."""
        return "\n".join(section.text for section in self.sections if section.key == "words")


Block = tuple[Literal["paragraph", "list"], list[str]]


def blocks(text: str) -> list[Block]:
    """A text as paragraphs (of lines) and lists (of points), in order."""
    found: list[Block] = []
    for line in (raw.strip() for raw in text.split("\n")):
        point = line.startswith(("- ", "• "))
        if not line:
            found.append(("paragraph", []))
        elif point and found and found[-1][0] == "list":
            found[-1][1].append(line[2:].strip())
        elif point:
            found.append(("list", [line[2:].strip()]))
        elif found and found[-1][0] == "paragraph" and found[-1][1]:
            found[-1][1].append(line)
        else:
            found.append(("paragraph", [line]))
    return [block for block in found if block[1]]


def content_hash(document: LetterDocument) -> str:
    """SHA-256, hexadecimal, of the letter's JSON written canonically (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(document.model_dump(mode="json"))).hexdigest()
