"""An installation by the command line: from an empty folder, people, versions, broken folders."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from pathlib import Path

import pytest
import requests

from boardroom import create_app, migrations
from boardroom.db import db
from tests import servers
from tests.commands import command, process, refused
from tests.integration.browsing import sign_in

PASSWORD = "four quiet garden lamps"

# ---- A new installation ----


def test_from_an_empty_folder_to_a_person_who_signs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    made = process(
        "init", "--data", folder, "--email", "ada@hospital.example", "--name", "Ada Admin",
        BOARDROOM_ADMIN_PASSWORD=PASSWORD,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "boardroom serve" in made.stdout
    assert (folder / "secret_key").stat().st_mode & 0o077 == 0
    for file in folder.glob("boardroom.db*"):  # on PostgreSQL there is none
        assert file.stat().st_mode & 0o077 == 0, file
    again = command(
        "init", "--data", folder, "--email", "b@hospital.example", "--name", "B",
        BOARDROOM_ADMIN_PASSWORD=PASSWORD,
    )  # fmt: skip
    refused(again, 1, "has people already", "user add")
    assert command("upgrade", "--data", folder).stdout == "Nothing to do.\n"

    added = process(
        "user", "add", "--data", folder, "--email", "cy@hospital.example", "--name", "Cy Chair",
        "--role", "chair", "--specialty", "surgery", BOARDROOM_USER_PASSWORD=PASSWORD,
    )  # fmt: skip
    assert (added.returncode, added.stdout) == (0, "Added cy@hospital.example.\n")
    invited = process(
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
    whole = process("audit", "verify", "--data", folder)
    assert (whole.returncode, "is whole" in whole.stdout) == (0, True)
    noted = whole.stdout.split()[-1]
    again = process("audit", "verify", "--noted", noted, "--data", folder)
    assert again.stdout == whole.stdout
    other = noted.replace(noted[-8:], "00000000")
    assert process("audit", "verify", "--noted", other, "--data", folder).returncode == 1
    assert process("audit", "verify", "--noted", "12", "--data", folder).returncode == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--email", "nonsense", "--name", "A", "--role", "observer"), "email address"),
        (("--email", "a@b.example", "--name", "A", "--role", "specialist"), "specialty"),
        (("--email", "a@b.example", "--name", "A", "--role", "referrer"), "hospital"),
        (
            ("--email", "a@b.example", "--name", "A", "--role", "observer", "--password", "short"),
            "at least 12",
        ),
    ],
)
def test_a_person_who_cannot_be_added(data: Path, words: tuple[str, ...], reason: str) -> None:
    refused(command("user", "add", "--data", data, *words), 2, reason)


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


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("nonsense", PASSWORD, "email address"), ("ada@hospital.example", "password1234", "first")],
)
def test_an_administrator_who_cannot_be_leaves_nothing_behind(
    tmp_path: Path, email: str, password: str, reason: str
) -> None:
    folder = tmp_path / "data"
    done = command(
        "init", "--data", folder, "--email", email, "--name", "Ada Admin", "--password", password
    )
    refused(done, 2, reason)
    assert not folder.exists()


# ---- What can be wrong with a machine ----


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    refused(command("demo", "--port", 0, "--data", file / "under"), 1, "cannot be used")
    refused(command("upgrade", "--data", file), 2, "is a file")


ADMINISTRATOR = ("--email", "ada@hospital.example", "--name", "Ada", "--password", PASSWORD)


@pytest.mark.parametrize("words", [("serve", "--port", 0), ("upgrade",), ("init", *ADMINISTRATOR)])
def test_a_folder_that_cannot_be_written_is_told_in_a_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...]
) -> None:
    def read_only(**more: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    # Whoever runs the tests may be root, to whom every folder is open.
    monkeypatch.setattr("boardroom.upkeep.serving.tempfile.TemporaryFile", read_only)
    done = command(*words, "--data", data)
    refused(done, 1, f"{data} cannot be written")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.sqlite
def test_a_database_of_another_user_is_told_in_a_line(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    can = os.access
    monkeypatch.setattr(
        "boardroom.upkeep.serving.os.access",
        lambda path, how: Path(path).name != "boardroom.db" and can(path, how),
    )
    refused(command("upgrade", "--data", data), 1, "boardroom.db cannot be written")


def test_a_folder_that_is_open_to_everybody_is_warned_of(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    made = command("init", "--data", folder, *ADMINISTRATOR)
    assert made.returncode == 0
    assert f"Warning: {folder} is open to everybody" in made.stderr
    assert f"chmod 700 {folder}" in made.stderr
    folder.chmod(0o700)
    assert command("upgrade", "--data", folder).stderr == ""


@pytest.mark.sqlite
def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        app = create_app("testing", data=tmp_path)
        migrations.upgrade(app)
        with app.app_context(), db.engine.connect():
            modes = {f.name: f.stat().st_mode & 0o777 for f in tmp_path.glob("boardroom.db*")}
            db.engine.dispose()
    finally:
        os.umask(before)
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


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
    refused(process("serve", "--port", 0, "--data", data), 1, "boardroom upgrade")
    done = command("upgrade", "--data", data)
    assert (done.returncode, "Upgraded: 0001 to" in done.stdout) == (0, True)
    assert command("upgrade", "--data", data).stdout == "Nothing to do.\n"


@pytest.mark.sqlite
def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "boardroom.db").write_bytes(b"This is a letter. " * 500)
    for words in (("upgrade",), ("serve", "--port", 0), ("demo", "--port", 0)):
        refused(command(*words, "--data", tmp_path), 1, "not a database")


def set_revision(data: Path, revision: str) -> None:
    with sqlite3.connect(data / "boardroom.db") as database:
        database.execute("update alembic_version set version_num = ?", [revision])
    database.close()


def test_demo_does_not_open_a_real_database_to_everybody(data: Path) -> None:
    added = command(
        "user", "add", "--data", data, "--email", "real@hospital.example", "--name", "Real Person",
        "--role", "administrator",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    refused(command("demo", "--port", 0, "--data", data), 1, "not a demonstration", "--data")
