"""The production server's own settings, without a request."""

from __future__ import annotations

import socket

import pytest
from flask import Flask
from gevent.pywsgi import WSGIServer

from boardroom.server import _Server


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_headers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handled: list[socket.socket] = []
    monkeypatch.setattr(WSGIServer, "handle", lambda self, sock, address: handled.append(sock))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, address = listener.accept()
        with client, accepted:
            _Server(("127.0.0.1", 0), Flask(__name__)).handle(accepted, address)
            assert handled == [accepted]
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    gone, other = socket.socketpair()
    for end in (gone, other):
        end.close()
    _Server(("127.0.0.1", 0), Flask(__name__)).handle(gone, address)
    assert handled[-1] is gone, "one who hung up is answered as before"
