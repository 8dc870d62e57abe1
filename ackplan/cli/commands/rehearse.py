"""`ackplan rehearse`: the whole apply of a plan file in a private simulator. Nothing real is touched."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ackplan.adapters.local.clock import RealClock
from ackplan.cli import gc, printing
from ackplan.cli.faults_option import faults_option
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.steady_view import SteadyView, at_the_bottom, size, steady
from ackplan.core.language import phrase
from ackplan.execute.outcomes import Event, Moment, Status
from ackplan.project.embedded import WithoutNetwork, embedded
from ackplan.project.plan_files import read_plan
from ackplan.render.facts.words import counted
from ackplan.render.text.rehearsal import clock_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from ackplan.adapters.ack.sender import Carrier
    from ackplan.app.rehearse import Rehearsal
    from ackplan.execute.ports import Clock
    from ackplan.plan.model import Plan

# Calls take real time, and a slow machine is no fault. One that is asked for and lets a call hang is waited for in real
# time, too: not for long, the server is in this process.
_REAL_SECONDS, _WITH_FAULTS = 300.0, 2.0
# Real seconds between two lines in a log, and between two drawings in a terminal.
_EVERY, _DRAWN = 30.0, 0.5


class Progress:
    """Tells how far a rehearsal is: when it begins, and now and then in real time. `time` is virtual."""

    def __init__(self, steps: int, time: Clock, real: Clock) -> None:
        self._steps, self._time, self._real = steps, time, real
        self._begun, self._told = time.now(), real.now()
        self._under_way = self._ended = 0
        printing.say(phrase("Rehearsing {steps} in virtual time...", steps=counted(steps, "step")))

    def __call__(self, event: Event) -> None:
        self._under_way += event.moment is Moment.STARTED
        if event.moment is Moment.ENDED:
            self._ended += 1
            self._under_way -= event.outcome is not None and event.outcome.status is not Status.SKIPPED
        if self._real.now() - self._told >= _EVERY:
            self._told = self._real.now()
            passed = clock_time(self._time.now() - self._begun).strip()
            counts = {"ended": self._ended, "steps": self._steps, "running": self._under_way}
            printing.say(phrase("{time}: {ended} of {steps} steps ended, {running} under way", time=passed, **counts))


class SteadyProgress:
    """The same in a terminal that can take lines back: a view at the bottom, as that of an apply, in virtual time."""

    def __init__(self, plan: Plan, settings: Settings, clocks: tuple[Clock, Clock], view: SteadyView) -> None:
        from ackplan.render.facts.progress import RunProgress

        self._progress = RunProgress(plan.steps, settings.limits)
        self._time, self._real = clocks
        self._view, self._color = view, settings.color
        self._drawn = self._real.now() - _DRAWN

    def __call__(self, event: Event) -> None:
        from ackplan.render.text.progress import progress_view

        self._progress.take(event, self._time.now())
        if self._real.now() - self._drawn >= _DRAWN:
            self._drawn = self._real.now()
            standing = self._progress.at(self._time.now())
            head = phrase("Rehearsing in virtual time")
            self._view.draw([head, *progress_view(standing, *size(), color=self._color)])


@click.command("rehearse", cls=Command)
@options(runs=True)
@format_option("text", "json", "html")
@faults_option
@click.argument("planfile")
def command(settings: Settings, faults: str, planfile: str) -> int:
    """Run the whole apply of PLANFILE in a private simulator that begins as the plan saw the live clusters.

    Shows in which order steps run, how long it takes, the critical path, and every step that the API would refuse.
    No network, no credentials, no secret is read.
    """
    plan = read_plan(settings, planfile).plan
    done = run_async(_rehearse(plan, settings, settings.path(faults) if faults else None))
    click.echo(_told(settings, done))
    return 0 if done.result.complete else 1


def _told(settings: Settings, done: Rehearsal) -> str:
    from ackplan.render.page import html
    from ackplan.render.terraform import rehearsal as json_rehearsal
    from ackplan.render.text import rehearsal

    match settings.format:
        case "json":
            return json_rehearsal.dumps(done)
        case "html":
            return html.report_html(done.plan, done.result, html.RunFacts(what="Rehearsal"))
        case _:
            return rehearsal.text(done, color=settings.color, columns=size()[0] if sys.stdout.isatty() else 0)


async def _rehearse(plan: Plan, settings: Settings, faults: Path | None) -> Rehearsal:
    from ackplan.adapters import ack
    from ackplan.app.rehearse import rehearse, seed, world
    from ackplan.execute.virtual_clock import VirtualClock

    clock = VirtualClock()
    gc.collect()
    async with embedded(clock=clock.serving(), live=world(plan), seed=seed(plan), faults=faults) as running:
        patience = _WITH_FAULTS if faults else _REAL_SECONDS
        timeouts = ack.Timeouts(connect=patience, read=patience, total=patience)
        limits = settings.limits
        client_settings = ack.ClientSettings(endpoint=running.url, rate=limits.rate, timeouts=timeouts)
        fixed = ack.FixedCredentials("sandbox", "sandbox")

        def carried(transport: Carrier) -> Carrier:
            return clock.watched(transport) if faults else WithoutNetwork(running)

        with ExitStack() as stack:
            tell = _teller(plan, settings, clock, stack)
            async with ack.open_client(client_settings, fixed, ack.Surroundings(clock), carried) as client:
                return await rehearse(plan, client, clock, limits, tell)


def _teller(plan: Plan, settings: Settings, clock: Clock, stack: ExitStack) -> Callable[[Event], None]:
    """Who tells how far it is, for as long as the stack is open."""
    if not steady():
        return Progress(len(plan.steps), clock, RealClock())
    return SteadyProgress(plan, settings, (clock, RealClock()), stack.enter_context(at_the_bottom()))
