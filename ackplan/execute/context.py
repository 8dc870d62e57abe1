"""One step under way: what it knows, how it writes itself down, waits, and looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ackplan import catalog
from ackplan.diagnostics import Diagnostic
from ackplan.execute import faults
from ackplan.execute.faults import StepFailed
from ackplan.execute.outcomes import Event, Moment
from ackplan.execute.places import Place
from ackplan.execute.ports import WRITE_DOWN, Api, ApiError, Clock, Journal, SecretSource
from ackplan.execute.watch import Settled, Watch
from ackplan.model.answers import Accepted, Attached, Cluster, Retry
from ackplan.plan.model import Call, Step
from ackplan.record.journal import Entry, Phase
from ackplan.record.recovery import LATEST

# How long a call whose answer was lost may take to show its effect.
GRACE = 60.0
LOOK_EVERY = 3.0


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, as one run sees it."""

    api: Api
    clock: Clock
    journal: Journal
    secrets: SecretSource
    tell: Callable[[Event], None]


def _aim(step: Step) -> dict[str, Any]:
    """By what a later run can tell whether the step's call took effect."""
    sizes = {"workers_before": step.workers_before, "workers_after": step.workers_after, "masters": step.masters}
    return {**sizes, "instances": list(step.instances)}


@dataclass(slots=True)
class StepContext:
    """A step under way. `ids` knows the clusters that this run created, by name, for all steps of the run.

    `failed`: the cluster was in the state `failed` before the step's call.
    `late` is until when a call like this one may take effect that an earlier run may have sent, None where none did.
    """

    step: Step
    ports: Ports
    watch: Watch
    run: str
    ids: dict[str, str]
    place: Place
    cluster_id: str = ""
    request_ids: list[str] = field(default_factory=list)
    task_ids: list[str] = field(default_factory=list)
    retries: list[Retry] = field(default_factory=list)
    late: float | None = None
    called: bool = False
    failed: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def call(self) -> Call:
        assert self.step.call is not None  # noqa: S101 - asked only of steps that call
        return self.step.call

    # What is written down

    async def write(self, phase: Phase, data: Mapping[str, Any], **more: Any) -> None:
        """One journal entry, on disk when this returns; `more` are `entry` and `removed`."""
        entry = Entry(self.run, self.step.id, self.step.cluster, phase, data, **more)
        await self.ports.journal.write(entry)

    async def intent(self) -> dict[str, Any]:
        """Reads the secrets, writes down what is about to be sent, and gives the body to send."""
        self.watch.check()
        body = self._with_secrets(self.call.body or {})
        await self._write_down()
        WRITE_DOWN.set(self._write_down)
        return body

    async def _write_down(self) -> None:
        step, now = self.step, self.ports.clock.now()
        facts = {"operation": self.call.operation, **_aim(step), "entry": step.entry, "at": now}
        await self.write(Phase.INTENT, facts)

    def _with_secrets(self, body: Mapping[str, Any]) -> dict[str, Any]:
        secret = catalog.secret_parameters(self.call.operation)
        return {
            name: self.ports.secrets.read(value) if name in secret and isinstance(value, Mapping) else value
            for name, value in body.items()
        }

    async def answered(self, answer: Accepted | Attached, entry: Mapping[str, Any] | None = None) -> str | None:
        """Writes an answer down; the task to follow, where there is one."""
        self.heard(answer)
        if answer.task_id:
            self.task_ids.append(answer.task_id)
        data = {"request_id": answer.request_id, "task_id": answer.task_id}
        await self.write(Phase.ANSWER, data, entry=entry)
        return answer.task_id

    def heard(self, told: Accepted | Attached | ApiError) -> None:
        """Keeps the request id of an answer or of a fault, and the tries before it."""
        self.request_ids.append(told.request_id)
        self.retries += told.retries

    async def settled(
        self, entry: Mapping[str, Any] | None = None, *, removed: bool = False, error: str = ""
    ) -> None:  # fmt: skip
        """The step's effect is complete, or as far as it will be (`error` says why): the record takes it in."""
        if entry is not None:
            entry = {**entry, "cluster_id": entry["cluster_id"] or self.cluster_id}
        await self.write(Phase.SETTLED, {"error": error} if error else {}, entry=entry, removed=removed)

    async def after_fault(self, fault: ApiError, seen: Callable[[], Awaitable[bool]]) -> None:
        """A definite refusal ends the step. After a lost answer: goes on if the effect shows, else stops here."""
        if not fault.uncertain:
            await self.write(Phase.SETTLED, {"error": fault.code})
            raise fault
        self.heard(fault)
        if not await self.until(seen):
            raise StepFailed(faults.lost(self.step, fault), open=True)

    # Waiting and looking

    @property
    def deadline(self) -> float:
        return self.ports.clock.now() + self.step.timeout

    async def rest(self, task_id: str | None = None) -> Cluster | None:
        """The cluster once it is at rest and the task ended; None when it is gone. A failed task fails the step."""
        waiting = self.watch.wait(self.cluster_id, task_id, self.deadline, self._progress)
        settled = await self.place.aside(waiting)
        self._check_task(settled)
        return settled.cluster

    def _progress(self, seconds: float, state: str) -> None:
        self.ports.tell(Event(Moment.PROGRESS, self.step, seconds, state))

    def _check_task(self, settled: Settled) -> None:
        task = settled.task
        if task is not None and task.failed:
            raise StepFailed(faults.task_failed(self.step, task.task_id, task.error_code, task.error_message))

    async def ready(self) -> Cluster:
        """The cluster, once it takes changing calls."""
        cluster = await self.look()
        if cluster is not None and cluster.busy:
            cluster = await self.rest()
        if cluster is None:
            raise StepFailed(faults.gone(self.step))
        self.failed = cluster.state == "failed"
        return cluster

    async def running(self, task_id: str | None = None) -> None:
        """Waits until the cluster runs; any other end fails the step."""
        cluster = await self.rest(task_id)
        if cluster is None:
            raise StepFailed(faults.gone(self.step))
        if cluster.state != "running":
            raise StepFailed(faults.not_ready(self.step, cluster.state))

    async def look(self) -> Cluster | None:
        """The cluster as it is now; None when it is gone."""
        try:
            cluster = await self.ports.api.get_cluster(self.cluster_id)
        except ApiError as fault:
            if fault.http_status == 404:
                return None
            raise
        return None if cluster.gone else cluster

    @property
    def awaited(self) -> bool:
        """Whether a call that an earlier run sent may take effect yet."""
        return self.late is not None and 0 < self.late - self.ports.clock.now() <= LATEST

    async def late_call(self) -> bool:
        """False where no earlier run's call can take effect any more. Else returns as soon as one does, or none can."""
        now, first = self.ports.clock.now(), await self.look() if self.late else None
        if self.late is None or first is None or not self.awaited:
            return False

        async def moved() -> bool:
            cluster = await self.look()
            return cluster is None or cluster.busy or cluster.size != first.size

        await self.until(moved, self.late - now)
        self.late = None
        return True

    async def until(self, seen: Callable[[], Awaitable[bool]], patience: float = GRACE) -> bool:
        """Looks again and again, for so many seconds at most, until `seen`."""
        end = self.ports.clock.now() + patience
        while not await seen():
            if self.ports.clock.now() >= end:
                return False
            self.watch.check()
            await self.pause()
        return True

    async def pause(self, seconds: float = LOOK_EVERY) -> None:
        """Lets time pass, and others work meanwhile."""
        await self.place.aside(self.ports.clock.sleep(seconds))

    async def present(self) -> frozenset[str]:
        """Those of the step's instances that are nodes of the cluster now."""
        nodes = await self.ports.api.list_nodes(self.cluster_id)
        return frozenset(node.instance_id for node in nodes) & frozenset(self.step.instances)

    def workers(self, cluster: Cluster | None) -> int | None:
        """How many workers the cluster has; None where it does not tell."""
        return cluster.size - self.step.masters if cluster is not None and cluster.size is not None else None
