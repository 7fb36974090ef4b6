"""A board's definition: what is read, and how each kind of mistake is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from boardroom.boards.definition import (
    BoardDefinition,
    DefinitionError,
    UnknownKeyError,
    load_boards,
)

BOARDS = Path(__file__).parents[2] / "config" / "boards"
LIVER = (BOARDS / "liver.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def liver() -> BoardDefinition:
    return load_boards(BOARDS)["liver"]


def mistakes(folder: Path, text: str, name: str = "liver.toml") -> list[str]:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_boards(folder)
    return str(caught.value).splitlines()


def replaced(old: str, new: str) -> str:
    assert old in LIVER, "the shipped definition no longer contains what this test changes"
    return LIVER.replace(old, new, 1)


def test_the_shipped_liver_board_has_the_words_of_the_field(liver: BoardDefinition) -> None:
    assert [s.key for s in liver.core] == ["surgery", "oncology", "radiology", "hepatology"]
    assert [v.key for v in liver.verdicts] == [
        "resectable",
        "transplantable",
        "ablatable",
        "convertible",
        "unresectable_technical",
        "unresectable_remnant",
        "unresectable_biology",
        "unresectable_fitness",
        "undetermined",
    ]
    assert liver.verdict("undetermined").rank is None
    unresectable = {v.key for v in liver.verdicts if v.family == "unresectable"}
    assert len(unresectable) == 4
    assert all(2 <= len(s.questions) <= 4 for s in liver.specialties)
    assert 10 <= len(liver.options) <= 12


def test_choices_are_pairs_in_the_files_order(liver: BoardDefinition) -> None:
    assert liver.choices_for("stances") == [
        ("prefer", "Prefer"),
        ("acceptable", "Acceptable"),
        ("advise_against", "Advise against"),
        ("outside_field", "Outside my field"),
    ]
    assert liver.choices_for("diagnoses", blank="Choose")[0] == ("", "Choose")
    assert dict(liver.grouped_verdicts())["Unresectable"][0][0] == "unresectable_technical"
    assert liver.label("specialties", "nursing") == "Specialist nursing"
    assert liver.label("plan_steps", "resection") == "Resection"


@pytest.mark.parametrize("lookup", ["specialty", "option", "verdict", "disposition"])
def test_an_unknown_word_is_a_domain_error(liver: BoardDefinition, lookup: str) -> None:
    with pytest.raises(UnknownKeyError, match="'liver' has no .* 'wishful'"):
        getattr(liver, lookup)("wishful")


def test_an_unknown_vocabulary_is_a_domain_error(liver: BoardDefinition) -> None:
    with pytest.raises(UnknownKeyError, match="vocabulary"):
        liver.choices_for("model_config")
    with pytest.raises(UnknownKeyError, match="vocabulary"):
        liver.label("key", "liver")


def test_quorum_names_what_is_missing_and_lets_a_deputy_sit(liver: BoardDefinition) -> None:
    assert liver.quorum_missing([]) == ("surgery", "oncology", "radiology", "hepatology")
    assert liver.quorum_missing(["transplant_surgery", "oncology", "radiology"]) == ("hepatology",)
    assert liver.quorum_missing(["surgery", "oncology", "radiology", "hepatology"]) == ()


def test_a_deputy_does_not_count_where_the_board_says_so(tmp_path: Path) -> None:
    text = replaced("deputies_count = true", "deputies_count = false")
    (tmp_path / "liver.toml").write_text(text, encoding="utf-8")
    strict = load_boards(tmp_path)["liver"]
    assert strict.quorum_missing(["transplant_surgery"])[0] == "surgery"


def test_what_is_needed_depends_on_the_diagnosis(liver: BoardDefinition) -> None:
    hcc = {need.item for need in liver.needs_for("hcc")}
    crlm = {need.item for need in liver.needs_for("crlm")}
    assert "fact.afp" in hcc
    assert "fact.afp" not in crlm
    assert "investigations.pathology" in crlm - hcc
    assert {need.item for need in liver.needs_for(None)} <= hcc & crlm


def test_a_second_file_is_a_second_board(tmp_path: Path) -> None:
    (tmp_path / "liver.toml").write_text(LIVER, encoding="utf-8")
    second = replaced('key = "liver"', 'key = "pancreas"').replace('"Liver board"', '"Pancreas"')
    second = second.replace('case_code_prefix = "BR"', 'case_code_prefix = "PA"')
    (tmp_path / "pancreas.toml").write_text(second, encoding="utf-8")
    boards = load_boards(tmp_path)
    assert list(boards) == ["liver", "pancreas"]
    assert boards["pancreas"].name == "Pancreas"


def test_a_definition_cannot_be_changed_once_read(liver: BoardDefinition) -> None:
    with pytest.raises(ValueError, match="frozen"):
        liver.name = "Another"  # type: ignore[misc]


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="no board's definition"):
        load_boards(tmp_path)


def test_broken_toml_names_file_and_line(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, 'key = "liver"\nname = \n')
    assert line.startswith("liver.toml: not valid TOML:")
    assert "line 2" in line


def test_a_file_that_is_not_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "liver.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DefinitionError, match="liver.toml: cannot be read"):
        load_boards(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('mark = "SU"', 'mark = "su"', "specialties.surgery.mark: must be two capital letters"),
        ('mark = "ON"', 'mark = "SU"', "specialties.oncology.mark: 'SU' is the mark of another"),
        ("core = true", 'core = "yes"', "specialties.surgery.core: must be true or false"),
        ("core = true", "kore = true", "specialties.surgery.kore: is not a known key"),
        ('key = "oncology"', 'key = "surgery"', "specialties.surgery.key: 'surgery' is used twice"),
        (
            '"radiology", "hep',
            '"radiologie", "hep',
            "quorum.specialties.radiologie: 'radiologie' is not",
        ),
        ("minutes_simple = 4", "minutes_simple = 0", "meeting.minutes_simple: must be greater"),
        ("minutes_simple = 4", "minutes_simple = 4.5", "meeting.minutes_simple: must be a whole"),
        ("minutes_complex = 8", "minutes_complex = 900", "meeting: one case cannot take longer"),
        ('"Europe/London"', '"Europe/Atlantis"', "time_zone: 'Europe/Atlantis' is not a time zone"),
        ('"Europe/London"', '"../../etc/passwd"', "time_zone: '../../etc/passwd' is not a time"),
        (
            'short = "PVE+R"',
            'short = "PVE then"',
            "options.remnant_growth.short: must be at most 6",
        ),
        (
            'short = "PVE+R"',
            'short = "Res"',
            "options.remnant_growth.short: 'Res' is the head of another",
        ),
        (
            'excludes = ["supportive"]',
            'excludes = ["comfort"]',
            "verdicts.resectable.excludes.comfort: 'comfort' is not one of the options",
        ),
        (
            'family = "convertible"',
            'family = "maybe"',
            "verdicts.convertible.family: 'maybe' is not one",
        ),
        (
            'deputy_for = ["surgery"]',
            'deputy_for = ["x"]',
            "specialties.transplant_surgery.deputy_for.x: 'x'",
        ),
        ('key = "prefer"', 'key = "love"', "stances.love.key: must be one of 'prefer'"),
        ('key = "fallback"', 'key = "chosen"', "dispositions: needs an entry for fallback"),
        (
            'item = "fact.inr"',
            'item = "fact.inrr"',
            "readiness.fact.inrr.item: 'fact.inrr' is nothing",
        ),
        ('diagnoses = ["hcc"]', 'diagnoses = ["hxc"]', "'hxc' is not one of the diagnoses"),
        (
            'item = "fact.inr"',
            'owner = "bob"\nitem = "fact.inr"',
            "'bob' is neither a role nor a specialty",
        ),
        ('default_owner = "pathology"', 'default_owner = "bob"', "'bob' is neither a specialty"),
        (
            'kind = "text"',
            'kind = "essay"',
            "specialties.surgery.questions.operation.kind: must be one of 'text'",
        ),
        ('kind = "choice"', 'kind = "text"', "a question of kind 'text' has no choices"),
        ('key = "liver"', 'key = "lever"', "key: must be 'liver', like the file's name"),
        ('name = "Liver board"', "", "name: is missing"),
        ('name = "Liver board"', "name = 7", "name: must be text in quotes"),
        ('"Certain"]', "]", "confidence: needs at least 5 entries"),
        ('key = "surgery"', "", "specialties.(entry 1).key: is missing"),
        ('key = "surgery"', 'key = "Surgery 1"', "must be small letters, digits and _"),
        ('case_code_prefix = "BR"', 'case_code_prefix = "b"', "two to four capital letters"),
        (
            "lab_days = 30",
            'prothrombin_limits = "spain"',
            "aids.prothrombin_limits: must be one of 'japan' or 'france'",
        ),
        ("needs_reason = true", 'needs_reason = ["x"]', "needs_reason: must be true or false"),
    ],
)
def test_each_mistake_names_file_key_and_reason(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    lines = mistakes(tmp_path, replaced(old, new))
    assert any(line.startswith("liver.toml: ") and expected in line for line in lines), lines
    assert not any(
        word in line for line in lines for word in ("Input should", "[0]", "^[", "pydantic")
    )


def test_a_board_may_name_the_limits_of_a_prothrombin_activity(
    tmp_path: Path, liver: BoardDefinition
) -> None:
    assert liver.aids.prothrombin_limits is None
    named = replaced("lab_days = 30", 'lab_days = 30\nprothrombin_limits = "japan"')
    (tmp_path / "liver.toml").write_text(named, encoding="utf-8")
    assert load_boards(tmp_path)["liver"].aids.prothrombin_limits == "japan"


def test_every_mistake_of_every_file_is_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[", encoding="utf-8")
    broken = replaced('mark = "SU"', 'mark = "S"').replace('name = "Liver board"', "")
    lines = mistakes(tmp_path, broken)
    assert len(lines) == 3
    assert {line.split(":")[0] for line in lines} == {"a.toml", "liver.toml"}


def test_two_boards_cannot_number_their_cases_alike(tmp_path: Path) -> None:
    (tmp_path / "liver.toml").write_text(LIVER, encoding="utf-8")
    second = LIVER.replace('key = "liver"', 'key = "second"', 1)
    assert mistakes(tmp_path, second, "second.toml") == [
        "second.toml: case_code_prefix: 'BR' belongs to another board"
    ]
