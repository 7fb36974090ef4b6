"""Boardroom: liver tumour boards, live, from referral to signed minutes.

`create_app` imports the rest only when it is called, so that a server can prepare its sockets
(gevent's patching) before any library that uses them is loaded.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from boardroom.settings import Mode


def create_app(
    mode: Mode = "production",
    data: str | os.PathLike[str] | None = None,
    **overrides: object,
) -> Flask:
    """Build the application.

    ``mode`` is production, demo or testing; ``data`` the data folder; ``overrides`` are Flask
    settings that win over every file. Raises SettingsError or DefinitionError where a file of the
    installation cannot be used.
    """
    from boardroom.app import build

    return build(mode, data, overrides)
