"""What is typed is cleaned, and a label keeps its abbreviations in a sentence."""

from __future__ import annotations

import pytest

from boardroom.text import by_surname, condition, in_sentence, names_of, stop, unstopped


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


def test_people_are_sorted_and_abbreviated_without_their_titles() -> None:
    names = ["Prof. Marlow Inkwell", "Dr Basil Quillfeather", "Tansy Hearthbell", "Dr Ada Inkwell"]
    assert sorted(names, key=by_surname) == [
        "Tansy Hearthbell", "Dr Ada Inkwell", "Prof. Marlow Inkwell", "Dr Basil Quillfeather",
    ]  # fmt: skip
    assert names_of("Prof. Dr. Marlow Inkwell") == ["Marlow", "Inkwell"]
    assert names_of("Dr") == ["Dr"]
    assert by_surname("") == ("", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("If AFP rises", "AFP rises"),
        ("if: the node is positive", "the node is positive"),
        ("IFN was given", "IFN was given"),
        ("AFP rises", "AFP rises"),
        ("If", "If"),
        ("", ""),
    ],
)
def test_if_is_said_once(typed: str, said: str) -> None:
    assert condition(typed) == said


@pytest.mark.parametrize(
    ("typed", "sentence", "within"),
    [
        ("Slides lost", "Slides lost.", "Slides lost"),
        ("Slides lost. ", "Slides lost.", "Slides lost"),
        ("after Christmas!", "after Christmas!", "after Christmas!"),
        ("Is it?", "Is it?", "Is it?"),
        ("", "", ""),
    ],
)
def test_a_sentence_has_one_stop_whoever_typed_it(typed: str, sentence: str, within: str) -> None:
    assert stop(typed) == sentence
    assert unstopped(typed) == within
