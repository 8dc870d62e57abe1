"""A cloud of a few lines, in virtual time: what a step or a wait sees of it is written by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ackplan.core import catalog
from ackplan.core.answers import Accepted, Attached, Cluster, LogLine, Node, Task
from ackplan.execute.outcomes import Event, Outcome, Run
from ackplan.execute.performer import Performer
from ackplan.execute.ports import ApiError
from ackplan.execute.presence import Patience
from ackplan.execute.slots import Places
from ackplan.execute.step_run import Ports
from ackplan.execute.virtual_clock import VirtualClock
from ackplan.execute.waiter import Watch
from ackplan.plan.model import Step
from ackplan.record.journal import Entry
from ackplan.resources.types import BUILT_IN

T = TypeVar("T")
REGION = "cn-beijing"
PATIENCE = Patience()
GONE = ApiError("ErrorClusterNotFound", "there is none", http_status=404)
NO_TASK = ApiError("ErrorTaskNotFound", "there is none", http_status=404)
LOST = ApiError("Timeout", "no answer", uncertain=True)


def cluster(name: str, state: str = "running", size: int | None = 3) -> Cluster:
    return Cluster(f"c-{name}", name, state, REGION, size, "ManagedKubernetes")


def task(state: str, **words: str) -> Task:
    why = {"error_code": "", "error_message": "", **words}
    return Task("T-1", "c-a", "cluster_scaleout", state, "", "", **why)


@dataclass
class Cloud:
    """Answers are what `at` says is there then: clusters by id, tasks by id, or an error for one of them.

    `calls` are the calls so far; `changed` is called with each changing call, and may answer, raise, or change `at`.
    """

    at: Callable[[float], Mapping[str, Cluster | Task | ApiError]]
    changed: Callable[[str], Accepted] = lambda _call: Accepted("R-1", "c-a", None)
    nodes: tuple[Node, ...] = ()
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(1_000_000.0))
    calls: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def _now(self) -> Mapping[str, Cluster | Task | ApiError]:
        return self.at(self.clock.now() - 1_000_000.0)

    async def list_clusters(self, region: str = "") -> tuple[Cluster, ...]:
        self.calls.append("list")
        return tuple(thing for thing in self._now().values() if isinstance(thing, Cluster))

    async def get_cluster(self, cluster_id: str, region: str = "") -> Cluster:
        self.calls.append(f"get {cluster_id}")
        thing = self._now().get(cluster_id, GONE)
        if not isinstance(thing, Cluster):
            assert isinstance(thing, ApiError)
            raise thing
        return thing

    async def get_task(self, task_id: str, region: str = "") -> Task:
        self.calls.append(f"task {task_id}")
        thing = self._now().get(task_id, NO_TASK)
        if not isinstance(thing, Task):
            assert isinstance(thing, ApiError)
            raise thing
        return thing

    async def list_nodes(self, cluster_id: str, region: str = "") -> tuple[Node, ...]:
        return self.nodes

    async def list_tasks(self, cluster_id: str, region: str = "") -> tuple[Task, ...]:
        self.calls.append(f"tasks {cluster_id}")
        now = self._now().values()
        return tuple(thing for thing in now if isinstance(thing, Task) and thing.cluster_id == cluster_id)

    async def list_logs(self, cluster_id: str, region: str = "") -> tuple[LogLine, ...]:
        return ()

    async def create_cluster(self, *_call: object) -> Accepted:
        return self._change("create")

    async def delete_cluster(self, *_call: object) -> Accepted:
        return self._change("delete")

    async def scale_out(self, *_call: object) -> Accepted:
        return self._change("scale-out")

    async def attach(self, *_call: object) -> Attached:
        raise NotImplementedError

    async def remove_nodes(self, *_call: object) -> Accepted:
        return self._change("remove")

    def _change(self, call: str) -> Accepted:
        self.calls.append(call)
        assert self.entries[-1].phase.value == "intent", "a call is written down before it is sent"
        return self.changed(call)

    async def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    def read(self, reference: Mapping[str, Any]) -> str:
        return "hunter2"

    def run(self, work: Callable[[Watch], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns, in virtual time; it gets the watch of this cloud."""

        async def driven() -> T:
            watch = Watch(self, self.clock, PATIENCE)
            driver = asyncio.create_task(self.clock.drive())
            try:
                return await work(watch)
            finally:
                await watch.close()
                driver.cancel()

        return asyncio.run(driven())

    def perform(self, step: Step, run: Run | None = None) -> Outcome:
        ports = Ports(self, self.clock, self, self, self.events.append, BUILT_IN, PATIENCE)

        async def work(watch: Watch) -> Outcome:
            return await Performer(ports, watch, run or Run("r-1")).perform(step, Places(1).take())

        return self.run(work)

    def phases(self) -> list[str]:
        return [entry.phase.value for entry in self.entries]


def always(*things: Cluster | Task) -> Callable[[float], Mapping[str, Cluster | Task | ApiError]]:
    by_id = {thing.cluster_id if isinstance(thing, Cluster) else thing.task_id: thing for thing in things}
    return lambda _seconds: dict(by_id)


def state_of(one: Cluster, *, until: float, then: str, **fields: Any) -> Callable[[float], Mapping[str, Any]]:
    """The cluster as it is, and from then on in another state, with other fields."""
    return lambda seconds: {one.cluster_id: one if seconds < until else replace(one, state=then, **fields)}


KIND = catalog.DEFAULT.kind("managed")
