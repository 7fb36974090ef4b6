"""A case that came back is recognised where the board decides, and in the minutes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from boardroom.cases.models import Case, Fact, Lesion
from boardroom.clinical.tumour_reading import Findings
from boardroom.clinical.tumour_reading import Lesion as ReadLesion
from boardroom.db import now, write_transaction
from boardroom.followup.models import CaseReturn, FollowUp
from boardroom.meetings.models import Meeting, MeetingStatus
from boardroom.meetings.stage import load_meeting, render_parts
from boardroom.tumour_map.models import Reading, Side
from boardroom.web import local
from tests.integration.counting import counted
from tests.integration.decided import DECIDED, YES, decide, dissent, everybody
from tests.integration.meeting_samples import begin, make_case, make_meeting
from tests.integration.test_coming_back import AFP, report


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def parts(house: Any, case: int, who: str, *, wall: bool = False) -> str:
    """The part with the case, as somebody's screen shows it while the case is decided."""
    meeting, (item,) = make_meeting(house.app, case)
    begin(house.app, meeting, item, pen=None)
    url = f"/meetings/{meeting}/stage/state" + ("?projector=1" if wall else "")
    found: str = house.as_(who).get(url).json["parts"]["case"]
    return " ".join(found.split())


def back_by_a_value(house: Any, rows: Any) -> int:
    """A case that AFP brought back, treated as planned and with two cycles; returns it."""
    made = decide(house, "BR-9001", represent=AFP)
    with house.app.app_context(), write_transaction() as session:
        taken = now().date() - DECIDED
        old = session.get_one(Case, made.case)
        old.facts.append(Fact(key="afp", value="2140", unit="ng/mL", taken_on=taken))
        for days, detail in ((30, ""), (90, "right side.")):
            session.add(
                FollowUp(
                    case_id=made.case, days=days, carried_out="yes", treatment="remnant_growth",
                    treatment_detail=detail, treated_on=now().date() - DECIDED / 2,
                    outcome="disease_free", answered_by_id=house.people["coordinator"],
                )
            )  # fmt: skip
    client = house.as_("coordinator")
    assert report(client, made.case, "cycles", "2", 9).status_code == 303
    assert report(client, made.case, "afp|ng/mL", "312").status_code == 303
    new: int = rows(select(Case.id).order_by(Case.id))[-1]
    return new


@pytest.mark.parametrize("who", ["chair", "oncology", "observer"])
def test_the_stage_says_why_a_case_came_back_and_what_changed(
    house: Any, rows: Any, who: str
) -> None:
    said = parts(house, back_by_a_value(house, rows), who)
    fold = said.partition('<details class="fold came-back">')[2].partition("</details>")[0]
    summary, _, inside = fold.partition("</summary>")
    assert summary.endswith("Came back from BR-9001: AFP is 312 ng/mL, under 500 ng/mL")
    assert "AFP is 312" not in inside, "the line above says it"
    assert "Convertible" in inside, "what was decided then"
    assert "2140" in inside
    assert "2 cycles of treatment given" in inside
    assert "right side" in inside


def read_images(house: Any, case: int, *lesions: ReadLesion) -> None:
    """The board's reading of a case's images, and the list of lesions that follows it."""
    findings = Findings(lesions).as_dict()
    with house.app.app_context(), write_transaction() as session:
        session.add(Reading(case_id=case, side=Side.BOARD, version=1, findings=findings))
        for one in lesions:
            where = ", ".join(one.segments)
            line = Lesion(case_id=case, number=one.number, segments=where, size_mm=one.size_mm)
            session.add(line)


def test_a_lesion_that_was_renumbered_since_is_found_by_its_place(house: Any, rows: Any) -> None:
    new = back_by_a_value(house, rows)
    (old,) = rows(select(Case.earlier_case_id).where(Case.id == new))
    left, right = (("II",), 120, 60), (("VII",), 40, 70)
    read_images(house, old, ReadLesion(1, *left, 18), ReadLesion(2, *right, 41))
    read_images(house, new, ReadLesion(1, *right, 33))
    said = parts(house, new, "oncology")
    line = said.split('<th scope="row">Lesion 1 (was no. 2)</th>')[1].split("</tr>")[0]
    assert "segment VII, 41 mm" in line
    assert "segment VII, 33 mm" in line
    gone = said.split('<th scope="row">Former lesion 1</th>')[1].split("</tr>")[0]
    assert "not in the new reading" in gone
    assert ">Lesion 2<" not in said


def test_a_reason_too_long_for_its_line_stands_whole_inside_the_fold(house: Any, rows: Any) -> None:
    new = back_by_a_value(house, rows)
    long = "AFP is 312 ng/mL" + ", measured again" * 20 + "."
    with house.app.app_context(), write_transaction() as session:
        session.scalars(select(CaseReturn)).one().reason = long
    summary, _, inside = parts(house, new, "chair").partition("</summary>")
    assert long.rstrip(".") not in summary
    assert long in inside
    assert long in house.as_("chair").get(f"/cases/{new}").text


def test_a_stage_hears_what_is_told_about_the_earlier_round_meanwhile(
    house: Any, rows: Any
) -> None:
    new = back_by_a_value(house, rows)
    meeting, (item,) = make_meeting(house.app, new)
    begin(house.app, meeting, item, pen=None)
    (old,) = rows(select(Case.earlier_case_id).where(Case.id == new))
    seq = select(Meeting.seq)
    for tell in (
        lambda: report(house.as_("oncology"), old, "cycles", "3"),
        lambda: house.as_("coordinator").post(f"/cases/{old}/follow-up/30", data=YES),
    ):
        before = rows(seq.where(Meeting.id == meeting))[0]
        assert tell().status_code == 303
        assert rows(seq.where(Meeting.id == meeting))[0] > before
    said = house.as_("chair").get(f"/meetings/{meeting}/stage/state").json["parts"]["case"]
    assert "3 cycles of treatment given" in said


def test_the_wall_says_it_in_one_line_without_names(house: Any, rows: Any) -> None:
    said = parts(house, back_by_a_value(house, rows), "chair", wall=True)
    line = said.partition('class="wall-back"')[2].partition("</p>")[0]
    assert "Came back from BR-9001" in line
    assert "AFP is 312 ng/mL, under 500 ng/mL" in line
    assert "Convertible" in line
    assert "Since" not in said
    for name in rows(select(Case))[0].patient.name, "coordinator":
        assert name not in said


def test_a_case_reopened_from_a_dissent_is_named_so(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001")
    key = dissent(house, made.item)
    where = f"/cases/{made.case}/dissents/{key}/reopen"
    assert house.as_("oncology").post(where, data={"text": "Stable on MRI"}).status_code == 303
    new = rows(select(Case.id).order_by(Case.id))[-1]
    said = parts(house, new, "surgery")
    assert "Reopened from BR-9001: Surgery dissented; to be reopened if:" in said
    assert "Stable on MRI" in said
    assert "Reopened from BR-9001" in parts(house, new, "chair", wall=True)


def test_a_round_begun_by_hand_is_named_so(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001")
    new = make_case(house.app, "BR-9002")
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Case, new).earlier_case_id = made.case
    assert "New round of BR-9001" in parts(house, new, "surgery")
    assert "New round of BR-9001" in parts(house, new, "chair", wall=True)


def test_a_first_round_asks_nothing_more(house: Any, rows: Any) -> None:
    case = make_case(house.app, "BR-9001")
    meeting, (item,) = make_meeting(house.app, case)
    begin(house.app, meeting, item, pen=None)
    for audience in ("member", "projector"):
        with house.app.test_request_context(), counted(house.app) as asked:
            made = render_parts(load_meeting(meeting), audience, frozenset({"case"}))
        assert "came-back" not in made["case"]
        assert "wall-back" not in made["case"]
        assert not [one for one in asked if "case_return" in one or "progress" in one]


def test_the_minutes_say_where_a_case_came_from(house: Any, rows: Any) -> None:
    new, first = back_by_a_value(house, rows), make_case(house.app, "BR-9009")
    meeting, items = make_meeting(house.app, new, first)
    begin(house.app, meeting, items[0], pen=None)
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Meeting, meeting).status = MeetingStatus.CLOSED
    chair = house.as_("chair")
    page = " ".join(chair.get(f"/meetings/{meeting}/minutes").text.split())
    assert "BR-9001, came back by itself: AFP is 312 ng/mL, under 500 ng/mL." in page
    assert page.count("Earlier round") == 1
    found = chair.get(f"/meetings/{meeting}/minutes.json").json["cases"]
    back = found[0]["earlier_round"]
    assert (back["code"], back["kind"]) == ("BR-9001", "condition")
    assert back["reason"] == "AFP is 312 ng/mL, under 500 ng/mL."
    assert back["verdict"]["key"] == "convertible"
    assert back["verdict"]["label"].startswith("Convertible")
    with house.app.app_context():
        assert back["decided_on"] == local(now() - DECIDED, "liver").date().isoformat()
    given = [one["what"] for one in back["treated_since"]]
    assert len(given) == 2, "what was told twice stands once"
    assert given[0].endswith(": right side")
    assert given[1] == "2 cycles of treatment given"
    assert found[1]["earlier_round"] is None


def test_the_meeting_pack_tells_of_the_round_before(house: Any, rows: Any) -> None:
    new = back_by_a_value(house, rows)
    (old,) = rows(select(Case.earlier_case_id).where(Case.id == new))
    read_images(house, old, ReadLesion(2, ("VII",), 40, 70, 41))
    read_images(house, new, ReadLesion(1, ("VII",), 40, 70, 33))
    meeting, _ = make_meeting(house.app, new)
    pdf = house.as_("coordinator").get(f"/meetings/{meeting}/pack.pdf").data
    pages = PdfReader(BytesIO(pdf)).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "BR-9001, came back by itself: AFP is 312 ng/mL, under 500 ng/mL." in text
    assert "Chosen then: Remnant growth, then resection." in text
    assert "AFP: 2140 ng/mL then, 312 ng/mL now" in text
    assert "Lesion 1 (was no. 2): segment VII, 41 mm then, segment VII, 33 mm now" in text
    assert "By mRECIST since BR-9001: SD, stable disease: 41 to 33 mm viable" in text


def test_a_later_round_is_only_compared_with_the_first_opinion(house: Any) -> None:
    old, new = decide(house, "BR-9001"), decide(house, "BR-9002")
    with house.app.app_context(), write_transaction() as session:
        for case in (old.case, new.case):
            session.get_one(Case, case).first_verdict = "convertible"
        session.get_one(Case, new.case).earlier_case_id = old.case
    words, second_look = "Compared with the first opinion: confirmed", "after a full second look"
    first = house.as_("chair").get(f"/cases/{old.case}").text
    assert second_look in first
    assert words not in first
    later = house.as_("chair").get(f"/cases/{new.case}").text
    assert words in later
    assert second_look not in later
    begin(house.app, new.meeting, new.item, pen=None)
    with house.app.test_request_context():
        for audience in ("member", "projector"):
            made = render_parts(load_meeting(new.meeting), audience, frozenset({"consensus"}))
            assert words in made["consensus"], audience
            assert second_look not in made["consensus"]
