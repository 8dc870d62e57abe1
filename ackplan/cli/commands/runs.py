"""`ackplan runs`: runs of fleets on an engine: which there are, how one goes on, and stopping one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from ackplan.cli.engine_options import EngineChoice, engine_option
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ackplan.workspaces.fleet_engine import KeptRun

_MOST = 20


@click.command("runs", cls=Command, epilog="Further: runs cancel ID")
@options(several=True)
@format_option("text", "json", "markdown", "html")
@engine_option
@click.argument("run", metavar="[ID]", required=False, default="")
def command(settings: Settings, engine: str, run: str) -> int:
    """Show the runs of fleets that an engine keeps, or follow the run ID until its end and show what came of it.

    Exit codes of a run that is followed are those of its command. Whoever stops following it does not stop it.
    """
    if not run:
        click.echo(run_async(_listed(settings, engine)))
        return 0
    from ackplan.cli.fleet_run import drawn, exit_code
    from ackplan.cli.remote_run import followed

    fleet = run_async(followed(settings, EngineChoice(engine), run))
    click.echo(drawn(settings, fleet))
    return exit_code(fleet, detailed=fleet.verb == "drift")


async def _listed(settings: Settings, url: str) -> str:
    from ackplan.project.engines import open_engine

    engine = await open_engine(settings, url, dict(os.environ))
    return _table(settings, await engine.runs(_MOST))


def _table(settings: Settings, runs: Sequence[KeptRun]) -> str:
    from datetime import UTC, datetime

    from ackplan.render.facts.safe import json_text, printable
    from ackplan.render.text.table import table

    def when(seconds: float | None) -> str:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds is not None else ""

    if settings.format == "json":
        return json_text(
            [
                {"run": run.run, "status": run.status, "started": when(run.started), "ended": when(run.ended)}
                for run in runs
            ]
        )
    if not runs:
        return phrase("No runs.")
    rows = [(printable(run.run), run.status, when(run.started), when(run.ended) or "-") for run in runs]
    return table(("RUN", "STATUS", "BEGAN", "ENDED"), rows)


@click.command("cancel", cls=Command)
@options(several=True)
@engine_option
@click.argument("run", metavar="ID")
def _cancel(settings: Settings, engine: str, run: str) -> None:
    """Stop the run ID in order: no workspace is started, those that run end as after Ctrl-C."""
    run_async(_canceled(settings, engine, run))
    click.echo(phrase("Stopping {run}: what runs ends in order. To see it end: ackplan runs {run}", run=run), err=True)


async def _canceled(settings: Settings, url: str, run: str) -> None:
    from ackplan.project.engines import open_engine

    engine = await open_engine(settings, url, dict(os.environ))
    await engine.cancel(run)


FURTHER: Final[Mapping[str, click.Command]] = {"cancel": _cancel}
