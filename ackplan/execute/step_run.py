"""One step under way: what it knows, how it writes itself down, waits, and looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ackplan.core.answers import Accepted, Attached, Cluster, Retry, Task
from ackplan.core.call import Call
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.resource import Registry
from ackplan.core.secret_parts import with_secrets
from ackplan.core.states import End
from ackplan.core.work import Calling, aim_of
from ackplan.execute import failures
from ackplan.execute.cluster_log import logged
from ackplan.execute.failures import StepFailed
from ackplan.execute.fresh_intent import FreshIntent
from ackplan.execute.lost_calls import Arrival
from ackplan.execute.outcomes import Event, Moment
from ackplan.execute.ports import Api, ApiError, Clock, Journal, SecretSource
from ackplan.execute.presence import REAL, Patience, Subject, look_up
from ackplan.execute.slots import Place
from ackplan.execute.waiter import Settled, Watch
from ackplan.plan.model import Step
from ackplan.plan.planner import PlannedType
from ackplan.record import RecordedCluster
from ackplan.record.journal import Entry, Facts, Phase

# How long a call whose answer was lost may take to show its effect.
GRACE = 60.0
LOOK_EVERY = 3.0
_NO_FACTS = Facts()
_SHARE = 0.04
_LONGEST_PAUSE = 15.0


class PerformedType(PlannedType, Protocol):
    """What execution asks of a type of resource."""

    async def perform(self, context: StepContext) -> None:
        """Does the work of a step: each kind of work in its own way. Raises StepFailed, ApiError, Stopped."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, as one run sees it."""

    api: Api
    clock: Clock
    journal: Journal
    secrets: SecretSource
    tell: Callable[[Event], None]
    types: Registry[PerformedType]
    patience: Patience = REAL


@dataclass(slots=True)
class StepContext:
    """A step under way. `ids` knows the clusters that this run created, by name, for all steps of the run.

    `accepted_at` is when the cluster's creation was accepted (ISO 8601), empty where that is not known or long ago.
    `started` is when the step began, which its deadline counts from. `failed`: the cluster was in the state `failed`
    before the step's call. `late` is until when a call like this one may take effect that an earlier run may have
    sent, in seconds since 1970, None where none did.
    """

    step: Step
    ports: Ports
    watch: Watch
    run: str
    ids: dict[str, str]
    place: Place
    cluster_id: str = ""
    accepted_at: str = ""
    parent_id: str = ""
    started: float = 0.0
    request_ids: list[str] = field(default_factory=list)
    task_ids: list[str] = field(default_factory=list)
    retries: list[Retry] = field(default_factory=list)
    late: float | None = None
    called: bool = False
    written_at: float = 0.0
    fresh: FreshIntent = field(init=False)
    failed: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def type(self) -> PerformedType:
        """The type of the resource that the step is about."""
        return self.ports.types.type_of(self.step.address)

    # What is written down

    async def write(
        self,
        phase: Phase,
        facts: Facts = _NO_FACTS,
        entry: RecordedCluster | None = None,
        *,
        removed: bool = False,
        error: str = "",
    ) -> None:
        """One journal entry, on disk when this returns."""
        where = self.run, self.step.id, self.step.name
        await self.ports.journal.write(Entry(*where, phase, facts, entry, removed, error))

    async def intent(self, call: Call) -> dict[str, Any]:
        """Reads the secrets, writes down what is about to be sent, and gives the body to send."""
        self.watch.check()
        body = self._with_secrets(call)
        self.fresh = FreshIntent(self.ports.clock)
        await self.fresh.write(self._write_down)
        return body

    async def write_down(self) -> None:
        """Writes down once more that the call is about to be sent, where that was a while ago."""
        await self.fresh.renew(self._write_down)

    async def _write_down(self) -> None:
        work = self.step.work
        aim, call = aim_of(work), work.call.operation if isinstance(work, Calling) else ""
        named = call if aim is not None and aim.operation != call else ""
        facts = Facts(aim, after=self.step.after, sent_at=self.ports.clock.wall(), call=named)
        self.written_at = facts.sent_at or 0.0
        await self.write(Phase.INTENT, facts)

    def _with_secrets(self, call: Call) -> dict[str, Any]:
        names = self.type.catalog.secret_parameters(call.operation)
        return with_secrets(call.body or {}, sorted(names), self.ports.secrets.read)

    async def answered(self, answer: Accepted | Attached, entry: RecordedCluster | None = None) -> str | None:
        """Writes an answer down; the task to follow, where there is one."""
        self.heard(answer)
        if answer.task_id:
            self.task_ids.append(answer.task_id)
        facts = Facts(request_id=answer.request_id, task_id=answer.task_id)
        await self.write(Phase.ANSWER, facts, entry=entry)
        return answer.task_id

    def heard(self, told: Accepted | Attached | ApiError) -> None:
        """Keeps the request id of an answer or of a fault, and the tries before it."""
        self.request_ids.append(told.request_id)
        self.retries += told.retries

    async def settled(self, entry: RecordedCluster | None = None, *, removed: bool = False, error: str = "") -> None:
        """The step's effect is complete, or as far as it will be (`error` says why): the record takes it in."""
        if entry is not None:
            entry = replace(entry, cluster_id=entry.cluster_id or self.cluster_id)
        await self.write(Phase.SETTLED, entry=entry, removed=removed, error=error)

    async def after_fault(self, fault: ApiError, seen: Callable[[], Awaitable[bool]]) -> str | None:
        """A definite refusal ends the step. After a lost answer: goes on if the effect shows, else stops here.

        The task to follow, where the call is seen by that.
        """
        if not fault.uncertain:
            await self.write(Phase.SETTLED, error=fault.code)
            raise fault
        self.heard(fault)
        arrival = Arrival(self, seen)
        if not await self.until(arrival.shows):
            raise StepFailed(failures.lost(self.step, fault), open=True)
        if arrival.task_id is not None:
            self.task_ids.append(arrival.task_id)
            await self.write(Phase.ANSWER, Facts(task_id=arrival.task_id))
        return arrival.task_id

    # Waiting and looking

    @property
    def deadline(self) -> float:
        """When the step has taken as long as it may, whatever it waited for."""
        return self.started + self.step.timeout

    @property
    def subject(self) -> Subject:
        region = self.step.region or (self.step.call.region if self.step.call else "")
        return Subject(self.step.name, self.cluster_id, region, self.accepted_at)

    async def rest(self, task_id: str | None = None, *, new: bool = False) -> Cluster | None:
        """The cluster at rest, its task ended (`new`: or it works), None when gone. A failed task fails the step."""
        return (await self._settled_down(task_id, new=new)).cluster

    async def _settled_down(self, task_id: str | None, *, new: bool = False) -> Settled:
        waiting = self.watch.wait(self.subject, task_id, self.deadline, self._progress, new=new)
        settled = await self.place.aside(waiting)
        self._check_identity(settled.cluster)
        await self._check_task(settled)
        return settled

    def _check_identity(self, cluster: Cluster | None) -> None:
        """An id with another name or region is another cluster than the one that is planned for."""
        if cluster is None or cluster.is_named(self.step.name, self.subject.region):
            return
        raise StepFailed(failures.another(self.step, cluster), open=self.called)

    async def effective(self, task_id: str | None, shows: Callable[[], Awaitable[bool]]) -> bool:
        """Whether the effect of an accepted call shows: it has as long as the step may take.

        Where its task ended well, what is still to be seen may lag behind for a while only.
        """
        begun, ended = self.ports.clock.now(), None
        while True:
            settled = await self._settled_down(task_id)
            if await shows():
                return True
            now = self.ports.clock.now()
            ended = now if ended is None and _succeeded(settled.task) else ended
            lagging = ended is not None and now - ended >= max(GRACE, self.ports.patience.grace)
            if lagging or now >= self.deadline:
                return False
            await self.pause(begun)

    async def pause(self, since: float) -> None:
        """Waits before the next look at what has gone on since then, not beyond the deadline; others work meanwhile."""
        self.watch.check()
        now = self.ports.clock.now()
        pause = min(max(LOOK_EVERY, (now - since) * _SHARE), _LONGEST_PAUSE)
        await self.place.aside(self.ports.clock.sleep(max(0.0, min(pause, self.deadline - now))))

    def _progress(self, seconds: float, state: str) -> None:
        self.ports.tell(Event(Moment.PROGRESS, self.step, seconds, state))

    async def _check_task(self, settled: Settled) -> None:
        """Fails the step where its task failed. One that does not say why is looked up in the cluster's log."""
        task = settled.task
        if task is None or not task.failed:
            return
        if task.end is End.PAUSED:
            raise StepFailed(failures.paused(self.step, task), open=True)
        log = "" if task.error_code else await logged(self.ports.api, self.subject)
        why = "; ".join(filter(None, (task.error_message, log)))
        raise StepFailed(failures.task_failed(self.step, task.task_id, task.error_code, why))

    async def ready(self, *, mends: str = "") -> Cluster:
        """The cluster, once it takes changing calls. `mends` is a state that is none of use but to this step's call."""
        cluster = await self.look()
        if cluster is not None and cluster.busy:
            cluster = await self.rest()
        if cluster is None:
            raise StepFailed(failures.gone(self.step))
        self.failed = cluster.state == "failed"
        if not (self.failed or cluster.busy or cluster.condition.works or cluster.state == mends):
            raise StepFailed(failures.not_ready(self.step, cluster.state))
        return cluster

    async def running(self, task_id: str | None = None) -> None:
        """Waits until a cluster that is being created runs; any other end fails the step."""
        cluster = await self.rest(task_id, new=True)
        if cluster is None:
            raise StepFailed(failures.gone(self.step))
        if cluster.state != "running":
            raise StepFailed(failures.not_ready(self.step, cluster.state))

    async def look(self) -> Cluster | None:
        """The cluster as it is now; None when it is gone. Fails the step where the id is another cluster's."""
        cluster = await look_up(self.ports.api, self.ports.clock, self.ports.patience, self.subject)
        self._check_identity(cluster)
        return cluster

    @property
    def awaited(self) -> float:
        """For how many seconds a call that an earlier run sent may take effect yet."""
        return max(0.0, (self.late or 0.0) - self.ports.clock.wall())

    async def late_call(self) -> bool:
        """False where no earlier run's call can take effect any more. Else returns as soon as one does, or none can."""
        first = await self.look() if self.late else None
        if first is None or not self.awaited:
            return False

        async def moved() -> bool:
            cluster = await self.look()
            return cluster is None or (not cluster.hidden and (cluster.busy or cluster.size != first.size))

        await self.until(moved, self.awaited)
        self.late = None
        return True

    async def until(self, seen: Callable[[], Awaitable[bool]], patience: float = GRACE) -> bool:
        """Looks again and again, for so many seconds at most and not beyond the deadline, until `seen`."""
        begun = self.ports.clock.now()
        end = min(begun + patience, self.deadline)
        while not await seen():
            if self.ports.clock.now() >= end:
                return False
            await self.pause(begun)
        return True

    async def present(self, instances: Iterable[str]) -> frozenset[str]:
        """Those of the instances that are nodes of the cluster now."""
        nodes = await self.ports.api.list_nodes(self.cluster_id, self.subject.region)
        return frozenset(name for node in nodes for name in (node.instance_id, node.name)).intersection(instances)


def _succeeded(task: Task | None) -> bool:
    return task is not None and not task.running and not task.failed
