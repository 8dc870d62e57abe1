"""Reads the history of a run: what is in it, how its workspaces ended, and how it ended itself.

It is a server's answer, which others may have written to.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure as FailureProto
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from ackplan.adapters.temporal.workspace_activity import REFUSED, child_end
from ackplan.core.diagnostics import Diagnostic, Failure, Severity, error, printable
from ackplan.core.json_types import Json
from ackplan.workspaces.child_end import result_of_end
from ackplan.workspaces.engine_run import EngineRun, decode_run
from ackplan.workspaces.result import Ending, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder

_NANOSECONDS = 1e9
_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "stopped",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "terminated",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "out of time",
}


@dataclass(slots=True)
class RunHistory:
    """What was read so far. `end` says how the run ended, None while it goes on; empty: as it should."""

    run: EngineRun | None = None
    results: dict[str, WorkspaceResult] = field(default_factory=dict)
    end: str | None = None
    next_run: str = ""
    began: float = 0.0
    last: float = 0.0
    _names: dict[int, str] = field(default_factory=dict)
    _started: dict[int, float] = field(default_factory=dict)

    async def read(self, event: HistoryEvent, converter: DataConverter) -> WorkspaceResult | None:
        """The workspace that ended with this event, if one did. Raises Failure for what can't be read."""
        self.last = _seconds(event)
        self.began = self.began or self.last
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                await self._begun(event, converter)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                scheduled = event.activity_task_scheduled_event_attributes
                self._names[event.event_id] = scheduled.activity_id
                if self.run is None or self.run.patterns is not None:
                    self._started[event.event_id] = _seconds(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                started = event.activity_task_started_event_attributes
                self._started[started.scheduled_event_id] = _seconds(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                completed = event.activity_task_completed_event_attributes
                value = await _first(converter, completed.result.payloads)
                if self.run is not None and self.run.patterns is not None:
                    self.run = _decoded(value)
                    return None
                return self._ended(event, completed.scheduled_event_id, value)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                failed = event.activity_task_failed_event_attributes
                return await self._failed(event, failed.scheduled_event_id, failed.failure, converter)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
                timed_out = event.activity_task_timed_out_event_attributes
                return self._without(event, timed_out.scheduled_event_id, error("ACK8209", how="ran out of time"))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED:
                canceled = event.activity_task_canceled_event_attributes
                return self._of(event, canceled.scheduled_event_id, Ending.INTERRUPTED)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
                self.next_run = event.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
            case kind if kind in _ENDS:
                self.end = _ENDS[kind]
            case _:
                pass
        return None

    @property
    def seconds(self) -> float:
        """How long the run took, as far as it was read."""
        return max(0.0, self.last - self.began)

    async def _begun(self, event: HistoryEvent, converter: DataConverter) -> None:
        payloads = event.workflow_execution_started_event_attributes.input.payloads
        document = await _first(converter, payloads)
        if self.run is None or self.run.patterns is not None:
            self.run = _decoded(document)
        self._names.clear()
        self._started.clear()
        self.next_run = ""

    def _ended(self, event: HistoryEvent, scheduled: int, value: str) -> WorkspaceResult | None:
        try:
            end = child_end(value)
        except (KeyError, TypeError, ValueError):
            return self._without(event, scheduled, error("ACK8209", how="told something else"))
        order = self._order(scheduled)
        if order is None:
            return None
        return self._kept(_timed(result_of_end(order, end), self._took(event, scheduled)))

    async def _failed(
        self, event: HistoryEvent, scheduled: int, failure: FailureProto, converter: DataConverter
    ) -> WorkspaceResult | None:
        fault = await converter.decode_failure(failure)
        if isinstance(fault, ApplicationError) and fault.type == REFUSED and len(fault.details) == 4:
            code, *texts = (printable(str(text))[:2000] for text in fault.details)
            finding = Diagnostic(Severity.ERROR, code, texts=(texts[0], texts[1], texts[2]))
        else:
            finding = error("ACK8209", how=printable(str(fault))[:300])
        return self._without(event, scheduled, finding)

    def _without(self, event: HistoryEvent, scheduled: int, finding: Diagnostic) -> WorkspaceResult | None:
        """A workspace that has no result of its own; None where it was the list of workspaces that failed."""
        result = self._of(event, scheduled, Ending.FAILED, finding)
        if result is None and self.run is not None and self.run.patterns is not None:
            raise Failure(finding)
        return result

    def _of(self, event: HistoryEvent, scheduled: int, ending: Ending, *findings: Diagnostic) -> WorkspaceResult | None:
        order = self._order(scheduled)
        if order is None:
            return None
        result = WorkspaceResult(order.entry, ending, diagnostics=findings, findings=len(findings))
        return self._kept(_timed(result, self._took(event, scheduled)))

    def _kept(self, result: WorkspaceResult) -> WorkspaceResult:
        self.results[result.name] = result
        return result

    def _order(self, scheduled: int) -> WorkspaceOrder | None:
        name = self._names.get(scheduled, "")
        tasks = self.run.tasks if self.run else ()
        entry = next((task.entry for task in tasks if task.entry.name == name), None)
        return WorkspaceOrder(entry, self.run.terms.verb) if entry and self.run else None

    def _took(self, event: HistoryEvent, scheduled: int) -> float:
        begun = self._started.get(scheduled)
        return max(0.0, _seconds(event) - begun) if begun is not None else 0.0


def _timed(result: WorkspaceResult, seconds: float) -> WorkspaceResult:
    return dataclasses.replace(result, seconds=seconds)


def _seconds(event: HistoryEvent) -> float:
    return event.event_time.seconds + event.event_time.nanos / _NANOSECONDS


async def _first(converter: DataConverter, payloads: Sequence[Payload]) -> str:
    """The first of some values. Raises Failure for what can't be read."""
    try:
        values = await converter.decode(list(payloads[:1]), [str])
    except (RuntimeError, TypeError, ValueError):
        values = []
    if not values or not isinstance(values[0], str):
        raise Failure(error("ACK8206.shape"))
    return values[0]


def _decoded(text: str) -> EngineRun:
    try:
        document: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise Failure(error("ACK8206.shape")) from None
    return decode_run(document)


async def events(client: Client, run: str, first: str, *, wait: bool) -> AsyncIterator[HistoryEvent]:
    """The events of one history of a run. `wait`: new ones as they come, until its end. Raises RPCError."""
    handle = client.get_workflow_handle(run, run_id=first or None)
    async for event in handle.fetch_history_events(wait_new_event=wait):
        yield event


def all_results(history: RunHistory) -> tuple[WorkspaceResult, ...]:
    """The result of each workspace of the run, those that did not run included, in its order."""
    run = history.run
    results: dict[str, WorkspaceResult] = {}
    if run is None:
        return ()
    needs = run.selection.needs
    for task in run.tasks:
        name = task.entry.name
        behind = tuple(need for need in needs[name] if need in results and results[need].failed)
        if name in history.results:
            results[name] = history.results[name]
        elif task.ready is not None:
            results[name] = WorkspaceResult(task.entry, task.ready)
        elif behind:
            results[name] = WorkspaceResult(task.entry, Ending.SKIPPED, behind=behind)
        else:
            results[name] = WorkspaceResult(task.entry, Ending.INTERRUPTED)
    return tuple(results.values())
