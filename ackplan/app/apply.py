"""The use case of `apply`: plan or take a plan, hold it against what moved, ask, run, write the record, report.

A run that was killed is finished by the next apply: the same plan goes on with it, any other takes in what it left.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ackplan.app.ahead import looked_ahead
from ackplan.app.baseline import Baseline, of_workspace, stale
from ackplan.app.errors import as_diagnostics
from ackplan.app.needed_secrets import check_secrets
from ackplan.app.plan import PlanOptions, Purpose, drawn_up
from ackplan.app.preconditions import check_resumable, check_same_spec, check_sides, check_taken_in, check_unmoved
from ackplan.app.resume import digest, finished, recovery, resume, resumes, tried
from ackplan.app.run_view import RunEnd
from ackplan.app.worlds import of_plan
from ackplan.core import tracing
from ackplan.core.diagnostics import Diagnostic, Failure, error, has_errors
from ackplan.execute.executor import Executor
from ackplan.execute.outcomes import Event, Moment, Result, Run
from ackplan.execute.step_run import Ports
from ackplan.plan.plan_file import unpinned
from ackplan.record.journal import Entry, fold
from ackplan.record.pin import changed
from ackplan.record.unsettled import SETTLED, head_on, unsettled
from ackplan.spec import Spec

if TYPE_CHECKING:
    from ackplan.app.host import Host, RunApi
    from ackplan.app.observe import Observer
    from ackplan.app.run_view import Approver, Reporter, RunView
    from ackplan.app.workspace import Workspace
    from ackplan.app.worlds import Here
    from ackplan.plan.model import Plan
    from ackplan.record import Record


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan that was made before, with the record that it was made on where that is kept. `name` is for messages."""

    plan: Plan
    record: Record | None
    name: str = "the plan"


@dataclass(frozen=True, slots=True)
class ApplyOrder:
    """What is to be carried out: a plan that was made before, or one that is made now. `verb` names the command.

    `saved` reads the plan under the lock. It was narrowed when it was made: of `options` the policies alone go with it.
    """

    saved: Callable[[], SavedPlan] | None = None
    options: PlanOptions = field(default_factory=PlanOptions)
    fail_fast: bool = False
    lock_timeout: float = 0.0
    verb: str = "apply"


class Application:
    """One apply. Its only ways back to whoever ordered it are the ports `view`, `approver` and `reporter`."""

    def __init__(self, host: Host, order: ApplyOrder, view: RunView, approver: Approver, reporter: Reporter) -> None:
        self._host = host
        self._order = order
        self._view = view
        self._approver = approver
        self._reporter = reporter
        self._kept = False

    async def run(self) -> RunEnd:
        """How it ended. Raises Failure and ApiError where it could not begin, or the disk is full."""
        workspace, order = self._host.workspace, self._order
        with self._reported(RunEnd()):
            async with workspace.lock(f"ackplan {order.verb}", order.lock_timeout):
                source = order.saved() if order.saved else looked_ahead(self._host, order.options)
                return await self._begun(source)

    async def _begun(self, source: SavedPlan | Spec) -> RunEnd:
        """How it ended that a plan, or the spec for a new one, was given."""
        workspace = self._host.workspace
        async with self._host.open_api() as world:
            before = of_workspace(workspace, world[1])
            try:
                if isinstance(source, Spec):
                    return await self._new(source, before, world)
                return await self._old(source, before, world)
            finally:
                workspace.journal.close()

    @contextmanager
    def _reported(self, end: RunEnd) -> Iterator[None]:
        """An error within the block ends the apply so: it is reported."""
        try:
            yield
        except Exception as fault:
            self._report(dataclasses.replace(end, result=Result(errors=as_diagnostics(fault))), fault)
            raise

    def _report(self, end: RunEnd, fault: BaseException) -> None:
        try:
            self._keep(end)
        except Failure as second:
            raise Failure(*as_diagnostics(fault), *second.diagnostics) from None

    async def _old(self, saved: SavedPlan, before: Baseline, world: tuple[RunApi, Here]) -> RunEnd:
        plan, (api, here) = saved.plan, world
        unrun = RunEnd(plan, Result(), before.record)
        with self._reported(unrun):
            check_fit(saved, before.workspace)
            here.hold(of_plan(plan.pins))
            await self._hold(plan, before, api)
            if finished(plan, before):
                self._host.workspace.conclude(before.stored, SETTLED, expect=before.stored)
                self._view.note("This plan was carried out; only its journal was left.")
                return self._ended(unrun)
            before, run = await self._run_of(saved, before, api, here)
            return await self._execute(plan, before, run, api)

    async def _run_of(self, saved: SavedPlan, before: Baseline, api: RunApi, here: Here) -> tuple[Baseline, Run]:
        """The run of a plan that was made before, and what it begins on: a new one, or the one that was interrupted."""
        plan, inputs = saved.plan, self._host.inputs
        observer = self._host.observer(api, here, allow_vanished=self._order.options.allow_vanished)
        if not resumes(plan, before):
            check_sides(plan, before, inputs, saved.record)
            run = Run(self._host.new_run())
            if before.leftover.head is not None:
                before, run = await self._behind(plan, before, observer, run)
            await check_unmoved(plan, before, observer)
            return before, run
        check_same_spec(plan, inputs)
        run = await resume(before, observer)
        await check_resumable(plan, before, run.ids, observer)
        self._view.note(f"Going on with run {run.id}, which was interrupted: {len(run.done)} steps are done.")
        return before, run

    async def _behind(self, plan: Plan, before: Baseline, observer: Observer, run: Run) -> tuple[Baseline, Run]:
        """A run that begins once what an interrupted one left is in the record, which its plan had counted on."""
        host = self._host
        before, recovered = await recovery(before, observer)
        run = dataclasses.replace(run, tried=tried(before, host.clock.wall(), recovered))
        settle(host.workspace, before, recovered)
        before = of_workspace(host.workspace, before.here)
        check_taken_in(plan, before.record)
        return before, run

    async def _new(self, loaded: Spec, before: Baseline, world: tuple[RunApi, Here]) -> RunEnd:
        host, (api, here) = self._host, world
        options = self._order.options
        observer = host.observer(api, here, allow_vanished=options.allow_vanished, checks=options.check_upgrades)
        proposal = await drawn_up(host, before, observer, (options, loaded), Purpose.RUN)
        host.workspace.check_lock()
        plan, unrun = proposal.plan, RunEnd(proposal.plan, Result(), before.record)
        with self._reported(unrun):
            self._view.plan(plan)
            if not plan.applicable:
                return self._ended(dataclasses.replace(unrun, result=Result(errors=refusals(plan))))
            run = Run(host.new_run(), tried=tried(proposal.before, host.clock.wall(), proposal.recovered))
            if before.leftover.head is not None:
                settle(host.workspace, before, proposal.recovered)
                before = of_workspace(host.workspace, here)
            if not plan.acting:
                return self._ended(dataclasses.replace(unrun, record=before.record))
            check_secrets(plan.steps, host.secrets, host.types)
            self._approver.approve(plan)
            return await self._execute(plan, before, run, api)

    async def _hold(self, plan: Plan, before: Baseline, api: RunApi) -> None:
        """Policies that are named beside a plan file are about this moment: what it was held against before, holds."""
        if not self._order.options.policy:
            return
        from ackplan.app.policies import Evidence, judged

        now = await judged(self._host, self._order.options.policy, plan, Evidence(before.record, api))
        new = now.diagnostics[len(plan.diagnostics) :]
        if has_errors(new):
            raise Failure(*new)
        for diagnostic in new:
            self._view.note(str(diagnostic))

    async def _execute(self, plan: Plan, before: Baseline, run: Run, api: RunApi) -> RunEnd:
        host, unrun = self._host, RunEnd(plan, Result(), before.record, run.id)
        check_secrets([step for step in plan.steps if step.id not in run.done], host.secrets, host.types)
        journal, tell = host.workspace.journal, self._view.event
        ports = Ports(api, host.clock, journal, host.secrets, tell, host.types, host.patience)
        executor = Executor(ports, dataclasses.replace(host.limits, fail_fast=self._order.fail_fast), run)

        def stop() -> None:
            executor.stop()
            api.stop()

        with self._reported(unrun), self._view.running(stop):
            begin(host.workspace, plan, before, run)
            for step in plan.steps:
                if step.id in run.done:
                    tell(Event(Moment.EARLIER, step))
            try:
                result, record = await carry_out(host.workspace, plan, before, executor)
            except (Exception, asyncio.CancelledError) as fault:
                errors = () if isinstance(fault, asyncio.CancelledError) else as_diagnostics(fault)
                self._report(dataclasses.replace(unrun, result=executor.cut_short(plan.steps, errors)), fault)
                raise
        self._view.result(result, plan)
        return self._ended(dataclasses.replace(unrun, result=result, record=record))

    def _ended(self, end: RunEnd) -> RunEnd:
        self._keep(end)
        return end

    def _keep(self, end: RunEnd) -> None:
        """Reports once: who caught an error first knows most of it."""
        if not self._kept:
            self._kept = True
            self._reporter.write(end)


def check_fit(saved: SavedPlan, workspace: str) -> None:
    """Raises Failure for a plan that can't be carried out, here or at all."""
    plan, pins = saved.plan, saved.plan.pins
    if not plan.applicable:
        raise Failure(_blocked(saved))
    if not pins.record:
        raise Failure(unpinned(saved.name))
    if pins.workspace != workspace:
        raise Failure(error("ACK6009", file=saved.name, workspace=pins.workspace))


def _blocked(saved: SavedPlan) -> Diagnostic:
    if saved.plan.refused_by and not saved.plan.blocked:
        return error("ACK6006.policies", file=saved.name, rules=", ".join(saved.plan.refused_by))
    return error("ACK6006.changes", file=saved.name)


def refusals(plan: Plan) -> tuple[Diagnostic, ...]:
    """Why a plan can't be carried out."""
    every = (*plan.diagnostics, *(d for change in plan.blocked for d in change.blocked))
    return tuple(diagnostic for diagnostic in every if diagnostic.is_error)


def begin(workspace: Workspace, plan: Plan, before: Baseline, run: Run) -> None:
    """Opens the journal of a run. Raises Failure where the record was replaced while the plan was made and approved."""
    _check_still(workspace.record.read(), before.stored)
    workspace.journal.open(head_on(before.stored, run.id, digest(plan)))


async def carry_out(workspace: Workspace, plan: Plan, before: Baseline, executor: Executor) -> tuple[Result, Record]:
    """Runs the plan's steps and writes the record, however the run ends."""
    try:
        with tracing.span("carry out"):
            result = await executor.run(plan.steps)
    finally:
        record = finish(workspace, before)
    return result, record


def _check_still(now: Record, before: Record) -> None:
    if now != before:
        raise Failure(changed(now, before))


def settle(workspace: Workspace, before: Baseline, recovered: Iterable[Entry]) -> Record:
    """Takes in what an interrupted run left, before a new one begins."""
    workspace.journal.append(list(recovered))
    return finish(workspace, before)


def finish(workspace: Workspace, before: Baseline) -> Record:
    """Writes the journal's entries into the record. Calls in flight stay in the journal until they are settled.

    A record that does not say what world it is of takes on the one that was asked.
    """
    stored, leftover = before.stored, workspace.journal.read()
    record, flying = fold(stored, leftover.entries, stale=stale(leftover, stored))
    if record.entries == stored.entries and stored.lineage:
        record = stored
    else:
        record = dataclasses.replace(record, world=record.world.completed(before.here.world))
    return workspace.conclude(record, unsettled(leftover, flying), expect=stored)
