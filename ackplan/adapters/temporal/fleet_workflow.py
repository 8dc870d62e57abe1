"""A run of many workspaces as a workflow: whose turn it is, and nothing else. A workspace is one activity.

Its name has a number: a history that was begun by one version of this code is replayed by the same one. Whatever
changes what it does needs another number. A workspace takes six events of a history.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from ackplan.workspaces.engine_run import EngineRun, EngineTask, decode_run, encode_run, encode_task, encode_terms
    from ackplan.workspaces.result import Ending
    from ackplan.workspaces.turns import Turn, Turns

NAME: Final = "fleet-1"
LISTING: Final = "list_workspaces"
_FAILED: Final = (Ending.FAILED, Ending.SKIPPED, Ending.INTERRUPTED)
_DAYS = timedelta(days=7)
# A plan and a drift check change nothing: what hangs is begun anew.
_READING = timedelta(hours=1)
_LISTING = timedelta(minutes=5)
_AGAIN = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=1.5, maximum_interval=timedelta(seconds=10)
)


def activity_name(verb: str) -> str:
    """The activity that does this to a workspace."""
    return f"{verb}_workspace"


@workflow.defn(name=NAME)
class FleetWorkflow:
    """`run` gets a run as `engine_run` encodes it, and what ended in the histories before; it gives what ended, and
    whether each failed.
    """

    @workflow.run
    async def run(self, document: str, ended: dict[str, bool]) -> dict[str, bool]:
        listed = decode_run(json.loads(document))
        base = workflow.info().task_queue
        fleet = listed if listed.patterns is None else await _listed(listed)
        tasks = {task.entry.name: task for task in fleet.tasks}
        done = {**_ready(fleet), **ended}
        turns = Turns(tuple(_turn(task) for task in fleet.tasks), done, fleet.jobs)
        running: dict[str, workflow.ActivityHandle[str]] = {}
        begun, stopped = 0, False
        while True:
            paged = begun >= fleet.page or workflow.info().is_continue_as_new_suggested()
            for name in () if paged and not stopped else turns.begin():
                running[name] = _activity(fleet, tasks[name], base)
                begun += 1
            if not running:
                break
            try:
                await workflow.wait(list(running.values()), return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                stopped = True
                turns.stop()
                for handle in running.values():
                    handle.cancel()
            for name in [name for name, handle in running.items() if handle.done()]:
                turns.end(name, failed=_has_failed(running.pop(name)))
        if stopped:
            raise asyncio.CancelledError
        if begun and len(turns.ended) < len(tasks):
            workflow.continue_as_new(args=[json.dumps(encode_run(fleet)), turns.ended])
        return turns.ended


async def _listed(run: EngineRun) -> EngineRun:
    """The run with the workspaces that a worker's checkout has now."""
    listed = await workflow.execute_activity(
        LISTING, json.dumps(encode_run(run)), start_to_close_timeout=_LISTING, retry_policy=_AGAIN, result_type=str
    )
    return decode_run(json.loads(listed))


def _ready(fleet: EngineRun) -> dict[str, bool]:
    return {task.entry.name: task.ready in _FAILED for task in fleet.tasks if task.ready is not None}


def _turn(task: EngineTask) -> Turn:
    return Turn(task.entry.name, task.entry.profile, task.entry.depends_on)


def _activity(fleet: EngineRun, task: EngineTask, base: str) -> workflow.ActivityHandle[str]:
    terms = fleet.terms
    return workflow.start_activity(
        activity_name(terms.verb),
        args=[json.dumps(encode_task(task)), task.digest, json.dumps(encode_terms(terms))],
        activity_id=task.entry.name,
        task_queue=f"{base}/{task.entry.profile}",
        start_to_close_timeout=_DAYS if terms.verb == "apply" else _READING,
        heartbeat_timeout=timedelta(seconds=terms.silence),
        retry_policy=_AGAIN,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        result_type=str,
    )


def _has_failed(handle: workflow.ActivityHandle[str]) -> bool:
    try:
        return bool(json.loads(handle.result())["failed"])
    except ActivityError:
        return True
    except BaseException as fault:
        if is_cancelled_exception(fault):
            return True
        raise
