"""The references: Flask-SocketIO that does nothing but pass on, with or without a durable commit.

`python -m tests.benchmarks.bare [FILE]` serves on a free port and prints the address. FILE: an
SQLite database into which every action is committed before it is passed on, synced to the disk as
Boardroom's are. Same server, same WebSocket adapter, same words on the wire as Boardroom.
"""

from __future__ import annotations

import gevent.monkey

gevent.monkey.patch_all()

import socket  # noqa: E402
import sqlite3  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask  # noqa: E402
from flask_socketio import SocketIO, join_room  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from boardroom import websocket  # noqa: E402

SCHEMA = "CREATE TABLE event (seq INTEGER PRIMARY KEY, who INTEGER, at REAL, said TEXT)"


def main() -> None:
    """Serve until the process is ended."""
    app = Flask(__name__)
    socketio = SocketIO()
    socketio.init_app(
        app,
        async_mode="gevent",
        transports=["websocket"],
        ping_interval=10,
        ping_timeout=5,
        async_handlers=False,
    )
    websocket.install(socketio)
    store: sqlite3.Connection | None = None
    if len(sys.argv) > 1:
        store = sqlite3.connect(sys.argv[1], isolation_level=None)
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute(SCHEMA)
    count = 0

    @socketio.on("join")
    def join(data: Any) -> dict[str, int]:
        join_room("all")
        return {"seq": count}

    @socketio.on("act")
    def act(data: Any) -> int:
        nonlocal count
        if store is None:
            count += 1
        else:
            store.execute("BEGIN IMMEDIATE")
            store.execute(
                "INSERT INTO event (who, at, said) VALUES (?, ?, ?)", (1, time.time(), "saved")
            )
            (count,) = store.execute("SELECT max(seq) FROM event").fetchone()
            store.execute("COMMIT")
        number = count
        change = {"meeting": 0, "first": number, "seq": number, "parts": {"part": data}}
        socketio.emit("change", change, to="all")
        return number

    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    WSGIServer(listener, app, log=None).serve_forever()


if __name__ == "__main__":
    main()
