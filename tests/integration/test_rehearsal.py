"""A rehearsal on a real demonstration: the command, its report, its exit code."""

from __future__ import annotations

import contextlib
import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest

from boardroom.rehearsal.ledger import Action, Ledger
from boardroom.rehearsal.pages import Page
from boardroom.rehearsal.screen import difference
from boardroom.rehearsal.verify import count_events
from tests import servers
from tests.databases import free_port
from tests.integration.rehearsals import hold


def rehearse(url: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "boardroom", "rehearse", "--url", url, *more],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_small_rehearsal_loses_nothing(demo_folder: Path) -> None:
    with servers.demo(demo_folder) as server:
        done = rehearse(server.url, "--people", "6", "--cases", "2", "--minutes", "0.2", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert set(report) == {"people", "cases", "actions", "push_ms", "stages", "errors"}
    assert (report["people"], report["cases"], report["errors"]) == (6, 2, [])
    actions = report["actions"]
    assert actions["sent"] == actions["acknowledged"] == actions["found"] > 30
    assert actions["duplicated"] == 0
    assert 0 < report["push_ms"]["p50"] <= report["push_ms"]["p99"] <= report["push_ms"]["max"]
    assert report["stages"]["checked"] == report["stages"]["equal"] >= 6


def test_nobody_there_is_said_plainly() -> None:
    done = rehearse("http://127.0.0.1:9", "--people", "2")
    assert done.returncode == 2
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


# What aiohttp says of lines that were being taken up when the server went
@pytest.mark.filterwarnings("ignore:Unclosed connection:ResourceWarning")
@pytest.mark.parametrize("comes_back", [False, True], ids=["gone", "another in its place"])
def test_a_server_that_is_lost_under_way_ends_in_a_report(
    demo_folder: Path,
    tmp_path: Path,
    comes_back: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("boardroom.rehearsal.colleague.TRIES", 3)
    monkeypatch.setattr("boardroom.rehearsal.colleague.COME_BACK", 2.0)
    cases: list[int] = []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(servers.demo(demo_folder, free_port()))

        def case_begins() -> None:
            cases.append(1)
            if len(cases) == 2:
                server.kill()
                if comes_back:  # with a record that knows nothing of this meeting
                    port = int(server.url.rpartition(":")[2])
                    stack.enter_context(servers.demo(tmp_path / "other", port))

        report, book = hold(server.url, begun=case_begins, people=6, minutes=0.3, cases=3, seed=1)
    assert any(error.startswith("broken off") for error in report["errors"]) or comes_back
    assert report["errors"]
    assert report["actions"]["sent"] == len(book.actions) > report["actions"]["acknowledged"] > 5
    gc.collect()
    assert [r.getMessage() for r in caplog.records if r.name == "asyncio"] == []


# --- The report tells what goes wrong: a book with losses and doubles in it ----------------------


def test_the_book_tells_losses_doubles_and_times() -> None:
    book = Ledger()
    for number, found in enumerate((1, 0, 2), 1):
        action = Action("comment", "somebody", 1, f"text {number}", 10.0, True, seq=number)
        action.times_found = found
        book.actions.append(action)
    book.actions.append(Action("comment", "somebody", 1, "never answered", 10.0))
    book.arrived(1, 2, ["commented", "commented"], 10.050)
    book.arrived(3, 3, ["commented"], 10.200)
    report = book.report(people=1, cases=1)
    assert report["actions"] == {"sent": 4, "acknowledged": 3, "found": 2, "duplicated": 1}
    assert report["push_ms"] == {"p50": 50.0, "p99": 200.0, "max": 200.0}


def test_a_change_that_was_made_twice_counts_as_a_double() -> None:
    book = Ledger()
    action = Action("pen", "somebody", 1, "", 0.0, True, seq=1)
    action.times_found = 1
    book.actions.append(action)
    book.arrived(1, 2, ["pen_handed", "pen_handed"], 0.1)
    count_events(book)
    assert book.report(1, 1)["actions"]["duplicated"] == 1
    assert book.errors


def test_a_screen_that_differs_is_told_with_the_place() -> None:
    assert difference({"bar": "one"}, {"bar": "one"}, 3) is None
    told = difference({"bar": "here 4"}, {"bar": "here 5"}, 3)
    assert told is not None
    assert "'bar' at 3" in told
    assert difference({}, {"bar": "new"}, 3) is not None


def test_a_page_is_read_as_a_browser_would_send_it() -> None:
    page = Page(
        '<meta name="csrf-token" content="a&amp;b"><body data-seq="3" data-stage>'
        '<form action="/other"><input name="x" value="1"></form>'
        '<form action="/cases/1/opinion/draft" method="post">'
        '<input type="hidden" name="version" value="2"><input type="submit" name="go" value="Go">'
        '<textarea name="change_mind">\nIf 3 &lt; 4</textarea>'
        '<select name="s"><option value="">none</option><option value="u" selected>U</option>'
        '</select><input type="radio" name="r" value="1"><input type="radio" name="r" value="2"'
        " checked></form>"
    )
    form = page.form(r"/opinion/(draft|submit)$")
    assert form is not None
    assert form.fields == {"version": "2", "change_mind": "If 3 < 4", "s": "u", "r": "2"}
    assert form.words("s") == ["u"]
    assert form.words("r") == ["1", "2"]
    assert (page.token, page.body["data-seq"]) == ("a&b", "3")
    assert page.form("nowhere") is None
