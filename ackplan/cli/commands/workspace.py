"""`ackplan workspace`: which workspaces a store has; a new one, and removing one."""

from __future__ import annotations

import dataclasses

import click

from ackplan.cli.help_page import Group
from ackplan.cli.options import Settings, format_option, options, workspace_name
from ackplan.core.language import phrase


@click.group("workspace", cls=Group)
def command() -> None:
    """List, begin and remove workspaces: each has a record, a journal and a lock. No cluster is touched."""


@command.command("list")
@options(state=True)
@format_option("text", "json")
def _list(settings: Settings) -> None:
    """List the workspaces of the store."""
    from ackplan.core.diagnostics import printable
    from ackplan.project.wiring import store
    from ackplan.render.facts.safe import json_text

    names = store(settings).names()
    if settings.format == "json":
        click.echo(json_text(list(names)))
        return
    for name in names:
        click.echo(printable(name))


@command.command("new")
@options(state=True)
@click.argument("name", callback=workspace_name)
def _new(settings: Settings, name: str) -> None:
    """Begin a workspace with nothing recorded. The first apply in one does so by itself."""
    from ackplan.app.edit_record import begin_record
    from ackplan.cli.loop import run_async
    from ackplan.core.diagnostics import hint
    from ackplan.project.wiring import workspace

    opened = workspace(dataclasses.replace(settings, workspace=name))
    run_async(begin_record(opened))
    click.echo(hint(phrase("Workspace {name} is there. Use it: ackplan plan --workspace {name}", name=name)))


@command.command("delete")
@options(state=True)
@click.option("--force", is_flag=True, help="Also one that records clusters, or has the journal of a run.")
@click.argument("name", callback=workspace_name)
def _delete(settings: Settings, force: bool, name: str) -> None:  # noqa: FBT001
    """Remove a workspace with all its versions. Its clusters stay as they are, and are not managed any more."""
    from ackplan.app.edit_record import remove
    from ackplan.cli.loop import run_async
    from ackplan.project.wiring import workspace

    run_async(remove(workspace(dataclasses.replace(settings, workspace=name)), force=force))
    click.echo(phrase("Removed workspace {name}.", name=name))
