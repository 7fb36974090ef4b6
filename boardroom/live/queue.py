"""The way from one server process to the others: Socket.IO's pushes, over Redis or Valkey.

Socket.IO's own manager for Redis tries each push several times and waits up to a minute before it
listens again. This one never keeps a committed change waiting: words to the others wait in line for
a sender of their own. Where the queue is gone, or hangs, the screens of this process have their
push, and the others notice by the meeting's number and ask.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from queue import Empty, Full
from queue import Queue as Line
from typing import Any

from socketio.pubsub_manager import PubSubManager

log = logging.getLogger(__name__)

WAIT = 1.0  # seconds for one word to the queue, and between two tries to reach it
QUIET = 2.0  # seconds without a word after which the line is tried
WAITING = 500  # words that wait for the sender at most; then the others ask


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
        self._silent = redis.TimeoutError
        self.on_end: Callable[[int], None] = lambda person_id: None
        self._waiting: Line[str] = Line(WAITING)
        self._away: set[str] = set()  # of "sending" and "hearing", as far as is known
        options: dict[str, Any] = {
            "socket_connect_timeout": WAIT,
            "socket_timeout": WAIT,
            "socket_keepalive": True,
            # Once more where the line was cut, as after its restart; not where it is silent
            "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        }
        self._out = redis.Redis.from_url(url, **options)
        self._in = redis.Redis.from_url(url, **options)

    @property
    def reached(self) -> bool:
        """Whether the queue answers, as far as is known."""
        return not self._away

    def initialize(self) -> None:
        """Listen and send from now on; Socket.IO itself would wait for the first connection."""
        self.server.manager_initialized = True
        super().initialize()
        self.server.start_background_task(self._send)

    def end(self, person_id: int) -> None:
        """Have every other process end a person's connections."""
        self._publish({"method": "end", "person": person_id, "host_id": self.host_id})

    def _publish(self, data: dict[str, Any]) -> None:
        """Called by Socket.IO, within requests. Neither waits nor fails."""
        if "sending" in self._away:
            return
        try:
            self._waiting.put_nowait(json.dumps(data))
        except Full:
            self._lost("sending", "it takes too little")

    def _send(self) -> None:
        """Bring words to the queue, for as long as the process runs.

        After a failure only an answer to a question of its own lets words through again: nobody's
        words are spent on trying.
        """
        while True:
            try:
                if "sending" in self._away:
                    self._drop()
                    self.server.sleep(WAIT)
                    self._out.ping()
                    self._found("sending")
                else:
                    self._send_next()
            except (self._error, OSError) as error:
                self._lost("sending", type(error).__name__)

    def _send_next(self) -> None:
        try:
            word = self._waiting.get(timeout=QUIET)
        except Empty:
            self._out.ping()
        else:
            self._out.publish(self.channel, word)

    def _drop(self) -> None:
        """Forget what waits: it would come late, and the others have asked."""
        while True:
            try:
                self._waiting.get_nowait()
            except Empty:
                return

    def _listen(self) -> Iterator[dict[str, Any]]:
        """Called by Socket.IO: whatever others tell, for as long as the process runs."""
        while True:
            try:
                yield from self._messages()
            except (self._error, OSError) as error:
                self._lost("hearing", type(error).__name__)
                self.server.sleep(WAIT)

    def _messages(self) -> Iterator[dict[str, Any]]:
        """What others tell, until the line is cut or silent. Raises redis.RedisError."""
        with self._in.pubsub() as line:  # type: ignore[no-untyped-call]
            line.subscribe(self.channel)
            asked = True  # something must come back: a process that hangs takes connections, too
            while True:
                message = line.get_message(timeout=WAIT if asked else QUIET)
                if message is None:
                    if asked:
                        raise self._silent("no answer")
                    line.ping("boardroom")
                    asked = True
                    continue
                asked = False
                self._found("hearing")
                if message["type"] != "message":
                    continue
                data = json.loads(message["data"])
                if data.get("method") != "end":
                    yield data
                elif data.get("host_id") != self.host_id:
                    self.on_end(int(data["person"]))

    def _lost(self, what: str, why: str) -> None:
        if self.reached:
            log.error("the message queue is not reached: %s", why)
        self._away.add(what)

    def _found(self, what: str) -> None:
        if self._away == {what}:
            log.warning("the message queue is reached again")
        self._away.discard(what)


def channel_of(secret_key: str) -> str:
    """A name of this installation's own: several can share one Redis, which knows no walls."""
    return "boardroom-" + hashlib.sha256(f"channel {secret_key}".encode()).hexdigest()[:16]
