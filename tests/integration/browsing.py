"""A server's forms as a browser fills them in."""

from __future__ import annotations

import re

import requests


def send(
    browser: requests.Session, address: str, fields: dict[str, str], form: str | None = None
) -> requests.Response:
    """Open the form's page, then post it with the page's token."""
    page = browser.get(form or address, timeout=20)
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', page.text)
    assert token is not None, page.text[:2000]
    key = re.search(r'name="_key" value="([^"]+)"', page.text)
    more = {"_key": key.group(1)} if key else {}
    return browser.post(address, data={"csrf_token": token.group(1), **more, **fields}, timeout=20)


def sign_in(browser: requests.Session, url: str, email: str, password: str) -> int:
    """The status of the page that signing in leads to."""
    answer = send(browser, f"{url}/sign-in", {"email": email, "password": password})
    if answer.status_code == 200:
        assert "/sign-in" not in answer.url
    return answer.status_code
