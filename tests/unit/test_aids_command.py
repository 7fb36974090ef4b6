"""`boardroom aid`: what it prints, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from boardroom.cli import main
from boardroom.clinical import AIDS
from boardroom.clinical.facts import FactError, check

ALBI = ("albi", "bilirubin_umol_l=20", "albumin_g_l=38")


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, ["aid", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_the_list_names_every_aid() -> None:
    for words in ((), ("--list",), ("--help",)):
        listed = run(*words)
        assert listed.exit_code == 0
        for name, aid in AIDS.items():
            assert f"{name} " in listed.stdout
            assert aid.title in listed.stdout


@pytest.mark.parametrize("name", AIDS)
def test_help_shows_what_an_aid_takes(name: str) -> None:
    shown = run(name, "--help").stdout
    for entry in AIDS[name].entries:
        assert entry in shown
    assert AIDS[name].title in shown


def test_for_people() -> None:
    shown = run(
        "meld",
        "bilirubin_mg_dl=2",
        "inr=16",
        "creatinine_mg_dl=7.8",
        "dialysis_twice_in_week=no",
    )
    assert shown.exit_code == 0
    for words in (
        "MELD: 40",
        "creatinine_mg_dl: 7.8 counts as 4 (above 4)",
        "Warning: INR 16 is unusual",
        "doi:10.1053/he.2000.5852",
        "Decision aid; the tumour board decides.",
    ):
        assert words in shown.stdout
    assert shown.stderr == ""


def test_as_json() -> None:
    shown = run(*ALBI, "--json")
    assert shown.exit_code == 0
    expected = AIDS["albi"](bilirubin_umol_l=20, albumin_g_l=38).as_dict()
    assert json.loads(shown.stdout) == expected


def test_lists_and_yes_and_no() -> None:
    sizes = "tumor_diameters_cm=2.0,3.1"
    for yes, within in (("no", True), ("false", True), ("YES", False), ("true", False)):
        shown = run(
            "ucsf", sizes, f"macrovascular_invasion={yes}", "extrahepatic_spread=no", "--json"
        )
        assert json.loads(shown.stdout)["within"] is within
    listed = run("charlson", "conditions=dementia, copd", "age_years=62", "--json")
    assert json.loads(listed.stdout)["total"] == 4
    none = run("charlson", "conditions=", "age_years=62", "--json")
    assert json.loads(none.stdout)["total"] == 2


def test_a_decimal_comma_is_read_as_the_form_reads_it() -> None:
    comma = run("albi", "bilirubin_umol_l=34,2", "albumin_g_l= 38,5", "--json")
    assert comma.exit_code == 0, comma.output
    point = run("albi", "bilirubin_umol_l=34.2", "albumin_g_l=38.5", "--json")
    assert json.loads(comma.stdout) == json.loads(point.stdout)
    several = run("milan", "tumor_diameters_cm=2,5; 3,1", "--json")
    same = run("milan", "tumor_diameters_cm=2.5,3.1", "--json")
    assert json.loads(several.stdout) == json.loads(same.stdout)


@pytest.mark.parametrize("text", ["34,2", "34.2", ",5", "1e3", "1_0", "nan", "1,234", "<5", "+7"])
def test_command_and_form_take_the_same_numbers(text: str) -> None:
    try:
        check("bilirubin", text, "umol/L")
        taken = True
    except FactError:
        taken = False
    told = run("albi", f"bilirubin_umol_l={text}", "albumin_g_l=38")
    assert (told.exit_code == 0) is taken, told.output


def test_a_list_of_whole_numbers_is_told_from_a_decimal_comma() -> None:
    rest = ("macrovascular_invasion=no", "extrahepatic_spread=no", "--json")
    for text, number in (("2;5", 2), ("2, 5", 2), ("2,3,1", 3), ("2.5,3", 2), ("2.5", 1), ("4", 1)):
        told = run("milan", f"tumor_diameters_cm={text}", *rest)
        assert len(json.loads(told.stdout)["used"]["tumor_diameters_cm"]) == number, text


def test_what_is_not_used_as_given_is_plain() -> None:
    rest = ("bilirubin_mg_dl=2", "inr=1.2", "dialysis_twice_in_week=no")
    assert ": 0.9 counts as 1 (" in run("meld", "creatinine_umol_l=80", *rest).stdout


def test_every_shape_of_value_can_be_shown() -> None:
    for words in (
        (
            "child_pugh",
            "bilirubin_mg_dl=2",
            "albumin_g_dl=3",
            "inr=1",
            "ascites=none",
            "encephalopathy_grade=0",
        ),
        ("asa", "asa=3"),
        (
            "bclc_2022",
            "tumour_diameters_cm=4",
            "macrovascular_invasion=no",
            "extrahepatic_spread=no",
            "ecog=0",
            "liver_function=preserved",
            "transplant_candidate=no",
        ),
        ("lirads_2018", "at_risk_population=yes", "reader_call=inadequate"),
    ):
        shown = run(*words)
        assert shown.exit_code == 0, shown.output
        assert "{" not in shown.stdout
        assert "None" not in shown.stdout


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("albi", "bilirubin_umol_l=20"), 1, "lacks: Albumin"),
        (("albi",), 1, "lacks: Total bilirubin; Albumin"),
        (("albi", "bilirubin_umol_l=-1", "albumin_g_l=38"), 1, "cannot be negative"),
        (("albi", "bilirubin_umol_l=nan", "albumin_g_l=38"), 2, "is not a number"),
        (("albi", "bilirubin_umol_l=1e3", "albumin_g_l=38"), 2, "is not a number"),
        ((*ALBI, "bilirubin_mg_dl=1"), 1, "given twice"),
        (("ecog", "ecog=1.5"), 1, "whole number"),
        (("asa", "asa=seven"), 1, "has to be one of"),
        (("milan", "tumor_diameters_cm="), 1, "at least one"),
        (("horoscope",), 2, "horoscope"),
        (("albi", "bilirubin=20"), 2, "has no input 'bilirubin'"),
        (("albi", "bilirubin_umol_l"), 2, "is not NAME=VALUE"),
        (("albi", "=20"), 2, "is not NAME=VALUE"),
        (("albi", "bilirubin_umol_l=high"), 2, "is not a number"),
        (("albi", "bilirubin_umol_l=2_0"), 2, "is not a number"),
        (("albi", "bilirubin_umol_l=<5"), 2, "is a limit"),
        (("albi", "bilirubin_umol_l=1,234"), 2, "can be read in two ways"),
        ((*ALBI, "albumin_g_l=38"), 2, "given twice"),
        (("milan", "macrovascular_invasion=perhaps"), 2, "yes or no"),
        (("milan", "tumor_diameters_cm=2,x"), 2, "is not a number"),
        (
            ("milan", "tumor_diameters_cm=2,5"),
            2,
            "two ways. Write 2;5 for two numbers, 2.5 for one",
        ),
        (("albi", "bilirubin_umol_l=20", "albumin_g_l="), 2, "albumin_g_l has no value."),
        (("albi", "--sparkle"), 2, "sparkle"),
    ],
)
def test_what_cannot_be_done_is_told_on_stderr(
    words: tuple[str, ...], code: int, message: str
) -> None:
    told = run(*words)
    assert told.exit_code == code
    assert message in told.stderr
    assert told.stdout == ""
    assert "Traceback" not in told.output


def test_what_is_missing_is_in_the_json_too() -> None:
    told = run("albi", "bilirubin_umol_l=20", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["missing"] == ["Albumin"]


def test_as_a_real_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "boardroom", "aid", *ALBI, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout)["malbi_grade"] == "2a"
