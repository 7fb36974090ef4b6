"""The long form of a case saves as it goes: what is kept, refused, stale, or only sent along."""

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
from boardroom.cases.models import Case, Fact, Lesion
from tests.integration.case_samples import save


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
