"""The phrase library of the letters: its mistakes are told at start."""

from __future__ import annotations

from pathlib import Path

import pytest

from boardroom.boards.definition import DefinitionError
from boardroom.letters.phrases import load_libraries
from tests.unit.letter_samples import BOARDS, CONFIG

LETTERS = (CONFIG / "letters" / "liver.toml").read_text(encoding="utf-8")


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
