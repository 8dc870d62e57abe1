"""Rehearses a plan: all of apply, in virtual time, against a private world that begins as the plan saw the real one."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ackplan.app.rehearsed_world import home, inside, shown
from ackplan.core import catalog
from ackplan.core.diagnostics import Failure, error
from ackplan.core.states import spelled
from ackplan.execute.executor import Executor
from ackplan.execute.limits import Limits
from ackplan.execute.outcomes import Event, Result, Run
from ackplan.execute.ports import Api
from ackplan.execute.presence import Patience
from ackplan.execute.step_run import Ports
from ackplan.execute.virtual_clock import VirtualClock
from ackplan.plan.model import Plan
from ackplan.record.journal import Entry
from ackplan.resources.types import BUILT_IN

# What a cluster that is busy does, by its state: the task's type, and the operation that usually takes as long.
_UNDER_WAY = {
    "initial": ("cluster_create", "create_cluster"),
    "updating": ("cluster_scaleout", "scale_out"),
    "upgrading": ("cluster_scaleout", "scale_out"),
    "scaling": ("cluster_scaleout", "scale_out"),
    "removing": ("cluster_node_remove", "remove_nodes"),
    "draining": ("cluster_node_remove", "remove_nodes"),
    "deleting": ("cluster_delete", "delete_cluster"),
}


@dataclass(frozen=True, slots=True)
class _Patience(Patience):
    """As towards the cloud, without the looks of a wait's first seconds: each is one at a whole world, for nothing."""

    @property
    def poll(self) -> float:
        return 10.0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsal went. Times of `result` are virtual seconds; `started` is when it began on that clock."""

    plan: Plan
    result: Result
    started: float


class _Memory:
    """A journal that forgets: nothing of a rehearsal is kept."""

    async def write(self, entry: Entry) -> None:
        """Takes an entry, and lets it go."""


class _Placeholder:
    """Stands in for every secret: a rehearsal reads none."""

    def read(self, reference: Mapping[str, Any]) -> str:  # noqa: ARG002 - part of the protocol
        return "Rehearsal-0"


def world(plan: Plan) -> dict[str, Any]:
    """The live state that the plan saw of its clusters, as the simulator takes it.

    What a cluster was busy with goes on, and takes as long as if it had begun just then.
    """
    seen = [change.live_cluster for change in plan.changes if change.live_cluster]
    under_way = [(s.cluster, _UNDER_WAY[state]) for s in seen if (state := spelled(s.cluster.state)) in _UNDER_WAY]
    tasks = [
        {
            "task_type": kind,
            "cluster_id": known.cluster_id,
            "state": "running",
            "ends_in": catalog.DEFAULT.operation(operation).expected_seconds,
        }
        for known, (kind, operation) in under_way
    ]
    clusters = {live.cluster.name: shown(live.facts) for live in seen}
    held = inside(plan)
    for change in plan.changes:
        if change.name in held and change.name not in clusters and change.cluster_id:
            clusters[change.name] = home(change)
    for name in held.keys() & clusters.keys():
        clusters[name] |= {**held[name], "size": 0}
    return {"clusters": list(clusters.values()), "tasks": tasks}


def seed(plan: Plan) -> int:
    """By what the private world names what it makes: as no other simulator does, the same for the same plan."""
    pins = [plan.pins.lineage, plan.pins.serial, plan.pins.spec_digest, sorted(plan.pins.live.items())]
    return int.from_bytes(hashlib.sha256(json.dumps(["rehearsal", *pins]).encode()).digest()[:7], "big")


def _check_clusters_alone(plan: Plan) -> None:
    """Raises Failure for a plan of resources that the private world does not have."""
    others = sorted({change.address.type for change in plan.changes} - {each.name for each in BUILT_IN})
    if others:
        raise Failure(error("ACK7002", types=", ".join(others)))


async def rehearse(
    plan: Plan, api: Api, clock: VirtualClock, limits: Limits, tell: Callable[[Event], None]
) -> Rehearsal:
    """Runs every step against `api`, which must be a private world on the same `clock`."""
    _check_clusters_alone(plan)
    ports = Ports(api, clock, _Memory(), _Placeholder(), tell, BUILT_IN, _Patience())
    driver = asyncio.create_task(clock.drive())
    started = clock.now()
    try:
        result = await Executor(ports, limits, Run("rehearsal")).run(plan.steps)
    finally:
        driver.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await driver
    return Rehearsal(plan, result, started)
