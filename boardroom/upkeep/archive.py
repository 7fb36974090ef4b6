"""The file of a backup: a zip with a manifest that names every file in it with its SHA-256.

    manifest.json            what it is, when and by which version it was made, counts, digests
    boardroom.db             the database, one consistent moment of it: SQLite's file,
    boardroom.dump           or PostgreSQL's, as pg_dump writes it
    documents/ab/ab12…       every document that the database names
    exports/7.zip            every finished export of minutes

Only names of these forms are ever written to disk, so that no archive can reach outside.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT: Literal["boardroom backup"] = "boardroom backup"
FORMAT_VERSION: Literal[1] = 1
MANIFEST = "manifest.json"
DATABASE = "boardroom.db"
DUMP = "boardroom.dump"
LARGEST_MANIFEST = 256 * 1024 * 1024  # bytes; a million documents take about half of it
CHUNK = 1024 * 1024

NAME = re.compile(
    rf"{re.escape(DATABASE)}|{re.escape(DUMP)}|documents/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}|exports/[0-9]{{1,18}}\.zip"
)

# Calls: progress(what is being done, how much is done, of how much)
Progress = Callable[[str, int, int], None]

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class UpkeepFailed(Exception):
    """A backup that cannot be made or used; the message says why and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileEntry(_Strict):
    """One file of the archive."""

    sha256: Sha256
    size: int = Field(ge=0)


class AuditEnd(_Strict):
    """The audit chain's length and last hash."""

    length: int
    hash: Sha256


class Manifest(_Strict):
    """What a backup says of itself. It holds no patient's data."""

    format: Literal["boardroom backup"] = FORMAT
    format_version: Literal[1] = FORMAT_VERSION
    program: str  # version of Boardroom
    revision: str  # of the database's schema
    made_at: dt.datetime
    boards: tuple[str, ...]  # whose definitions the record needs
    counts: dict[str, int]
    audit: AuditEnd
    missing: tuple[Sha256, ...] = ()  # documents that were gone or damaged before the backup
    discarded: tuple[Sha256, ...] = ()  # those of drafts that were discarded while it was made
    files: dict[str, FileEntry]

    @property
    def database(self) -> str:
        """The name of the file that holds the database."""
        return DUMP if DUMP in self.files else DATABASE

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(entry.size for entry in self.files.values())


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup's archive and its manifest, which name the same files.

    Raises UpkeepFailed for anything else: another file, one that is cut off, one with more in it.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UpkeepFailed(
            f"{path} is not a whole backup: it is cut off, damaged, or something else."
        ) from None
    except OSError as error:
        raise UpkeepFailed(f"{path} cannot be read: {error.strerror}.") from None
    with archive:
        manifest = _manifest(path, archive)
        listed = sorted(archive.namelist())
        if listed != sorted([MANIFEST, *manifest.files]):
            raise UpkeepFailed(f"{path} does not hold the files that its manifest names.")
        for name in manifest.files:
            if not NAME.fullmatch(name):
                raise UpkeepFailed(f"{path} names a file that no backup holds: {name[:80]!r}.")
        if len({DATABASE, DUMP} & set(manifest.files)) != 1:
            raise UpkeepFailed(f"{path} holds no database.")
        yield archive, manifest


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    other = UpkeepFailed(f"{path} is not a backup of Boardroom.")
    try:
        if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise other
        with archive.open(MANIFEST) as file:
            said = json.loads(file.read(LARGEST_MANIFEST))
    except KeyError:
        raise other from None
    except _UNREADABLE:
        raise UpkeepFailed(f"{path} is damaged: its manifest cannot be read.") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise other
    if said.get("format_version") != FORMAT_VERSION:
        raise UpkeepFailed(f"{path} was made by a newer version of Boardroom. Use that version.")
    try:
        return Manifest.model_validate(said)
    except ValidationError:
        raise UpkeepFailed(f"{path} is damaged: its manifest makes no sense.") from None


# What reading from a damaged archive raises
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)


def put(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> FileEntry:
    """Write a file into the archive; returns its digest and size."""
    # Documents and exports are packed already; trying again costs time and gains nothing.
    kind = zipfile.ZIP_DEFLATED if name == DATABASE else zipfile.ZIP_STORED
    info = zipfile.ZipInfo(name)
    info.compress_type = kind
    info.external_attr = 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return FileEntry(sha256=digest.hexdigest(), size=size)


def take(archive: zipfile.ZipFile, name: str, entry: FileEntry, target: Path | None) -> None:
    """Read a file out of the archive and compare it with its entry; write it where one is named.

    Raises UpkeepFailed where a byte differs, and reads no more than the entry promises.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as source, _new_file(target) as file:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                if size > entry.size:
                    break
                digest.update(chunk)
                if file is not None:
                    file.write(chunk)
    except OSError as error:
        if error.errno is not None:
            raise UpkeepFailed(f"{name} cannot be written: {error.strerror}.") from None
        raise UpkeepFailed(f"The backup is damaged: {name} cannot be read.") from None
    except _UNREADABLE:
        raise UpkeepFailed(f"The backup is damaged: {name} cannot be read.") from None
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise UpkeepFailed(f"The backup is damaged: {name} is not what was put in.")


@contextlib.contextmanager
def _new_file(target: Path | None) -> Iterator[IO[bytes] | None]:
    """A new file for its owner alone, on the disk when this ends; None where none is wanted."""
    if target is None:
        yield None
        return
    for folder in reversed(target.parents):  # each, for mkdir's mode is the last one's alone
        folder.mkdir(exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make names in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
