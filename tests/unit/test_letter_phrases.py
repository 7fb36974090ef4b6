"""The phrase library of the letters: its mistakes are told at start."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from boardroom.boards.definition import DefinitionError
from boardroom.letters.phrases import PhraseLibrary, load_libraries
from tests.unit.letter_samples import BOARDS, CONFIG

SHIPPED = CONFIG / "letters" / "liver.toml"
LETTERS = SHIPPED.read_text(encoding="utf-8")


def mistakes(folder: Path, old: str, new: str) -> list[str]:
    assert old in LETTERS, "the shipped library no longer contains what this test changes"
    (folder / "liver.toml").write_text(LETTERS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_libraries(folder, BOARDS)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("resectable = ", "# ", "letters/liver.toml: verdicts.resectable: is missing"),
        ("[options.sbrt]", "[options.sbrr]", "letters/liver.toml: options.sbrt: is missing"),
        ('surgeon = ["surgery"', 'surgeon = ["surgary"',
         "letters/liver.toml: tellers.surgeon.surgary: 'surgary' is not one of the specialties"),
        ("target_grade = 8", "target_grade = 80",
         "letters/liver.toml: target_grade: must be 16 or less"),
        ("[contact]", "[contakt]", "letters/liver.toml: contakt: is not a known key"),
        ('key = "liver"', 'key = "lung"',
         "letters/liver.toml: key: must be 'liver', like the file's name"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_key_and_reason(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert message in mistakes(tmp_path, old, new)


def test_a_board_without_a_library_has_no_letters(tmp_path: Path) -> None:
    assert load_libraries(tmp_path, BOARDS) == {}


def own_library(folder: Path, old: str, new: str, board: str = "liver") -> PhraseLibrary:
    """A hospital's own library, which the shipped one lends to."""
    assert old in LETTERS, "the shipped library no longer contains what this test changes"
    text = LETTERS.replace(old, new, 1).replace('key = "liver"', f'key = "{board}"', 1)
    (folder / f"{board}.toml").write_text(text, encoding="utf-8")
    boards = {board: BOARDS["liver"].model_copy(update={"key": board})}
    return load_libraries(folder, boards, SHIPPED)[board]


@pytest.mark.parametrize(
    ("old", "lent"),
    [
        ("again = ", "tone.again"),
        ("resectable = ", "verdicts.resectable"),
        ('what = "A thin needle', "options.ablation.what"),
        ("telephone = ", "contact.telephone"),
        ("re_present = ", "clinical.re_present"),
    ],
)
def test_an_older_library_goes_on_with_the_shipped_words_and_the_log_names_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, old: str, lent: str
) -> None:
    with caplog.at_level(logging.WARNING):
        library = own_library(tmp_path, f"\n{old}", f"\n# {old}")
    assert library == load_libraries(SHIPPED.parent, BOARDS)["liver"]
    assert caplog.messages == [
        f"letters/liver.toml: {lent}: is missing; the shipped words are used"
    ]


def test_a_hospitals_own_words_stay_beside_the_lent_ones(tmp_path: Path) -> None:
    library = own_library(tmp_path, "We will look at your case again", "We see you again")
    assert library.tone.again == "We see you again, {when}."


def test_what_no_board_has_is_a_mistake_though_the_shipped_words_are_there(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        own_library(tmp_path, "[options.sbrt]", "[options.sbrr]")
    assert "options.sbrr: is nothing that the board or its letters have" in str(caught.value)


def test_another_boards_library_is_lent_what_names_no_organ(tmp_path: Path) -> None:
    library = own_library(tmp_path, "\nagain = ", "\n# ", board="bowel")
    assert library.tone.again.startswith("We will look")
    for old, path in (("resectable = ", "verdicts.resectable"), ("opening = ", "tone.opening")):
        with pytest.raises(DefinitionError, match=f"{path}: is missing"):
            own_library(tmp_path, f"\n{old}", "\n# ", board="bowel")
