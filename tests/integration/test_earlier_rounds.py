"""What an earlier round holds counts in the next one, by its day, and is not asked for anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, Document, Fact, Investigation, Lesion, TestJudgement
from boardroom.clinical.tumour_reading import Findings
from boardroom.clinical.tumour_reading import Lesion as ReadLesion
from boardroom.db import now, write_transaction
from boardroom.tumour_map.models import Reading, Side
from tests.integration.counting import counted
from tests.integration.decided import decide, everybody
from tests.integration.meeting_samples import make_meeting
from tests.integration.test_coming_back import AFP, report

MISSING = "At least one CT or MRI"


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def ago(days: int) -> dt.date:
    return (now() - dt.timedelta(days=days)).date()


def scan(case: int, day: dt.date) -> Document:
    return Document(
        case_id=case, title="CT of the liver.pdf", media_type="application/pdf", size=9,
        sha256="ab" * 32, dated_on=day, shows="ct",
    )  # fmt: skip


def come_back(house: Any, rows: Any, *held: Callable[[int], Any]) -> tuple[int, Case]:
    """A decided case with what it held, and its next round: (case, round)."""
    made = decide(house, "BR-0037", represent=AFP)
    with house.app.app_context(), write_transaction() as session:
        session.add_all(hold(made.case) for hold in held)
    assert report(house.as_("coordinator"), made.case, "afp|ng/mL", "312").status_code == 303
    return made.case, rows(select(Case).order_by(Case.id))[-1]


def test_a_ct_of_the_earlier_round_counts_by_its_day_and_is_linked(house: Any, rows: Any) -> None:
    first, made = come_back(house, rows, lambda case: scan(case, ago(9)))
    (document,) = rows(select(Document))
    coordinator = house.as_("coordinator")
    page = coordinator.get(f"/cases/{made.id}").text
    assert f'href="/cases/{first}/documents/{document.id}"' in page
    assert "from round BR-0037" in page
    assert " in round BR-0037" in page, "and among the tests that the board takes over"
    assert MISSING not in page
    assert "from round BR-0037" in coordinator.get(f"/cases/{made.id}/edit").text


def test_a_ct_that_is_too_old_by_now_is_asked_for_with_its_age(house: Any, rows: Any) -> None:
    _, made = come_back(house, rows, lambda case: scan(case, ago(89)))
    page = house.as_("coordinator").get(f"/cases/{made.id}").text
    assert MISSING in page
    assert "The last one is 89 days old." in page


def test_a_document_that_was_refused_then_does_not_count_now(house: Any, rows: Any) -> None:
    made = decide(house, "BR-0037", represent=AFP)
    with house.app.app_context(), write_transaction() as session:
        document = scan(made.case, ago(9))
        session.add(document)
        session.flush()
        session.add(
            TestJudgement(
                case_id=made.case, test=f"document:{document.id}", accepted=False, reason="Moved"
            )
        )
    report(house.as_("coordinator"), made.case, "afp|ng/mL", "312")
    new = rows(select(Case).order_by(Case.id))[-1]
    assert MISSING in house.as_("coordinator").get(f"/cases/{new.id}").text


def test_the_boards_own_reading_counts_as_imaging_of_its_day(house: Any, rows: Any) -> None:
    def read_by(side: Side) -> Callable[[int], Reading]:
        return lambda case: Reading(
            case_id=case, side=side, version=1, imaging="ct", imaged_on=ago(9),
            findings=Findings().as_dict(),
        )  # fmt: skip

    _, made = come_back(house, rows, read_by(Side.BOARD))
    page = house.as_("coordinator").get(f"/cases/{made.id}")
    assert page.status_code == 200
    assert MISSING not in page.text


def test_examinations_and_ecog_say_from_which_round_they_are(house: Any, rows: Any) -> None:
    made = decide(house, "BR-0037", represent=AFP)
    day = ago(50)
    with house.app.app_context(), write_transaction() as session:
        case = session.get_one(Case, made.case)
        case.ecog, said = 1, case.referred_on
        case.investigations.append(
            Investigation(kind="imaging", modality="mri", on_date=day, availability="shown")
        )
        case.facts.append(Fact(key="macrovascular_invasion", value="no", taken_on=day))
    report(house.as_("coordinator"), made.case, "afp|ng/mL", "312")
    new = rows(select(Case).order_by(Case.id))[-1]
    page = house.as_("coordinator").get(f"/cases/{new.id}").text
    assert "from round BR-0037" in page
    assert f"as in BR-0037, {said.day} {said:%b %Y}" in page
    assert f"Tumour in a portal or hepatic vein ({day.day} {day:%b %Y}, old)" in page
    assert "as in BR-" not in house.as_("coordinator").get(f"/cases/{made.case}").text


def test_whoever_may_not_read_the_earlier_round_gets_no_document_of_it(
    house: Any, rows: Any
) -> None:
    first, made = come_back(house, rows, lambda case: scan(case, ago(9)))
    (document,) = rows(select(Document))
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Case, made.id).referrer_hospital = "Elsewhere Hospital"
    stranger = house.as_("stranger")
    page = stranger.get(f"/cases/{made.id}")
    assert page.status_code == 200
    assert "CT of the liver.pdf" not in page.text
    assert stranger.get(f"/cases/{first}/documents/{document.id}").status_code == 404


def test_an_agenda_asks_the_database_as_often_with_more_rounds(house: Any, rows: Any) -> None:
    made = []
    for code in ("BR-0037", "BR-0038", "BR-0039"):
        decided = decide(house, code, represent=AFP)
        report(house.as_("coordinator"), decided.case, "afp|ng/mL", "312")
        made.append(rows(select(Case).order_by(Case.id))[-1].id)

    def asked(cases: list[int]) -> int:
        meeting, _ = make_meeting(house.app, *cases)
        client = house.as_("observer")
        client.get(f"/meetings/{meeting}")
        with counted(house.app) as seen:
            assert client.get(f"/meetings/{meeting}").status_code == 200
        return len(seen)

    assert asked(made) == asked(made[:1])


def test_that_no_tissue_was_taken_stands_in_the_next_round_with_its_day(
    house: Any, rows: Any, the_case: Callable[[int], Case]
) -> None:
    made = decide(house, "BR-0037", represent=AFP)
    with house.app.app_context(), write_transaction() as session:
        old = session.get_one(Case, made.case)
        old.no_tissue = True
        day = old.referred_on
    assert day is not None
    client = house.as_("coordinator")
    assert report(client, made.case, "afp|ng/mL", "312").status_code == 303
    new = rows(select(Case).order_by(Case.id))[-1]
    assert new.no_tissue
    page = " ".join(client.get(f"/cases/{new.id}").text.split())
    shown = f"{day.day} {day:%b %Y}"
    assert f'No tissue was taken. <span class="muted">said in BR-0037, {shown}</span>' in page
    assert "The pathology" not in page
    answer = client.post(f"/cases/{new.id}/parts/investigations?kind=pathology")
    assert answer.status_code == 303
    assert not the_case(new.id).no_tissue


def mapped(case: int, day: dt.date, size: int, portal: str) -> Reading:
    lesions = (ReadLesion(1, ("VIII",), 100, 60, size),)
    findings = Findings(lesions, portal=portal, vein="none", spread=("none",))
    return Reading(
        case_id=case, side=Side.BOARD, version=1, findings=findings.as_dict(), imaged_on=day
    )


def test_a_round_begins_with_what_the_last_map_showed_and_not_with_what_it_overruled(
    house: Any, rows: Any
) -> None:
    _, made = come_back(
        house,
        rows,
        lambda case: Fact(
            case_id=case, key="macrovascular_invasion", value="no", taken_on=ago(300)
        ),
        lambda case: Fact(case_id=case, key="largest_mm", value="30", unit="mm", taken_on=ago(300)),
        lambda case: mapped(case, ago(200), 40, "vp3"),
    )
    held = rows(select(Fact).where(Fact.case_id == made.id))
    found = {(one.key, one.value, one.taken_on) for one in held}
    assert ("macrovascular_invasion", "yes", ago(200)) in found
    assert ("portal_invasion", "vp3", ago(200)) in found
    assert ("largest_mm", "40", ago(200)) in found
    assert not [one for one in held if one.taken_on == ago(300)]
    page = house.as_("coordinator").get(f"/cases/{made.id}").text
    assert "Vp3" in page


def test_images_that_are_older_than_those_of_the_round_before_give_no_response(
    house: Any, rows: Any
) -> None:
    first, made = come_back(house, rows, lambda case: mapped(case, ago(100), 50, "none"))
    with house.app.app_context(), write_transaction() as session:
        session.add(Lesion(case_id=first, number=1, segments="VIII", size_mm=50))
        session.add(Lesion(case_id=made.id, number=1, segments="VIII", size_mm=60))
        session.add(mapped(made.id, ago(150), 60, "none"))
    page = house.as_("coordinator").get(f"/cases/{made.id}").text
    assert "The images of this round" in page
    assert "are older than those of the round before" in page
    assert "progressive disease" not in page


def test_lasting_findings_without_a_date_stay_and_say_of_which_round_they_are(
    house: Any, rows: Any
) -> None:
    def undated(key: str, value: str, unit: str = "") -> Callable[[int], Any]:
        return lambda case: Fact(case_id=case, key=key, value=value, unit=unit)

    held = (("splenomegaly", "yes"), ("varices", "large"), ("height", "172", "cm"),
            ("weight", "80", "kg"), ("cirrhosis", "yes"), ("ascites", "mild"),
            ("bilirubin", "30", "umol/L"), ("extrahepatic_spread", "no"))  # fmt: skip
    first, made = come_back(house, rows, *(undated(*one) for one in held))
    kept = {one.key: one.taken_on for one in rows(select(Fact).where(Fact.case_id == made.id))}
    assert kept.keys() == {"splenomegaly", "varices", "height", "cirrhosis", "afp"}
    assert kept["varices"] is None, "nobody looked again on the round's day"
    page = " ".join(house.as_("coordinator").get(f"/cases/{made.id}").text.split())
    assert 'Large <span class="fact-note nowrap">as in BR-0037' in page
    assert "Enlarged spleen (as in BR-0037" in page
    assert "Cirrhosis (as in" not in page
    assert "Cirrhosis" in page
    own = " ".join(house.as_("coordinator").get(f"/cases/{first}").text.split())
    assert "as in BR-0037" not in own
    with house.app.app_context(), write_transaction() as session:
        (one,) = (x for x in session.get_one(Case, made.id).facts if x.key == "varices")
        one.value = "small"
    page = " ".join(house.as_("coordinator").get(f"/cases/{made.id}").text.split())
    assert 'Small <span class="fact-note nowrap">as in' not in page


def test_an_undated_word_that_there_is_none_completes_no_stage_of_the_next_round(
    house: Any, rows: Any
) -> None:
    def no(key: str, **more: Any) -> Callable[[int], Any]:
        return lambda case: Fact(case_id=case, key=key, value="no", **more)

    dated = ago(20)
    _, made = come_back(
        house, rows, no("peritoneum_perforated"), no("adjacent_organ_invasion", taken_on=dated),
        no("decompensated"), no("dialysis", written_on=ago(60)),
    )  # fmt: skip
    held = rows(select(Fact).where(Fact.case_id == made.id, Fact.value == "no"))
    assert [(one.key, one.taken_on) for one in held] == [("adjacent_organ_invasion", dated)]
    client = house.as_("coordinator")
    version = rows(select(Case.version).where(Case.id == made.id))[0]
    sent = {"version": version, "fact-dialysis-1-value": "no"}
    assert client.post(f"/cases/{made.id}/save", data=sent).status_code == 303
    again = rows(select(Fact).where(Fact.case_id == made.id, Fact.key == "dialysis"))
    assert [one.written_on for one in again] == [ago(0)], "asked anew, it is an answer of today"


def test_nodes_seen_on_the_map_are_suspicious_and_unchanged_findings_are_no_change(
    house: Any, rows: Any
) -> None:
    def map_with_nodes(case: int) -> Any:
        made = mapped(case, ago(60), 38, "none")
        made.findings = {**made.findings, "spread": ["hilar_nodes"]}
        return made

    _, made = come_back(house, rows, map_with_nodes)
    nodes = select(Fact.value).where(Fact.case_id == made.id, Fact.key == "nodes")
    assert rows(nodes) == ["suspicious"]
    page = house.as_("coordinator").get(f"/cases/{made.id}").text
    since = page[page.index('id="since"') :].split("</section>")[0]
    assert "AFP" in since
    for unchanged in ("Number of nodules", "Largest nodule", "Lymph nodes", "Portal vein invasion"):
        assert unchanged not in since, unchanged
    assert "Proven, regional" not in page


def test_a_node_that_tissue_proved_stays_proven(house: Any, rows: Any) -> None:
    def map_with_nodes(case: int) -> Any:
        made = mapped(case, ago(60), 38, "none")
        made.findings = {**made.findings, "spread": ["hilar_nodes"]}
        return made

    _, made = come_back(
        house, rows, map_with_nodes, lambda case: Fact(case_id=case, key="nodes", value="n1")
    )
    nodes = select(Fact.value).where(Fact.case_id == made.id, Fact.key == "nodes")
    assert rows(nodes) == ["n1"]
