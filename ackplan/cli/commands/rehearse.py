"""`ackplan rehearse`: the whole apply of a plan file in a private simulator. Nothing real is touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ackplan.cli.embedded import embedded
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.planning import read_plan
from ackplan.cli.session import run_async

if TYPE_CHECKING:
    from ackplan.app.rehearsing import Rehearsal
    from ackplan.execute.limits import Limits
    from ackplan.plan.model import Plan

# A fault that lets a call hang is waited for in real time: not for long, the server is in this process.
_REAL_SECONDS = 2.0


@click.command("rehearse")
@options(runs=True)
@format_option("text", "json", "html")
@click.option("--faults", default="", metavar="FILE", help="Inject the faults that FILE describes.")
@click.argument("planfile")
def command(settings: Settings, faults: str, planfile: str) -> int:
    """Run the whole apply of PLANFILE in a private simulator that begins as the plan saw the live clusters.

    Shows in which order steps run, how long it takes, the critical path, and every step that the API would refuse.
    No network, no credentials, no secret is read.
    """
    plan = read_plan(settings, planfile).plan
    done = run_async(_rehearse(plan, settings.limits, settings.path(faults) if faults else None))
    click.echo(_told(settings, done))
    return 0 if done.result.complete else 1


def _told(settings: Settings, done: Rehearsal) -> str:
    from ackplan.render import html, json_rehearsal, rehearsal

    match settings.format:
        case "json":
            return json_rehearsal.dumps(done)
        case "html":
            return html.report_html(done.plan, done.result, html.RunFacts(what="Rehearsal"))
        case _:
            return rehearsal.text(done, color=settings.color)


async def _rehearse(plan: Plan, limits: Limits, faults: Path | None) -> Rehearsal:
    from ackplan import api
    from ackplan.app.rehearsing import rehearse, world
    from ackplan.execute.virtual import VirtualClock

    clock = VirtualClock()
    async with embedded(clock=clock.serving(), live=world(plan), faults=faults) as running:
        timeouts = api.Timeouts(connect=_REAL_SECONDS, read=_REAL_SECONDS, total=_REAL_SECONDS)
        settings = api.ClientSettings(endpoint=running.url, rate=limits.rate, timeouts=timeouts)
        fixed = api.FixedCredentials("sandbox", "sandbox")
        async with api.open_client(settings, fixed, clock=clock, carried=clock.watched) as client:
            return await rehearse(plan, client, clock, limits, lambda _event: None)
