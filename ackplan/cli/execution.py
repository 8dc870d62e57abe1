"""What `apply` and `destroy` share: options and exit codes. What an apply does is said in `ackplan.app.apply`."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from dataclasses import dataclass
from typing import TypedDict

import click

from ackplan.app.apply import ApplyOrder, SavedPlan
from ackplan.app.errors import as_diagnostics
from ackplan.app.plan import PlanOptions
from ackplan.app.run_view import Approver, Reporter
from ackplan.cli.console import Console, Prompt
from ackplan.cli.options import Command, Settings, duration
from ackplan.cli.printing import say
from ackplan.cli.report_file import Report, report_file
from ackplan.cli.reviewed_plan import SamePlan
from ackplan.cli.run_output import voice
from ackplan.cli.summary_voice import Answers, SummaryVoice
from ackplan.core.diagnostics import Failure, hint
from ackplan.core.language import phrase
from ackplan.execute.ports import ApiError
from ackplan.project.project import Project

COMPLETE, INCOMPLETE, INTERRUPTED = 0, 1, 130


class RunChoices(TypedDict):
    """What the options of a run say; see `common_options`."""

    auto_approve: bool
    fail_fast: bool
    report: str
    lock_timeout: float


class ApplyChoices(RunChoices):
    """Those of `apply`, which takes plans that were made before."""

    same_as: str
    sha256: str
    summary: bool


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
    same_as: str = ""
    sha256: str = ""
    summary: bool = False


async def carry_out(settings: Settings, order: Order) -> int:
    """The exit code of `apply` and `destroy`."""
    short = _short(settings, order) if order.summary else None
    speaker = short or voice(settings, asks=not order.planfile and not order.auto_approve)
    try:
        report = Report(report_file(settings, order.report))
        report.check()
        return await _run(settings, order, Console(speaker), short.reporter(report) if short else report)
    except (Failure, ApiError) as fault:
        if speaker.failure(as_diagnostics(fault)):
            return INCOMPLETE
        raise
    except BrokenPipeError:
        say(
            hint(phrase("Nobody reads the output any more: stopped. The record is written; to continue: ackplan apply"))
        )
        raise


def _short(settings: Settings, order: Order) -> SummaryVoice:
    """Speaks to whoever runs many. For a plan of the store, a run that did all of it is kept there, too."""
    from ackplan.project.engine_notes import EngineNotes
    from ackplan.project.plan_files import STORE

    def settled(line: str) -> None:
        with contextlib.suppress(Failure):
            EngineNotes(settings, settings.workspace).keep_outcome(order.planfile.removeprefix(STORE), line)

    short = (
        SummaryVoice(settings.limits, settled) if order.planfile.startswith(STORE) else SummaryVoice(settings.limits)
    )
    Answers.listen(short.answered)
    return short


async def _run(settings: Settings, order: Order, view: Console, report: Reporter) -> int:
    project = Project(settings)
    saved = functools.partial(_saved, project, order, view) if order.planfile else None
    what = ApplyOrder(saved, order.choices, order.fail_fast, order.lock_timeout, order.verb)
    try:
        end = await project.carry_out(what, view, _approver(project, order), report)
    except asyncio.CancelledError:
        if not view.cut_short:
            raise
        say(hint(phrase("Interrupted. The record is written; to continue: ackplan apply")))
        return INTERRUPTED
    if end.result.interrupted:
        return INTERRUPTED
    return COMPLETE if end.result.complete else INCOMPLETE


def _saved(project: Project, order: Order, view: Console) -> SavedPlan:
    saved = project.saved_plan(order.planfile, order.sha256)
    if order.summary:
        view.plan(saved.plan)
    else:
        view.follow(saved.plan)
    return saved


def _approver(project: Project, order: Order) -> Approver:
    if order.same_as:
        return SamePlan(project.saved_plan(order.same_as).plan, order.same_as)
    return Prompt(order.verb, approved=order.auto_approve)


def common_options(function: Command) -> Command:
    """The options that say how a plan is carried out."""
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
