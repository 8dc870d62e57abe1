"""What `apply` and `destroy` share: plan or read a plan, ask, run, report."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ackplan.app import apply
from ackplan.app import plan as planning
from ackplan.app.apply import Applied, Stores
from ackplan.app.preconditions import check_resumable, check_same_spec, check_unmoved
from ackplan.app.worlds import Here, of_plan
from ackplan.cli import gc, hints, wiring
from ackplan.cli.clock import RealClock
from ackplan.cli.errors import as_diagnostics
from ackplan.cli.options import Settings, inputs
from ackplan.cli.plan import Asked, read_plan
from ackplan.cli.policy_options import judged, judged_plan
from ackplan.cli.printing import say
from ackplan.cli.report_file import Report, report_file
from ackplan.cli.run_output import Voice, voice
from ackplan.core.diagnostics import Diagnostic, Failure, error, has_errors, hint
from ackplan.execute.executor import Executor
from ackplan.execute.outcomes import Result, Run
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import Ports
from ackplan.plan.codec import of_another_version

if TYPE_CHECKING:
    from ackplan.plan.model import Plan

COMPLETE, INCOMPLETE, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class Order:
    """How a plan is to be carried out."""

    asked: Asked
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
        return await _reported(settings, order, speaker, report)
    except (Failure, ApiError) as fault:
        if speaker.failure(as_diagnostics(fault)):
            return INCOMPLETE
        raise


async def _reported(settings: Settings, order: Order, speaker: Voice, report: Report) -> int:
    try:
        return await _locked(settings, order, speaker, report)
    except Exception as fault:
        if isinstance(fault, BrokenPipeError):
            say(hint("Nobody reads the output any more: stopped. The record holds; to go on: ackplan apply"))
        try:
            report.refused(as_diagnostics(fault))
        except Failure as second:
            raise Failure(*as_diagnostics(fault), *second.diagnostics) from None
        raise


async def _locked(settings: Settings, order: Order, speaker: Voice, report: Report) -> int:
    lock = wiring.lock(settings, f"ackplan {order.verb}", order.lock_timeout)
    async with lock, wiring.open_world(settings) as (api, here):
        application = _Application(settings, order, api, speaker, report, here)
        try:
            return await application.run()
        except asyncio.CancelledError:
            if not application.cut_short:
                raise
            report.refused(())
            say(hint("Interrupted. The record holds; to go on: ackplan apply"))
            return INTERRUPTED


class _Application:
    def __init__(self, settings: Settings, order: Order, api: Any, speaker: Voice, report: Report, here: Here) -> None:
        self._settings = settings
        self._order = order
        self._api = api
        self._observer = wiring.observer(settings, api, order.asked, here, RealClock())
        self._voice = speaker
        self._report = report
        self._here = here
        self._stores: Stores = wiring.stores(settings, here)
        self._secrets = _secrets(settings)
        self._executor: Executor | None = None
        self.cut_short = False

    async def run(self) -> int:
        before = planning.known(self._stores.record, self._stores.journal, self._here)
        try:
            if self._order.planfile:
                return await self._saved(before)
            return await self._planned(before)
        finally:
            self._stores.journal.close()

    async def _saved(self, before: planning.Known) -> int:
        found = read_plan(self._settings, self._order.planfile)
        plan = found.plan
        self._report.plan, self._report.before = plan, before.record
        if not plan.applicable:
            raise Failure(_unfit(self._order.planfile, plan))
        if not plan.pins.record:
            raise Failure(of_another_version(f"{self._order.planfile} does not pin what the record held"))
        if plan.pins.workspace != self._settings.workspace:
            raise Failure(_elsewhere(self._order.planfile, plan.pins.workspace))
        self._here.hold(of_plan(plan.pins))
        self._hold(plan, before)
        if apply.finished(plan, before):
            self._stores.journal.replace(None, ())
            say("This plan was carried out; only its journal was left.")
            self._report.write(Applied(Result(), before.record, ""))
            return COMPLETE
        if not apply.resumes(plan, before):
            await check_unmoved(plan, before, self._observer, inputs(self._settings), found.record)
            return await self._execute(plan, before, Run(secrets.token_hex(4)))
        check_same_spec(plan, inputs(self._settings))
        run = await apply.resume(before, self._observer)
        await check_resumable(plan, before, run.ids, self._observer)
        say(f"Going on with run {run.id}, which was interrupted: {len(run.done)} steps are done.")
        return await self._execute(plan, before, run)

    async def _planned(self, before: planning.Known) -> int:
        given, options = inputs(self._settings), self._order.asked.options()
        planned = await planning.make_plan(given, before, self._observer, options, purpose=planning.Purpose.RUN)
        plan = judged(self._settings, self._order.asked.policy, planned, before.record).plan
        self._report.plan, self._report.before = plan, before.record
        self._voice.plan(plan)
        if not plan.applicable:
            self._report.refused(refusals(plan))
            return INCOMPLETE
        run = Run(secrets.token_hex(4), tried=apply.tried(before, self._observer.clock.wall(), planned.recovered))
        if before.leftover.head is not None:
            apply.settle(self._stores, before, planned.recovered)
            before = planning.known(self._stores.record, self._stores.journal, self._here)
        if not plan.acting:
            self._report.write(Applied(Result(), before.record, ""))
            return COMPLETE
        apply.check_secrets(plan.steps, self._secrets)
        self._approve()
        return await self._execute(plan, before, run)

    def _hold(self, plan: Plan, before: planning.Known) -> None:
        """Policies that are named beside a plan file are about this moment: what it was held against before, holds."""
        found = judged_plan(self._settings, self._order.asked.policy, plan, before.record, {})
        new = found.diagnostics[len(plan.diagnostics) :]
        if has_errors(new):
            raise Failure(*new)
        for diagnostic in new:
            say(str(diagnostic))

    def _approve(self) -> None:
        if self._order.auto_approve:
            return
        if not sys.stdin.isatty():
            cure = "Give --auto-approve, or apply a plan file that was reviewed"
            raise Failure(error("ACK6007", "Nobody is here to approve", "standard input is no terminal", cure))
        click.echo(f"\nDo you want to {self._order.verb} this plan? Only 'yes' is taken for it.", err=True)
        answer = click.prompt("Enter a value", default="", show_default=False, err=True)
        if answer != "yes":
            raise Failure(error("ACK6008", "Not approved", "nothing was changed"))

    async def _execute(self, plan: Plan, before: planning.Known, run: Run) -> int:
        apply.check_secrets([step for step in plan.steps if step.id not in run.done], self._secrets)
        self._report.run = run.id
        hints.begin()
        gc.collect()
        with self._signals():
            applied = await apply.apply(plan, before, self._stores, self._make_executor, run)
        self._voice.result(applied.result, plan)
        self._report.write(applied)
        if applied.result.interrupted:
            return INTERRUPTED
        return COMPLETE if applied.result.complete else INCOMPLETE

    def _make_executor(self, run: Run) -> Executor:
        patience = self._observer.patience
        ports = Ports(self._api, RealClock(), self._stores.journal, self._secrets, self._voice.event, patience)
        limits = dataclasses.replace(self._settings.limits, fail_fast=self._order.fail_fast)
        self._executor = self._report.executor = Executor(ports, limits, run)
        return self._executor

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """The first signal stops gently, the second at once; the record holds either way."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        count = 0

        def caught() -> None:
            nonlocal count
            count += 1
            if count > 1 and task is not None:
                self.cut_short = True
                task.cancel()
            elif self._executor is not None:
                say("\nStopping: no new calls; answers in flight are taken in. Again to stop at once.")
                self._executor.stop()
                self._api.stop()

        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, caught)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)


def refusals(plan: Plan) -> tuple[Diagnostic, ...]:
    """Why a plan can't be carried out."""
    found = (*plan.diagnostics, *(d for change in plan.blocked for d in change.blocked))
    return tuple(diagnostic for diagnostic in found if diagnostic.is_error)


def _unfit(file: str, plan: Plan) -> Diagnostic:
    """Why a plan file can't be carried out as it is."""
    if plan.refused_by and not plan.blocked:
        detail = f"{file}: refused by {', '.join(plan.refused_by)}"
        return error("ACK6006", "Plan is blocked", detail, "Do what its policies ask for, then plan again")
    return error("ACK6006", "Plan is blocked", file, "Plan with --skip-blocked")


def _elsewhere(file: str, workspace: str) -> Diagnostic:
    detail = f"{file} was made for the workspace {workspace}"
    return error("ACK6009", "Plan is for another workspace", detail, f"Give --workspace {workspace}, or plan again")


def _secrets(settings: Settings) -> Any:
    from ackplan.adapters.local.secrets import Secrets

    return Secrets(wiring.environment(), settings.chdir)


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
