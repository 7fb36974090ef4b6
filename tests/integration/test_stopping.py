"""A graceful stop: a real server, real sockets, SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import time
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import requests
import socketio

from boardroom.rehearsal.setting import Account
from tests import servers
from tests.databases import free_port
from tests.integration.live_room import Client, Room, room

WORD = "Unsayable"
TOKEN = "invented-token-0123456789abcdef"


def numbers(url: str) -> dict[str, float]:
    """Prometheus' numbers of a server."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    text = requests.get(f"{url}/metrics", headers=headers, timeout=10).text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def cookies(client: Client) -> str:
    return "; ".join(f"{c.key}={c.value}" for c in client._http.cookie_jar)


def half_a_post(address: tuple[str, int], path: str, client: Client, text: str) -> socket.socket:
    """Send all of a comment but its last byte."""
    body = f"body={text}"
    line = socket.create_connection(address, timeout=20)
    line.sendall(
        f"POST {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
        f"Cookie: {cookies(client)}\r\nX-CSRFToken: {client.token}\r\n"
        f"Idempotency-Key: {uuid4()}\r\nX-Boardroom-Part: 1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body[:-1]}".encode()
    )
    return line


def test_a_stop_finishes_what_it_took_and_screens_come_back(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post that is half sent when the stop is asked for is answered and pushed; every client is
    told, closed and comes back by itself to the server that starts again."""
    port = free_port()
    monkeypatch.setenv("BOARDROOM_METRICS_TOKEN", TOKEN)

    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            doctor = await here.enter(here.account("specialist"))
            await here.all_equal(await chair.do(here.at("start")))
            await chair.do(here.at("next"), after="0")
            heard, plain = await a_plain_client(url, here.account("observer"), here)
            counted = await asyncio.to_thread(numbers, url)
            assert counted["boardroom_pushes_total"] >= 3, "joined, started, taken"
            assert counted["boardroom_push_seconds_count"] == counted["boardroom_pushes_total"]
            made, written = (counted[f"boardroom_push{way}_seconds_sum"] for way in ("_made", ""))
            assert 0 < made < written
            assert counted["boardroom_push_bytes_sum"] > 1000
            assert counted["boardroom_connected_people"] == 3
            assert counted["boardroom_connected_meetings"] == 1
            path = f"/cases/{here.items[0].case_id}/comments"
            with half_a_post(("127.0.0.1", port), path, doctor, "Finished-all-the-same") as line:
                await asyncio.sleep(0.3)
                asked = time.monotonic()
                running[0].process.send_signal(signal.SIGTERM)
                await asyncio.sleep(0.5)
                assert running[0].process.poll() is None, "it waits for the post"
                with pytest.raises(OSError, match="refused"):
                    await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port), 2)
                assert "restart" not in heard, "nobody is sent away before the last push"
                line.sendall(b"e")
                answer = (await asyncio.to_thread(line.recv, 65536)).decode()
            assert answer.startswith("HTTP/1.1 303"), answer
            assert "\r\nConnection: close\r\n" in answer
            seq = int(answer.partition("X-Boardroom-Seq: ")[2].split()[0])
            assert await asyncio.to_thread(running[0].process.wait, 10) == 0
            assert time.monotonic() - asked < 4
            assert chair.screen is not None
            assert chair.screen.seq >= seq, "the last change was pushed before the goodbye"
            assert heard == ["connect", "restart", "disconnect"]
            assert not list(demo_folder.glob("*-wal")), "the database was put away in order"

            running.append(again.enter_context(servers.demo(demo_folder, port)))
            for _ in range(200):
                if chair.here and doctor.here and heard[-1] == "connect":
                    break
                await asyncio.sleep(0.1)
            assert heard[-1] == "connect", "a Socket.IO client comes back by its own rules"
            seq = await chair.do(path, body="After the pause")
            await here.all_equal(seq)
            thread = await doctor.text(path, part=True)
            assert thread.count("Finished-all-the-same") == 1
            await plain.shutdown()
            await plain.eio.http.close()

    with contextlib.ExitStack() as again:
        running = [again.enter_context(servers.demo(demo_folder, port))]

        async def run() -> None:
            async with asyncio.timeout(90):
                await story(running[0].url)

        asyncio.run(run())
        assert not [line for line in running[0].log if "Traceback" in line or "ERROR" in line]


async def a_plain_client(
    url: str, account: Account, here: Room
) -> tuple[list[str], socketio.AsyncClient]:
    """A Socket.IO client as it comes, with its own way to reconnect; and what it hears."""
    watcher = Client(url, account.name, account.role, here.ledger)
    await watcher.sign_in(account.person)
    client = socketio.AsyncClient(
        reconnection_delay=0.3,
        reconnection_delay_max=1,
        http_session=aiohttp.ClientSession(),  # of its own ones it leaves one open
    )
    heard: list[str] = []
    for name in ("connect", "disconnect", "restart"):
        client.on(name, lambda *_, name=name: heard.append(name))
    header = {"Cookie": cookies(watcher)}
    # Asked for anew each time: the client takes the cookie out of the headers that it is given
    await client.connect(url, headers=header.copy, transports=["websocket"])
    await client.call("join", {"meeting": here.place.meeting})
    await watcher.close()
    return heard, client


def test_a_client_that_never_finishes_does_not_hold_the_server(data: Path) -> None:
    with servers.serve(data) as server:
        host, port = "127.0.0.1", int(server.url.rpartition(":")[2])
        with (
            socket.create_connection((host, port)) as idle,
            socket.create_connection((host, port)) as slow,
        ):
            idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(65536).startswith(b"HTTP/1.1 200")
            slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nemail=")
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert server.process.poll() is None
            asked = time.monotonic()
            assert server.stop() == 0, "the second signal hurries it"
            assert time.monotonic() - asked < 3
        told = [json.loads(line)["message"] for line in server.log]
        assert told[-3:] == ["stopping", "1 requests were cut off", "stopped"]


def test_what_is_no_http_is_not_quoted_in_the_log(data: Path) -> None:
    with servers.serve(data) as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        for sent in (
            f"GET /{WORD} HTTP/9.{WORD}\r\n\r\n",
            f"{WORD}\r\n\r\n",
            f"GET / HTTP/1.1\r\n{WORD}\r\n\r\n",
            f"GET /?{WORD} HTTP/1.1\r\nContent-Length: {WORD}\r\n\r\n",
            f"POST /sign-in HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{WORD}\r\n",
            f"GET /socket.io/?EIO=4&transport={WORD}&sid={WORD} HTTP/1.1\r\nHost: x\r\n\r\n",
            f"GET /socket.io/?EIO={WORD}&transport=websocket HTTP/1\r\nUpgrade: websocket\r\n\r\n",
        ):
            with socket.create_connection(address, timeout=10) as line:
                line.sendall(sent.encode())
                line.shutdown(socket.SHUT_WR)
                with contextlib.suppress(ConnectionError):
                    line.recv(65536)
        requests.get(f"{server.url}/{WORD}?name={WORD}", headers={"Referer": WORD}, timeout=10)
        assert server.stop() == 0
        written = "".join(server.log)
        assert WORD not in written
        told = [json.loads(line) for line in server.log]
        assert "a request could not be read" in {line["message"] for line in told}
        assert ("(none)", 404) in {(line.get("endpoint"), line.get("status")) for line in told}
