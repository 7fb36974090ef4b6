"""The command line as scripts and administrators use it: real processes, real exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import docx
import pytest
import requests
from pypdf import PdfReader

from boardroom import create_app, migrations
from boardroom.cli import main
from boardroom.db import db
from tests import servers
from tests.conftest import CopyData

BOARDS = Path(__file__).parents[2] / "config" / "boards"
PASSWORD = "four quiet garden lamps"
COMMANDS = (
    "",
    "demo",
    "serve",
    "init",
    "upgrade",
    "user add",
    "import",
    "export minutes",
    "rehearse",
    "audit verify",
    "backup",
    "restore",
    "aid",
    "aid child_pugh",
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m boardroom WORDS`; whatever happens, nobody is shown a traceback."""
    clean = {name: v for name, v in os.environ.items() if not name.startswith("BOARDROOM_")}
    done = subprocess.run(
        [sys.executable, "-m", "boardroom", *map(str, words)],
        env=clean | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""


# ---- Help ----


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_good_enough_to_work_from(name: str) -> None:
    done = command(*name.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: python -m boardroom {name}".rstrip())
    if name == "":
        for other in COMMANDS[1:]:
            assert re.search(rf"^  {other.split()[0]}  +\S", done.stdout, re.MULTILINE)
    else:
        assert len(done.stdout.splitlines()) > 4


def test_every_option_of_every_command_says_what_it_is_for() -> None:
    silent = [
        f"{path} {'/'.join(option.opts)}"
        for path, one in commands(main)
        for option in one.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert not silent
    assert len(list(commands(main))) > len(COMMANDS)


def commands(group: click.Group, path: str = "boardroom") -> Iterator[tuple[str, click.Command]]:
    """Every command under a group with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        assert one is not None
        yield f"{path} {name}", one
        if isinstance(one, click.Group):
            yield from commands(one, f"{path} {name}")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--url", "ftp://x"), "'ftp://x' is no web address: it begins with http://"),
        (("--url", "localhost:8000"), "is no web address"),
        (("--url", "http://x", "--people", "many"), "'many' is not a whole number."),
        (("--url", "http://x", "--people", "1"), "1 is out of range: 2 to 500."),
        (("--url", "http://x", "--minutes", "soon"), "'soon' is not a number."),
        (("--url", "http://x", "--minutes", "nan"), "nan is out of range: 0.1 to 240."),
    ],
)
def test_what_a_rehearsal_cannot_be_told(words: tuple[str, ...], reason: str) -> None:
    refused(command("rehearse", *words), 2, reason)


def test_an_unknown_command_is_an_error_of_use() -> None:
    refused(command("frobnicate"), 2, "No such command")


# ---- The demonstration ----


@pytest.mark.parametrize("name", ["serve", "demo"])
def test_a_port_that_does_not_exist(name: str) -> None:
    refused(command(name, "--port", 99999), 2, "99999 is out of range: 0 to 65535.")
    refused(command(name, "--port", "abc"), 2, "'abc' is not a whole number.")


def test_demo_says_one_line_then_serves_until_it_is_asked_to_stop(demo_folder: Path) -> None:
    with servers.demo(demo_folder) as server:
        assert list(server.said) == ["url", "meeting", "past_meeting", "accounts"]
        assert isinstance(server.said["meeting"], int)
        assert isinstance(server.said["past_meeting"], int)
        assert len(server.said["accounts"]) == 17
        for account in server.said["accounts"]:
            assert list(account) == ["email", "password", "role", "specialty"]
        page = requests.get(server.url, timeout=10)
        assert page.status_code == 200
        assert "Sign in" in page.text
        browser = requests.Session()
        account = server.said["accounts"][1]
        assert sign_in(browser, server.url, account["email"], account["password"]) == 200
        assert browser.get(f"{server.url}/meetings/{server.said['meeting']}").status_code == 200
        assert server.stop() == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == "", "one line and nothing after it"
    assert "Traceback" not in "".join(server.log)


def test_demo_is_interrupted_by_the_keyboard_like_any_program(demo_folder: Path) -> None:
    with servers.demo(demo_folder) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(15) == 0


def test_demo_makes_its_folder_and_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "demo"
    with servers.demo(folder) as server:
        first = server.said | {"url": ""}
    with servers.demo(folder) as server:
        assert server.said | {"url": ""} == first


def test_demo_does_not_open_a_real_database_to_everybody(data: Path) -> None:
    add_user(data)
    refused(command("demo", "--port", 0, "--data", data), 1, "not a demonstration", "--data")


# ---- A new installation ----


def test_from_an_empty_folder_to_a_person_who_signs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    made = command(
        "init", "--data", folder, "--email", "ada@hospital.example", "--name", "Ada Admin",
        BOARDROOM_ADMIN_PASSWORD=PASSWORD,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "boardroom serve" in made.stdout
    assert (folder / "secret_key").stat().st_mode & 0o077 == 0
    again = command(
        "init", "--data", folder, "--email", "b@hospital.example", "--name", "B",
        BOARDROOM_ADMIN_PASSWORD=PASSWORD,
    )  # fmt: skip
    refused(again, 1, "has people already", "user add")
    assert command("upgrade", "--data", folder).stdout == "Nothing to do.\n"

    added = command(
        "user", "add", "--data", folder, "--email", "cy@hospital.example", "--name", "Cy Chair",
        "--role", "chair", "--specialty", "surgery", BOARDROOM_USER_PASSWORD=PASSWORD,
    )  # fmt: skip
    assert (added.returncode, added.stdout) == (0, "Added cy@hospital.example.\n")
    invited = command(
        "user", "add", "--data", folder, "--email", "in@hospital.example", "--name", "In Vited",
        "--role", "observer",
    )  # fmt: skip
    link = re.search(r"/invitation/\S+", invited.stdout)
    assert link is not None

    monkeypatch.setenv("BOARDROOM_SESSION_COOKIE_SECURE", "false")  # no TLS in front of it here
    with servers.serve(folder) as server:
        assert sign_in(requests.Session(), server.url, "cy@hospital.example", PASSWORD) == 200
        assert sign_in(requests.Session(), server.url, "cy@hospital.example", "wrong") >= 400
        assert requests.get(server.url + link.group(), timeout=10).status_code == 200
        page = requests.get(f"{server.url}/sign-in", timeout=10).text
        assert "ada@hospital.example" not in page, "buttons are the demonstration's alone"
        assert server.stop() == 0
    whole = command("audit", "verify", "--data", folder)
    assert (whole.returncode, "is whole" in whole.stdout) == (0, True)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--email", "nonsense", "--name", "A", "--role", "observer"), "email address"),
        (("--email", "a@b.example", "--name", "A", "--role", "specialist"), "specialty"),
        (
            ("--email", "a@b.example", "--name", "A", "--role", "observer", "--password", "short"),
            "at least 12",
        ),
    ],
)
def test_a_person_who_cannot_be_added(data: Path, words: tuple[str, ...], reason: str) -> None:
    code = 2 if "specialist" in words else 1
    refused(command("user", "add", "--data", data, *words), code, reason)


def test_a_role_and_a_board_that_do_not_exist(data: Path) -> None:
    person = ("--email", "a@b.example", "--name", "A")
    refused(command("user", "add", "--data", data, *person, "--role", "king"), 2, "king")
    words = (*person, "--role", "observer", "--board", "kidney")
    refused(command("user", "add", "--data", data, *words), 2, "kidney", "liver")
    for specialty in (("--specialty", "dentistry"), ()):
        words = (*person, "--role", "specialist", *specialty)
        refused(command("user", "add", "--data", data, *words), 2, "surgery", "palliative_care")


@pytest.mark.sqlite
def test_the_link_of_somebody_invited_is_whole_where_the_address_is_known(data: Path) -> None:
    def invite(number: int, *more: str, **environment: str) -> str:
        done = command(
            "user", "add", "--data", data, "--email", f"i{number}@hospital.example", "--name", "I",
            "--role", "observer", *more, **environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    address = "https://board.hospital.example"
    whole = re.compile(rf"{address}/invitation/[\w-]{{20,}}\n")
    assert whole.search(invite(1, "--url", f"{address}/"))
    assert whole.search(invite(2, BOARDROOM_PUBLIC_URL=address))
    (data / "boardroom.toml").write_text(f'public_url = "{address}"')
    assert whole.search(invite(3))
    (data / "boardroom.toml").unlink()
    told = invite(4)
    assert "end of the link" in told
    assert "--url" in told
    assert "public_url" in told


def test_init_without_a_terminal_says_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    done = command("init", "--data", folder, "--name", "Ada Admin")
    refused(done, 2, "--email or BOARDROOM_ADMIN_EMAIL", "--password or BOARDROOM_ADMIN_PASSWORD")
    assert "--name or" not in done.stderr
    assert "Abort" not in done.stderr
    assert not folder.exists()


# ---- Minutes ----


@pytest.fixture(scope="module")
def kept_demo(
    made_demo: Path, copy_data: CopyData, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The demonstration, for commands that leave no trace that matters."""
    folder = tmp_path_factory.mktemp("kept") / "demo"
    copy_data(made_demo, folder)
    return folder


@pytest.mark.parametrize(
    ("form", "names"),
    [("pdf", True), ("docx", True), ("csv", True), ("json", True), ("pdf", False), ("csv", False)],
)
def test_minutes_are_exported(kept_demo: Path, tmp_path: Path, form: str, names: bool) -> None:
    file = tmp_path / f"minutes.{form}"
    more = () if names else ("--without-names",)
    done = command(
        "export", "minutes", 2, "--format", form, "--output", file, "--data", kept_demo, *more
    )
    assert done.returncode == 0, done.stderr
    assert "Wrote" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [file.name], "nothing half-written"
    text = text_of(file)
    assert "Testpatient Alder" in text if names else "Testpatient Alder" not in text
    assert "BR-0018" in text


def text_of(file: Path) -> str:
    """What a reader of the file sees, by the library for its kind."""
    match file.suffix:
        case ".pdf":
            return " ".join(page.extract_text() for page in PdfReader(file).pages)
        case ".docx":
            document = docx.Document(str(file))
            return " ".join(node.text or "" for node in document.element.body.iter())
        case ".csv":
            rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
            assert len(rows) == 6, "one row a case"
            return str(rows)
        case _:
            record = json.loads(file.read_text(encoding="utf-8"))
            assert record["signature"]
            return json.dumps(record, ensure_ascii=False)


def test_minutes_that_cannot_be_exported(kept_demo: Path, tmp_path: Path) -> None:
    def export(meeting: object, output: Path, form: str = "csv") -> object:
        return command(
            "export", "minutes", meeting, "--format", form, "--output", output,
            "--data", kept_demo,
        )  # fmt: skip

    refused(export(99, tmp_path / "x.csv"), 1, "There is no meeting 99")
    refused(export(3, tmp_path / "x.csv"), 1, "meeting")  # it has not been held yet
    refused(export("one", tmp_path / "x.csv"), 2, "one")
    refused(export(1, tmp_path / "x.xls", "xls"), 2, "xls")
    refused(export(1, tmp_path / "nowhere" / "x.csv"), 1, "cannot be written")
    assert list(tmp_path.iterdir()) == []


# ---- Import ----

MAPPING = """
name = "trial"
board = "liver"
key_column = "id"
fixed = { diagnosis = "hcc" }

[[columns]]
column = "sex"
to = "patient.sex"
values = { "1" = "male", "0" = "female" }

[[columns]]
column = "bili"
to = "fact.bilirubin"
unit = "mg/dL"
"""


def test_import_reports_what_it_does_not_trust(data: Path, tmp_path: Path) -> None:
    mapping, table = tmp_path / "m.toml", tmp_path / "t.csv"
    mapping.write_text(MAPPING)

    def bring(content: str, *more: str) -> subprocess.CompletedProcess[str]:
        table.write_text(content)
        return command("import", table, "--mapping", mapping, "--data", data, *more)

    good = bring("id,sex,bili\n1,1,1.2\n2,0,0.8\n")
    assert good.returncode == 0, good.stderr
    assert "2 cases made" in good.stdout
    mixed = bring("id,sex,bili\n3,7,1.0\n4,0,0.7\n", "--json")
    assert mixed.returncode == 3
    told = json.loads(mixed.stdout)
    assert (told["rows"], told["imported"]) == (2, 2)
    (problem,) = told["problems"]
    assert (problem["line"], problem["column"], problem["value"]) == (2, "sex", "7")
    assert problem["reason"]

    refused(bring("sex,bili\n1,1.2\n"), 1, "id")
    mapping.write_text(MAPPING + '\n[[columns]]\ncolumn = "x"\nto = "fact.nonsense"\n')
    refused(bring("id,sex,bili,x\n9,1,1.2,3\n"), 1, "nonsense")
    missing = command("import", table, "--mapping", tmp_path / "none.toml", "--data", data)
    refused(missing, 1, "none.toml", "uci_hcc")
    refused(command("import", table, "--mapping", "nope", "--data", data), 1, "'nope'", "uci_hcc")


# ---- What can be wrong with a machine ----


def test_a_port_that_is_taken(demo_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for name in ("serve", "demo"):
            done = command(name, "--port", port, "--data", demo_folder)
            refused(done, 1, str(port), "--port")


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    refused(command("demo", "--port", 0, "--data", file / "under"), 1, "cannot be used")
    refused(command("upgrade", "--data", file), 2, "is a file")


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--port", 0),
        ("upgrade",),
        ("audit", "verify"),
        ("import", __file__, "--mapping", "uci_hcc"),
        ("export", "minutes", 1, "--format", "pdf", "--output", "x.pdf"),
        ("user", "add", "--email", "a@b.example", "--name", "A", "--role", "observer"),
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)
def test_a_folder_without_a_database_is_refused_and_left_as_it_is(
    tmp_path: Path, words: tuple[object, ...]
) -> None:
    mistyped, empty, zero = tmp_path / "mistyped" / "deep", tmp_path / "empty", tmp_path / "zero"
    empty.mkdir()
    zero.mkdir()
    sqlite3.connect(zero / "boardroom.db").close()
    for folder in (mistyped, empty, zero):
        refused(
            command(*words, "--data", folder), 2, str(folder), f"boardroom init --data {folder}"
        )
    assert not mistyped.parent.exists()
    assert list(empty.iterdir()) == []


@pytest.mark.sqlite
def test_a_database_of_a_newer_version_is_left_alone(data: Path) -> None:
    set_revision(data, "9999_to_come")
    for words in (
        ("upgrade",),
        ("serve", "--port", 0),
        ("demo", "--port", 0),
        ("audit", "verify"),
    ):
        refused(command(*words, "--data", data), 1, "newer version", "9999_to_come")


def test_a_database_of_an_older_version_is_upgraded_when_asked(tmp_path: Path) -> None:
    data = tmp_path / "older"
    app = create_app("testing", data=data)
    migrations.upgrade(app, "0001")
    with app.app_context():
        db.engine.dispose()
    refused(command("serve", "--port", 0, "--data", data), 1, "boardroom upgrade")
    done = command("upgrade", "--data", data)
    assert (done.returncode, "Upgraded: 0001 to" in done.stdout) == (0, True)
    assert command("upgrade", "--data", data).stdout == "Nothing to do.\n"


@pytest.mark.sqlite
def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "boardroom.db").write_bytes(b"This is a letter. " * 500)
    for words in (("upgrade",), ("serve", "--port", 0), ("demo", "--port", 0)):
        refused(command(*words, "--data", tmp_path), 1, "not a database")


@pytest.mark.sqlite
def test_a_trail_that_was_tampered_with(demo_folder: Path) -> None:
    with sqlite3.connect(demo_folder / "boardroom.db") as database:
        for (name,) in database.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_entry'"
        ).fetchall():
            database.execute(f"drop trigger {name}")
        database.execute("update audit_entry set action = 'nothing' where id = 40")
    database.close()
    refused(command("audit", "verify", "--data", demo_folder), 1, "entry 40")


def set_revision(data: Path, revision: str) -> None:
    with sqlite3.connect(data / "boardroom.db") as database:
        database.execute("update alembic_version set version_num = ?", [revision])
    database.close()


# ---- Boards ----


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


# ---- As a browser does it ----


def send(
    browser: requests.Session, address: str, fields: dict[str, str], form: str | None = None
) -> requests.Response:
    """Open the form's page, then post it with the page's token."""
    page = browser.get(form or address, timeout=20)
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', page.text)
    assert token is not None, page.text[:2000]
    key = re.search(r'name="_key" value="([^"]+)"', page.text)
    more = {"_key": key.group(1)} if key else {}
    return browser.post(address, data={"csrf_token": token.group(1), **more, **fields}, timeout=20)


def sign_in(browser: requests.Session, url: str, email: str, password: str) -> int:
    """The status of the page that signing in leads to."""
    answer = send(browser, f"{url}/sign-in", {"email": email, "password": password})
    if answer.status_code == 200:
        assert "/sign-in" not in answer.url
    return answer.status_code


def add_user(data: Path) -> None:
    done = command(
        "user", "add", "--data", data, "--email", "real@hospital.example", "--name", "Real Person",
        "--role", "administrator",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
