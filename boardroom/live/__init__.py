"""Pushing to open screens: the only package that speaks Socket.IO.

An operation calls `announce` inside its transaction: the meeting's next sequence number and its
event are written with the change. After the commit, `publish` renders the changed parts of the
stage once for each audience and sends them. Nothing is ever written over a socket; a client that
misses something sees a gap in the sequence and asks for the present state over HTTP.
"""

from boardroom.live.attendance import arrive, count_in, leave, see_out, stays_in
from boardroom.live.connections import (
    give_way,
    init_live,
    queue_is_away,
    repeat,
    say_goodbye,
    start_background,
    start_housekeeping,
)
from boardroom.live.elsewhere import living
from boardroom.live.presence import AUDIENCES, audience_of, process_name
from boardroom.live.push import (
    announce,
    announce_case,
    end_connections,
    forget,
    numbered,
    publish,
    pushed,
    socketio,
)

__all__ = [
    "AUDIENCES",
    "announce",
    "announce_case",
    "arrive",
    "audience_of",
    "count_in",
    "end_connections",
    "forget",
    "give_way",
    "init_live",
    "leave",
    "living",
    "numbered",
    "process_name",
    "publish",
    "pushed",
    "queue_is_away",
    "repeat",
    "say_goodbye",
    "see_out",
    "socketio",
    "start_background",
    "start_housekeeping",
    "stays_in",
]
