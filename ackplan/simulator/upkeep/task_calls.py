"""Listing a cluster's tasks, and stopping, holding and resuming one (DescribeClusterTasks, CancelTask and its kin).

What a canceled task leaves behind is what it leaves when it fails, but for the states that its own group says. That
upgrades alone can be held, and that a deletion can't be stopped, is assumed.
"""

from __future__ import annotations

from ackplan.simulator import paging, refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject
from ackplan.simulator.machine import Operation
from ackplan.simulator.records import Task
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.upkeep import task_document
from ackplan.simulator.upkeep.task_document import CANCELED, PAUSED

_HOLDABLE = frozenset({"cluster_upgrade", "nodepool_upgrade"})
_RUNNING = task_document.GOING - {PAUSED}
_SHOWN = 10


def find(ledger: Ledger, task_id: str) -> Task:
    """The task. Raises Refusal 404."""
    task = ledger.store.task(task_id)
    if task is None:
        raise refusals.task_not_found(task_id)
    return task


def _get(ledger: Ledger, call: Invocation) -> Json:
    return task_document.document(find(ledger, call.places["task_id"]), ledger.now())


def _list(ledger: Ledger, call: Invocation) -> Json:
    """Newest first, by the number of the page, or from a token on."""
    call.seen(ledger)
    tasks = [task_document.summary(task) for task in reversed(ledger.store.tasks(call.cluster_id))]
    size = paging.number(call.query, "page_size", _SHOWN, paging.MOST)
    begin = (paging.number(call.query, "page_number", 1) - 1) * size
    if call.query.get("max_results") or call.query.get("next_token"):
        size = paging.number(call.query, "max_results", _SHOWN, paging.MOST)
        begin = paging.number(call.query, "next_token", 1) - 1
    further = str(begin + size + 1) if begin + size < len(tasks) else ""
    page: JsonObject = {"page_number": begin // size + 1, "page_size": size, "total_count": len(tasks)}
    return {"tasks": tasks[begin : begin + size], "page_info": page, "next_token": further}


def _cancel(ledger: Ledger, call: Invocation) -> Json:
    cancel(ledger, find(ledger, call.places["task_id"]))
    return {}


def cancel(ledger: Ledger, task: Task) -> None:
    """Ends it now, as if it had failed. Raises Refusal 409 for one that has ended, or that can't be stopped."""
    if task.state not in task_document.GOING or task.operation == Operation.DELETE:
        raise _not_now(task, "canceled")
    _hold(ledger, task)
    task.succeeds, task.error, task.called = False, None, CANCELED
    _mark(ledger, task, "cancel", "Canceled")
    task.due = ledger.now()
    ledger.store.keep_task(task)


def _pause(ledger: Ledger, call: Invocation) -> Json:
    pause(ledger, find(ledger, call.places["task_id"]))
    return {}


def pause(ledger: Ledger, task: Task) -> None:
    """Holds it. Raises Refusal 409 for one that does not run, or is of a kind that can't be held."""
    if task.state not in _RUNNING or task.operation not in _HOLDABLE:
        raise _not_now(task, "paused")
    _hold(ledger, task)
    task.state = PAUSED
    _mark(ledger, task, "pause", "Paused")
    ledger.store.keep_task(task)


def _resume(ledger: Ledger, call: Invocation) -> Json:
    resume(ledger, find(ledger, call.places["task_id"]))
    return {}


def resume(ledger: Ledger, task: Task) -> None:
    """Lets it go on for as long as it had to go when it was held. Raises Refusal 409 for one that is not held."""
    if task.state != PAUSED:
        raise _not_now(task, "resumed")
    left = task.payload.get("left")
    task.state, task.payload["resumed"] = "running", ledger.now()
    if isinstance(left, int | float):
        task.due = ledger.now() + left
    _mark(ledger, task, "resume", "Resumed")
    ledger.store.keep_task(task)


def _hold(ledger: Ledger, task: Task) -> None:
    """Notes how far it is, and how long it would have taken from here on: nothing for one that never ends."""
    now = ledger.now()
    task.payload["share"] = task_document.share(task, now)
    if task.due is not None:
        task.payload["left"] = max(0.0, task.due - now)
    task.due = None


def _mark(ledger: Ledger, task: Task, action: str, reason: str) -> None:
    marks = task.payload.get("marks", [])
    kept = list(marks) if isinstance(marks, list) else []
    task.payload["marks"] = [*kept, {"at": ledger.now(), "action": action, "reason": reason}]
    task.updated = ledger.now()


def _not_now(task: Task, done: str) -> Refusal:
    return Refusal(409, "ErrorTaskState", f"task {task.task_id} is {task.state} and can't be {done}")


TASKS = Group(
    changes={"cancel_task": _cancel, "pause_task": _pause, "resume_task": _resume},
    reads={"get_task": _get, "list_tasks": _list},
)
