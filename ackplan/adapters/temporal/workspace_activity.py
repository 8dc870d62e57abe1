"""One workspace as one activity: a process that ends in order when the run is cancelled, and is killed when this worker
has to go or is no longer the one that is to run it. Another worker then goes on by the journal in the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from temporalio import activity
from temporalio.exceptions import ApplicationError

from ackplan.adapters.temporal.worker_places import NoPlaceError, WorkerPlaces
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.json_types import Json, items, mapping
from ackplan.workspaces.child_end import ChildEnd
from ackplan.workspaces.engine_run import EngineTask, decode_run, decode_task, decode_terms, encode_run, whole
from ackplan.workspaces.task_host import TaskEnd, TaskHost, TaskOrder

BUSY: Final = "busy"
AGAIN: Final = "again"
REFUSED: Final = "refused"
# Seconds until a workspace is offered again that another worker is to run.
_SOON = timedelta(milliseconds=500)
# Attempts that may end for a reason that passes, before it is the result.
_MOST_AGAIN = 20
# Of a plan and a drift check, the pause between two signs of life: they are bounded in time besides.
_BEAT = 5.0
_LONGEST = 256 << 10
_SAID = 2 << 10
_CHANGES = 100


@dataclass(frozen=True, slots=True)
class _Before:
    """What an earlier attempt told last: how far it was, and how often it ended for a reason that passes."""

    done: int = 0
    steps: int = 0
    again: int = 0
    begun: bool = False


class WorkspaceActivities:
    """The activities of one worker."""

    def __init__(self, host: TaskHost, places: WorkerPlaces) -> None:
        self._host = host
        self._places = places
        self._closing = asyncio.Event()

    def close(self) -> None:
        """This worker has to go: what runs is killed, for another one."""
        self._closing.set()

    @activity.defn(name="apply_workspace")
    async def apply(self, task: str, digest: str, terms: str) -> str:
        """Carries the plan of this digest out."""
        return await self._run(_order(task, digest, terms, "apply"))

    @activity.defn(name="plan_workspace")
    async def plan(self, task: str, digest: str, terms: str) -> str:
        """Plans."""
        return await self._run(_order(task, digest, terms, "plan"))

    @activity.defn(name="drift_workspace")
    async def drift(self, task: str, digest: str, terms: str) -> str:
        """Looks for drift."""
        return await self._run(_order(task, digest, terms, "drift"))

    @activity.defn(name="list_workspaces")
    async def listed(self, run: str) -> str:
        """The run with the workspaces that the checkout has now."""
        try:
            return json.dumps(encode_run(await asyncio.to_thread(self._host.listed, decode_run(json.loads(run)))))
        except Failure as fault:
            raise _refusal(fault.diagnostics) from None

    async def _run(self, order: TaskOrder) -> str:
        async with self._place():
            before = _before()
            # From here on an attempt that follows has to take this one over.
            activity.heartbeat(before.done, before.steps, before.again, True)
            try:
                end = await self._followed(order, before)
            except Failure as fault:
                raise _refusal(fault.diagnostics) from None
        if end.again and before.again < _MOST_AGAIN:
            activity.heartbeat(before.done, before.steps, before.again + 1, True)
            raise ApplicationError(end.again, type=AGAIN)
        return _told(end)

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """A place on this machine. Where none is free soon, another worker may have it."""
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._places.one())
            except NoPlaceError:
                raise ApplicationError("no place is free here", type=BUSY, next_retry_delay=_SOON) from None
            yield

    async def _followed(self, order: TaskOrder, before: _Before) -> TaskEnd:
        """How the process ended. Progress alone is a sign of life, but of what only reads."""
        process = self._host.process(TaskOrder(order.task, order.terms, order.run, again=before.begun))

        def progress(done: int, steps: int) -> None:
            activity.heartbeat(done, steps, before.again, True)

        running = asyncio.create_task(process.run(progress))
        closing = asyncio.create_task(self._closing.wait())
        beating = asyncio.create_task(_beat()) if order.terms.verb != "apply" else closing
        try:
            await asyncio.wait({running, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise ApplicationError("this worker has to go", type=AGAIN, next_retry_delay=_SOON)
            return running.result()
        except asyncio.CancelledError:
            if not _is_stopped():
                raise
            process.interrupt()
            return await _outlived(running, process.interrupt)
        finally:
            for task in (closing, beating, running):
                task.cancel()
            await asyncio.wait({closing, beating, running})


async def _outlived(running: asyncio.Task[TaskEnd], again: Callable[[], None]) -> TaskEnd:
    """The end of a process that was interrupted: a cancellation that comes twice is handed on."""
    while True:
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if running.cancelled():
                raise
            again()


async def _beat() -> None:
    while True:
        activity.heartbeat(0, 0, 0, True)
        await asyncio.sleep(_BEAT)


def _is_stopped() -> bool:
    """Whether somebody stopped the run, rather than that this attempt is no longer the one that counts."""
    details = activity.cancellation_details()
    return details is not None and details.cancel_requested and not (details.not_found or details.timed_out)


def _before() -> _Before:
    details = activity.info().heartbeat_details
    try:
        done, steps, again = (whole(_json(part)) for part in details[:3])
    except (TypeError, ValueError):
        return _Before()
    return _Before(done, steps, again, begun=True)


def _order(task: str, digest: str, terms: str, verb: str) -> TaskOrder:
    try:
        decoded, common = decode_task(json.loads(task)), decode_terms(json.loads(terms))
        if common.verb != verb or decoded.digest != digest:
            raise ValueError("another activity")
    except (KeyError, TypeError, ValueError):
        raise _refusal((error("ACK8206.shape"),)) from None
    return TaskOrder(EngineTask(decoded.entry, digest), common, activity.info().workflow_id or "")


def _refusal(diagnostics: tuple[Diagnostic, ...]) -> ApplicationError:
    """What keeps this machine from running a workspace: whoever follows the run is shown it."""
    first = diagnostics[0]
    texts = [first.code, first.summary, first.detail, first.cure]
    return ApplicationError(first.summary, *texts, type=REFUSED, non_retryable=True)


def _told(end: TaskEnd) -> str:
    """What goes into the history: bounded, however much a workspace has to say."""
    line = end.end.last.decode("utf-8", "replace")
    document = {
        "code": end.end.code,
        "line": line if len(line) <= _LONGEST else _shortened(line),
        "said": "" if line.startswith('{"ackplan_summary"') else end.end.said[-_SAID:],
        "failed": end.failed,
    }
    return json.dumps(document)


def _shortened(line: str) -> str:
    """A summary with the first of its changes alone; how many there are is told besides."""
    try:
        document = json.loads(line)
        plan = mapping(document["plan"])
        cut = {**plan, "changes": list(items(plan["changes"]))[:_CHANGES], "cautions": []}
        return json.dumps({**document, "plan": cut, "diagnostics": document["diagnostics"][:10]})[: 4 * _LONGEST]
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""


def _json(value: object) -> Json:
    """What came as JSON."""
    if value is None or isinstance(value, str | int | float | dict | list):
        return value
    raise TypeError("JSON is expected")


def child_end(text: str) -> ChildEnd:
    """What `_told` told. Raises KeyError, TypeError and ValueError for something else."""
    document = mapping(json.loads(text))
    code = document["code"]
    if not isinstance(code, int):
        raise TypeError("a whole number is expected")
    return ChildEnd(code, str(document["line"]).encode(), str(document["said"]))
