"""The consensus through HTTP: who may write it, what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.consensus.models import Consensus
from boardroom.db import write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingEvent, MeetingStatus
from boardroom.opinions.models import Opinion, OpinionStatus
from tests.integration.deciding import PART, deciding_room, save


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return deciding_room(app, person, sign_in)


def test_a_scribe_saves_part_by_part(app: Flask, room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    answer = save(scribe, room, 0, verdict="convertible")
    assert answer.status_code == 200
    assert answer.json["version"] == 1
    assert answer.json["errors"] == {}
    assert answer.headers["X-Boardroom-Seq"] == "1"
    answer = save(scribe, room, 1, disposition_tace="rejected")
    answer = save(scribe, room, 2, reason_tace="Would cost remnant")
    answer = save(scribe, room, 3, step_0_what="Volumetry", step_0_who="Radiology", step_0_when="")
    (kept,) = rows(select(Consensus))
    assert kept.version == answer.json["version"] == 4
    assert kept.verdict == "convertible"
    assert kept.dispositions == {
        "tace": {"disposition": "rejected", "reason": "Would cost remnant"}
    }
    assert kept.steps == [{"what": "Volumetry", "who": "Radiology", "when": ""}]
    events = rows(select(MeetingEvent).order_by(MeetingEvent.seq))
    assert [(e.seq, e.kind, e.item_id) for e in events] == [
        (n, "consensus_saved", room.item) for n in range(1, 5)
    ]
    last = rows(select(AuditEntry).order_by(AuditEntry.id.desc()))[0]
    assert last.action == "wrote the consensus"
    assert last.changes[0]["fields"]["version"] == [3, 4]


def test_saving_the_same_again_makes_no_version(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    save(scribe, room, 0, rationale="Because.")
    again = save(scribe, room, 0, rationale="Because.")
    assert again.status_code == 200
    assert again.json["version"] == 1
    assert len(rows(select(MeetingEvent))) == 1


def test_a_stale_save_is_refused_and_shows_both_texts(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    save(scribe, room, 0, rationale="Mine <b>first</b>", verdict="resectable")
    late = save(scribe, room, 0, rationale="Late text")
    assert late.status_code == 409
    assert late.json["version"] == 1
    assert late.json["mine"] == {"rationale": "Late text"}
    assert late.json["theirs"] == {"rationale": "Mine <b>first</b>"}
    assert late.json["own"] is True  # another window of the scribe's
    page = scribe.post(room.url, data={"version": 0, "rationale": "Late text"})
    assert page.status_code == 409
    assert "Late text" in page.text
    assert "Mine &lt;b&gt;first&lt;/b&gt;" in page.text
    assert rows(select(Consensus))[0].rationale == "Mine <b>first</b>"


def test_a_value_that_cannot_be_is_named_and_the_rest_goes_in(room: Any, rows: Any) -> None:
    answer = save(
        room.as_("scribe"), room, 0,
        verdict="cured", rationale="Kept", tell_by="soon", strength="unanimous",
        disposition_tace="maybe", rediscuss="x" * 301,
    )  # fmt: skip
    assert answer.status_code == 200
    assert set(answer.json["errors"]) == {"verdict", "tell_by", "disposition_tace", "rediscuss"}
    assert "2026-11-26" in answer.json["errors"]["tell_by"]
    (kept,) = rows(select(Consensus))
    assert (kept.verdict, kept.rationale, kept.strength) == ("", "Kept", "unanimous")
    assert kept.tell_by is None
    assert kept.dispositions == {}


def test_leaving_the_order_of_the_stage_has_a_reason_of_the_list(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    assert save(scribe, room, 0, stage_migration="whim").json["errors"].keys() == {
        "stage_migration"
    }
    assert save(scribe, room, 0, stage_migration="refused").json["version"] == 1
    assert rows(select(Consensus))[0].stage_migration == "refused"
    assert "the patient does not want the option before" in scribe.get(room.url).text.lower()


def test_without_scripts_nothing_is_half_written(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    page = scribe.post(room.url, data={"version": 0, "verdict": "cured", "rationale": "Typed"})
    assert page.status_code == 422
    assert "Choose one of the words offered here." in page.text
    assert "Typed" in page.text
    assert rows(select(Consensus)) == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2020-01-01", "-5", "2026-02-31"])
def test_the_day_to_tell_the_patient_must_be_possible(room: Any, day: str, rows: Any) -> None:
    answer = save(room.as_("scribe"), room, 0, tell_by=day)
    assert "tell_by" in answer.json["errors"]
    assert rows(select(Consensus)) == []


@pytest.mark.parametrize("version", ["", "abc", "-1", "1.5", "9" * 40])
def test_a_version_that_is_none_changes_nothing(room: Any, version: str, rows: Any) -> None:
    answer = room.as_("scribe").post(
        room.url, data={"version": version, "rationale": "x"}, headers=PART
    )
    assert answer.status_code in {409, 422}
    assert rows(select(Consensus)) == []


def test_hostile_text_is_kept_as_text(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    bad = "<script>alert(1)</script>\x00\x08 {{ 7*7 }}"
    assert save(scribe, room, 0, rationale=bad, step_0_what=bad, teller=bad).status_code == 200
    page = scribe.get(room.url).text
    assert "<script>alert" not in page
    assert "{{ 7*7 }}" in page
    assert "\x00" not in rows(select(Consensus))[0].rationale


def test_a_plan_is_moved_without_scripts(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    steps = {f"step_{n}_what": text for n, text in enumerate(["One", "Two", "Three"])}

    def press(version: int, action: str) -> list[str]:
        kept = {f"step_{n}_what": s["what"] for n, s in enumerate(rows(select(Consensus))[0].steps)}
        answer = scribe.post(room.url, data={"version": version, "_do": action, **kept})
        assert answer.status_code == 303
        return [s["what"] for s in rows(select(Consensus))[0].steps]

    scribe.post(room.url, data={"version": 0, **steps})
    assert press(1, "down:0") == ["Two", "One", "Three"]
    assert press(2, "up:2") == ["Two", "Three", "One"]
    assert press(3, "remove:1") == ["Two", "One"]
    assert press(4, "quick:biopsy") == ["Two", "One", "Biopsy of tumour and background liver"]
    assert press(5, "up:99") == press(5, "up:-1") == press(5, "quick:none")


def test_the_rest_of_the_options_is_closed_at_once(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    posted = {"version": 0, "disposition_tace": "rejected", "reason_tace": "No"}
    assert scribe.post(room.url, data={**posted, "_do": "rest:not_applicable"}).status_code == 303
    fates = rows(select(Consensus))[0].dispositions
    assert fates["tace"] == {"disposition": "rejected", "reason": "No"}
    assert fates["sbrt"] == {"disposition": "not_applicable", "reason": ""}
    assert scribe.post(room.url, data={"version": 1, "_do": "rest:nonsense"}).status_code == 303
    assert rows(select(Consensus))[0].version == 1


@pytest.mark.parametrize("who", ["surgery", "observer", "referrer"])
def test_only_the_pen_writes(room: Any, who: str, rows: Any) -> None:
    answer = save(room.as_(who), room, 0, rationale="Mine")
    assert answer.status_code == (404 if who == "referrer" else 409 if who == "surgery" else 403)
    assert rows(select(Consensus)) == []


def test_only_the_case_before_the_board_is_written(app: Flask, room: Any) -> None:
    scribe = room.as_("scribe")
    elsewhere = f"/meetings/{room.meeting}/items/{room.waiting}/consensus"
    assert scribe.post(elsewhere, data={"version": 0, "rationale": "x"}).status_code == 409
    with app.app_context(), write_transaction() as session:
        session.get_one(AgendaItem, room.item).status = ItemStatus.DONE
    assert save(scribe, room, 0, rationale="x").status_code == 423
    with app.app_context(), write_transaction() as session:
        session.get_one(Meeting, room.meeting).status = MeetingStatus.SIGNED
    assert save(scribe, room, 0, rationale="x").status_code == 423


def test_the_rest_is_only_what_nobody_is_for(app: Flask, room: Any, rows: Any) -> None:
    with app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, room.item)
        session.add(
            Opinion(
                case_id=item.case_id,
                person_id=room.people["surgery"],
                specialty="surgery",
                status=OpinionStatus.REVEALED,
                verdict="convertible",
                submitted_at=item.revealed_at,
                revealed_at=item.revealed_at,
                stances={
                    "resection": {"stance": "prefer", "reason": ""},
                    "ablation": {"stance": "acceptable", "reason": ""},
                    "tace": {"stance": "advise_against", "reason": ""},
                },
            )
        )
    scribe = room.as_("scribe")
    page = scribe.get(room.url).text
    assert 'data-option="resection" data-supporters="Surgery"' in page
    assert 'data-option="tace" data-supporters=""' in page
    posted = {"version": 0, "disposition_systemic": "rejected", "_do": "rest:not_applicable"}
    assert scribe.post(room.url, data=posted).status_code == 303
    (kept,) = rows(select(Consensus))
    fates = {option: fate["disposition"] for option, fate in kept.dispositions.items()}
    assert fates.pop("systemic") == "rejected"
    assert set(fates.values()) == {"not_applicable"}
    assert {"resection", "ablation"} & set(fates) == set()
    assert "tace" in fates


@pytest.mark.parametrize("ended", ["pen", "closed", "meeting"])
def test_words_on_their_way_when_the_right_ends_come_back_beside_the_others(
    app: Flask, room: Any, rows: Any, ended: str
) -> None:
    scribe = room.as_("scribe")
    save(scribe, room, 0, rationale="Said before", verdict="convertible")
    with app.app_context(), write_transaction() as session:
        meeting = session.get_one(Meeting, room.meeting)
        if ended == "pen":
            meeting.pen_holder_id = room.people["surgery"]
        elif ended == "closed":
            session.get_one(AgendaItem, room.item).status = ItemStatus.PROVISIONAL
        else:
            meeting.status, meeting.current_item_id = MeetingStatus.CLOSED, None
    late = save(scribe, room, 1, rationale="Last words")
    assert late.status_code in {403, 409, 423}
    assert late.json["mine"] == {"rationale": "Last words"}
    assert late.json["theirs"] == {"rationale": "Said before"}
    assert "version" not in late.json  # nothing to choose: it cannot be saved over
    assert rows(select(Consensus))[0].rationale == "Said before"
