"""Creating a cluster. A create whose answer was lost is looked for by its name before it is ever sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ackplan.core.answers import Accepted, Cluster
from ackplan.core.call import Call
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.execute.presence import Listing
from ackplan.execute.step_run import StepContext
from ackplan.record import RecordedCluster
from ackplan.record.journal import Phase

_TRIES = 3
NAME_TAKEN = "ClusterNameAlreadyExist"


async def create(context: StepContext, call: Call) -> None:
    """Sends the create call unless an earlier run did, then waits until the cluster runs."""
    task_id = None if context.cluster_id else await _send(context, call)
    context.ids[context.step.name] = context.cluster_id
    await context.running(task_id)
    await context.settled(context.step.after)


async def _send(context: StepContext, call: Call) -> str | None:
    """The create call until its answer is known; the task to follow.

    After a call without an answer, this run's or an earlier one's, none is sent until the name has been free for longer
    than such a call may take: it may be behind a gateway, and lists lag. Each try is written down: from then on it
    counts how long the call may be on its way.
    """
    lost: ApiError | None = None
    for _ in range(_TRIES):
        sought = await _sought(context, call.region, lost)
        if sought is not None:
            return await _created(context, sought)
        body = await context.intent(call)
        context.called = True
        try:
            answer = await context.ports.api.create_cluster(call.region, body, context.write_down)
            return await _created(context, answer)
        except ApiError as fault:
            if not fault.uncertain and not (fault.code == NAME_TAKEN and (lost or context.late is not None)):
                await context.write(Phase.SETTLED, error=fault.code)
                raise
            lost = fault
            context.heard(fault)
    sought = await _sought(context, call.region, lost)
    if sought is not None:
        return await _created(context, sought)
    raise StepFailed(failures.lost(context.step, lost), open=True)


async def _sought(context: StepContext, region: str, lost: ApiError | None) -> Accepted | None:
    """What a call without an answer made, found by its name; None where none can come any more, or none was sent."""
    seconds = context.ports.patience.late if lost else context.awaited
    if not seconds and not lost:
        return None
    found: list[Cluster] = []

    async def shows() -> bool:
        found.extend(await _named(context, region))
        return bool(found)

    if await context.until(shows, seconds):
        return Accepted(lost.request_id if lost else "", found[0].cluster_id)
    if context.ports.clock.now() >= context.deadline:
        raise StepFailed(failures.lost(context.step, lost), open=True)
    return None


async def _named(context: StepContext, region: str) -> list[Cluster]:
    """The live clusters of this step's name that are not on their way out."""
    listed = await Listing(context.ports.api).clusters((region,))
    return [c for c in listed if c.name == context.step.name and not c.gone and not c.leaving]


async def _created(context: StepContext, answer: Accepted) -> str | None:
    context.cluster_id = answer.cluster_id or ""
    context.accepted_at = datetime.fromtimestamp(context.ports.clock.wall(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return await context.answered(answer, _entry(context))


def _entry(context: StepContext) -> RecordedCluster | None:
    """The record entry of a cluster that is being created."""
    after = context.step.after
    if after is None:
        return None
    new = replace(after, cluster_id=context.cluster_id, accepted_at=context.accepted_at)
    return replace(new, created=False, attached=())
