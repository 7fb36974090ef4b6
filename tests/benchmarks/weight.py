"""What a page weighs on the line: at the first visit with all that it loads, and afterwards."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urljoin

from flask.testing import FlaskClient

_LOADED = re.compile(r'<(?:link|script|use|img)\b[^>]*?\b(?:href|src)="(/static/[^"#]+)')
_IN_STYLES = re.compile(rb'url\("?([^"):]+)"?\)')
_PACKED = ("woff2", "png")
_FURTHER = re.compile("[\u0100-\u02ba\u1e00-\u1e9f\u2020\u2113]")  # letters of the second font file
LEVEL = 5  # as config/deploy/nginx.conf says


def weigh(client: FlaskClient, path: str) -> tuple[int, int]:
    """Bytes of the first visit and of a later one, packed as nginx does it.

    Later only the page itself travels: every file has a year's leave and its content's fingerprint
    in its address.
    """
    page = client.get(path)
    later = _packed(path, page.data)
    files = dict.fromkeys(_LOADED.findall(page.text))
    first = later
    for file in list(files):
        content = _loaded(client, file)
        first += _packed(file, content)
        for inner in _IN_STYLES.findall(content) if ".css" in file else ():
            url = urljoin(file, inner.decode())
            further = "-ext-" in url and not _FURTHER.search(page.text)
            if url not in files and not further:
                files[url] = None
                first += _packed(url, _loaded(client, url))
    return first, later


def _loaded(client: FlaskClient, file: str) -> bytes:
    with client.get(file) as answer:
        assert answer.status_code == 200, file
        assert "max-age=31536000" in answer.headers["Cache-Control"], file
        return answer.data


def _packed(name: str, content: bytes) -> int:
    if name.split("?")[0].endswith(_PACKED):
        return len(content)
    return len(gzip.compress(content, LEVEL))
