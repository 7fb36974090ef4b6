"""The shipped nginx configuration before real processes, where Debian's nginx is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.databases import free_port, wait_for

SHIPPED = Path(__file__).parent.parent / "config" / "deploy" / "nginx.conf"


def program() -> str | None:
    """Where nginx is; None where it is not installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def nginx(folder: Path, urls: list[str]) -> Iterator[str]:
    """An nginx on a free port, as shipped but for TLS, with a line for each process."""
    port, found = free_port(), program()
    assert found is not None
    text = SHIPPED.read_text()
    upstream = "".join(f"    server {url.removeprefix('http://')};\n" for url in urls)
    text = text.replace("    server 127.0.0.1:8000;\n", upstream)
    head, _, rest = text.partition("server {\n    listen 80;")
    _, _, https = rest.partition("server {")
    https = re.sub(r"    (listen|ssl_)[^\n]*\n", "", https)
    https = https.replace("/var/log/nginx/", f"{folder}/")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 1000; }}\nhttp {{\n{places}{head}"
        f"server {{\n    listen 127.0.0.1:{port};{https}}}\n"
    )
    process = subprocess.Popen(
        [found, "-p", folder, "-c", folder / "nginx.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return requests.get(f"{url}/health/live", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        wait_for(answers, process, folder / "error.log")
        yield url
    finally:
        process.terminate()
        process.wait(10)
