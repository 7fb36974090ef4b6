"""The patient's name in a free text: found as people write it, and not in ordinary words."""

from __future__ import annotations

import pytest

from boardroom.cases.names import holds_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mrs Pagefold was seen in May.", "Anna Pagefold"),
        ("anna pagefold, 64", "Anna Pagefold"),
        ("PAGEFOLD Anna", "Anna Pagefold"),
        ("Can Pagefold’s tumour be resected?", "Pagefold, Anna"),
        ("Herr Muller kommt", "Jörg Müller"),
        ("Herr Müller kommt", "Jorg Muller"),
        ("Herr Mu\u0308ller kommt", "Jörg Müller"),
        ("Pani Łukasik", "Ewa Lukasik"),
        ("Frau Meier-Huber", "Eva Meier-Huber"),
        ("Frau Meier‑Huber", "Eva Meier-Huber"),
        ("Mr O’Brien", "Sean O'Brien"),
        ("Mr van der Meer", "Jan van der Meer"),
        ("Meer asks", "van der Meer, Jan"),
        ("Señora García", "García López, Ana"),
        ("May wants to go home", "Mrs June May"),
        ("(Pagefold)", "Pagefold"),
        ("Иванов просит", "Пётр Иванов"),
    ],
)
def test_a_name_is_found(text: str, name: str) -> None:
    assert holds_name(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("This may be resected.", "June May"),
        ("Maybe; Mayer’s stain", "June May"),
        ("Child-Pugh A", "Ann Child"),
        ("Frau Meier", "Eva Meier-Huber"),
        ("Anna, her daughter, decides", "Anna Pagefold"),
        ("pagefold", "Anna Pagefold"),
        ("Mr Van", "van der Meer, Jan"),
        ("Grade B", "Anna B."),
        ("", "Anna Pagefold"),
        ("Mrs Jones", ""),
        ("Mrs Jones", "Mrs"),
    ],
)
def test_other_words_are_no_name(text: str, name: str) -> None:
    assert not holds_name(text, name)
