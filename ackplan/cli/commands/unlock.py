"""`ackplan unlock`: clears the note that a killed run left on the lock."""

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, options
from ackplan.core.language import phrase, spoken


@click.command("unlock", cls=Command)
@options(state=True)
@click.argument("lock_id", metavar="ID")
def command(settings: Settings, lock_id: str) -> None:
    """Clear what a killed run left on the lock of the workspace. A lock that is held stays held."""
    from ackplan.project.wiring import workspace

    holder = workspace(settings).release(lock_id)
    click.echo(phrase("Cleared {holder}", holder=spoken(str(holder))))
