"""Submitting a referral, and its long form in sections: what blocks, what is missing, what is none.

The pages are read as they come, which is what a browser without script shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, Fact, Investigation, Treatment

PART = {"X-Boardroom-Part": "1"}
MISSING_TREATMENTS = "Earlier treatments, or that there were none"


def save(client: FlaskClient, case_id: int, version: int, fields: dict[str, str]) -> Any:
    """Save as a script does."""
    data = {"version": str(version), **fields}
    answer = client.post(f"/cases/{case_id}/save", data=data, headers=PART)
    assert answer.status_code == 200
    return answer.json


def submit(client: FlaskClient, case_id: int, **typed: str) -> Any:
    """Press Submit on the form, or on the page of the case where nothing is typed."""
    return client.post(f"/cases/{case_id}/move", data={"move": "submit", **typed})


def summary_of(page: str) -> str:
    """The list at the head of the page."""
    return page[page.index('id="error-summary"') : page.index('id="case-form"')]


def sections_of(page: str) -> dict[str, tuple[bool, str]]:
    """(unfolded, state in words) of every section of the form."""
    found = re.findall(
        r'<details class="form-part"( open)? data-section="([^"]+)">\s*<summary>.*?'
        r'data-section-state="[^"]+">([^<]+)<',
        page,
        flags=re.DOTALL,
    )
    return {key: (bool(is_open), words) for is_open, key, words in found}


# ---- Submitting ---------------------------------------------------------------------------------


def test_what_is_wrong_is_said_once_for_each_thing_with_its_name(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    case_id = new_case(question="")
    typed = {
        "version": "1",
        "first_on": "2199-01-01",
        "fact-bilirubin-1-value": "22",
        "fact-bilirubin-1-taken_on": "2199-01-01",
    }
    head = summary_of(submit(coordinator, case_id, **typed).text).split("</ul>")[0]
    assert "3 things are needed first." in head
    assert head.count("<li>") == 3
    assert 'href="#f-question">Write the question' in head
    assert 'href="#f-first_on">Given on lies in the future.' in head
    assert 'href="#f-fact-bilirubin-1-unit">Total bilirubin needs its unit' in head


def test_an_incomplete_referral_comes_back_to_its_form(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(question="", diagnosis="")
    for typed in ({}, {"version": "1", "summary": "Typed", "ecog": "1"}):
        answer = submit(coordinator, case_id, **typed)
        assert answer.status_code == 422
        page = answer.text
        assert 'id="case-form"' in page
        head = summary_of(page)
        assert "Not submitted yet: 2 things are needed first." in head
        assert 'href="#f-question">Write the question that the board is to answer.</a>' in head
        assert 'href="#f-diagnosis">Choose the diagnosis, or that it is uncertain.</a>' in head
        assert 'id="f-question-error"' in page
        assert 'id="f-diagnosis-error"' in page
        assert sections_of(page)["referral"] == (True, "2 to mend")
        assert "Blocks submission" not in page, "said once, at the head"
    assert ">\nTyped</textarea>" in page, "nothing typed is lost"
    assert 'data-stored=""' in page, "and a script can save it"
    assert the_case(case_id).summary == ""
    assert the_case(case_id).status == "draft"


def test_submitting_saves_what_was_typed(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(question="", diagnosis="")
    typed = {"version": "1", "question": "Can it be resected?", "diagnosis": "hcc"}
    assert submit(coordinator, case_id, **typed).status_code == 303
    case = the_case(case_id)
    assert (case.status, case.question) == ("submitted", "Can it be resected?")


def test_a_wrong_field_and_a_missing_one_are_told_together(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(diagnosis="")
    name = "fact-platelets-1-value"
    answer = submit(coordinator, case_id, version="1", summary="Typed", **{name: "many"})
    assert answer.status_code == 422
    head = summary_of(answer.text)
    assert 'href="#f-diagnosis"' in head
    assert f'href="#f-{name}"' in head
    states = sections_of(answer.text)
    assert states["referral"] == (True, "1 to mend")
    assert states["liver"] == (True, "1 to mend"), "no message is folded away"
    assert not states["tumour"][0]
    assert re.search(r'<details class="fold" open>\s*<summary>Blood ', answer.text)
    assert the_case(case_id).facts == []


def test_a_stale_form_is_not_submitted_over_anothers_words(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    save(coordinator, case_id, 1, {"summary": "Theirs"})
    answer = submit(coordinator, case_id, version="1", summary="Mine")
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text
    assert the_case(case_id).status == "draft"


def test_the_list_says_what_blocks_and_what_does_not(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    case_id = new_case(question="")
    for path in ("/edit", ""):
        page = coordinator.get(f"/cases/{case_id}{path}").text
        missing = page[page.index("Still missing for a fair discussion</h2>") :]
        blocks, rest = missing.split("Does not block submission")
        assert "The question that the board is to answer" in blocks.split("Blocks submission")[1]
        assert "The question the board is to answer" not in rest
        assert "A short clinical summary" in rest
    told = save(coordinator, case_id, 1, {"question": "Which treatment?"})["missing_html"]
    assert "Blocks submission" not in told
    assert "Can be submitted; still missing" in told


def test_a_case_that_is_with_the_board_blocks_nothing(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    page = coordinator.get(f"/cases/{new_case('submitted', question='')}/edit").text
    assert "submission" not in page
    assert "The question the board is to answer" in page
    assert "Submit" not in page


# ---- Sections -----------------------------------------------------------------------------------


def test_each_section_says_how_far_it_is(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    case_id = new_case()
    page = coordinator.get(f"/cases/{case_id}/edit").text
    states = sections_of(page)
    assert list(states)[:3] == ["patient", "referral", "documents"]
    assert states["patient"] == (False, "1 more would help"), "Charlson asks for the age"
    assert states["referral"] == (False, "complete")
    assert states["documents"] == (False, "optional")
    assert states["first"] == (True, "2 missing"), "the next thing to do is open"
    assert states["treatments"] == (False, "optional")
    assert sum(is_open for is_open, _ in states.values()) == 1
    contents = page[
        page.index('aria-label="Sections of the form"') : page.index(
            "</nav>", page.index('aria-label="Sections of the form"')
        )
    ]
    for key, (_, words) in states.items():
        assert f'id="{key}"' in page
        assert re.search(rf'href="#{key}">.*?>{words}<', contents, flags=re.DOTALL)
    saved = save(coordinator, case_id, 1, {"first_verdict": "resectable", "ecog": "9"})
    assert saved["sections"]["first"] == ["missing", "1 missing"]
    assert saved["sections"]["clinical"] == ["wrong", "1 to mend"]


def test_a_missing_thing_links_to_where_it_is_given(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    page = coordinator.get(f"/cases/{new_case(diagnosis='icca')}/edit").text
    aside = page[page.index("data-autosave-missing") :]
    links = re.findall(r'href="#([^"]+)"', aside)
    assert {"add-lesions", "f-patient-birth_date"} <= set(links)
    assert "f-patient-sex" not in links, "it is given"
    for link in links:
        assert f'id="{link}"' in page, link


# ---- None ---------------------------------------------------------------------------------------


def test_no_earlier_treatment_can_be_stated(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case],
    rows: Callable[..., list[Any]],
) -> None:  # fmt: skip
    case_id = new_case()
    page = coordinator.get(f"/cases/{case_id}/edit").text
    assert "No earlier treatment" in page
    assert MISSING_TREATMENTS in page
    answer = save(coordinator, case_id, 1, {"no_treatment": "yes"})
    assert MISSING_TREATMENTS not in answer["missing_html"]
    assert answer["sections"]["treatments"] == ["complete", "complete"]
    assert the_case(case_id).no_treatment is True
    entry = rows(select(AuditEntry).order_by(AuditEntry.id.desc()))[0]
    assert entry.changes[0]["fields"]["no_treatment"] == [False, True]
    assert "No earlier treatment." in coordinator.get(f"/cases/{case_id}").text
    again = save(
        coordinator, case_id, 2, {"no_treatment": "", "_was": json.dumps({"no_treatment": "yes"})}
    )
    assert MISSING_TREATMENTS in again["missing_html"]


def test_a_tick_can_be_taken_back_without_script(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case()
    url = f"/cases/{case_id}/save"
    # What a browser sends: the box where it is ticked, then its empty twin
    coordinator.post(url, data={"version": "1", "no_treatment": ["yes", ""]})
    assert the_case(case_id).no_treatment is True
    page = coordinator.get(f"/cases/{case_id}/edit").text
    assert re.search(
        r'value="yes" checked.*?<input type="hidden" name="no_treatment" value="">',
        page,
        flags=re.DOTALL,
    )
    coordinator.post(url, data={"version": "2", "no_treatment": [""]})
    assert the_case(case_id).no_treatment is False


def test_none_and_a_listed_treatment_exclude_each_other(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(treatments=[Treatment(kind="resection")])
    told = save(coordinator, case_id, 1, {"no_treatment": "yes"})
    assert "A treatment is listed." in told["errors"]["no_treatment"]
    assert the_case(case_id).no_treatment is False
    other = new_case(no_treatment=True)
    coordinator.post(f"/cases/{other}/parts/treatments", data={"version": "1"}, headers=PART)
    case = the_case(other)
    assert (case.no_treatment, len(case.treatments)) == (False, 1)


def test_no_tissue_can_be_stated_until_there_is_pathology(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(diagnosis="icca", investigations=[Investigation(kind="imaging")])
    assert "The pathology" in coordinator.get(f"/cases/{case_id}/edit").text
    told = save(coordinator, case_id, 1, {"no_tissue": "yes"})
    assert "The pathology" not in told["missing_html"]
    assert "No tissue was taken." in coordinator.get(f"/cases/{case_id}").text
    (imaging,) = the_case(case_id).investigations
    save(coordinator, case_id, 2, {f"investigations-{imaging.id}-kind": "pathology"})
    assert the_case(case_id).no_tissue is False, "the examination stands"
    told = save(coordinator, case_id, 3, {"no_tissue": "yes"})
    assert "A pathology is listed." in told["errors"]["no_tissue"]


def test_facts_stay_open_where_something_is_wrong(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    case_id = new_case(facts=[Fact(key="ascites", value="mild")])
    answer = coordinator.post(
        f"/cases/{case_id}/save", data={"version": "1", "fact-height-1-value": "tall"}
    )
    assert answer.status_code == 422
    assert re.search(r'<details class="fold" open>\s*<summary>Fitness ', answer.text)
    assert sections_of(answer.text)["clinical"] == (True, "1 to mend")
