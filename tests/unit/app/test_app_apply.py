"""The use case of apply over ports of its own: what is told, asked and reported, and in which order. No disk, no click."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ackplan import spec
from ackplan.app.apply import Application, ApplyOrder, SavedPlan
from ackplan.app.host import Host
from ackplan.app.plan import PlanOptions, propose
from ackplan.app.policies import Judges
from ackplan.app.run_view import RunEnd
from ackplan.app.worlds import Here
from ackplan.core.answers import Accepted, Cluster
from ackplan.core.diagnostics import Failure, error
from ackplan.core.world import LOOPBACK, World
from ackplan.execute.outcomes import Event, Moment, Result
from ackplan.execute.presence import Patience
from ackplan.plan.model import Plan
from ackplan.record import Record
from ackplan.record.journal import NOTHING, Entry, Leftover, RunHead
from ackplan.record.versions import Version
from tests.quiet_workspace import QuietWorkspace

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  web: {cluster_type: Ask}
"""


class Memory(QuietWorkspace):
    """A workspace that forgets: its record, its journal and who held its lock."""

    name = "default"
    store = "memory"

    def __init__(self) -> None:
        self.stored = Record("")
        self.head: RunHead | None = None
        self.entries: list[Entry] = []
        self.held: list[str] = []
        self.closed = 0

    @property
    def record(self) -> Records:
        return Records(self)

    @property
    def journal(self) -> Memory:
        return self

    @contextlib.asynccontextmanager
    async def lock(self, what: str, timeout: float = 0.0) -> AsyncIterator[None]:
        self.held.append(what)
        yield

    def history(self, most: int) -> tuple[Version, ...]:
        return ()

    def read(self) -> Leftover:
        return Leftover(self.head, tuple(self.entries)) if self.head else NOTHING

    def open(self, head: RunHead) -> None:
        self.head = head

    async def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    def append(self, entries: Any) -> None:
        self.entries += entries

    def replace(self, head: RunHead | None, entries: Any) -> None:
        self.head, self.entries = head, list(entries)

    def close(self) -> None:
        self.closed += 1


class Records:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def read(self) -> Record:
        return self._memory.stored

    def write(self, record: Record, *, expect: Record) -> Record:
        assert self._memory.stored == expect
        self._memory.stored = dataclasses.replace(record, lineage="lineage", serial=expect.serial + 1)
        return self._memory.stored


class Account:
    """An API in memory; a cluster runs as soon as it is created."""

    region = "cn-beijing"

    def __init__(self) -> None:
        self.clusters: dict[str, Cluster] = {}
        self.fault: Exception | None = None
        self.stopped = False

    async def list_clusters(self, region: str = "") -> tuple[Cluster, ...]:
        return tuple(self.clusters.values())

    async def get_cluster(self, cluster_id: str, region: str = "") -> Cluster:
        return self.clusters[cluster_id]

    async def list_nodes(self, cluster_id: str, region: str = "") -> tuple[()]:
        return ()

    async def get_task(self, task_id: str, region: str = "") -> Any:
        raise NotImplementedError

    async def list_tasks(self, cluster_id: str, region: str = "") -> tuple[()]:
        return ()

    async def list_logs(self, cluster_id: str, region: str = "") -> tuple[()]:
        return ()

    async def create_cluster(self, region: str, body: Any, *_: Any) -> Accepted:
        if self.fault:
            raise self.fault
        cluster_id = "c" + "0" * 32
        self.clusters[cluster_id] = Cluster(cluster_id, body["name"], "running", region, 0, body["cluster_type"], {})
        return Accepted("r-1", cluster_id)

    def stop(self) -> None:
        self.stopped = True


class Listener:
    """View, approver and reporter in one: keeps what it hears, in order."""

    def __init__(self, approves: bool = True) -> None:
        self.heard: list[str] = []
        self.ends: list[RunEnd] = []
        self.stop: Callable[[], None] = lambda: None
        self._approves = approves

    def plan(self, plan: Plan) -> None:
        self.heard.append("plan")

    def note(self, text: str) -> None:
        self.heard.append(f"note: {text}")

    def event(self, event: Event) -> None:
        if event.moment is Moment.ENDED and event.step is not None:
            self.heard.append(event.step.id)

    def result(self, result: Result, plan: Plan) -> None:
        self.heard.append("result")

    @contextlib.contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:
        self.stop = stop
        self.heard.append("begins")
        yield
        self.heard.append("ended")

    def approve(self, plan: Plan) -> None:
        self.heard.append("approve")
        if not self._approves:
            raise Failure(error("ACK6008", "Plan was not approved"))

    def write(self, end: RunEnd) -> None:
        self.heard.append("report")
        self.ends.append(end)


class Hasty:
    """Time passes by being waited for, at once."""

    def __init__(self) -> None:
        self._now = 1_577_836_800.0

    def now(self) -> float:
        return self._now

    def wall(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


class NoSecrets:
    def missing(self, reference: Any) -> str:
        return ""

    def fault(self, reference: Any) -> str:
        return ""

    def read(self, reference: Any) -> str:
        raise AssertionError("this fleet has no secret")


def no_judges() -> Judges:
    raise AssertionError("no policy is named")


class Stage:
    def __init__(self, folder: Path) -> None:
        (folder / "ackplan.yaml").write_text(SPEC)
        self.memory, self.account = Memory(), Account()
        self.host = Host(
            spec.Inputs(folder),
            self.memory,
            self._open,
            Hasty(),
            NoSecrets(),
            no_judges,
            lambda: "run-1",
            Patience(0.0),
        )

    @contextlib.asynccontextmanager
    async def _open(self, *, offline: bool = False) -> AsyncIterator[Any]:
        yield self.account, Here(World("1", LOOPBACK))

    def plan(self) -> SavedPlan:
        proposal = asyncio.run(propose(self.host, PlanOptions()))
        return SavedPlan(proposal.plan, proposal.before.record)

    def apply(self, order: ApplyOrder, listener: Listener) -> RunEnd:
        return asyncio.run(Application(self.host, order, listener, listener, listener).run())


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_new_plan_is_told_then_approved_then_run_then_reported(stage: Stage) -> None:
    listener = Listener()
    end = stage.apply(ApplyOrder(), listener)
    assert end.result.complete
    assert listener.heard == ["plan", "approve", "begins", "create:web", "ended", "result", "report"]
    assert listener.ends == [end]
    assert stage.memory.stored.clusters.keys() == {"web"}
    assert stage.memory.stored.world == World("1", LOOPBACK)
    assert (stage.memory.held, stage.memory.head, stage.memory.closed) == (["ackplan apply"], None, 1)


def test_a_plan_that_is_not_approved_changes_nothing_and_is_reported(stage: Stage) -> None:
    listener = Listener(approves=False)
    with pytest.raises(Failure):
        stage.apply(ApplyOrder(), listener)
    assert listener.heard == ["plan", "approve", "report"]
    assert [d.code for d in listener.ends[0].result.errors] == ["ACK6008"]
    assert listener.ends[0].plan.acting
    assert not stage.account.clusters


def test_a_saved_plan_is_neither_told_nor_approved_again(stage: Stage) -> None:
    saved, listener = stage.plan(), Listener(approves=False)
    assert stage.apply(ApplyOrder(lambda: saved), listener).result.complete
    assert listener.heard == ["begins", "create:web", "ended", "result", "report"]


def test_a_plan_of_another_workspace_is_refused_under_the_lock(stage: Stage) -> None:
    saved = stage.plan()
    pins = dataclasses.replace(saved.plan.pins, workspace="other")
    moved = dataclasses.replace(saved, plan=dataclasses.replace(saved.plan, pins=pins))
    listener = Listener()
    with pytest.raises(Failure) as failure:
        stage.apply(ApplyOrder(lambda: moved), listener)
    assert [d.code for d in failure.value.diagnostics] == ["ACK6009"]
    assert listener.heard == ["report"]
    assert stage.memory.held == ["ackplan apply"]


def test_nothing_to_do_asks_nobody(stage: Stage) -> None:
    stage.apply(ApplyOrder(), Listener())
    listener = Listener(approves=False)
    assert stage.apply(ApplyOrder(), listener).result.complete
    assert listener.heard == ["plan", "report"]


def test_an_error_of_the_disk_while_it_runs_is_reported_with_what_was_begun(stage: Stage) -> None:
    saved, listener = stage.plan(), Listener()
    stage.account.fault = None

    async def full(entry: Entry) -> None:
        raise Failure(error("ACK3012", "Journal is broken"))

    stage.memory.write = full  # type: ignore[method-assign]
    with pytest.raises(Failure):
        stage.apply(ApplyOrder(lambda: saved), listener)
    (end,) = listener.ends
    assert end.run == "run-1"
    assert end.result.outcomes.keys() == {"create:web"}
    assert not end.result.complete


def test_a_plan_is_made_without_the_lock(stage: Stage) -> None:
    assert stage.plan().plan.acting
    assert stage.memory.held == []
    assert stage.plan().plan.pins.workspace == "default"
