"""What is typed is cleaned, and a label keeps its abbreviations in a sentence."""

from __future__ import annotations

import pytest

from boardroom.text import in_sentence


@pytest.mark.parametrize(
    ("label", "within"),
    [
        ("At least one CT or MRI", "at least one CT or MRI"),
        ("CT or MRI of the last weeks", "CT or MRI of the last weeks"),
        ("AFP", "AFP"),
        ("Unresectable: biology", "unresectable: biology"),
        ("Dr Invented tells the patient", "Dr Invented tells the patient"),
        ("A specialty this case needs is absent", "a specialty this case needs is absent"),
        ("", ""),
    ],
)
def test_an_abbreviation_keeps_its_capitals_within_a_sentence(label: str, within: str) -> None:
    assert in_sentence(label) == within
