"""Sessions: clocks that are a little apart, and the live line of one that has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from socketio.exceptions import ConnectionError as Refused

from boardroom import create_app
from boardroom.rehearsal.colleague import Unexpected
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.setting import accounts_on
from tests import servers
from tests.integration.accounts import is_signed_in
from tests.integration.live_room import Client, held

LASTS = 6


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the clock by which cookies and tokens are signed back by so many seconds."""
    real = TimestampSigner.get_timestamp

    def to(seconds: int) -> None:
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda one: real(one) - seconds)

    return to


def test_a_clock_that_is_set_back_by_seconds_signs_nobody_out(
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
    set_back: Callable[[int], None],
) -> None:
    client = sign_in(person("specialist", "surgery"))
    assert is_signed_in(client)
    set_back(4)
    assert is_signed_in(client)
    set_back(400)
    assert not is_signed_in(client), "what is signed far in the future is nobody's clock"


def test_a_session_still_ends(
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
    set_back: Callable[[int], None],
) -> None:
    client = sign_in(person("specialist", "surgery"))
    assert is_signed_in(client)
    set_back(-13 * 3600)
    assert not is_signed_in(client)


def test_a_form_is_taken_from_a_page_of_before_the_clock_was_set_back(
    data: Path, set_back: Callable[[int], None]
) -> None:
    app: Flask = create_app("testing", data=data, WTF_CSRF_ENABLED=True)
    client = app.test_client()
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    set_back(4)
    form = {"csrf_token": token, "email": "nobody@boardroom.example", "password": "wrong"}
    assert client.post("/sign-in", data=form).status_code != 400
    assert client.post("/sign-in", data=form | {"csrf_token": "x"}).status_code == 400


def test_the_line_of_a_session_that_has_ended_is_cut(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARDROOM_PERMANENT_SESSION_LIFETIME", str(LASTS))

    async def come(server: servers.Server, role: str) -> Client:
        client = Client(server.url, role, role, Ledger())
        people = accounts_on(await client.text("/sign-in"))
        await client.sign_in(next(one.person for one in people if one.role == role))
        await client.open_stage(server.said["meeting"])
        client.watch()
        await client.join()
        return client

    async def is_cut(client: Client) -> None:
        line, client._socket = client._socket, None  # it is not to come back by itself
        assert line is not None
        assert line.connected
        for _ in range(10 * (LASTS + 10)):
            if not line.connected:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the line outlives its session")

    async def keeps_asking(client: Client) -> None:
        while True:
            await client.text("/account")
            await asyncio.sleep(0.5)

    with servers.demo(demo_folder) as server:

        async def story(_: str) -> None:
            silent, busy = await come(server, "observer"), await come(server, "chair")
            asking = asyncio.create_task(keeps_asking(busy))
            await asyncio.gather(is_cut(silent), is_cut(busy))
            with pytest.raises((Refused, Unexpected)):
                await silent.join()
            await busy.join()  # with the session of today
            asking.cancel()
            for client in (silent, busy):
                await client.close()

        held(story, server.url)
