"""Boards as files, by the command line: a mistake is told, a second file is a second board."""

from __future__ import annotations

import gc
import re
import shutil
from pathlib import Path

import pytest
import requests

from tests import servers
from tests.commands import command, refused
from tests.integration.browsing import send, sign_in

BOARDS = Path(__file__).parents[2] / "config" / "boards"
PASSWORD = "four quiet garden lamps"


def test_a_mistake_in_a_boards_definition_is_told_with_file_key_and_reason(
    data: Path, tmp_path: Path
) -> None:
    boards = tmp_path / "boards"
    boards.mkdir()
    text = (BOARDS / "liver.toml").read_text(encoding="utf-8")
    (boards / "liver.toml").write_text(text.replace('time_zone = "', 'time_zone = "Nowhere/'))
    for words in (("serve", "--port", 0), ("upgrade",)):
        done = command(*words, "--data", data, BOARDROOM_BOARDS_DIR=str(boards))
        refused(done, 2, "Boardroom cannot start", "liver.toml: time_zone", "Nowhere")
        assert gc.isenabled(), "it is off only while the program is loaded"


LUNG = """
name = "Lung board"
time_zone = "Europe/Lisbon"
case_code_prefix = "LU"
confidence = ["1", "2", "3", "4", "5"]
diagnoses = [{ key = "nsclc", name = "Non-small-cell lung cancer" }]
verdict_families = [{ key = "any", name = "Any" }]
verdicts = [
  { key = "operable", name = "Operable", short = "Operable", family = "any", rank = 2 },
  { key = "inoperable", name = "Inoperable", short = "Inoperable", family = "any", rank = 1 },
]
options = [
  { key = "lobectomy", name = "Lobectomy", short = "LOB" },
  { key = "radiotherapy", name = "Radiotherapy", short = "RT" },
]
stances = [
  { key = "prefer", name = "Prefer" },
  { key = "acceptable", name = "Acceptable" },
  { key = "advise_against", name = "Against" },
  { key = "outside_field", name = "Outside" },
]
dispositions = [
  { key = "chosen", name = "Chosen" },
  { key = "fallback", name = "Fallback" },
  { key = "rejected", name = "Rejected", needs_reason = true },
  { key = "not_applicable", name = "Does not apply" },
]
strengths = [
  { key = "unanimous", name = "Unanimous" },
  { key = "majority", name = "Majority" },
  { key = "none_reached", name = "None" },
]
treatment_kinds = [{ key = "surgery", name = "Surgery" }]
treatment_responses = [{ key = "stable", name = "Stable" }]
imaging_modalities = [{ key = "ct", name = "CT" }]
availability = [{ key = "shown", name = "Shown" }]
first_opinion_reasons = [{ key = "other", name = "Other" }]
reclassification_reasons = [{ key = "other", name = "Other" }]
deferral_reasons = [{ key = "other", name = "Other" }]
decline_reasons = [{ key = "other", name = "Other" }]
tellers = [{ key = "chest", name = "Chest physician" }]
readiness = [{ item = "referral.question", missing = "The question" }]

[meeting]
length_minutes = 45
minutes_simple = 5
minutes_complex = 9

[quorum]
specialties = ["thoracic"]

[sign_off]
required_of = "core"
positions = [
  { key = "agree", name = "Agree" },
  { key = "reservation", name = "Reservation" },
  { key = "dissent", name = "Dissent" },
]

[[specialties]]
key = "thoracic"
name = "Thoracic surgery"
mark = "TS"
core = true
"""


def test_a_second_board_is_a_second_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boards, folder = tmp_path / "boards", tmp_path / "data"
    shutil.copytree(BOARDS, boards)
    (boards / "lung.toml").write_text(LUNG)
    both = {"BOARDROOM_BOARDS_DIR": str(boards)}
    init = command(
        "init", "--data", folder, "--email", "ada@hospital.example", "--name", "Ada Admin",
        BOARDROOM_ADMIN_PASSWORD=PASSWORD, **both,
    )  # fmt: skip
    assert init.returncode == 0, init.stderr
    person = (
        "user", "add", "--data", folder, "--email", "tess@hospital.example", "--name",
        "Tess Thorax", "--role", "chair", "--specialty", "thoracic",
    )  # fmt: skip
    which = command(*person, **both)
    refused(which, 2, "--board", "lung")
    added = command(*person, "--board", "lung", BOARDROOM_USER_PASSWORD=PASSWORD, **both)
    assert added.returncode == 0, added.stderr

    monkeypatch.setenv("BOARDROOM_BOARDS_DIR", str(boards))
    monkeypatch.setenv("BOARDROOM_SESSION_COOKIE_SECURE", "false")
    with servers.serve(folder) as server:
        chair = requests.Session()
        assert sign_in(chair, server.url, "tess@hospital.example", PASSWORD) == 200
        case = send(
            chair,
            f"{server.url}/cases/new",
            {"board": "lung", "patient-name": "Sample Reed", "question": "Can it be removed?"},
        )
        assert case.status_code == 200, case.text
        edit = case.url
        assert re.search(r"/cases/\d+/edit$", edit)
        assert "LU-0001" in case.text
        assert "Non-small-cell lung cancer" in case.text
        meeting = send(
            chair,
            f"{server.url}/meetings/new",
            {
                "board": "lung",
                "title": "Lung board",
                "day": "2027-06-01",
                "time": "08:00",
                "length": "45",
                "chair": "",
            },
        )
        assert meeting.status_code == 200, meeting.text
        assert re.search(r"/meetings/\d+$", meeting.url)
        definition = chair.get(f"{server.url}/boards/lung")
        assert "Lobectomy" in definition.text
        assert chair.get(f"{server.url}/boards/liver").status_code == 404

        admin = requests.Session()
        assert sign_in(admin, server.url, "ada@hospital.example", PASSWORD) == 200
        for key in ("liver", "lung"):
            assert admin.get(f"{server.url}/boards/{key}/people").status_code == 200
