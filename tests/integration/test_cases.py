"""Cases through HTTP: the list, the long form that saves as it goes, the way through the board."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, Fact, Lesion, PatientQuestion, Treatment

PART = {"X-Boardroom-Part": "1"}


@pytest.fixture
def coordinator(person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(person("coordinator"))


def save(client: FlaskClient, case_id: int, version: int = 1, **fields: str) -> Any:
    """Save as a script does; dashes are written as double underscores in names."""
    data = {name.replace("__", "-"): text for name, text in fields.items()}
    return client.post(
        f"/cases/{case_id}/save", data={"version": str(version), **data}, headers=PART
    )


# ---- A new referral -----------------------------------------------------------------------------


def test_a_referral_begins_and_gets_the_next_code(
    coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    assert coordinator.get("/cases/new").status_code == 200
    for name in ("First Invented", "Second Invented"):
        answer = coordinator.post("/cases/new", data={"board": "liver", "patient-name": name})
        assert answer.status_code == 303
    cases = rows(select(Case).order_by(Case.id))
    assert [case.code for case in cases] == ["BR-0001", "BR-0002"]
    assert answer.headers["Location"].endswith(f"/cases/{cases[1].id}/edit")
    page = coordinator.get(answer.headers["Location"]).text
    assert "Second Invented" in page
    assert "Blocks submission" in page


def test_a_press_on_an_empty_beginning_makes_no_case(
    coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    answer = coordinator.post("/cases/new", data={"board": "liver", "question": "  "})
    assert answer.status_code == 422
    assert "Say whose case it is, or what is asked." in answer.text
    assert rows(select(Case)) == []


@pytest.mark.parametrize("board", ["lungs", "../liver", ""])
def test_a_board_that_is_not_yours_starts_nothing(
    coordinator: FlaskClient, rows: Callable[..., list[Any]], board: str
) -> None:
    answer = coordinator.post("/cases/new", data={"board": board, "question": "x" * 10})
    assert answer.status_code == (303 if board == "" else 422)
    assert len(rows(select(Case))) == (1 if board == "" else 0)


def test_a_question_that_is_too_long_is_refused_beside_the_field(
    coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    answer = coordinator.post("/cases/new", data={"board": "liver", "question": "x" * 2001})
    assert answer.status_code == 422
    assert "1 characters too long" in answer.text
    assert 'aria-describedby="f-question-hint f-question-error"' in answer.text
    assert not rows(select(Case)), "nothing half-written"


# ---- Saving as it goes --------------------------------------------------------------------------


def test_a_field_is_saved_and_the_missing_list_follows(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(question="")
    answer = save(coordinator, case_id, question="  Can it be\r\nresected? ")
    assert answer.status_code == 200
    assert answer.json["version"] == 2
    assert answer.json["errors"] == {}
    assert "The question the board is to answer" not in answer.json["missing_html"]
    assert "Bilirubin of the last 30 days" in answer.json["missing_html"]
    assert the_case(case_id).question == "Can it be\nresected?"


def test_the_good_fields_are_saved_and_the_others_are_told(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    answer = save(
        coordinator, case_id, summary="A summary", first_on="2199-01-01", ecog="7",
        diagnosis="toothache", patient__birth_date="31.12.1950", met_by="x" * 201,
    )  # fmt: skip
    errors = answer.json["errors"]
    assert answer.status_code == 200
    assert set(errors) == {"first_on", "ecog", "diagnosis", "patient-birth_date", "met_by"}
    assert "future" in errors["first_on"]
    stored = the_case(case_id)
    assert (stored.summary, stored.ecog, stored.diagnosis) == ("A summary", None, "hcc")


def test_without_script_nothing_is_saved_while_something_is_wrong(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    answer = coordinator.post(
        f"/cases/{case_id}/save", data={"version": "1", "summary": "Typed text", "ecog": "nine"}
    )
    assert answer.status_code == 422
    assert "Typed text" in answer.text, "what was typed stays in the form"
    assert "choose one of the list" in answer.text
    assert the_case(case_id).summary == ""
    good = coordinator.post(f"/cases/{case_id}/save", data={"version": "1", "summary": "Typed"})
    assert good.status_code == 303
    assert the_case(case_id).summary == "Typed"


def test_the_same_save_twice_changes_once(
    coordinator: FlaskClient, new_case: Callable[..., int], rows: Callable[..., list[Any]]
) -> None:
    case_id = new_case()
    for _ in range(2):
        answer = save(coordinator, case_id, 1, summary="Once")
        assert answer.status_code == 200
        assert answer.json["version"] == 2
    assert len(rows(select(AuditEntry).where(AuditEntry.action == "edited a case"))) == 1


def test_a_stale_save_shows_both_texts_and_changes_nothing(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    save(coordinator, case_id, 1, summary="Theirs")
    part = save(coordinator, case_id, 1, summary="Mine")
    assert part.status_code == 409
    assert part.json == {"version": 2, "mine": {"summary": "Mine"}, "theirs": {"summary": "Theirs"}}
    page = coordinator.post(f"/cases/{case_id}/save", data={"version": "1", "summary": "<b>Mine"})
    assert page.status_code == 409
    assert "&lt;b&gt;Mine" in page.text
    assert "Theirs" in page.text
    assert the_case(case_id).summary == "Theirs"


def test_two_people_on_different_fields_do_not_clash(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    save(coordinator, case_id, 1, summary="Theirs")
    answer = save(coordinator, case_id, 1, comorbidity="Mine", _was=json.dumps({"comorbidity": ""}))
    assert answer.status_code == 200
    assert answer.json["version"] == 3
    stored = the_case(case_id)
    assert (stored.summary, stored.comorbidity) == ("Theirs", "Mine")


def test_the_present_version_is_no_licence_over_an_unseen_text(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    save(coordinator, case_id, 1, summary="Theirs")
    mine = save(coordinator, case_id, 1, ecog="1", _was=json.dumps({"ecog": ""}))
    version = mine.json["version"]
    blind = save(coordinator, case_id, version, summary="Mine", _was=json.dumps({"summary": ""}))
    assert blind.status_code == 409
    assert blind.json["theirs"] == {"summary": "Theirs"}
    assert the_case(case_id).summary == "Theirs"


def test_a_field_sent_along_untouched_does_not_undo_the_others(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(lesions=[Lesion(number=1, size_mm=10)])
    save(coordinator, case_id, 1, lesions__1__size_mm="30")
    answer = save(
        coordinator, case_id, 1, lesions__1__size_mm="10", lesions__1__note="Mine",
        _was=json.dumps({"lesions-1-size_mm": "10", "lesions-1-note": ""}),
    )  # fmt: skip
    assert answer.status_code == 200
    (lesion,) = the_case(case_id).lesions
    assert (lesion.size_mm, lesion.note) == (30, "Mine")


def test_what_was_typed_counts_as_what_is_stored(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    """A comma, or a segment as people write it, is no change by somebody else."""
    case_id = new_case(lesions=[Lesion(number=1)])
    first = {"fact-inr-1-value": "1,2", "lesions-1-segments": "5/8"}
    second = {"fact-inr-1-value": "1,3", "lesions-1-segments": "5/6"}
    was = dict.fromkeys(first, "")
    for values, before in ((first, was), (second, first)):
        fields = {name.replace("-", "__"): text for name, text in values.items()}
        answer = save(coordinator, case_id, 99, **fields, _was=json.dumps(before))
        assert answer.status_code == 200, answer.json
        assert answer.json["errors"] == {}


@pytest.mark.parametrize("was", ["[", "[1]", '{"summary": 3}', "null"])
def test_a_broken_memory_of_before_is_no_licence(
    coordinator: FlaskClient, new_case: Callable[..., int], was: str
) -> None:
    case_id = new_case()
    save(coordinator, case_id, 1, summary="Theirs")
    assert save(coordinator, case_id, 1, summary="Mine", _was=was).status_code == 409


def test_hostile_text_is_kept_as_text(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    save(coordinator, case_id, 1, question="<script>alert(1)</script>\u202e\x00 ok")
    assert the_case(case_id).question == "<script>alert(1)</script> ok"
    for page in ("", "/edit"):
        html = coordinator.get(f"/cases/{case_id}{page}").text
        assert "<script>alert(1)" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_unknown_fields_are_ignored(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    answer = save(
        coordinator, case_id, 1, status="decided", board="lungs", code="X", patient__id="9",
        patient_id="9", fact__nonsense__1__value="3",
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.json["version"] == 1
    stored = the_case(case_id)
    assert (stored.status, stored.board, stored.code) == ("draft", "liver", "BR-0001")


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


# ---- The way through the board ------------------------------------------------------------------


def move(client: FlaskClient, case_id: int, name: str, **more: str) -> Any:
    return client.post(f"/cases/{case_id}/move", data={"move": name, **more})


def test_a_draft_is_submitted_when_the_least_is_there(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(question="", diagnosis="")
    coordinator.post(f"/cases/{case_id}/parts/lesions", data={"version": "1"})
    refused = move(coordinator, case_id, "submit")
    assert refused.status_code == 422
    assert "Write the question that the board is to answer." in refused.text
    save(coordinator, case_id, 2, question="Which treatment?", diagnosis="hcc")
    assert move(coordinator, case_id, "submit").status_code == 303
    case = the_case(case_id)
    assert case.status == "submitted"
    assert case.submitted_at is not None
    assert case.lesions == [], "a line that was never filled in is dropped"
    assert move(coordinator, case_id, "submit").status_code == 409


def test_information_is_asked_for_and_comes(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case("submitted")
    assert move(coordinator, case_id, "ask", note="  ").status_code == 422
    assert move(coordinator, case_id, "ask", note="The CT, please.").status_code == 303
    case = the_case(case_id)
    assert (case.status, case.status_note) == ("needs_information", "The CT, please.")
    assert "The CT, please." in coordinator.get(f"/cases/{case_id}").text
    assert move(coordinator, case_id, "submit").status_code == 303
    assert the_case(case_id).status == "submitted"


def test_a_case_is_declined_with_a_reason_and_taken_in_again(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case("submitted")
    assert move(coordinator, case_id, "decline", reason="because").status_code == 422
    assert move(coordinator, case_id, "decline", reason="not_liver", note="Lung").status_code == 303
    case = the_case(case_id)
    assert (case.status, case.status_note) == (
        "declined", "Not a question for this board: Lung",
    )  # fmt: skip
    assert save(coordinator, case_id, 1, summary="late").status_code == 409
    assert coordinator.get(f"/cases/{case_id}/edit").status_code == 409
    assert move(coordinator, case_id, "reopen").status_code == 303
    assert the_case(case_id).status == "submitted"


def test_the_standard_of_care_names_a_clinician(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case("submitted")
    assert move(coordinator, case_id, "standard_of_care", note="Benign").status_code == 422
    done = move(coordinator, case_id, "standard_of_care", clinician="Dr Invented", note="Benign")
    assert done.status_code == 303
    assert the_case(case_id).status_note == "Dr Invented: Benign"


@pytest.mark.parametrize("name", ["ask", "decline", "standard_of_care", "reopen", "new_round", ""])
def test_a_draft_cannot_leap(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case],
    name: str,
) -> None:  # fmt: skip
    case_id = new_case()
    assert move(coordinator, case_id, name, note="x", reason="x", clinician="x").status_code in (
        409, 422,
    )  # fmt: skip
    assert the_case(case_id).status == "draft"


def test_a_decided_case_goes_on_as_a_new_round(
    app: Flask, coordinator: FlaskClient, new_case: Callable[..., int],
    the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    case_id = new_case(
        "decided",
        facts=[Fact(key="cirrhosis", value="yes"), Fact(key="afp", value="3", unit="ng/mL")],
        lesions=[Lesion(number=1, size_mm=30)],
        treatments=[Treatment(kind="tace", detail="Two sessions")],
        questions=[PatientQuestion(text="Will it come back?")],
    )
    assert save(coordinator, case_id, 1, summary="late").status_code == 409
    answer = move(coordinator, case_id, "new_round")
    made = the_case(int(answer.headers["Location"].split("/")[-2]))
    old = the_case(case_id)
    assert made.earlier_case_id == case_id
    assert made.patient.name == old.patient.name
    assert made.patient_id != old.patient_id, "a corrected name does not change the earlier record"
    assert [f.key for f in made.facts] == ["cirrhosis"], "an undated result is not carried over"
    assert [t.detail for t in made.treatments] == ["Two sessions"]
    assert (made.status, made.question, made.lesions) == ("draft", "", [])
    page = coordinator.get(f"/cases/{case_id}").text
    assert made.code in page


# ---- Who sees what ------------------------------------------------------------------------------


def test_the_list_finds_and_turns_its_pages(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    for number in range(30):
        new_case(question=f"Question number {number}?", status="submitted" if number else "draft")
    first = coordinator.get("/cases").text
    assert "Question number 29?" in first
    assert "Question number 3?" not in first
    assert "Question number 3?" in coordinator.get("/cases?page=2").text
    assert "Question number 0?" in coordinator.get("/cases?status=draft").text
    assert "Question number 1?" not in coordinator.get("/cases?status=draft").text
    found = coordinator.get("/cases?q=BR-0007+invented").text
    assert "Question number 6?" in found
    assert "Question number 7?" not in found
    assert "Nothing fits" in coordinator.get("/cases?q=%25").text, "a wildcard is only a character"
    for odd in ("page=-1", "page=x", "page=99999999999", "status=%27;--", "board=lungs", "q=%00"):
        assert coordinator.get(f"/cases?{odd}").status_code == 200


def test_a_referrer_sees_the_cases_of_their_own_hospital_only(
    person: Callable[..., int], sign_in: Callable[[int], FlaskClient], new_case: Callable[..., int]
) -> None:
    own = new_case(hospital="ÉCOLE hospital", question="Ours?")
    other = new_case(hospital="St Elsewhere", question="Theirs?")
    client = sign_in(person("referrer", hospital="École Hospital"))
    listed = client.get("/cases").text
    assert "Ours?" in listed
    assert "Theirs?" not in listed
    assert "Theirs?" not in client.get("/cases?q=theirs").text
    assert client.get(f"/cases/{own}").status_code == 200
    assert client.get(f"/cases/{other}").status_code == 404
    assert client.get(f"/cases/{own}/edit").status_code == 403
    assert save(client, own, 1, summary="x").status_code == 403
    homeless = sign_in(person("referrer", hospital=""))
    assert "Ours?" not in homeless.get("/cases").text


def test_waiting_shows_what_lacks_the_persons_opinion(
    person: Callable[..., int], sign_in: Callable[[int], FlaskClient], new_case: Callable[..., int]
) -> None:
    new_case("submitted", question="Open one?")
    new_case("draft", question="Not yet one?")
    client = sign_in(person("specialist", "surgery"))
    page = client.get("/cases?waiting=1").text
    assert "Open one?" in page
    assert "Not yet one?" not in page


def test_reading_and_editing_are_on_the_record(
    coordinator: FlaskClient, new_case: Callable[..., int], rows: Callable[..., list[Any]]
) -> None:
    case_id = new_case()
    coordinator.get(f"/cases/{case_id}")
    save(coordinator, case_id, 1, summary="New words")
    entries = rows(select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.id))
    assert [e.action for e in entries] == ["started a case", "read a case", "edited a case"]
    fields = [change["fields"].get("summary") for change in entries[-1].changes]
    assert ["", "New words"] in fields


def test_every_open_state_shows_a_page(
    app: Flask, coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    from boardroom.cases.models import CaseStatus
    from boardroom.cases.rules import OPEN_STATUSES

    for status in CaseStatus:
        case_id = new_case(str(status))
        assert coordinator.get(f"/cases/{case_id}").status_code == 200
        expected = 200 if status in OPEN_STATUSES else 409
        assert coordinator.get(f"/cases/{case_id}/edit").status_code == expected


def test_the_whole_form_saved_unchanged_changes_nothing(
    app: Flask, coordinator: FlaskClient, new_case: Callable[..., int],
    the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    """A browser without script posts every field."""
    import re

    board: BoardDefinition = app.extensions["boards"]["liver"]
    case_id = new_case(
        facts=[Fact(key="bilirubin", value="12", unit="umol/L"), Fact(key="ascites", value="mild")],
        lesions=[Lesion(number=1, size_mm=30, segments="V, VIII", li_rads="LR-5")],
        first_verdict=board.verdicts[0].key, ecog=0,
    )  # fmt: skip
    page = coordinator.get(f"/cases/{case_id}/edit").text
    form = page[page.index('id="case-form"') : page.index('id="attach"')]
    data = dict(_fields_of(form))
    assert data["fact-bilirubin-1-unit"] == "umol/L"
    assert data["ecog"] == "0"
    answer = coordinator.post(f"/cases/{case_id}/save", data=data)
    assert answer.status_code == 303, re.findall(
        r"field-error[^<]*<[^<]*<[^<]*<span>[^<]*", answer.text
    )
    assert the_case(case_id).version == 1


def _fields_of(html: str) -> list[tuple[str, str]]:
    """The (name, value) pairs that a browser would post for a piece of form."""
    from html.parser import HTMLParser

    found: list[tuple[str, str]] = []

    class Reader(HTMLParser):
        select = ""
        chosen: str | None = None
        first: str | None = None
        area: str | None = None
        text = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            a = dict(attrs)
            if a.get("form", "case-form") != "case-form":
                return  # it belongs to another form
            if tag == "input" and a.get("name") and (a.get("type") != "checkbox" or "checked" in a):
                found.append((a["name"] or "", a.get("value") or ""))
            elif tag == "select":
                self.select, self.chosen, self.first = a.get("name") or "", None, None
            elif tag == "option" and self.select:
                self.first = self.first if self.first is not None else a.get("value") or ""
                if "selected" in a:
                    self.chosen = a.get("value") or ""
            elif tag == "textarea":
                self.area, self.text = a.get("name") or "", ""

        def handle_data(self, data: str) -> None:
            if self.area is not None:
                self.text += data

        def handle_endtag(self, tag: str) -> None:
            if tag == "select":
                found.append(
                    (self.select, self.chosen if self.chosen is not None else self.first or "")
                )
                self.select = ""
            elif tag == "textarea" and self.area is not None:
                found.append((self.area, self.text.removeprefix("\n")))
                self.area = None

    Reader().feed(html)
    return found
