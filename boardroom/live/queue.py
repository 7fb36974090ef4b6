"""The way from one server process to the others: Socket.IO's pushes, over Redis or Valkey.

Socket.IO's own manager for Redis tries each push several times and waits up to a minute before it
listens again. This one never keeps a committed change waiting: where the queue is gone, the screens
of this process have their push, and the others notice by the meeting's number and ask.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from socketio.pubsub_manager import PubSubManager

log = logging.getLogger(__name__)

WAIT = 1.0  # seconds for one word to the queue, and between two tries to reach it
QUIET = 5.0  # seconds without a word after which the line is tried


class Queue(PubSubManager):
    """Tells the other processes of one installation; hears what they tell."""

    name = "queue"

    def __init__(self, url: str, channel: str) -> None:
        # Where there is no queue, nobody waits at the start for the library to be read
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        super().__init__(channel=channel)
        self._error = redis.RedisError
        self.reached = True  # as far as is known
        self.on_end: Callable[[int], None] = lambda person_id: None
        self._closed_until = 0.0
        options: dict[str, Any] = {
            "socket_connect_timeout": WAIT,
            "socket_timeout": WAIT,
            "socket_keepalive": True,
            "retry": Retry(NoBackoff(), 1),
        }
        self._out = redis.Redis.from_url(url, **options)
        self._in = redis.Redis.from_url(url, **options | {"health_check_interval": QUIET})

    def end(self, person_id: int) -> None:
        """Have every other process end a person's connections."""
        self._publish({"method": "end", "person": person_id, "host_id": self.host_id})

    def _publish(self, data: dict[str, Any]) -> None:
        """Called by Socket.IO. Never fails its caller."""
        if time.monotonic() < self._closed_until:
            return
        try:
            self._out.publish(self.channel, json.dumps(data))
        except self._error as error:
            self._closed_until = time.monotonic() + WAIT
            self._lost(error)
        else:
            self._found()

    def _listen(self) -> Iterator[dict[str, Any]]:
        """Called by Socket.IO: whatever others tell, for as long as the process runs."""
        while True:
            try:
                yield from self._messages()
            except (self._error, OSError) as error:
                self._lost(error)
                self.server.sleep(WAIT)

    def _messages(self) -> Iterator[dict[str, Any]]:
        with self._in.pubsub(ignore_subscribe_messages=True) as line:  # type: ignore[no-untyped-call]
            line.subscribe(self.channel)
            while True:
                self._found()
                message = line.get_message(timeout=QUIET)
                if message is None:
                    line.check_health()
                    continue
                data = json.loads(message["data"])
                if data.get("method") != "end":
                    yield data
                elif data.get("host_id") != self.host_id:
                    self.on_end(int(data["person"]))

    def _lost(self, error: Exception) -> None:
        if self.reached:
            log.error("the message queue is not reached: %s", type(error).__name__)
        self.reached = False

    def _found(self) -> None:
        if not self.reached:
            log.warning("the message queue is reached again")
        self.reached = True


def channel_of(secret_key: str) -> str:
    """A name of this installation's own: several can share one Redis, which knows no walls."""
    return "boardroom-" + hashlib.sha256(f"channel {secret_key}".encode()).hexdigest()[:16]
