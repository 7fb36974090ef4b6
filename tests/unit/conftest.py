"""What several unit tests share: the liver board and the phrase library of its letters."""

from __future__ import annotations

import pytest

from boardroom.boards.definition import BoardDefinition
from boardroom.letters.phrases import PhraseLibrary, load_libraries
from tests.unit.letter_samples import BOARDS, CONFIG


@pytest.fixture(scope="session")
def board() -> BoardDefinition:
    return BOARDS["liver"]


@pytest.fixture(scope="session")
def library() -> PhraseLibrary:
    return load_libraries(CONFIG / "letters", BOARDS)["liver"]
