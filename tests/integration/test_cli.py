"""The command line as scripts and people at a terminal use it: help, errors of use, servers."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import requests

from boardroom.cli import main
from boardroom.upkeep.serving import serving
from tests import servers
from tests.commands import command, process, refused
from tests.integration.browsing import sign_in

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


# ---- Help ----


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_good_enough_to_work_from(name: str) -> None:
    done = command(*name.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: boardroom {name}".rstrip())
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
    refused(process("frobnicate"), 2, "No such command")


def test_help_does_not_load_the_program() -> None:
    """A second on a slow machine, for a page of text."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "boardroom", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith("Usage: python -m boardroom [OPTIONS]")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & {"flask", "sqlalchemy", "pydantic", "gevent", "rich", "typst"}


# ---- The demonstration ----


@pytest.mark.parametrize("name", ["serve", "demo"])
def test_a_port_that_does_not_exist(name: str) -> None:
    refused(command(name, "--port", 99999), 2, "99999 is out of range: 0 to 65535.")
    refused(command(name, "--port", "abc"), 2, "'abc' is not a whole number.")


def test_demo_makes_its_folder_says_one_line_serves_until_asked_to_stop_and_keeps_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "new" / "demo"
    with servers.demo(folder) as server:
        said = server.said
        assert list(said) == ["url", "meeting", "past_meeting", "accounts"]
        assert isinstance(said["meeting"], int)
        assert isinstance(said["past_meeting"], int)
        assert len(said["accounts"]) == 17
        for account in said["accounts"]:
            assert list(account) == ["email", "password", "role", "specialty"]
        page = requests.get(server.url, timeout=10)
        assert page.status_code == 200
        assert "Sign in" in page.text
        browser = requests.Session()
        account = said["accounts"][1]
        assert sign_in(browser, server.url, account["email"], account["password"]) == 200
        assert browser.get(f"{server.url}/meetings/{said['meeting']}").status_code == 200
        assert server.stop() == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == "", "one line and nothing after it"
    assert "Traceback" not in "".join(server.log)

    with servers.demo(folder) as server:
        assert server.said | {"url": ""} == said | {"url": ""}
        server.process.send_signal(signal.SIGINT)  # by the keyboard, like any program
        assert server.process.wait(15) == 0
    assert "Traceback" not in "".join(server.log)


def test_a_folder_that_another_process_serves(demo_folder: Path) -> None:
    with serving(demo_folder, alone=True):
        for name in ("serve", "demo"):
            done = process(name, "--port", 0, "--data", demo_folder)
            refused(done, 1, "Another process serves", "message_queue")


def test_a_port_that_is_taken(demo_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for name in ("serve", "demo"):
            done = process(name, "--port", port, "--data", demo_folder)
            refused(done, 1, str(port), "--port")
