"""Performs one step: written down before it is sent, answered, waited for, taken into the record.

A changing call whose answer is lost is never simply repeated. First it is looked what became of it: a create by its
name, a scaling by the size that was pinned in the plan, an attach or a removal by the nodes, a delete by the state.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from ackplan import catalog
from ackplan.diagnostics import Diagnostic, error
from ackplan.execute.outcomes import Event, Moment, Outcome, Status
from ackplan.execute.ports import Api, ApiError, Clock, Journal, SecretSource, SecretUnreadable
from ackplan.execute.watch import Settled, Stopped, TookTooLong, Watch
from ackplan.model.actions import StepKind
from ackplan.model.answers import Accepted, Attached, Cluster
from ackplan.plan.model import Step
from ackplan.record.journal import Entry, Phase

# How long a call whose answer was lost may take to show its effect.
GRACE = 60.0
_LOOK_EVERY = 3.0


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, as one run sees it."""

    api: Api
    clock: Clock
    journal: Journal
    secrets: SecretSource
    tell: Callable[[Event], None]


class Failed(Exception):
    """Ends a step: it failed, for this reason. Never leaves this package."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.summary)
        self.diagnostic = diagnostic


@dataclass(slots=True)
class Trace:
    """What a step learns on its way, for its outcome."""

    cluster_id: str = ""
    request_ids: list[str] = field(default_factory=list)
    task_ids: list[str] = field(default_factory=list)
    called: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)


class Performer:
    """Performs the steps of one run. `ids` knows the clusters that this run created, by name."""

    def __init__(self, ports: Ports, watch: Watch, run: str, ids: dict[str, str]) -> None:
        self._ports = ports
        self._watch = watch
        self._run = run
        self.ids = ids

    async def perform(self, step: Step) -> Outcome:
        """The step's outcome. Raises nothing but cancellation and bugs."""
        started = self._ports.clock.now()
        trace = Trace(cluster_id=step.cluster_id or self.ids.get(step.cluster, ""))
        status = Status.FAILED
        try:
            await self._dispatch(step, trace)
            status = Status.DONE
        except Stopped:
            status = Status.INTERRUPTED
        except TookTooLong:
            trace.diagnostics.append(_too_long(step))
        except ApiError as fault:
            trace.diagnostics.append(_refused(step, fault))
        except SecretUnreadable as fault:
            cure = "Set it where the spec says, then run: ackplan apply"
            trace.diagnostics.append(_fault(step, "ACK5006", "Secret can't be used", str(fault), cure))
        except Failed as failed:
            trace.diagnostics.append(failed.diagnostic)
        return Outcome(
            status,
            tuple(trace.diagnostics),
            trace.cluster_id,
            tuple(trace.request_ids),
            tuple(trace.task_ids),
            trace.called,
            started,
            self._ports.clock.now() - started,
        )

    async def _dispatch(self, step: Step, trace: Trace) -> None:
        match step.kind:
            case StepKind.CREATE:
                await self._create(step, trace)
            case StepKind.SCALE_OUT | StepKind.SCALE_IN:
                await self._scale(step, trace)
            case StepKind.ATTACH:
                await self._attach(step, trace)
            case StepKind.DETACH:
                await self._ready(step, trace)
                await self._remove(step, trace)
                await self._settled(step, step.entry)
            case StepKind.DELETE:
                await self._delete(step, trace)
            case StepKind.AWAIT_GONE:
                await self._gone(step, trace)
                await self._settled(step, removed=step.entry is None)
            case StepKind.AWAIT_READY:
                await self._expect_running(step, trace, None)
                await self._settled(step, step.entry)
            case StepKind.RECORD:
                await self._settled(step, step.entry)
            case StepKind.FORGET:
                await self._settled(step, removed=True)
            case _:
                assert_never(step.kind)

    # Journal

    async def _write(self, step: Step, phase: Phase, data: Mapping[str, Any], **more: Any) -> None:
        entry = Entry(self._run, step.id, step.cluster, phase, data, **more)
        await self._ports.journal.write(entry)

    async def _intent(self, step: Step) -> dict[str, Any]:
        """Reads the secrets, writes down what is about to be sent, and gives the body to send."""
        call = step.call
        assert call is not None  # noqa: S101 - steps that call have one
        body = self._with_secrets(call.operation, call.body or {})
        data = {"operation": call.operation, "workers_before": step.workers_before, "entry": step.entry}
        await self._write(step, Phase.INTENT, data)
        return body

    def _with_secrets(self, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        secret = catalog.secret_parameters(operation)
        return {
            name: self._ports.secrets.read(value) if name in secret and isinstance(value, Mapping) else value
            for name, value in body.items()
        }

    async def _settled(
        self, step: Step, entry: Mapping[str, Any] | None = None, *, removed: bool = False
    ) -> None:
        """The step's effect is complete: the record takes it in."""
        if entry is not None:
            known = self.ids.get(step.cluster)
            entry = {**entry, "cluster_id": entry["cluster_id"] or known or ""}
        await self._write(step, Phase.SETTLED, {}, entry=entry, removed=removed)

    async def _send(self, step: Step, trace: Trace, call: Callable[[], Awaitable[Accepted]]) -> str | None:
        """Sends a changing call and writes its answer down. The task to follow, where there is one."""
        trace.called = True
        answer = await call()
        self._note_answer(trace, answer)
        data = {"request_id": answer.request_id, "task_id": answer.task_id}
        await self._write(step, Phase.ANSWER, data)
        return answer.task_id

    @staticmethod
    def _note_answer(trace: Trace, answer: Accepted | Attached) -> None:
        trace.request_ids.append(answer.request_id)
        if answer.task_id:
            trace.task_ids.append(answer.task_id)

    # Waiting and looking

    def _deadline(self, step: Step) -> float:
        return self._ports.clock.now() + step.timeout

    async def _rest(self, step: Step, trace: Trace, task_id: str | None) -> Settled:
        def progress(seconds: float, state: str) -> None:
            self._ports.tell(Event(Moment.PROGRESS, step, seconds, state))

        return await self._watch.wait(trace.cluster_id, task_id, self._deadline(step), progress)

    async def _ready(self, step: Step, trace: Trace) -> Cluster:
        """The cluster, once it takes changing calls."""
        cluster = await self._look(trace.cluster_id)
        if cluster is not None and cluster.busy:
            cluster = (await self._rest(step, trace, None)).cluster
        if cluster is None:
            raise Failed(_fault(step, "ACK5002", "Cluster is gone", trace.cluster_id, "Plan again"))
        return cluster

    async def _look(self, cluster_id: str) -> Cluster | None:
        try:
            cluster = await self._ports.api.get_cluster(cluster_id)
        except ApiError as fault:
            if fault.http_status == 404:
                return None
            raise
        return None if cluster.gone else cluster

    async def _until(self, seen: Callable[[], Awaitable[bool]]) -> bool:
        """Looks again and again, for the grace period at most, until `seen`."""
        end = self._ports.clock.now() + GRACE
        while not await seen():
            if self._ports.clock.now() >= end:
                return False
            await self._ports.clock.sleep(_LOOK_EVERY)
        return True

    async def _expect_running(self, step: Step, trace: Trace, task_id: str | None) -> None:
        settled = await self._rest(step, trace, task_id)
        _check_task(step, settled)
        if settled.cluster is None:
            raise Failed(_fault(step, "ACK5002", "Cluster is gone", "someone deleted it meanwhile", "Plan again"))
        if settled.cluster.state != "running":
            detail = f"{settled.cluster.cluster_id} ended in state {settled.cluster.state}"
            raise Failed(_fault(step, "ACK5005", "Cluster did not get ready", detail, _AGAIN))

    # Create

    async def _create(self, step: Step, trace: Trace) -> None:
        task_id = None
        if not trace.cluster_id:
            task_id = await self._send_create(step, trace)
        self.ids[step.cluster] = trace.cluster_id
        await self._expect_running(step, trace, task_id)
        await self._settled(step, step.entry)

    async def _send_create(self, step: Step, trace: Trace) -> str | None:
        """The create call until its answer is known: names are unique, so a lost one can be found or sent again."""
        call = step.call
        assert call is not None  # noqa: S101 - a create step has its call
        body = await self._intent(step)
        lost: ApiError | None = None
        for _ in range(3):
            trace.called = True
            try:
                answer = await self._ports.api.create_cluster(call.region, body)
            except ApiError as fault:
                if not fault.uncertain and lost is None:
                    await self._write(step, Phase.SETTLED, {"error": fault.code})
                    raise
                lost = lost or fault
                found = await self._find(step.cluster)
                if found is None:
                    await self._ports.clock.sleep(_LOOK_EVERY)
                    continue
                answer = Accepted(fault.request_id, found.cluster_id)
            if not answer.cluster_id:
                found = await self._find(step.cluster)
                answer = dataclasses.replace(answer, cluster_id=found.cluster_id if found else None)
            if answer.cluster_id:
                return await self._created(step, trace, answer)
        raise Failed(_lost(step, lost))

    async def _created(self, step: Step, trace: Trace, answer: Accepted) -> str | None:
        trace.cluster_id = answer.cluster_id or ""
        self._note_answer(trace, answer)
        entry = {**(step.entry or {}), "cluster_id": trace.cluster_id, "created": False, "attached": []}
        data = {"request_id": answer.request_id, "task_id": answer.task_id}
        await self._write(step, Phase.ANSWER, data, entry=entry)
        return answer.task_id

    async def _find(self, name: str) -> Cluster | None:
        clusters = await self._ports.api.list_clusters()
        return next((c for c in clusters if c.name == name and not c.gone and c.state != "deleting"), None)

    # Scaling

    async def _scale(self, step: Step, trace: Trace) -> None:
        """Runs only on exactly the size that was planned; on the size aimed at it is done without a call."""
        cluster = await self._ready(step, trace)
        workers = _workers(cluster, step)
        if workers is not None and workers == step.workers_after:
            await self._settled(step, step.entry)
            return
        if workers is None or workers != step.workers_before:
            raise Failed(_size_moved(step, workers))
        if step.kind is StepKind.SCALE_IN:
            await self._remove(step, trace)
        else:
            await self._scale_out(step, trace)
        await self._settled(step, step.entry)

    async def _scale_out(self, step: Step, trace: Trace) -> None:
        call = step.call
        assert call is not None  # noqa: S101 - a scale-out step has its call
        body = await self._intent(step)
        try:
            task_id = await self._send(
                step, trace, lambda: self._ports.api.scale_out(call.region, trace.cluster_id, body)
            )
        except ApiError as fault:
            await self._after_fault(step, fault, lambda: self._scaling_seen(step, trace))
            task_id = None
        settled = await self._rest(step, trace, task_id)
        _check_task(step, settled)

        async def arrived() -> bool:
            cluster = await self._look(trace.cluster_id)
            return cluster is not None and _workers(cluster, step) == step.workers_after

        if not await self._until(arrived):
            cluster = await self._look(trace.cluster_id)
            raise Failed(_wrong_size(step, _workers(cluster, step) if cluster else None))

    async def _scaling_seen(self, step: Step, trace: Trace) -> bool:
        cluster = await self._look(trace.cluster_id)
        return cluster is not None and (cluster.busy or _workers(cluster, step) != step.workers_before)

    async def _after_fault(self, step: Step, fault: ApiError, seen: Callable[[], Awaitable[bool]]) -> None:
        """A definite refusal ends the step. After a lost answer: goes on if the effect shows, else stops here."""
        if not fault.uncertain:
            await self._write(step, Phase.SETTLED, {"error": fault.code})
            raise fault
        if not await self._until(seen):
            raise Failed(_lost(step, fault))

    # Nodes

    async def _attach(self, step: Step, trace: Trace) -> None:
        call = step.call
        assert call is not None  # noqa: S101 - an attach step has its call
        await self._ready(step, trace)
        present = await self._present(step, trace)
        missing = [instance for instance in step.instances if instance not in present]
        if not missing:
            await self._settled(step, step.entry)
            return
        body = {**await self._intent(step), "instances": missing}
        refused: tuple[str, ...] = ()
        try:
            trace.called = True
            answer = await self._ports.api.attach(call.region, trace.cluster_id, body)
        except ApiError as fault:
            await self._after_fault(step, fault, lambda: self._all_present(step, trace, missing))
        else:
            self._note_answer(trace, answer)
            data = {"request_id": answer.request_id, "task_id": answer.task_id}
            await self._write(step, Phase.ANSWER, data)
            refused = tuple(f"{i.instance_id}: {i.code} {i.message}" for i in answer.instances if not i.succeeded)
            _check_task(step, await self._rest(step, trace, answer.task_id))
        await self._take_attached(step, trace)
        if refused:
            cure = "Look at these instances, then run: ackplan apply"
            raise Failed(_fault(step, "ACK5007", "Instances were not attached", "; ".join(refused), cure))

    async def _take_attached(self, step: Step, trace: Trace) -> None:
        """The record takes in those instances of the step that are nodes now."""
        present = await self._present(step, trace)
        entry = dict(step.entry or {})
        entry["attached"] = [
            instance
            for instance in entry.get("attached", ())
            if instance in present or instance not in step.instances
        ]
        await self._settled(step, entry)

    async def _present(self, step: Step, trace: Trace) -> frozenset[str]:
        nodes = await self._ports.api.list_nodes(trace.cluster_id)
        return frozenset(node.instance_id for node in nodes) & frozenset(step.instances)

    async def _all_present(self, step: Step, trace: Trace, instances: list[str]) -> bool:
        cluster = await self._look(trace.cluster_id)
        return (cluster is not None and cluster.busy) or set(instances) <= await self._present(step, trace)

    async def _remove(self, step: Step, trace: Trace) -> None:
        call = step.call
        assert call is not None  # noqa: S101 - a removing step has its call
        present = await self._present(step, trace)
        nodes = [instance for instance in step.instances if instance in present]
        if not nodes:
            return
        body = {**await self._intent(step), "nodes": nodes}
        try:
            task_id = await self._send(
                step, trace, lambda: self._ports.api.remove_nodes(call.region, trace.cluster_id, body)
            )
        except ApiError as fault:
            await self._after_fault(step, fault, lambda: self._removing_seen(step, trace, nodes))
            task_id = None
        _check_task(step, await self._rest(step, trace, task_id))

        async def gone() -> bool:
            return not await self._present(step, trace)

        if not await self._until(gone):
            left = ", ".join(sorted(await self._present(step, trace)))
            raise Failed(_fault(step, "ACK5004", "Nodes are still there", left, _AGAIN))

    async def _removing_seen(self, step: Step, trace: Trace, nodes: list[str]) -> bool:
        cluster = await self._look(trace.cluster_id)
        return (cluster is not None and cluster.busy) or not set(nodes) <= await self._present(step, trace)

    # Delete

    async def _delete(self, step: Step, trace: Trace) -> None:
        cluster = await self._look(trace.cluster_id)
        if cluster is not None and cluster.busy and cluster.state != "deleting":
            cluster = (await self._rest(step, trace, None)).cluster
        if cluster is not None and cluster.state != "deleting":
            await self._send_delete(step, trace)
        await self._gone(step, trace)
        self.ids.pop(step.cluster, None)
        await self._settled(step, removed=True)

    async def _send_delete(self, step: Step, trace: Trace) -> None:
        call = step.call
        assert call is not None  # noqa: S101 - a delete step has its call
        await self._intent(step)

        async def leaving() -> bool:
            cluster = await self._look(trace.cluster_id)
            return cluster is None or cluster.state == "deleting"

        try:
            await self._send(
                step, trace, lambda: self._ports.api.delete_cluster(call.region, trace.cluster_id)
            )
        except ApiError as fault:
            if fault.http_status != 404:
                await self._after_fault(step, fault, leaving)

    async def _gone(self, step: Step, trace: Trace) -> None:
        deadline = self._deadline(step)
        while self._ports.clock.now() < deadline:
            cluster = (await self._rest(step, trace, None)).cluster
            if cluster is None:
                return
            if cluster.state == "delete_failed":
                raise Failed(_fault(step, "ACK5005", "Cluster was not deleted", "its state is delete_failed", _AGAIN))
        raise TookTooLong


_AGAIN = "Look at it: ackplan clusters NAME; then run: ackplan apply"


def _fault(step: Step, code: str, summary: str, detail: str, cure: str) -> Diagnostic:
    return error(code, summary, detail, cure.replace("NAME", step.cluster), cluster=step.cluster)


def _refused(step: Step, fault: ApiError) -> Diagnostic:
    cure = "Mend what it names, then run: ackplan apply"
    return _fault(step, "ACK5001", "The API refused or failed", str(fault), cure)


def _lost(step: Step, fault: ApiError | None) -> Diagnostic:
    detail = f"{fault}; it can't be told whether it took effect" if fault else "no answer"
    cure = "Nothing is repeated blindly. Look at it: ackplan clusters NAME; then run: ackplan apply"
    return _fault(step, "ACK5003", "Answer was lost", detail, cure)


def _too_long(step: Step) -> Diagnostic:
    detail = f"{step.kind.value} is not done after {step.timeout} seconds; it may still go on"
    return _fault(step, "ACK5008", "Took too long", detail, "Run: ackplan apply, which takes it up again")


def _size_moved(step: Step, workers: int | None) -> Diagnostic:
    detail = f"planned for {step.workers_before} workers, found {'unknown' if workers is None else workers}"
    return _fault(step, "ACK5002", "Cluster moved since the plan", detail, "Plan again")


def _wrong_size(step: Step, workers: int | None) -> Diagnostic:
    detail = f"{'unknown' if workers is None else workers} workers, wanted {step.workers_after}"
    return _fault(step, "ACK5004", "Size is not what was asked for", detail, _AGAIN)


def _workers(cluster: Cluster, step: Step) -> int | None:
    return cluster.size - step.masters if cluster.size is not None else None


def _check_task(step: Step, settled: Settled) -> None:
    task = settled.task
    if task is not None and task.state == "fail":
        detail = f"task {task.task_id}: {task.error_code} {task.error_message}".strip()
        raise Failed(_fault(step, "ACK5005", "Task failed", detail, _AGAIN))
