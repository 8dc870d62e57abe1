"""`ackplan lock`: who has the lock of the workspace; holding it for a while, and releasing it."""

from __future__ import annotations

import click

from ackplan.cli.help_page import Group
from ackplan.cli.options import Settings, format_option, options
from ackplan.core.language import phrase, spoken


@click.group("lock", cls=Group)
def command() -> None:
    """Show, hold and release the lock of the workspace. No cluster is touched."""


@command.command("show")
@options(state=True)
@format_option("text", "json")
def _show(settings: Settings) -> None:
    """Show who has the lock, and whether the holder lives."""
    from ackplan.project.wiring import workspace
    from ackplan.record.holder import encode_holder
    from ackplan.render.facts.safe import json_text

    opened = workspace(settings)
    holder = opened.holder()
    left = None if holder else opened.left_behind()
    if settings.format == "json":
        holding = holder or left
        fields = encode_holder(holding) if holding else None
        click.echo(json_text({"workspace": opened.name, "held": holder is not None, "holder": fields}))
    elif holder:
        click.echo(phrase("Held: {holder}", holder=spoken(str(holder))))
    elif left:
        click.echo(
            phrase(
                "Free. Its holder died: {holder}. The next apply goes on with what it left.", holder=spoken(str(left))
            )
        )
    else:
        click.echo(phrase("Free."))


@command.command("hold")
@options(state=True)
@click.option("--reason", required=True, metavar="TEXT", help="Why; whoever wants the lock is told.")
def _hold(settings: Settings, reason: str) -> None:
    """Keep everybody from writing until the lock is released: for maintenance, or a change freeze."""
    from ackplan.cli.loop import run_async
    from ackplan.core.diagnostics import hint
    from ackplan.project.wiring import workspace

    holder = run_async(workspace(settings).hold(reason))
    click.echo(hint(phrase("Held: {holder}. To release it: ackplan lock release", holder=spoken(str(holder)))))


@command.command("release")
@options(state=True)
@click.argument("lock_id", metavar="[ID]", required=False, default="")
def _release(settings: Settings, lock_id: str) -> None:
    """End a hold, or take the lock ID away from a run: in a store that run writes nothing from then on.

    In a folder only the note of a run that was killed is cleared: a process that has the lock keeps it.
    """
    from ackplan.project.wiring import workspace

    click.echo(phrase("Released {holder}", holder=spoken(str(workspace(settings).release(lock_id)))))
