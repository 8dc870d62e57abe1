"""`ackplan version`."""

import click

from ackplan import __version__
from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options


@click.command("version", cls=Command)
@options()
@format_option("text", "json")
def command(settings: Settings) -> None:
    """Print the version."""
    if settings.format == "json":
        import json
        import platform

        click.echo(json.dumps({"version": __version__, "python": platform.python_version()}))
    else:
        click.echo(f"ackplan {__version__}")
