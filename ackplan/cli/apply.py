"""What `apply` and `destroy` share: their options, how a run is shown, approval, signals and exit codes.

What an apply does is said in `ackplan.app.apply`.
"""

from __future__ import annotations

import asyncio
import functools
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ackplan.app.apply import ApplyOrder
from ackplan.app.errors import as_diagnostics
from ackplan.app.plan import PlanOptions
from ackplan.cli import gc, hints
from ackplan.cli.options import Settings
from ackplan.cli.printing import say
from ackplan.cli.report_file import Report, report_file
from ackplan.cli.run_output import Voice, voice
from ackplan.core.diagnostics import Failure, error, hint
from ackplan.execute.outcomes import Event, Result
from ackplan.execute.ports import ApiError
from ackplan.project.project import Project

if TYPE_CHECKING:
    from ackplan.plan.model import Plan

COMPLETE, INCOMPLETE, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class Order:
    """What the options say of how a plan is to be carried out."""

    choices: PlanOptions
    planfile: str = ""
    auto_approve: bool = False
    fail_fast: bool = False
    report: str = ""
    lock_timeout: float = 0.0
    verb: str = "apply"


async def carry_out(settings: Settings, order: Order) -> int:
    """The exit code of `apply` and `destroy`."""
    speaker = voice(settings, asks=not order.planfile and not order.auto_approve)
    try:
        report = Report(report_file(settings, order.report))
        report.check()
        return await _run(settings, order, Console(speaker), report)
    except (Failure, ApiError) as fault:
        if speaker.failure(as_diagnostics(fault)):
            return INCOMPLETE
        raise
    except BrokenPipeError:
        say(hint("Nobody reads the output any more: stopped. The record holds; to go on: ackplan apply"))
        raise


async def _run(settings: Settings, order: Order, view: Console, report: Report) -> int:
    project = Project(settings)
    saved = functools.partial(project.saved_plan, order.planfile) if order.planfile else None
    what = ApplyOrder(saved, order.choices, order.fail_fast, order.lock_timeout, order.verb)
    try:
        end = await project.carry_out(what, view, Prompt(order), report)
    except asyncio.CancelledError:
        if not view.cut_short:
            raise
        say(hint("Interrupted. The record holds; to go on: ackplan apply"))
        return INTERRUPTED
    if end.result.interrupted:
        return INTERRUPTED
    return COMPLETE if end.result.complete else INCOMPLETE


class Console:
    """The view of a run: lines on standard output, and signals. `cut_short`: the second one ended the run at once."""

    def __init__(self, speaker: Voice) -> None:
        self._voice = speaker
        self.cut_short = False

    def plan(self, plan: Plan) -> None:
        self._voice.plan(plan)

    def note(self, text: str) -> None:
        say(text)

    def event(self, event: Event) -> None:
        self._voice.event(event)

    def result(self, result: Result, plan: Plan) -> None:
        self._voice.result(result, plan)

    @contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:
        """The first signal stops gently, the second at once; the record holds either way."""
        hints.begin()
        gc.collect()
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        count = 0

        def caught() -> None:
            nonlocal count
            count += 1
            if count > 1 and task is not None:
                self.cut_short = True
                task.cancel()
            else:
                say("\nStopping: no new calls; answers in flight are taken in. Again to stop at once.")
                stop()

        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, caught)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)


class Prompt:
    """Asks whoever sits at the terminal, unless the order says not to."""

    def __init__(self, order: Order) -> None:
        self._order = order

    def approve(self, plan: Plan) -> None:  # noqa: ARG002 - it was shown a moment ago
        if self._order.auto_approve:
            return
        if not sys.stdin.isatty():
            raise Failure(error("ACK6007"))
        click.echo(f"\nDo you want to {self._order.verb} this plan? Only 'yes' is taken for it.", err=True)
        answer = click.prompt("Enter a value", default="", show_default=False, err=True)
        if answer != "yes":
            raise Failure(error("ACK6008"))


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how a plan is carried out."""
    from ackplan.cli.options import duration

    chosen = (
        click.option("--auto-approve", is_flag=True, envvar="ACKPLAN_AUTO_APPROVE", help="Don't ask."),
        click.option("--fail-fast", is_flag=True, help="After a failure start nothing new."),
        click.option("--report", default="", metavar="FILE",
                     help="Write what was done to FILE: a page where it ends in .html, else JSON."),
        click.option("--lock-timeout", default="0s", callback=duration, envvar="ACKPLAN_LOCK_TIMEOUT",
                     metavar="DURATION", help="Wait this long for another run to end."),
    )  # fmt: skip
    for option in reversed(chosen):
        function = option(function)
    return function
