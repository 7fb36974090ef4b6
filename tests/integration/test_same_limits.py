"""The command line's functions, the form and the import judge a value alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, Fact, Patient
from boardroom.clinical import AIDS, ImpossibleValue
from boardroom.clinical.facts import FACTS
from boardroom.clinical.units import SYSTEMS, read_in
from boardroom.db import db, write_transaction
from boardroom.interchange.registry import ImportFailed, run_import

Fate = Literal["kept", "warned", "refused"]

# fact, unit, value as typed, the aid that takes it and under which name, what is to become of it
CASES: list[tuple[str, str, str, str, str, Fate]] = [
    ("bilirubin", "mg/dL", "2.6", "albi", "bilirubin_mg_dl", "kept"),
    ("bilirubin", "umol/L", "1.2", "albi", "bilirubin_umol_l", "warned"),
    ("bilirubin", "mg/dL", "0", "albi", "bilirubin_mg_dl", "refused"),
    ("bilirubin", "mg/dL", "-1", "albi", "bilirubin_mg_dl", "refused"),
    ("bilirubin", "mg/dL", "900", "albi", "bilirubin_mg_dl", "refused"),
    ("albumin", "g/L", "31", "albi", "albumin_g_l", "kept"),
    ("albumin", "g/L", "4.1", "albi", "albumin_g_l", "warned"),
    ("albumin", "g/dL", "41", "albi", "albumin_g_dl", "refused"),
    ("inr", "", "1.2", "meld", "inr", "kept"),
    ("inr", "", "16", "meld", "inr", "warned"),
    ("inr", "", "30", "meld", "inr", "refused"),
    ("creatinine", "mg/dL", "90", "meld", "creatinine_mg_dl", "refused"),
    ("creatinine", "umol/L", "1.1", "meld", "creatinine_umol_l", "refused"),
    ("sodium", "mmol/L", "110", "meld_na", "sodium_mmol_l", "warned"),
    ("platelets", "10^9/L", "150000", "csph", "platelets_10e9_l", "refused"),
    ("platelets", "/uL", "150000", "csph", "platelets_per_ul", "kept"),
    ("afp", "ng/mL", "0", "afp_model", "afp_ng_ml", "warned"),
]


def by_function(aid: str, name: str, value: str) -> Fate:
    try:
        result = AIDS[aid](**{name: float(value)})
    except ImpossibleValue:
        return "refused"
    return "warned" if any("unusual" in words for words in result.warnings) else "kept"


def by_form(client: FlaskClient, case_id: int, key: str, value: str, unit: str) -> Fate:
    field = f"fact-{key}-1-value"
    answer = client.post(
        f"/cases/{case_id}/save",
        data={field: value, f"fact-{key}-1-unit": unit, "version": "1"},
        headers={"X-Boardroom-Part": "1"},
    ).get_json()
    if field in answer["errors"]:
        return "refused"
    return "warned" if field in answer["warnings"] else "kept"


def by_import(app: Flask, folder: Path, key: str, value: str, unit: str, row: str = "a") -> Fate:
    (folder / "t.csv").write_text(f"id,x\n{row},{value}\n")
    (folder / "m.toml").write_text(
        'name = "trial"\nboard = "liver"\nkey_column = "id"\n'
        f'[[columns]]\ncolumn = "x"\nto = "fact.{key}"\nunit = "{unit}"\n'
    )
    with app.app_context():
        report = run_import(folder / "t.csv", folder / "m.toml")
    if not report.problems:
        return "kept"
    return "warned" if report.problems[0].taken else "refused"


def add_case(app: Flask, code: str) -> int:
    with app.app_context(), write_transaction() as session:
        case = Case(code=code, board="liver", status="submitted", patient=Patient(name="T A"))
        session.add(case)
        session.flush()
        return case.id


@pytest.fixture
def client(person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(person("coordinator"))


def test_function_form_and_import_agree(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    for number, (key, unit, value, aid, name, fate) in enumerate(CASES):
        case_id = add_case(app, f"TE-{number}")
        said = {
            "function": by_function(aid, name, value),
            "form": by_form(client, case_id, key, value, unit),
            "import": by_import(app, tmp_path, key, value, unit, f"row {number}"),
        }
        assert said == dict.fromkeys(said, fate), f"{key} {value} {unit}"
        with app.app_context():
            latest = db.session.scalars(select(Fact).where(Fact.key == key)).all()[-2:]
            kept = [(f.value, f.unit) for f in latest if (f.value, f.unit) == (value, unit)]
        assert len(kept) == (0 if fate == "refused" else 2), f"{key} {value} {unit}"


def test_a_unit_that_is_not_the_fact_s_is_refused_everywhere(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    case_id = add_case(app, "TE-1")
    with pytest.raises(ImpossibleValue, match="no input 'bilirubin_g_l'"):
        AIDS["albi"](bilirubin_g_l=2)
    assert by_form(client, case_id, "bilirubin", "2", "g/L") == "refused"
    with pytest.raises(ImportFailed, match="not in 'g/L'"):
        by_import(app, tmp_path, "bilirubin", "2", "g/L")


@pytest.mark.parametrize("value", ["NaN", "1e3", "true", "<5", "1,234"])
def test_what_is_no_plain_number_is_no_value(app: Flask, tmp_path: Path, value: str) -> None:
    assert by_import(app, tmp_path, "bilirubin", f'"{value}"', "mg/dL") == "refused"
    with pytest.raises(ImpossibleValue):
        AIDS["albi"](bilirubin_mg_dl=float("nan"))
    with pytest.raises(ImpossibleValue):
        AIDS["albi"](bilirubin_mg_dl=True)
    with app.app_context():
        assert list(db.session.scalars(select(Fact))) == []


def test_every_unit_that_a_person_can_choose_is_one_of_the_fact_s() -> None:
    for key, fact in FACTS.items():
        for system in SYSTEMS:
            unit = read_in(key, system)
            assert unit is None or unit in fact.units, (key, system)
    assert read_in("dcp", "si") is None, "its factor depends on the kit"
