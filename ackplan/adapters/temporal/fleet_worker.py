"""Serves an engine: takes workspaces of the accounts whose credentials are here, some at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from ackplan.adapters.temporal.engine_client import account_queue, workflow_queue
from ackplan.adapters.temporal.engine_url import EngineUrl
from ackplan.adapters.temporal.fleet_workflow import FleetWorkflow
from ackplan.adapters.temporal.worker_places import WorkerPlaces, account_tuner
from ackplan.adapters.temporal.workspace_activity import WorkspaceActivities
from ackplan.workspaces.task_host import TaskHost

# A workflow that another worker held in its memory is taken over after so long.
_STICKY: Final = timedelta(seconds=2)
# Signs of life reach the engine at least this often, and with each an answer whether the run was stopped.
_BEATS: Final = timedelta(seconds=1)
# What runs when this worker has to go was killed by then: the rest is to tell the engine.
_GRACE: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker does: whose credentials it has (`` for those of its environment), how many workspaces at a time,
    and whether it lists its checkout.
    """

    profiles: Sequence[str]
    places: int
    lists: bool


async def serve(
    client: Client, url: EngineUrl, host: TaskHost, plan: WorkerPlan, ready: Callable[[], None], stop: asyncio.Event
) -> None:
    """Serves until `stop` is set. Raises what ends a worker."""
    places = WorkerPlaces(plan.places)
    activities = WorkspaceActivities(host, places)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(_closed, activities)
        await stack.enter_async_context(_running(_of_runs(client, url, activities, plan)))
        for profile in plan.profiles:
            await stack.enter_async_context(_running(_of_account(client, url, activities, (profile, places))))
        stack.push_async_callback(_closed, activities)
        ready()
        await stop.wait()


async def _closed(activities: WorkspaceActivities) -> None:
    activities.close()


@contextlib.asynccontextmanager
async def _running(worker: Worker) -> AsyncIterator[None]:
    async with worker:
        yield


def _of_runs(client: Client, url: EngineUrl, activities: WorkspaceActivities, plan: WorkerPlan) -> Worker:
    return Worker(
        client,
        task_queue=workflow_queue(url),
        workflows=[FleetWorkflow],
        activities=[activities.listed] if plan.lists else [],
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules("ackplan")
        ),
        sticky_queue_schedule_to_start_timeout=_STICKY,
    )


def _of_account(
    client: Client, url: EngineUrl, activities: WorkspaceActivities, account: tuple[str, WorkerPlaces]
) -> Worker:
    profile, places = account
    return Worker(
        client,
        task_queue=account_queue(url, profile),
        activities=[activities.apply, activities.plan, activities.drift],
        tuner=account_tuner(places),
        activity_task_poller_behavior=PollerBehaviorSimpleMaximum(1),
        max_heartbeat_throttle_interval=_BEATS,
        default_heartbeat_throttle_interval=_BEATS,
        graceful_shutdown_timeout=_GRACE,
    )
