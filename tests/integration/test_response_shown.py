"""How a tumour answered since the round before stands wherever a case that came back is shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus, Fact, Lesion, Treatment
from boardroom.clinical.tumour_reading import Findings
from boardroom.clinical.tumour_reading import Lesion as ReadLesion
from boardroom.consensus.models import Consensus
from boardroom.db import now, write_transaction
from boardroom.followup.models import FollowUp
from boardroom.letters.models import Letter
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.minutes.at_close import keep_brief
from boardroom.tumour_map.models import Reading, Side
from tests.integration.decided import complete, decide, everybody
from tests.integration.meeting_samples import begin, make_case, make_meeting

SAID = "By mRECIST since BR-9001: PR, partial response: 50 to 30 mm viable, \N{MINUS SIGN}40 %"
CLEAR = {"portal": "none", "vein": "none", "spread": ("none",)}


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return everybody(app, person, sign_in)


def mapped(house: Any, case: int, days: int | None, size: int | None, **more: Any) -> None:
    """The board's map of images of so many days ago, and the case's list that follows it."""
    lesions = (ReadLesion(1, ("VIII",), 100, 60, 90, size),) if size is not None else ()
    findings = Findings(lesions, **(CLEAR | more)).as_dict()
    on = (now() - dt.timedelta(days=days)).date() if days is not None else None
    with house.app.app_context(), write_transaction() as session:
        seen = select(Reading.version).where(Reading.case_id == case)
        version = max(session.scalars(seen), default=0) + 1
        session.add(
            Reading(case_id=case, side=Side.BOARD, version=version, findings=findings, imaged_on=on)
        )
        row = session.get_one(Case, case)
        row.lesions[:] = [Lesion(number=1, segments="VIII", size_mm=90, viable_mm=size)
                          for _ in lesions]  # fmt: skip


def rounds(house: Any, *sizes: int | None, every: int = 90, first: int = 1) -> list[int]:
    """As many rounds as sizes, each with its map, the last of them of today; the last is open.

    `first`: the number of the first, for several patients.
    """
    made: list[int] = []
    for place, size in enumerate(sizes):
        last = place == len(sizes) - 1
        code = f"BR-{9000 + first + place}"
        case = make_case(house.app, code) if last else decide(house, code).case
        with house.app.app_context(), write_transaction() as session:
            row = session.get_one(Case, case)
            row.diagnosis = "hcc"
            row.earlier_case_id = made[-1] if made else None
        mapped(house, case, every * (len(sizes) - 1 - place), size)
        made.append(case)
    return made


def page(house: Any, case: int) -> str:
    return " ".join(house.as_("chair").get(f"/cases/{case}").text.split())


def test_the_wall_says_how_the_tumour_answered(house: Any) -> None:
    _, new = rounds(house, 50, 30)
    meeting, (item,) = make_meeting(house.app, new)
    begin(house.app, meeting, item, pen=None)
    state = house.as_("chair").get(f"/meetings/{meeting}/stage/state?projector=1").json
    assert SAID in " ".join(state["parts"]["case"].split())


def test_the_minutes_hold_the_answer_as_it_was_when_the_board_decided(house: Any) -> None:
    _, new = rounds(house, 50, 30)
    meeting, (item,) = make_meeting(house.app, new)
    begin(house.app, meeting, item, pen=None)
    board = house.app.extensions["boards"]["liver"]
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, item)
        keep_brief(row, board)
        row.status, row.ended_at = ItemStatus.DONE, now()
        session.add(Consensus(item_id=item, **complete(board)))
        session.get_one(Meeting, meeting).status = MeetingStatus.CLOSED
    mapped(house, new, 0, 80)
    assert "PD, progressive disease: 50 to 80 mm viable" in page(house, new)
    chair, where = house.as_("chair"), f"/meetings/{meeting}/minutes"
    (case,) = chair.get(f"{where}.json").json["cases"]
    assert case["response_since"] == SAID
    assert SAID in " ".join(chair.get(where).text.split())
    pages = PdfReader(BytesIO(chair.get(f"{where}.pdf").data)).pages
    assert SAID in " ".join(" ".join(one.extract_text().split()) for one in pages)
    word = docx.Document(BytesIO(chair.get(f"{where}.docx").data))
    assert f"{SAID}." in "".join(word.element.body.itertext())


def test_the_letter_to_the_colleague_has_it_in_one_sentence(house: Any, rows: Any) -> None:
    _, new = rounds(house, 50, 30)
    _, (item,) = make_meeting(house.app, new)
    board = house.app.extensions["boards"]["liver"]
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, item)
        row.status, row.ended_at, row.revealed_at = ItemStatus.DONE, now(), now()
        session.get_one(Case, new).status = CaseStatus.DECIDED
        session.add(Consensus(item_id=item, **complete(board)))
    chair = house.as_("chair")
    for kind in ("patient", "referrer"):
        assert chair.post(f"/cases/{new}/letters/{kind}").status_code == 303
        assert SAID in chair.get(f"/cases/{new}/letters/{kind}").text, "in the record beside it"
    letters = {one.kind: one.sections for one in rows(select(Letter))}
    assert letters["referrer"]["question"].count(f"{SAID}.") == 1
    assert "mRECIST" not in str(letters["patient"])


def ago(days: int) -> dt.date:
    return (now() - dt.timedelta(days=days)).date()


def day(days: int) -> str:
    return f"{ago(days).day} {ago(days):%b %Y}"


def treat(house: Any, case: int, kind: str, days: int) -> None:
    with house.app.app_context(), write_transaction() as session:
        session.add(Treatment(case_id=case, kind=kind, on_date=ago(days)))


def test_a_response_is_told_since_the_treatment_began_wherever_it_is_shown(house: Any) -> None:
    new = rounds(house, 60, 25, 29)[-1]
    for kind, days in (("tace", 170), ("antiviral", 80), ("tace", 30)):
        treat(house, new, kind, days)
    said = (
        f"By mRECIST since BR-9001, {day(180)}: PR, partial response: 60 to 29 mm viable, "
        f"\N{MINUS SIGN}52 %; smallest before: 25 mm in BR-9002, {day(90)}, +16 % since"
    )
    assert said in re.sub(r"<[^>]+>", "", page(house, new))
    meeting, (item,) = make_meeting(house.app, new)
    begin(house.app, meeting, item, pen=None)
    state = house.as_("chair").get(f"/meetings/{meeting}/stage/state?projector=1").json
    assert said in " ".join(state["parts"]["case"].split())


def test_another_treatment_begins_a_new_course(house: Any) -> None:
    _, second, new = rounds(house, 60, 25, 29)
    treat(house, new, "tace", 170)
    with house.app.app_context(), write_transaction() as session:
        session.add(
            FollowUp(
                case_id=second, days=30, carried_out="yes", treatment="systemic",
                treated_on=ago(70), outcome="stable", answered_by_id=house.people["chair"],
            )
        )  # fmt: skip
    assert "SD, stable disease: 25 to 29 mm viable, +16 %" in page(house, new)
    assert "By mRECIST since BR-9002:" in page(house, new)
    with house.app.app_context(), write_transaction() as session:
        session.scalars(select(FollowUp)).one().treatment = "surveillance"
    assert "60 to 29 mm viable" in page(house, new), "nothing was given by it"


def test_progression_is_told_against_the_smallest_sum_of_any_round(house: Any) -> None:
    new = rounds(house, 60, 30, 34, 38)[-1]
    said = (
        "PD, progressive disease: 60 to 38 mm viable, \N{MINUS SIGN}37 %; "
        f"smallest before: 30 mm in BR-9002, {day(180)}, +27 % since"
    )
    assert said in page(house, new)
    with house.app.app_context(), write_transaction() as session:
        for days, size in ((270, 60), (180, 30), (90, 34), (0, 38)):
            on = (now() - dt.timedelta(days=days)).date()
            session.add(
                Fact(case_id=new, key="viable_sum_mm", value=str(size), unit="mm", taken_on=on)
            )
        for key, value in (("new_lesion", "no"), ("nontarget_state", "none")):
            session.add(Fact(case_id=new, key=key, value=value, taken_on=now().date()))
    assert "<dt>mRECIST</dt> <dd>PD" in page(house, new), "the card says the same"


def test_what_the_recorded_sums_say_the_line_says(house: Any) -> None:
    _, new = rounds(house, 34, 38)
    assert "SD, stable disease" in page(house, new)
    with house.app.app_context(), write_transaction() as session:
        for days, size in ((270, 60), (180, 30), (0, 38)):
            on = (now() - dt.timedelta(days=days)).date()
            session.add(
                Fact(case_id=new, key="viable_sum_mm", value=str(size), unit="mm", taken_on=on)
            )
        for key, value in (("new_lesion", "no"), ("nontarget_state", "none")):
            session.add(Fact(case_id=new, key=key, value=value, taken_on=now().date()))
    shown = page(house, new)
    assert "<dt>mRECIST</dt> <dd>PD" in shown
    assert "PD, progressive disease: 34 to 38 mm viable, +12 %; grown: the sum that is" in shown
    assert "from 30 mm at the smallest to 38 mm" in shown


def test_the_same_images_read_in_two_rounds_give_no_response(house: Any) -> None:
    _, new = rounds(house, 50, 30, every=0)
    assert "of the round before are of the same day" in page(house, new)
    assert "50 to 30 mm viable" not in page(house, new)
    with house.app.app_context(), write_transaction() as session:
        session.add(Fact(case_id=new, key="new_lesion", value="yes", taken_on=now().date()))
    assert "PD, progressive disease; new: a lesion" not in page(house, new), "of the images' day"


def test_an_empty_map_of_the_new_round_is_no_answer(house: Any) -> None:
    _, new = rounds(house, 50, None)
    assert "By mRECIST since" not in page(house, new)
    mapped(house, new, 0, None, in_all="none")
    assert "Lesion 1 of the earlier round is not in the new reading." in page(house, new)


def test_a_map_of_too_many_lesions_tells_of_none_that_it_is_gone(house: Any) -> None:
    _, new = rounds(house, 50, None)
    mapped(house, new, 0, None, in_all="uncountable")
    shown = page(house, new)
    assert shown.count("too many to count") >= 1
    assert "The new reading has too many lesions to count." in shown
    assert "1 listed" in shown
    assert "not in the new reading" not in shown


def test_the_card_shows_the_response_that_the_maps_give(house: Any) -> None:
    new = rounds(house, 60, 25, 29)[-1]
    shown = page(house, new)
    note = f"partial response, \N{MINUS SIGN}52 % since BR-9001, {day(180)}"
    assert f"<dt>mRECIST</dt> <dd>PR <small>{note}</small>" in re.sub(
        r" class=\"[^\"]*\"", "", shown
    )
    assert "diameters at the start" not in shown, "no sum is asked for that the maps give"
    assert f"Since BR-9001, {day(180)}: PR, partial response: 60 to 29 mm viable" in shown


def test_the_card_says_where_recorded_sums_give_another_response(house: Any) -> None:
    new = rounds(house, 50, 30)[-1]
    with house.app.app_context(), write_transaction() as session:
        for days, size in ((100, 31), (0, 30)):
            session.add(
                Fact(case_id=new, key="viable_sum_mm", value=str(size), unit="mm",
                     taken_on=ago(days))
            )  # fmt: skip
        for key, value in (("new_lesion", "no"), ("nontarget_state", "none")):
            session.add(Fact(case_id=new, key=key, value=value, taken_on=ago(0)))
    shown = page(house, new)
    assert "<dt>mRECIST</dt> <dd>PR" in shown
    assert "By the sums that are recorded: SD" in shown


def test_of_an_invasion_known_before_only_the_extent_is_new(house: Any) -> None:
    first, new = rounds(house, 50, 30)
    mapped(house, first, 90, 50, portal="", vein="")
    mapped(house, new, 0, 30, portal="vp2", portal_side="right", vein="none")
    unknown = "portal vein invasion Vp2; nothing was stated of it before"
    assert unknown in page(house, new)
    with house.app.app_context(), write_transaction() as session:
        session.add(
            Fact(case_id=first, key="macrovascular_invasion", value="yes", taken_on=ago(95))
        )
    shown = page(house, new)
    assert unknown not in shown
    assert "portal vein invasion Vp2; invasion was stated before, only its extent is new" in shown
