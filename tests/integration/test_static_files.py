"""Files of the program itself: fetched once, and anew when they have changed."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

FONT = "/static/vendor/inter/files/inter-latin-wght-normal.woff2"


def kept(client: FlaskClient, file: str) -> tuple[int, str]:
    """The answer's status, and how long the file may be kept."""
    with client.get(file) as answer:
        return answer.status_code, answer.headers.get("Cache-Control", "")


def test_whatever_a_page_loads_is_kept_for_good(
    person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> None:
    client = sign_in(person("coordinator"))
    files = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', client.get("/").text))
    assert len(files) > 8
    for file in files:
        assert kept(client, file) == (200, "public, max-age=31536000, immutable"), file


def test_a_file_that_is_another_by_now_is_asked_for_again(app: Flask) -> None:
    client = app.test_client()
    for version in ("0123456789", "", "0"):
        assert kept(client, f"/static/js/app.js?v={version}") == (200, "no-cache")
    assert "max-age=31536000" in kept(client, FONT)[1]
    status, words = kept(client, "/static/js/none.js?v=0")
    assert status == 404
    assert "immutable" not in words
