"""Attaching instances and removing nodes: what became of a call is read off the nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ackplan.core.call import Call
from ackplan.core.work import Attach, Detach, ScaleIn
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import StepContext


async def attach(context: StepContext, work: Attach) -> None:
    """Attaches the step's instances that are no nodes yet. Each succeeds or fails by itself (guide 2.6)."""
    await context.ready()
    missing = await _missing(context, work)
    if missing and await context.late_call():
        await context.ready()
        missing = await _missing(context, work)
    refused, arrived = await _send_attach(context, work.call, missing) if missing else ({}, frozenset())
    expected = frozenset(work.instances) - refused.keys()
    # What was seen once is there, though the next read may be an older one.
    present = await context.present(work.instances) | arrived | (expected - frozenset(missing))
    for instance in expected - present:
        refused[instance] = "accepted, but no node of the cluster afterwards"
    failed = _not_attached(context, refused) if refused else None
    await _take_in(context, work, present, failed.diagnostic.code if failed else "")
    if failed:
        raise failed


def _not_attached(context: StepContext, refused: Mapping[str, str]) -> StepFailed:
    why = "; ".join(f"{instance}: {reason}" for instance, reason in sorted(refused.items()))
    return StepFailed(failures.not_attached(context.step, why))


async def _missing(context: StepContext, work: Attach) -> list[str]:
    present = await context.present(work.instances)
    return [instance for instance in work.instances if instance not in present]


async def _send_attach(context: StepContext, call: Call, missing: list[str]) -> tuple[dict[str, str], frozenset[str]]:
    """Sends the call and waits; the instances that were refused, with why, and those that were seen to have come."""
    body = {**await context.intent(call), "instances": missing}
    context.called = True
    try:
        answer = await context.ports.api.attach(call.region, context.cluster_id, body, context.write_down)
    except ApiError as fault:
        await context.after_fault(fault, lambda: _joining(context, missing))
        return {}, await _awaited(context, None, frozenset(missing))
    task_id = await context.answered(answer)
    refused = {i.instance_id: f"{i.code} {i.message}".strip() for i in answer.instances if not i.succeeded}
    return refused, await _awaited(context, task_id, frozenset(missing) - refused.keys())


async def _awaited(context: StepContext, task_id: str | None, expected: frozenset[str]) -> frozenset[str]:
    """All that are expected, where they came; none where they did not all come in time."""
    return expected if await context.effective(task_id, lambda: _arrived(context, expected)) else frozenset()


async def _arrived(context: StepContext, expected: frozenset[str]) -> bool:
    return expected <= await context.present(expected)


async def _joining(context: StepContext, instances: list[str]) -> bool:
    cluster = await context.look()
    return (cluster is not None and cluster.busy) or set(instances) <= await context.present(instances)


async def _take_in(context: StepContext, work: Attach, present: frozenset[str], error: str) -> None:
    """The record takes in those instances of the step that are nodes now."""
    after, mine = context.step.after, work.instances
    if after is not None:
        after = replace(after, attached=tuple(i for i in after.attached if i in present or i not in mine))
    await context.settled(after, error=error)


async def detach(context: StepContext, work: Detach) -> None:
    """Takes attached instances out of the cluster; they keep running."""
    await context.ready()
    await remove(context, work)
    await context.settled(context.step.after)


async def remove(context: StepContext, work: Detach | ScaleIn) -> None:
    """Removes those of the step's instances that are still nodes, and sees them go."""
    nodes = await _left(context, work)
    if nodes and await context.late_call():
        await context.ready()
        nodes = await _left(context, work)
    if not nodes:
        return
    body = await context.intent(work.call)
    sent_as = dict(zip(work.instances, body["nodes"], strict=True))
    body = {**body, "nodes": [sent_as[node] for node in nodes]}
    context.called = True
    try:
        answer = await context.ports.api.remove_nodes(work.call.region, context.cluster_id, body, context.write_down)
        task_id = await context.answered(answer)
    except ApiError as fault:
        await context.after_fault(fault, lambda: _leaving(context, nodes))
        task_id = None
    if not await context.effective(task_id, lambda: _gone(context, work)):
        raise StepFailed(failures.still_there(context.step, ", ".join(sorted(await context.present(work.instances)))))


async def _left(context: StepContext, work: Detach | ScaleIn) -> list[str]:
    present = await context.present(work.instances)
    return [instance for instance in work.instances if instance in present]


async def _leaving(context: StepContext, nodes: list[str]) -> bool:
    cluster = await context.look()
    return (cluster is not None and cluster.busy) or not set(nodes) <= await context.present(nodes)


async def _gone(context: StepContext, work: Detach | ScaleIn) -> bool:
    return not await context.present(work.instances)
