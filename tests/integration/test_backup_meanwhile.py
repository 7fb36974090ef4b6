"""A backup while people work: one moment of the record, and nothing that it names is missing."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from boardroom.upkeep import backup as backups
from tests import servers
from tests.commands import process
from tests.integration.backing_up import documents, make, record, restore

pytestmark = pytest.mark.sqlite  # PostgreSQL's are in test_backup_postgresql.py


def test_the_copy_is_one_moment_though_somebody_writes_at_every_step(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the read transaction around it, SQLite would begin again at each write."""
    monkeypatch.setattr(backups, "PAGES", 4)
    steps = 0
    with record(demo_folder) as rows:
        before = rows.execute("SELECT count(*) FROM receipt").fetchone()[0]

        def write(what: str, done: int, total: int) -> None:
            nonlocal steps
            if what == "Copying the database":
                steps += 1
                assert steps < 2000, "it never ends"
                rows.execute(
                    "INSERT INTO receipt (person_id, key, path, status, location, seq, at)"
                    " VALUES (1, ?, '/', 303, '', '', '2026-11-01 10:00')",
                    (f"key {steps}",),
                )
                rows.commit()

        make(demo_folder, tmp_path / "b.zip", write)
    assert steps > 10
    restore(tmp_path / "b.zip", tmp_path / "new")
    with record(tmp_path / "new") as rows:
        assert rows.execute("SELECT count(*) FROM receipt").fetchone()[0] == before


def test_a_draft_that_is_discarded_meanwhile_is_missed_by_nobody(
    demo_folder: Path, tmp_path: Path
) -> None:
    """The copy of the database still names its document, whose bytes are gone."""
    with record(demo_folder) as rows:
        sha256 = rows.execute("SELECT sha256 FROM document ORDER BY id").fetchone()[0]
    gone = False

    def discard(what: str, done: int, total: int) -> None:
        nonlocal gone
        if what == "Packing" and not gone:
            gone = True
            with record(demo_folder) as rows:
                rows.execute("DELETE FROM document WHERE sha256 = ?", (sha256,))
                rows.commit()
            (demo_folder / "documents" / sha256[:2] / sha256).unlink()

    manifest = make(demo_folder, tmp_path / "b.zip", discard)
    assert (manifest.missing, manifest.discarded) == ((), (sha256,))
    assert restore(tmp_path / "b.zip", tmp_path / "new").missing == ()
    assert f"documents/{sha256[:2]}/{sha256}" not in documents(tmp_path / "new")


def test_a_backup_while_a_meeting_is_live(demo_folder: Path, tmp_path: Path) -> None:
    """A rehearsal writes all the while, loses nothing and fails nowhere; each backup is whole and
    holds more than the one before."""
    with servers.demo(demo_folder) as server:
        words = ("--people", "4", "--cases", "1", "--minutes", "0.15", "--json")
        meeting = subprocess.Popen(
            [sys.executable, "-m", "boardroom", "rehearse", "--url", server.url, *words],
            stdout=subprocess.PIPE,
            text=True,
        )
        made: list[dict[str, Any]] = []
        while meeting.poll() is None:
            file = tmp_path / f"{len(made)}.zip"
            done = process("backup", file, "--data", demo_folder, "--json")
            assert done.returncode == 0, done.stderr
            made.append(json.loads(done.stdout))
            with contextlib.suppress(subprocess.TimeoutExpired):
                meeting.wait(1.5)  # the meeting gets the cores in between
        assert meeting.stdout is not None
        report = json.loads(meeting.stdout.read())
        meeting.stdout.close()
        assert not [line for line in server.log if "ERROR" in line]
    # Not its exit code: on a busy machine a screen may be away when something is pushed.
    actions, stages = report["actions"], report["stages"]
    assert actions["found"] == actions["acknowledged"] == actions["sent"] > 10, report["errors"]
    assert actions["duplicated"] == 0
    assert stages["equal"] == stages["checked"] > 0
    lengths = [each["audit"]["length"] for each in made]
    assert len(lengths) > 1
    assert lengths == sorted(set(lengths)), "something happened between any two"
    for number in range(len(made)):
        folder = tmp_path / f"restored-{number}"
        manifest = restore(tmp_path / f"{number}.zip", folder)
        assert manifest.audit.length == lengths[number]
