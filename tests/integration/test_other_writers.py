"""Another program that writes into SQLite: a change waits for it, and nobody else waits along."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from boardroom import engines
from boardroom.db import db, write_transaction
from boardroom.interchange.registry import run_import
from tests import servers
from tests.conftest import CopyData
from tests.integration.live_room import Client, held, room

pytestmark = pytest.mark.sqlite

HOLD = 3.0  # seconds
OFTEN = 0.1  # seconds between two questions


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the lock."""
    with contextlib.closing(sqlite3.connect(folder / "boardroom.db")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_who_waits_for_another_program_waits_alone(
    made_demo: Path, copy_data: CopyData, tmp_path: Path
) -> None:
    folder = copy_data(made_demo, tmp_path / "demo")

    async def answers(client: Client, until: float) -> list[float]:
        """How long each question took that could be asked before then."""
        took: list[float] = []
        while (asked := time.monotonic()) < until:
            async with client._http.get(client.url + "/health/live") as answer:
                assert answer.status == 200
            took.append(time.monotonic() - asked)
            await asyncio.sleep(OFTEN)
        return took

    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            doctors = [await here.enter(here.account("specialist", n)) for n in range(2)]
            await chair.do(here.at("start"))
            await here.all_equal(await chair.do(here.at("next"), after="0"))
            comments = f"/cases/{here.items[0].case_id}/comments"
            with writing(folder) as other:
                free = time.monotonic() + HOLD
                posts = [
                    asyncio.ensure_future(doctor.do(comments, body=f"Word {n}."))
                    for n, doctor in enumerate(doctors)
                ]
                took = await answers(chair, free)
                assert not any(post.done() for post in posts), "they need the lock"
                other.execute("COMMIT")
            numbers = await asyncio.gather(*posts)
            assert len(took) > HOLD / OFTEN / 3
            assert max(took) < HOLD / 3
            await here.all_equal(max(numbers))
            with contextlib.closing(sqlite3.connect(folder / "boardroom.db")) as record:
                kept = record.execute("SELECT body FROM comment WHERE body LIKE 'Word _.'")
                assert sorted(kept) == [("Word 0.",), ("Word 1.",)]

    with servers.demo(folder) as server:
        held(story, server.url)


def test_who_waits_too_long_is_told_so_and_the_next_is_served(
    app: Flask, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WAIT", 1)
    with app.app_context():
        with writing(data):
            begun = time.monotonic()
            with pytest.raises(OperationalError, match="locked"), write_transaction() as session:
                session.execute(text("SELECT 1"))
            assert 1 <= time.monotonic() - begun < 4
        with write_transaction() as session:
            session.execute(text("DELETE FROM receipt"))
        patience = db.session.execute(text("PRAGMA busy_timeout")).scalar_one()
        assert patience == 1000, "what is short is waited for as ever"
        db.session.rollback()


ROWS = 25


def test_who_saves_while_a_table_is_imported_comes_in_between(
    app: Flask, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("id,sex\n" + "".join(f"p{n},1\n" for n in range(ROWS)))
    (tmp_path / "m.toml").write_text(
        'name = "trial"\nboard = "liver"\nkey_column = "id"\nfixed = { diagnosis = "hcc" }\n'
        '[[columns]]\ncolumn = "sex"\nto = "patient.sex"\nvalues = { "1" = "male" }\n'
    )
    done = 0
    came_in: set[int] = set()

    def save() -> None:
        other = sqlite3.connect(data / "boardroom.db", timeout=0, isolation_level=None)
        with contextlib.closing(other):
            while done < ROWS:
                with contextlib.suppress(sqlite3.OperationalError):
                    other.execute("BEGIN IMMEDIATE")
                    other.execute("COMMIT")
                    came_in.add(done)
                time.sleep(engines.LOOK_AGAIN)

    saving = threading.Thread(target=save)

    def tell(number: int, of: int) -> None:
        nonlocal done
        done = number
        if number == 1:
            saving.start()

    with app.app_context():
        report = run_import(tmp_path / "t.csv", tmp_path / "m.toml", progress=tell)
    saving.join(10)
    assert report.imported == ROWS
    assert len(came_in) > ROWS / 3
