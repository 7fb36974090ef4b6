"""The record of a decision holds the case as the board had it before it, whatever came since."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import (
    Case,
    CaseStatus,
    Fact,
    Investigation,
    Lesion,
    PatientQuestion,
    Treatment,
)
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import ItemStatus
from boardroom.minutes import canonical
from boardroom.minutes.models import DecisionBrief
from tests.integration.case_samples import save
from tests.integration.meeting_samples import CORE, make_meeting
from tests.integration.stage_board import Board
from tests.integration.test_minutes_record import (
    close_both,
    consensus_of,
    decide,
    forms_of,
    row_of,
)

THEN = {
    "question": "Resect the left side?",
    "summary": "Testpatient Alder was found on a screening scan.",
    "comorbidity": "Gout, quite mild.",
    "first_reason": "A small remnant then.",
    "patient_wants": "Home by Easter.",
    "patient_knows": "Knows of one tumour.",
}
"""What is typed before the meeting."""
SINCE = {
    "question": "Transplant instead?",
    "summary": "Newly jaundiced.",
    "comorbidity": "A stroke meanwhile.",
    "first_reason": "Said otherwise meanwhile.",
    "patient_wants": "No operation any more.",
    "patient_knows": "Knows of two tumours.",
}
"""What is typed over it afterwards."""
LINES_THEN = ("Ablation of segment seven", "Remnant of 31 per cent", "Will I see the harvest?")
LINES_SINCE = ("Embolised twice", "Remnant of 19 per cent", "Is a second liver possible?")


@pytest.fixture
def board(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> Board:
    """A live meeting; its first case is filled in and before the board, the second waits."""
    made = Board(app, person, sign_in, rows)
    made.clients["coordinator"] = sign_in(person("coordinator"))
    for number in (0, 1):
        filled_in(made, number)
    assert made.post("start").status_code == 204
    made.here(*CORE, "chair")
    assert made.post("next", after=0).status_code == 204
    return made


def filled_in(board: Board, number: int) -> None:
    with board.app.app_context(), write_transaction() as session:
        case = session.get_one(Case, board.cases[number])
        taken, detail = now().date() - dt.timedelta(days=2), LINES_THEN
        case.ecog = 1
        case.facts = [
            Fact(key=key, value=value, unit=unit, taken_on=taken)
            for key, value, unit in (
                ("bilirubin", "18", "umol/L"), ("albumin", "40", "g/L"), ("inr", "1.0", ""),
                ("ascites", "none", ""), ("encephalopathy", "none", ""), ("cirrhosis", "yes", ""),
            )
        ]  # fmt: skip
        case.lesions = [Lesion(number=1, segments="VI", size_mm=27, note="Beside the vein")]
        case.treatments = [Treatment(kind="ablation", detail=detail[0])]
        case.investigations = [Investigation(kind="imaging", modality="ct", report=detail[1])]
        case.questions = [PatientQuestion(text=detail[2])]
    typed(board, number, THEN | {"patient__name": "Testpatient Alder"})


def typed(board: Board, number: int, fields: dict[str, str]) -> None:
    """Save fields of a case on its own form, as the coordinator."""
    case = board.case(number)
    answer = save(board.clients["coordinator"], case.id, case.version, **fields)
    assert answer.status_code == 200, answer.text
    assert answer.json["errors"] == {}


def changed_since(board: Board, number: int = 0) -> None:
    """Everything clinical of a case is saved anew, on its form."""
    with board.app.app_context():
        case = db.session.get_one(Case, board.cases[number])
        lines = {
            f"lesions__{case.lesions[0].id}__size_mm": "60",
            f"treatments__{case.treatments[0].id}__detail": LINES_SINCE[0],
            f"investigations__{case.investigations[0].id}__report": LINES_SINCE[1],
            f"questions__{case.questions[0].id}__text": LINES_SINCE[2],
        }
    bilirubin = {"fact__bilirubin__1__value": "60", "fact__bilirubin__1__unit": "umol/L"}
    typed(board, number, SINCE | lines | bilirubin | {"ecog": "3"})


def values_of(case: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: one["value"] for one in case["recorded_facts"]}


def sign_minutes(board: Board, meeting: int | None = None) -> None:
    url = f"/meetings/{meeting or board.meeting}/minutes"
    digest = json.loads(board.clients["chair"].get(f"{url}.json").data)
    for beside in ("signature", "amendments", "confirmations", "generated_at"):
        digest.pop(beside)
    hashed = hashlib.sha256(canonical.dumps(canonical.loads(json.dumps(digest)))).hexdigest()
    answer = board.clients["chair"].post(f"{url}/sign", data={"hash": hashed})
    assert answer.status_code == 303


def test_what_is_entered_after_a_decision_stands_in_no_form_of_its_record(board: Board) -> None:
    decide(board)
    close_both(board, provisional=True)
    changed_since(board)
    # Who the patient and the referrer are may be put right until the signature.
    who = {"patient__record_number": "MRN-778", "patient__birth_date": "1961-05-01"}
    typed(board, 0, who | {"referrer_name": "Dr Invented"})
    before = forms_of(board)
    sign_minutes(board)
    found = forms_of(board)
    for form in ("page", "pdf", "docx", "json", "csv"):
        for text in (before[form], found[form]):
            # Words alone: where a reader of a PDF puts blanks depends on the lines
            flat = "".join(text.split())
            said = ["MRN-778", "Dr Invented", THEN["question"]]
            if form != "csv":  # one row a case; it holds no findings
                said += [*THEN.values(), *LINES_THEN]
            for words in said:
                assert words.replace(" ", "") in flat, (form, words, flat)
            for words in (*SINCE.values(), *LINES_SINCE):
                assert words.replace(" ", "") not in flat, (form, words)
    case = json.loads(found["json"])["cases"][0]
    assert values_of(case) | {"bilirubin": "18", "ecog": "1"} == values_of(case)
    labels = {one["label"]: one["value"] for one in case["facts"]}
    assert labels["ECOG"] == "1"
    assert labels["Total bilirubin"].startswith("18")
    assert [one["size_mm"] for one in case["lesions"]] == [27]
    aids = {one["name"]: one for one in case["decision_aids"]["results"]}
    inputs = {one["key"]: one["value"] for one in aids["albi"]["sources"]}
    assert inputs["bilirubin"] == values_of(case)["bilirubin"], "the same in one record"
    for form in ("page", "pdf", "docx"):
        flat = " ".join(found[form].split())
        assert re.search(r"Total bilirubin:? 18 µmol/L", flat), form
        assert not re.search(r"\b60 (µmol/L|umol/L|mm)|\b3\.51 mg/dL", flat), form
    assert row_of(found["csv"])["patient_birth_date"] == "1961-05-01"
    # The case itself has what was entered.
    assert "3.51\u202fmg/dL" in board.clients["chair"].get(f"/cases/{board.cases[0]}").text


def test_a_first_opinion_put_right_afterwards_does_not_reclassify_what_was_decided(
    board: Board,
) -> None:
    decide(board)
    close_both(board, provisional=True)
    was = json.loads(forms_of(board)["json"])["cases"][0]
    typed(board, 0, {"first_verdict": "resectable"})
    case = json.loads(forms_of(board)["json"])["cases"][0]
    assert case["first_opinion"]["verdict"]["key"] == "unresectable_remnant"
    assert case["reclassification"] == was["reclassification"]
    assert case["reclassification"]["outcome"] == "upgraded"


def test_a_deferred_case_and_one_not_reached_are_as_they_are_at_signing(board: Board) -> None:
    put_off = board.post(f"items/{board.items[0]}/defer", reason="imaging_missing")
    assert put_off.status_code == 204, put_off.text
    assert board.post("close").status_code == 204
    assert [board.item(n).status for n in (0, 1)] == [ItemStatus.DEFERRED, ItemStatus.WAITING]
    for number in (0, 1):
        changed_since(board, number)
    assert board.rows(select(DecisionBrief)) == []
    found = forms_of(board)
    for case in json.loads(found["json"])["cases"]:
        assert values_of(case)["bilirubin"] == "60"
        assert case["summary"] == SINCE["summary"]
    for form in ("page", "pdf", "docx"):
        assert LINES_SINCE[0] in found[form], form


def test_a_case_decided_before_anything_was_kept_is_as_it_is_now(board: Board) -> None:
    decide(board)
    close_both(board, provisional=True)
    with board.app.app_context(), write_transaction() as session:
        session.delete(session.scalars(select(DecisionBrief)).one())
    changed_since(board)
    case = json.loads(forms_of(board)["json"])["cases"][0]
    assert values_of(case)["bilirubin"] == "60"


def test_a_case_closed_again_in_a_later_meeting_keeps_its_own(board: Board) -> None:
    decide(board)
    close_both(board, provisional=True)
    changed_since(board)
    first = board.meeting
    with board.app.app_context(), write_transaction() as session:
        session.get_one(Case, board.cases[0]).status = CaseStatus.SUBMITTED
    board.meeting, board.items = make_meeting(board.app, board.cases[0])
    assert board.post("start").status_code == 204
    board.here(*CORE, "chair")
    assert board.post("next", after=0).status_code == 204
    assert board.post("pen/take").status_code == 204
    consensus_of(board, 1, rationale="Anew.")
    closed = board.post(f"items/{board.items[0]}/close", provisional="yes")
    assert closed.status_code == 204, closed.text
    assert board.post("close").status_code == 204
    typed(board, 0, {"fact__bilirubin__1__value": "90", "fact__bilirubin__1__unit": "umol/L"})
    for meeting, value in ((first, "18"), (board.meeting, "60")):
        url = f"/meetings/{meeting}/minutes.json"
        case = json.loads(board.clients["chair"].get(url).data)["cases"][0]
        assert values_of(case)["bilirubin"] == value


def test_copies_without_names_hide_them_in_what_was_kept(board: Board) -> None:
    decide(board)
    close_both(board, provisional=True)
    typed(board, 0, {"summary": "", "patient__name": "Testpatient Birch"})
    sign_minutes(board)
    url = f"/meetings/{board.meeting}/minutes.json"
    whole = json.loads(board.clients["chair"].get(url).data)["cases"][0]
    assert whole["patient"]["name"] == "Testpatient Birch"
    assert whole["summary"] == "Testpatient BR-9001 was found on a screening scan.", "corrected"
    bare = board.clients["chair"].get(f"{url}?names=no").text
    for name in ("Testpatient", "Alder", "Birch"):
        assert name not in bare
    assert "BR-9001 was found on a screening scan." in bare


def test_a_name_in_what_was_kept_is_hidden_like_any_other(board: Board) -> None:
    decide(board)
    close_both(board, provisional=True)
    typed(board, 0, {"summary": ""})
    url = f"/meetings/{board.meeting}/minutes.json"
    whole = board.clients["chair"].get(url).text
    assert THEN["summary"] in whole
    bare = board.clients["chair"].get(f"{url}?names=no").text
    assert "Testpatient" not in bare
    assert "BR-9001 was found on a screening scan." in bare


def test_the_trail_proves_what_was_kept_and_holds_none_of_it(board: Board) -> None:
    decide(board)
    close_both(board, provisional=True)
    (kept,) = board.rows(select(DecisionBrief))
    assert hashlib.sha256(canonical.dumps(kept.content)).hexdigest() == kept.sha256
    closing = select(AuditEntry).where(AuditEntry.action == "closed a case as provisional")
    (entry,) = board.rows(closing)
    assert entry.details["brief"] == kept.sha256
    assert THEN["summary"] not in json.dumps(entry.changes)


def test_a_case_taken_again_and_closed_keeps_what_it_had_then(board: Board) -> None:
    decide(board)
    first = board.items[0]
    assert board.post(f"items/{first}/close", provisional="yes").status_code == 204
    changed_since(board)
    assert board.post(f"items/{first}/take", again="yes").status_code == 204
    close_both(board, provisional=True)
    (kept,) = board.rows(select(DecisionBrief))
    assert kept.content["summary"] == SINCE["summary"]
    case = json.loads(forms_of(board)["json"])["cases"][0]
    assert values_of(case)["bilirubin"] == "60"
