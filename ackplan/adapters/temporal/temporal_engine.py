"""Begins, follows and stops runs on Temporal."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from temporalio.api.enums.v1 import PendingActivityState, TaskQueueType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from ackplan.adapters.temporal.engine_client import account_queue, engine_fault, engine_faults, is_away, workflow_queue
from ackplan.adapters.temporal.engine_url import EngineUrl
from ackplan.adapters.temporal.fleet_workflow import NAME
from ackplan.adapters.temporal.run_history import RunHistory, all_results, events
from ackplan.core.diagnostics import Failure, error
from ackplan.workspaces.dispatch import FleetView
from ackplan.workspaces.engine_run import MAX_BYTES, EngineRun, encode_run
from ackplan.workspaces.fleet_engine import FollowedRun, KeptRun
from ackplan.workspaces.model import WorkspaceEntry

_EVERY: Final = 1.0
_STATUS: Final = {
    WorkflowExecutionStatus.RUNNING: "running",
    WorkflowExecutionStatus.COMPLETED: "done",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.CANCELED: "stopped",
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.TIMED_OUT: "out of time",
    WorkflowExecutionStatus.CONTINUED_AS_NEW: "running",
}


@dataclass(frozen=True, slots=True)
class TemporalEngine:
    """See `FleetEngine`. While a run is followed, an engine that is away is waited for `patience` seconds."""

    client: Client
    url: EngineUrl
    patience: float

    async def start(self, run: EngineRun) -> str:
        document = json.dumps(encode_run(run))
        size = len(document)
        if size > MAX_BYTES:
            raise Failure(error("ACK8211", size=size, most=MAX_BYTES))
        name = f"fleet-{run.terms.verb}-{secrets.token_hex(5)}"
        with engine_faults(self.url):
            await self.client.start_workflow(NAME, args=[document, {}], id=name, task_queue=workflow_queue(self.url))
        return name

    async def cancel(self, run: str) -> None:
        described = await self._described(run)
        if described.status is not WorkflowExecutionStatus.RUNNING:
            raise Failure(error("ACK8206.ended", run=run, status=_status(described.status)))
        with engine_faults(self.url):
            await self.client.get_workflow_handle(run).cancel()

    async def follow(self, run: str, begin: Callable[[EngineRun], FleetView]) -> FollowedRun:
        described = await self._described(run)
        follower = _Follower(self, run, begin)
        watching = asyncio.create_task(follower.watch())
        try:
            await follower.read(described.raw_description.workflow_execution_info.first_run_id or described.run_id)
        finally:
            watching.cancel()
            await asyncio.wait({watching})
        return follower.end()

    async def runs(self, most: int) -> Sequence[KeptRun]:
        runs: dict[str, KeptRun] = {}
        with engine_faults(self.url):
            async for each in self.client.list_workflows(f"WorkflowType = '{NAME}'", limit=10 * most):
                if each.task_queue.startswith(f"{self.url.queue}@") and len(runs) < most:
                    ended = each.close_time.timestamp() if each.close_time else None
                    facts = KeptRun(each.id, _status(each.status), each.start_time.timestamp(), ended)
                    runs.setdefault(each.id, facts)
        return tuple(runs.values())

    async def unserved(self, profiles: Sequence[str]) -> Sequence[str]:
        return [profile for profile in profiles if not await self._served(account_queue(self.url, profile))]

    async def _served(self, queue: str) -> bool:
        request = DescribeTaskQueueRequest(
            namespace=self.url.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        with engine_faults(self.url):
            return bool((await self.client.workflow_service.describe_task_queue(request, retry=True)).pollers)

    async def schedule(self, run: EngineRun, cron: str) -> str:
        name = self._schedule_name(run.terms.verb)
        action = ScheduleActionStartWorkflow(
            NAME,
            args=[json.dumps(encode_run(run)), {}],
            id=f"fleet-{run.terms.verb}",
            task_queue=workflow_queue(self.url),
        )
        schedule = Schedule(
            action, ScheduleSpec(cron_expressions=[cron]), SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP)
        )
        try:
            with engine_faults(self.url):
                try:
                    await self.client.create_schedule(name, schedule)
                except ScheduleAlreadyRunningError:
                    await self.client.get_schedule_handle(name).update(lambda _before: ScheduleUpdate(schedule))
        except Failure as fault:
            if "cron" in str(fault).lower():
                raise Failure(error("ACK8212", cron=cron)) from None
            raise
        return name

    async def unschedule(self, verb: str) -> bool:
        with engine_faults(self.url):
            try:
                await self.client.get_schedule_handle(self._schedule_name(verb)).delete()
            except RPCError as fault:
                if fault.status is RPCStatusCode.NOT_FOUND:
                    return False
                raise
        return True

    def _schedule_name(self, verb: str) -> str:
        return f"{self.url.queue}-fleet-{verb}"

    async def _described(self, run: str) -> WorkflowExecutionDescription:
        """Raises Failure where there is no such run."""
        with engine_faults(self.url):
            try:
                described = await self.client.get_workflow_handle(run).describe()
            except RPCError as fault:
                if fault.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT}:
                    raise Failure(error("ACK8206.unknown", run=run, engine=self.url.shown)) from None
                raise
        if described.workflow_type != NAME:
            raise Failure(error("ACK8206.other", run=run, sort=described.workflow_type))
        return described


class _Follower:
    """Follows one run until its end."""

    def __init__(self, engine: TemporalEngine, run: str, begin: Callable[[EngineRun], FleetView]) -> None:
        self._engine = engine
        self._run = run
        self._begin = begin
        self._history = RunHistory()
        self._view: FleetView | None = None
        self._entries: dict[str, WorkspaceEntry] = {}
        self._running: set[str] = set()

    async def read(self, first: str) -> None:
        """Reads the histories of the run, each as it grows. Raises Failure where the engine is away for too long."""
        current, read, lost = first, 0, None
        while self._history.end is None:
            number = 0
            try:
                async for event in events(self._engine.client, self._run, current, wait=True):
                    number, lost = number + 1, None
                    if number > read:
                        read = number
                        await self._read_one(event)
            except RPCError as fault:
                lost = lost or time.monotonic()
                if not is_away(fault) or time.monotonic() - lost > self._engine.patience:
                    raise Failure(engine_fault(self._engine.url, fault)) from None
                await asyncio.sleep(_EVERY)
            if self._history.next_run:
                current, read, self._history.next_run = self._history.next_run, 0, ""
        self._tell_rest()

    async def _read_one(self, event: HistoryEvent) -> None:
        result = await self._history.read(event, self._engine.client.data_converter)
        run = self._history.run
        if self._view is None and run is not None and run.patterns is None:
            self._entries = {task.entry.name: task.entry for task in run.tasks}
            self._view = self._begin(run)
            for each in all_results(self._history):
                if any(task.ready is not None and task.entry.name == each.name for task in run.tasks):
                    self._view.ended(each)
        if result is not None and self._view is not None:
            if result.name not in self._running:
                self._view.started(result.entry)
            self._view.ended(result)

    def _tell_rest(self) -> None:
        """Those that were not run, now that it is known that they are not."""
        ready = {task.entry.name for task in (self._history.run.tasks if self._history.run else ()) if task.ready}
        for result in all_results(self._history):
            if self._view is not None and result.name not in {*ready, *self._history.results}:
                self._view.ended(result)

    async def watch(self) -> None:
        """Tells how far those are that run, as long as the engine answers."""
        handle = self._engine.client.get_workflow_handle(self._run)
        while True:
            await asyncio.sleep(_EVERY)
            with contextlib.suppress(RPCError):
                described = await handle.describe()
                for pending in described.raw_description.pending_activities:
                    await self._tell_pending(pending)

    async def _tell_pending(self, pending: PendingActivityInfo) -> None:
        entry, view = self._entries.get(pending.activity_id), self._view
        if entry is None or view is None or pending.state != PendingActivityState.PENDING_ACTIVITY_STATE_STARTED:
            return
        if entry.name not in self._running:
            self._running.add(entry.name)
            view.started(entry)
        with contextlib.suppress(Failure):
            details = await self._engine.client.data_converter.decode(list(pending.heartbeat_details.payloads))
            if len(details) > 1 and all(isinstance(part, int) for part in details[:2]):
                view.progress(entry, details[0], details[1])

    def end(self) -> FollowedRun:
        """How the run ended. Raises Failure where its history told of none."""
        history = self._history
        if history.run is None:
            raise Failure(error("ACK8206.shape"))
        stopped = history.end == "stopped"
        fault = "" if stopped else history.end or ""
        return FollowedRun(history.run, all_results(history), history.seconds, stopped, fault)


def _status(status: WorkflowExecutionStatus | None) -> str:
    return _STATUS.get(status, "running") if status is not None else "running"
