"""Backup and restore: what comes back is what was there; what is not whole is not taken."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from sqlalchemy import select

from boardroom import create_app, migrations
from boardroom.db import db
from boardroom.minutes.exporting import minutes_file
from boardroom.minutes.models import Minutes
from boardroom.upkeep import backup as backups
from boardroom.upkeep.archive import UpkeepFailed
from tests.commands import command, process, refused
from tests.integration.backing_up import documents, make, record, restore

pytestmark = pytest.mark.sqlite  # PostgreSQL's are in test_backup_postgresql.py


@pytest.fixture(scope="module")
def backed_up(made_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the demonstration with a finished export; only to be copied."""
    place = tmp_path_factory.mktemp("backed-up")
    shutil.copytree(made_demo, place / "data")
    with record(place / "data") as rows:
        rows.execute(
            "INSERT INTO minutes_export (id, board, first_day, last_day, format, without_names,"
            " by_id, at, total, done, finished_at, problem) VALUES (7, 'liver', '2026-01-01',"
            " '2026-12-31', 'pdf', 0, 1, '2026-11-01 10:00', 1, 1, '2026-11-01 10:01', '')"
        )
        rows.commit()
    (place / "data" / "exports").mkdir()
    (place / "data" / "exports" / "7.zip").write_bytes(b"a finished export")
    (place / "data" / "exports" / "8.part").write_bytes(b"half of one")
    make(place / "data", place / "backup.zip")
    return place / "backup.zip"


@pytest.fixture
def file(backed_up: Path, tmp_path: Path) -> Path:
    """A backup that the test may damage."""
    return Path(shutil.copy(backed_up, tmp_path / "backup.zip"))


def everything(folder: Path, without_last: int = 0) -> dict[str, list[Any]]:
    """Every row of every table, but for what the trail says of backup and restore themselves."""
    with record(folder) as rows:
        names = [r[0] for r in rows.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {n: rows.execute(f'SELECT * FROM "{n}" ORDER BY 1').fetchall() for n in names}  # noqa: S608
    found.pop("audit_head")
    trail = found["audit_entry"]
    found["audit_entry"] = trail[: len(trail) - without_last]
    return found


# ---- There and back ----


def test_an_empty_machine_gets_back_the_same_record(backed_up: Path, tmp_path: Path) -> None:
    before, folder = backed_up.parent / "data", tmp_path / "srv" / "boardroom"
    manifest = restore(backed_up, folder)
    # The old trail has one entry more since the backup, the new one the restore's.
    assert everything(folder, without_last=1) == everything(before, without_last=1)
    assert documents(folder) == documents(before)
    assert len(documents(folder)) == manifest.counts["document"] + 1 > 5
    with record(folder) as rows:
        hashes = rows.execute("SELECT content_hash FROM minutes").fetchall()
        last = rows.execute("SELECT action FROM audit_entry ORDER BY id DESC").fetchone()
    assert len(hashes) == manifest.counts["minutes"] >= 1
    assert last == ("restored a backup",)
    with record(before) as rows:
        last = rows.execute("SELECT action FROM audit_entry ORDER BY id DESC").fetchone()
    assert last == ("made a backup",)
    assert {path.name for path in folder.iterdir()} == {
        "boardroom.db", "documents", "exports", "secret_key",
    }  # fmt: skip
    for path in [folder, *folder.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_minutes_of_the_restored_record_are_the_same_hash_for_hash(
    backed_up: Path, tmp_path: Path
) -> None:
    """The record is exported from both, and hashed as anybody would who wants to compare them."""
    restore(backed_up, tmp_path / "data")
    exported = [exported_minutes(data) for data in (backed_up.parent / "data", tmp_path / "data")]
    for minutes in exported:
        minutes.pop("generated_at")
        hashed = {
            k: v
            for k, v in minutes.items()
            if k not in ("signature", "amendments", "confirmations")
        }
        digest = hashlib.sha256(rfc8785.dumps(hashed)).hexdigest()
        assert digest == minutes["signature"]["content_hash"]
    assert exported[0] == exported[1]


def exported_minutes(folder: Path) -> dict[str, Any]:
    """The latest signed record in a folder, as its export to JSON has it."""
    app = create_app("testing", data=folder)
    with app.app_context():
        meeting = db.session.scalars(select(Minutes.meeting_id).order_by(Minutes.id.desc())).first()
        assert meeting is not None
        content, _, _ = minutes_file(meeting, "json", without_names=False)
        db.session.rollback()
        db.engine.dispose()
    found: dict[str, Any] = json.loads(content)
    return found


def test_a_backup_is_for_its_owner_alone_and_holds_no_secret(backed_up: Path) -> None:
    assert stat.S_IMODE(backed_up.stat().st_mode) == 0o600
    secret = (backed_up.parent / "data" / "secret_key").read_bytes()
    with zipfile.ZipFile(backed_up) as archive:
        names = archive.namelist()
        said = json.loads(archive.read("manifest.json"))
        assert not [name for name in names if secret in archive.read(name)]
    assert sorted(said["files"]) == sorted(set(names) - {"manifest.json"})
    assert said["revision"] == migrations.head()
    assert said["boards"] == ["liver"]
    assert [path.name for path in backed_up.parent.iterdir() if path.name != "data"] == [
        "backup.zip"
    ], "nothing is left beside it"


def test_by_command_with_settings_in_place(backed_up: Path, tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "again.zip"
    folder.mkdir()
    (folder / "boardroom.toml").write_text('log_level = "ERROR"\n')
    (folder / "secret_key").write_text("the key of before, which is long enough")
    (folder / "compiled").mkdir()
    done = process("restore", backed_up, "--data", folder)
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ cases, \d+ meetings, 2 signed minutes, \d+ documents", done.stdout)
    assert (folder / "secret_key").read_text() == "the key of before, which is long enough"
    made = command("backup", file, "--data", folder)
    assert made.returncode == 0, made.stderr
    assert "2 signed minutes" in made.stdout
    refused(command("backup", file, "--data", folder), 1, "exists already", "overwritten")


def test_what_a_killed_backup_left_is_cleared_by_the_next(
    migrated: Path, copy_data: Any, tmp_path: Path
) -> None:
    """An unencrypted copy of the database does not stay on the share for good."""
    folder = copy_data(migrated, tmp_path / "data")
    share = tmp_path / "share"
    dead, busy = share / f"{backups.WORK}dead", share / f"{backups.WORK}busy"
    for left in (dead, busy):
        left.mkdir(parents=True)
        (left / "lock").touch()
        (left / "boardroom.sqlite").write_bytes(b"names")
    with (busy / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = command("backup", share / "one.zip", "--data", folder)
        assert done.returncode == 0, done.stderr
    assert sorted(one.name for one in share.iterdir()) == sorted([busy.name, "one.zip"])


def test_what_cannot_be_backed_up(tmp_path: Path, data: Path) -> None:
    refused(
        command("backup", tmp_path / "b.zip", "--data", tmp_path / "no"),
        2,
        "there is no such folder",
    )
    assert not (tmp_path / "no").exists()
    with pytest.raises(UpkeepFailed, match="cannot be written: No such file"):
        make(data, tmp_path / "no" / "b.zip")
    (data / "boardroom.db").write_bytes(b"SQLite format 3\0" + b"rubbish" * 500)
    refused(command("backup", tmp_path / "b.zip", "--data", data), 1, "cannot be used")
    assert not (tmp_path / "b.zip").exists()


def test_documents_that_are_lost_already_are_told_and_the_rest_is_saved(
    demo_folder: Path, tmp_path: Path
) -> None:
    files = sorted(path for path in (demo_folder / "documents").rglob("*") if path.is_file())
    files[0].unlink()
    files[1].write_bytes(b"something else")
    lost = (files[0].name, files[1].name)
    done = command("backup", tmp_path / "b.zip", "--data", demo_folder)
    assert done.returncode == 3
    assert all(name in done.stderr for name in lost)
    assert restore(tmp_path / "b.zip", tmp_path / "new").missing == lost
    assert len(documents(tmp_path / "new")) == len(files) - 2


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("UPDATE audit_entry SET action = 'nothing' WHERE id = 3", "audit trail is broken"),
        ("DELETE FROM audit_head", "audit trail is broken"),
        ("UPDATE minutes SET content = json_set(content, '$.chair', 'Else')", "signed minutes"),
        ("UPDATE document SET case_id = 9999", "leads nowhere"),
    ],
)
def test_a_record_that_was_tampered_with_is_found_out(
    demo_folder: Path, tmp_path: Path, harm: str, reason: str
) -> None:
    with record(demo_folder) as rows:
        triggers = rows.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            rows.execute(f"DROP TRIGGER {name}")
        rows.execute(harm)
        rows.commit()
    with pytest.raises(UpkeepFailed, match=reason):
        make(demo_folder, tmp_path / "b.zip")
    assert not list(tmp_path.glob("*b.zip*")), "no backup that looks like one"


# ---- What is not taken ----

Harm = Callable[[Path], None]


def cut(share: float) -> Harm:
    return lambda file: os.truncate(file, int(file.stat().st_size * share))


def flip(name: str) -> Harm:
    """Change one byte in the middle of a file of the archive."""

    def harm(file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            wanted = next(i for i in archive.infolist() if i.filename.startswith(name))
        at = wanted.header_offset + 30 + len(wanted.filename) + wanted.compress_size // 2
        content = bytearray(file.read_bytes())
        content[at] ^= 0xFF
        file.write_bytes(content)

    return harm


def packed_anew(change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Harm:
    """The archive with other files, or another manifest, as somebody would who knows the format."""

    def harm(file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(files.pop("manifest.json"))
        change(files, manifest)
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
            archive.writestr("manifest.json", json.dumps(manifest))

    return harm


def smuggled(name: str) -> Harm:
    def change(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        files[name] = b"smuggled"
        digest = hashlib.sha256(b"smuggled").hexdigest()
        manifest["files"][name] = {"sha256": digest, "size": 8}

    return packed_anew(change)


def of_version(**said: Any) -> Harm:
    return packed_anew(lambda files, manifest: manifest.update(said))


def a_document_less(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    name = next(name for name in files if name.startswith("documents/"))
    del files[name], manifest["files"][name]


def another_database(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    content = b"SQLite format 3\0" + b"x" * 8000
    files["boardroom.db"] = content
    digest = hashlib.sha256(content).hexdigest()
    manifest["files"]["boardroom.db"] = {"sha256": digest, "size": len(content)}


def a_bomb(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    files["boardroom.db"] += bytes(10_000_000)


def foreign_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("holiday.txt", "sun")


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (cut(0.5), "not a whole backup"),
        (cut(0.999), "not a whole backup"),
        (cut(0), "not a whole backup"),
        (lambda file: file.write_bytes(b"%PDF-1.7 something else"), "not a whole backup"),
        (foreign_zip, "not a backup of Boardroom"),
        (flip("boardroom.db"), "damaged: boardroom.db"),
        (flip("documents/"), "damaged: documents/"),
        (flip("manifest.json"), "damaged: its manifest|not a backup"),
        (smuggled("../outside"), "names a file that no backup holds"),
        (smuggled("/tmp/outside"), "names a file that no backup holds"),  # noqa: S108
        (smuggled("documents/../../outside"), "names a file that no backup holds"),
        (smuggled("documents/aa/" + "b" * 64), "names a file that no backup holds"),
        (smuggled("secret_key"), "names a file that no backup holds"),
        (smuggled("boardroom.toml"), "names a file that no backup holds"),
        (packed_anew(lambda f, m: f.update(more=b"")), "does not hold the files"),
        (packed_anew(lambda f, m: f.pop("boardroom.db")), "does not hold the files"),
        (packed_anew(lambda f, m: m.pop("files")), "makes no sense"),
        (packed_anew(lambda f, m: m["files"].update({"boardroom.db": 1})), "makes no sense"),
        (packed_anew(a_document_less), "lacks documents"),
        (packed_anew(another_database), "cannot be used|damaged"),
        (packed_anew(a_bomb), "damaged: boardroom.db"),
        (of_version(format_version=2), "newer version"),
        (of_version(revision="9999_tomorrow"), "newer version"),
        (of_version(counts={}), "not the one that the manifest describes"),
    ],
)
def test_what_is_not_whole_is_refused_and_nothing_is_left(
    file: Path, tmp_path: Path, harm: Harm, reason: str
) -> None:
    harm(file)
    names = set(tmp_path.rglob("*"))
    with pytest.raises(UpkeepFailed, match=reason):
        restore(file, tmp_path / "new")
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(UpkeepFailed, match=reason):
        restore(file, folder)
    assert set(tmp_path.rglob("*")) - names == {folder}
    assert not Path("/tmp/outside").exists()  # noqa: S108


def test_a_link_in_the_archive_is_no_link_on_the_disk(file: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "outside").encode()
    digest = hashlib.sha256(target).hexdigest()
    name = f"documents/{digest[:2]}/{digest}"

    def link(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["files"][name] = {"sha256": digest, "size": len(target)}

    packed_anew(link)(file)
    with zipfile.ZipFile(file, "a") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    restore(file, tmp_path / "new")
    assert not any(path.is_symlink() for path in (tmp_path / "new").rglob("*"))


@pytest.mark.parametrize("there", ["boardroom.db", "documents/aa", ".restoring-x"])
def test_a_folder_in_use_is_not_touched(file: Path, tmp_path: Path, there: str) -> None:
    folder = tmp_path / "data"
    (folder / there).mkdir(parents=True)
    names = set(folder.rglob("*"))
    done = command("restore", file, "--data", folder)
    refused(done, 1, "another restore" if there.startswith(".") else "is not empty")
    assert set(folder.rglob("*")) == names


def test_settings_that_point_elsewhere_are_not_passed_over(file: Path, tmp_path: Path) -> None:
    done = command("restore", file, "--data", tmp_path / "new",
                   BOARDROOM_DATABASE_URL="sqlite:////elsewhere.db")  # fmt: skip
    refused(done, 1, "database_url")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["secret_key", "documents", "boardroom.db"])
def test_a_disk_that_fails_at_the_last_step_leaves_nothing(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == name:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="Input/output"):
        restore(file, tmp_path / "new")
    assert not (tmp_path / "new").exists()
