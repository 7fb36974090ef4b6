"""Sessions in signed cookies, as Flask makes them, for clocks that are a little apart."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

AHEAD = dt.timedelta(minutes=1)
"""How far in the future a cookie may have been signed: a clock was set back, or another machine's
is ahead. The library takes any for expired, and who came meanwhile was signed out for good."""


class _Signer(TimestampSigner):
    def unsign(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().unsign(*args, **kwargs)
        except SignatureExpired as error:
            signed = error.date_signed
            now = self.timestamp_to_datetime(self.get_timestamp())
            if signed is None or not now < signed <= now + AHEAD:
                raise
            kwargs["max_age"] = None
            return super().unsign(*args, **kwargs)


class Sessions(SecureCookieSessionInterface):
    """Flask's own, with a signer that allows for `AHEAD`."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        found = super().get_signing_serializer(app)
        if found is not None:
            found.signer = _Signer
        return found


def ends_at(app: Flask) -> float:
    """When the session of this request's cookie ends, if nobody asks for more (epoch seconds)."""
    signed = dt.datetime.now(dt.UTC)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with contextlib.suppress(BadSignature):
        cookie = request.cookies.get(app.session_interface.get_cookie_name(app), "")
        _, signed = serializer.loads(cookie, return_timestamp=True)
    return float((signed + app.permanent_session_lifetime).timestamp())
