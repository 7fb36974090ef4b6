"""The `boardroom` command: each of its commands is a file of this package, named like it.

The libraries that a command needs are imported when it runs: `serve` and `demo` must prepare
their sockets (gevent) before anything that uses them is loaded, and `--help` should be quick.
"""

from __future__ import annotations

import click

from boardroom.cli.aid import aid as aid_command
from boardroom.cli.audit import audit as audit_command
from boardroom.cli.backup import backup as backup_command
from boardroom.cli.backup import restore as restore_command
from boardroom.cli.demo import demo as demo_command
from boardroom.cli.export import export as export_command
from boardroom.cli.import_ import import_ as import_command
from boardroom.cli.init import init as init_command
from boardroom.cli.move import move as move_command
from boardroom.cli.rehearse import rehearse as rehearse_command
from boardroom.cli.serve import serve as serve_command
from boardroom.cli.upgrade import upgrade as upgrade_command
from boardroom.cli.user import user as user_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="boardroom")
def main() -> None:
    """Liver tumour boards, live, from referral to signed minutes."""


for command in (
    init_command,
    serve_command,
    upgrade_command,
    demo_command,
    user_command,
    import_command,
    export_command,
    audit_command,
    backup_command,
    restore_command,
    move_command,
    aid_command,
    rehearse_command,
):
    main.add_command(command)
