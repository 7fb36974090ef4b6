"""What the tests of the whole program share: cases, and the demonstration to work in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom import create_app
from boardroom.cases import operations
from boardroom.cases.models import Case, Patient
from boardroom.db import db, write_transaction
from boardroom.minutes import exporting
from boardroom.people import sign_in as signing
from tests.clients import signed_in
from tests.conftest import CopyData
from tests.integration.accounts import PASSWORD, QUICK
from tests.integration.house import House, open_house
from tests.integration.meeting_samples import CORE, make_case, make_meeting
from tests.integration.stage_board import Board


@pytest.fixture(scope="session", autouse=True)
def nothing_drawn_ahead() -> Iterator[None]:
    """Signing draws files in a thread of its own, which would outlive a test's database."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(exporting, "draw_ahead", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def house(
    made_demo: Path, copy_data: CopyData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Three processes on PostgreSQL, for the tests of one file."""
    with open_house(made_demo, copy_data, tmp_path_factory.mktemp("house") / "data") as opened:
        yield opened


@pytest.fixture
def demo_folder(made_demo: Path, tmp_path: Path, copy_data: CopyData) -> Path:
    """The demonstration in a folder of the test's own."""
    return copy_data(made_demo, tmp_path / "demo")


@pytest.fixture
def coordinator(person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(person("coordinator"))


@pytest.fixture
def referrer(person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    """Of the hospital whose cases `received` makes."""
    return sign_in(person("referrer", hospital="Invented General"))


@pytest.fixture
def stranger(person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(person("referrer", hospital="Another Invented"))


@pytest.fixture
def new_case(app: Flask) -> Callable[..., int]:
    """Make a case; returns its id."""

    def make(status: str = "draft", hospital: str = "St Example", **values: Any) -> int:
        with app.test_request_context(), write_transaction():
            case = operations.new_case(
                app.extensions["boards"]["liver"],
                actor=None,
                patient=Patient(name="Mx Invented", sex="female"),
            )
            case.question = "Can it be resected?"
            case.diagnosis = "hcc"
            case.referrer_hospital = hospital
            case.status = status
            for name, value in values.items():
                setattr(case, name, value)
            return case.id

    return make


@pytest.fixture
def the_case(app: Flask) -> Callable[[int], Case]:
    """The case as it is stored now, with everything loaded."""
    from boardroom.cases.queries import load_case

    def load(case_id: int) -> Case:
        with app.app_context():
            return load_case(case_id)

    return load


@pytest.fixture
def demo(demo_folder: Path) -> Iterator[Flask]:
    """The demonstration, with its signed meeting, as an application of the test's own."""
    app = create_app("demo", data=demo_folder, WTF_CSRF_ENABLED=False)
    yield app
    with app.app_context():
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def as_(demo: Flask) -> Callable[[str], FlaskClient]:
    """A client signed in as one of the demonstration's people."""

    return partial(signed_in, demo)


# ---- Accounts with a password ----


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow on purpose; here it need not be."""
    monkeypatch.setattr(signing, "hasher", QUICK)
    monkeypatch.setattr(signing, "_nobodys_hash", lambda: QUICK.hash("nobody"))


@pytest.fixture(scope="session")
def stored() -> str:
    """The hash of PASSWORD."""
    return QUICK.hash(PASSWORD)


@pytest.fixture
def admin(person: Callable[..., int], stored: str) -> int:
    """An administrator with PASSWORD."""
    return person(
        "administrator", name="Ivy Keeper", email="ivy@boardroom.example", password_hash=stored
    )


@pytest.fixture
def surgeon(person: Callable[..., int], stored: str) -> int:
    """A specialist with PASSWORD."""
    return person(
        "specialist",
        "surgery",
        name="Bo Sample",
        email="bo.sample@boardroom.example",
        password_hash=stored,
    )


# ---- A meeting to run ----


@pytest.fixture
def planned(app: Flask) -> Any:
    """A meeting of an hour with three cases on it, and one that waits."""
    cases = [make_case(app, f"BR-000{n}") for n in (1, 2, 3)]
    waiting = make_case(app, "BR-0004", question="Would ablation do?")
    meeting, items = make_meeting(app, *cases)
    return SimpleNamespace(
        id=meeting, items=items, cases=cases, waiting=waiting, url=f"/meetings/{meeting}"
    )


@pytest.fixture
def board(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> Board:
    """A meeting that is planned."""
    return Board(app, person, sign_in, rows)


@pytest.fixture
def live(board: Board) -> Board:
    """A live meeting, everybody whom quorum needs in the room."""
    assert board.post("start").status_code == 204
    board.here(*CORE, "chair")
    return board


@pytest.fixture
def deciding(live: Board) -> Board:
    """The first case is before the board, its opinions open."""
    live.post("next", after=0)
    assert live.post(f"items/{live.items[0]}/reveal").status_code == 204
    return live
