"""A case's facts with their units and days, and the lines of its lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from boardroom.cases.models import Case
from tests.integration.case_samples import PART, save

# ---- Facts --------------------------------------------------------------------------------------


def test_a_value_is_kept_as_entered_with_unit_and_date(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    answer = save(
        coordinator, case_id, 1, fact__bilirubin__1__value="1,2", fact__bilirubin__1__unit="mg/dL",
        fact__bilirubin__1__taken_on="2026-11-01", fact__cirrhosis__1__value="yes",
    )  # fmt: skip
    assert answer.json["errors"] == {}
    facts = {f.key: (f.value, f.unit, str(f.taken_on)) for f in the_case(case_id).facts}
    assert facts == {
        "bilirubin": ("1.2", "mg/dL", "2026-11-01"),
        "cirrhosis": ("yes", "", "None"),
    }
    page = coordinator.get(f"/cases/{case_id}").text
    assert "1.2\u202fmg/dL" in page
    assert "1 Nov 2026" in page


def test_nothing_is_of_a_day_before_the_patients_birth(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    born = save(coordinator, case_id, 1, patient__birth_date="1951-06-06").json
    assert born["errors"] == {}
    sent = {"fact__bilirubin__1__value": "20", "fact__bilirubin__1__unit": "umol/L"}
    early = save(
        coordinator, case_id, born["version"], **sent, fact__bilirubin__1__taken_on="1930-01-01",
        first_on="1951-06-05",
    ).json  # fmt: skip
    why = "before the patient’s birth, 6 Jun 1951"
    assert why in early["errors"]["fact-bilirubin-1-taken_on"]
    assert why in early["errors"]["first_on"]
    assert the_case(case_id).facts == []
    right = save(
        coordinator, case_id, early["version"], **sent, fact__bilirubin__1__taken_on="1951-06-06"
    ).json
    assert right["errors"] == {}
    earlier = save(coordinator, case_id, right["version"], patient__birth_date="1950-01-01").json
    assert earlier["errors"] == {}, "a birth is not before itself"


def test_a_value_without_a_date_is_not_called_an_earlier_one(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    case_id = new_case()
    version = 1
    for number, (value, day) in enumerate(
        (("1.9", "2026-11-25"), ("1.7", "2026-11-02"), ("1.1", ""))
    ):
        name = f"fact__inr__{number + 1}__"
        sent = {f"{name}value": value, f"{name}taken_on": day}
        version = save(coordinator, case_id, version, **sent).json["version"]
    page = " ".join(coordinator.get(f"/cases/{case_id}").text.split())
    assert 'fact-earlier">before: 1.7 (2 Nov 2026)</span>' in page
    assert 'fact-earlier">without a date: 1.1</span>' in page


def test_an_improbable_value_is_said_again_when_the_form_is_opened(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    case_id = new_case()
    names = [f"fact__bilirubin__1__{part}" for part in ("value", "unit")]
    version = 1
    for typed, unusual in (("1.2", True), ("22", False)):
        sent = dict(zip(names, (typed, "umol/L"), strict=True))
        answer = save(coordinator, case_id, version, **sent).json
        version = answer["version"]
        assert bool(answer["warnings"]) is unusual
        page = coordinator.get(f"/cases/{case_id}/edit").text
        assert ("is unusual" in page) is unusual
        said = f'id="f-fact-bilirubin-1-value-error">Total bilirubin {typed} µmol/L is unusual'
        assert (said in page) is unusual
        assert ('aria-describedby="f-fact-bilirubin-1-value-error"' in page) is unusual
        assert ('<details class="form-part" open data-section="liver">' in page) is unusual


@pytest.mark.parametrize("day", ["2999-02-01", "no day"])
def test_a_new_value_does_not_take_the_day_of_the_old_one(
    coordinator: FlaskClient,
    new_case: Callable[..., int],
    the_case: Callable[[int], Case],
    day: str,
) -> None:
    case_id = new_case()
    names = [f"fact__creatinine__1__{part}" for part in ("value", "unit", "taken_on")]

    def put(version: int, *texts: str) -> Any:
        return save(coordinator, case_id, version, **dict(zip(names, texts, strict=True))).json

    def kept() -> list[tuple[str, str, str]]:
        return [(f.value, f.unit, str(f.taken_on)) for f in the_case(case_id).facts]

    assert put(1, "3.1", "mg/dL", day)["errors"]
    assert kept() == []
    first = put(1, "0.9", "mg/dL", "2026-11-01")
    assert first["errors"] == {}
    refused = put(first["version"], "3.1", "mg/dL", day)["errors"]
    assert set(refused) == {"fact-creatinine-1-value", "fact-creatinine-1-taken_on"}
    assert "its date is wrong" in refused["fact-creatinine-1-value"]
    assert kept() == [("0.9", "mg/dL", "2026-11-01")]
    alone = put(first["version"], "0.9", "mg/dL", day)["errors"]
    assert set(alone) == {"fact-creatinine-1-taken_on"}, "the value stands as it was"


def test_with_a_refused_value_its_unit_and_day_are_refused_too(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    """A screen takes for saved what is not refused; 2.5 mg/dL must not become 2.5 µmol/L."""
    case_id = new_case()
    names = [f"fact__bilirubin__1__{part}" for part in ("value", "unit", "taken_on")]
    first = dict(zip(names, ("20", "umol/L", "2026-11-01"), strict=True))
    version = save(coordinator, case_id, 1, **first).json["version"]
    wrong = dict(zip(names, ("200", "mg/dL", "2026-11-20"), strict=True))
    refused = save(coordinator, case_id, version, **wrong).json
    assert set(refused["errors"]) == {name.replace("__", "-") for name in names}
    # What was refused is sent again with what it was before, as the form does.
    was = {name.replace("__", "-"): text for name, text in first.items()}
    mended = {**wrong, names[0]: "2.5"}
    done = save(coordinator, case_id, refused["version"], **mended, _was=json.dumps(was)).json
    assert done["errors"] == {}
    (fact,) = the_case(case_id).facts
    assert (fact.value, fact.unit, str(fact.taken_on)) == ("2.5", "mg/dL", "2026-11-20")
    # What was not changed is not refused.
    wrong[names[1]], wrong[names[2]] = "mg/dL", "2026-11-20"
    again = save(coordinator, case_id, done["version"], **wrong).json
    assert set(again["errors"]) == {"fact-bilirubin-1-value"}


@pytest.mark.parametrize(
    ("value", "unit", "field", "words"),
    [
        ("34", "", "unit", "needs its unit"),
        ("34", "stones", "value", "not in 'stones'"),
        ("-3", "umol/L", "value", "cannot be negative"),
        ("-3", "", "value", "cannot be negative"),
        ("99999", "umol/L", "value", "not possible"),
        ("<5", "umol/L", "value", "is a limit"),
        ("abc", "umol/L", "value", "not a number"),
        ("1,234", "umol/L", "value", "two ways"),
        ("9" * 400, "umol/L", "value", "too long"),
        ("NaN", "umol/L", "value", "not a number"),
    ],
)
def test_a_value_that_cannot_be_true_is_refused(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case],
    value: str, unit: str, field: str, words: str,
) -> None:  # fmt: skip
    case_id = new_case()
    answer = save(
        coordinator, case_id, 1, fact__bilirubin__1__value=value, fact__bilirubin__1__unit=unit
    )
    assert words in answer.json["errors"][f"fact-bilirubin-1-{field}"]
    assert the_case(case_id).facts == []


def test_an_improbable_value_is_kept_with_a_warning(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    answer = save(
        coordinator, case_id, 1, fact__bilirubin__1__value="1200", fact__bilirubin__1__unit="umol/L"
    )
    assert "unusual" in answer.json["warnings"]["fact-bilirubin-1-value"]
    assert [f.value for f in the_case(case_id).facts] == ["1200"]


def test_serial_values_stand_beside_each_other(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    for number, value, day in ((1, "30", "2026-10-01"), (2, "45", "2026-11-01")):
        version = the_case(case_id).version
        name = f"fact__afp__{number}"
        save(
            coordinator, case_id, version,
            **{f"{name}__value": value, f"{name}__unit": "ng/mL", f"{name}__taken_on": day},
        )  # fmt: skip
    page = coordinator.get(f"/cases/{case_id}").text
    assert page.index("45\u202fng/mL") < page.index("30\u202fng/mL"), "the latest comes first"
    skipped = save(coordinator, case_id, 3, fact__afp__4__value="5", fact__afp__4__unit="ng/mL")
    assert "line above" in skipped.json["errors"]["fact-afp-4-value"]
    emptied = save(coordinator, case_id, 3, fact__afp__1__value="")
    assert "fact-afp-1-value" in emptied.json["errors"]
    assert save(coordinator, case_id, 3, fact__afp__2__value="").json["errors"] == {}
    assert [f.value for f in the_case(case_id).facts] == ["30"]


def test_another_value_is_a_new_line_with_and_without_script(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    save(coordinator, case_id, 1, fact__afp__1__value="30", fact__afp__1__unit="ng/mL")
    url = f"/cases/{case_id}/parts/facts?fact=afp"
    answer = coordinator.post(url, data={"version": "2"}, headers=PART)
    assert 'name="fact-afp-2-value"' in answer.json["html"]
    assert answer.json["focus"] == "f-fact-afp-2-value"
    plain = coordinator.post(url, data={"version": "2"})
    assert plain.status_code == 303
    assert 'name="fact-afp-2-value"' in coordinator.get(plain.headers["Location"]).text
    fact_id = the_case(case_id).facts[0].id
    gone = coordinator.post(f"/cases/{case_id}/parts/facts/{fact_id}/remove", data={"version": "2"})
    assert gone.status_code == 303
    assert the_case(case_id).facts == []


# ---- Lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["lesions", "treatments", "investigations", "questions"])
def test_a_line_comes_and_goes(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case],
    part: str,
) -> None:  # fmt: skip
    case_id = new_case()
    answer = coordinator.post(
        f"/cases/{case_id}/parts/{part}", data={"version": "1", "summary": "typed"}, headers=PART
    )
    assert answer.status_code == 200
    (line,) = getattr(the_case(case_id), part)
    assert f"{part}-{line.id}-" in answer.json["html"]
    assert f'id="{answer.json["focus"]}"' in answer.json["html"]
    assert the_case(case_id).summary == "typed", "what was typed is saved first"
    url = f"/cases/{case_id}/parts/{part}/{line.id}/remove"
    for _ in range(2):  # a line that is gone stays gone
        version = the_case(case_id).version
        assert coordinator.post(url, data={"version": str(version)}).status_code == 303
    assert getattr(the_case(case_id), part) == []


def test_a_lesion_is_read_as_people_write_it(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    coordinator.post(f"/cases/{case_id}/parts/lesions", data={"version": "1"})
    (lesion,) = the_case(case_id).lesions
    name = f"lesions__{lesion.id}__"
    answer = save(
        coordinator, case_id, 2,
        **{f"{name}segments": "S8/5", f"{name}size_mm": "42 mm", f"{name}viable_mm": "50"},
    )  # fmt: skip
    assert answer.json["errors"] == {}
    assert "cannot be larger" in answer.json["warnings"][f"lesions-{lesion.id}-viable_mm"]
    (lesion,) = the_case(case_id).lesions
    assert (lesion.number, lesion.segments, lesion.size_mm) == (1, "V, VIII", 42)
    wrong = save(
        coordinator, case_id, 3,
        **{f"{name}segments": "IX", f"{name}size_mm": "4.2 cm", f"{name}li_rads": "LR-9"},
    )  # fmt: skip
    assert len(wrong.json["errors"]) == 3


def test_a_line_of_another_case_is_out_of_reach(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    one, other = new_case(), new_case()
    coordinator.post(f"/cases/{other}/parts/lesions", data={"version": "1"})
    (lesion,) = the_case(other).lesions
    answer = save(coordinator, one, 1, **{f"lesions__{lesion.id}__note": "hijacked"})
    assert "removed meanwhile" in answer.json["errors"][f"lesions-{lesion.id}-note"]
    coordinator.post(f"/cases/{one}/parts/lesions/{lesion.id}/remove", data={"version": "1"})
    (lesion,) = the_case(other).lesions
    assert lesion.note == ""


def test_unknown_lists_and_facts_are_refused(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    case_id = new_case()
    for path in ("parts/documents", "parts/facts?fact=nonsense", "parts/lesions/0/remove"):
        answer = coordinator.post(f"/cases/{case_id}/{path}", data={"version": "1"}, headers=PART)
        assert answer.status_code == (200 if "remove" in path else 422), path


# ---- The patient's name in a text ---------------------------------------------------------------


def test_a_patients_name_in_a_text_is_saved_with_a_warning(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    answer = save(coordinator, case_id, 1, **{"patient-name": "Anna Pagefold"}).json
    line = coordinator.post(
        f"/cases/{case_id}/parts/questions", data={"version": answer["version"]}, headers=PART
    ).json
    asked = f"questions-{the_case(case_id).questions[0].id}-text"
    texts = {"summary": "Mrs Pagefold fell.", asked: "Will Anna Pagefold live?"}
    answer = save(coordinator, case_id, line["version"], **texts, first_by="Dr Pagefold").json
    assert answer["errors"] == {}
    assert set(answer["warnings"]) == set(texts)
    assert "leave it out" in answer["warnings"]["summary"]
    assert the_case(case_id).summary == "Mrs Pagefold fell."
    page = coordinator.get(f"/cases/{case_id}/edit").text
    assert page.count("The patient’s name stands in this text.") == 2
    assert 'id="f-summary-error">The patient’s name' in page
    assert '<details class="form-part" open data-section="clinical">' in page

    mended = {"summary": "The patient fell.", asked: "Will she live?"}
    answer = save(coordinator, case_id, answer["version"], **mended).json
    assert answer["warnings"] == {}
    page = coordinator.get(f"/cases/{case_id}/edit").text
    assert "The patient’s name stands in this text." not in page
