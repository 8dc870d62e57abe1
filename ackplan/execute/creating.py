"""Creating a cluster. Names are unique: a create whose answer was lost is found by its name, or was not done."""

from __future__ import annotations

import dataclasses

from ackplan.execute import faults
from ackplan.execute.context import StepContext
from ackplan.execute.faults import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.model.answers import Accepted, Cluster
from ackplan.record.journal import Phase

_TRIES = 3
NAME_TAKEN = "ClusterNameAlreadyExist"


async def create(context: StepContext) -> None:
    """Sends the create call unless an earlier run did, then waits until the cluster runs."""
    task_id = None if context.cluster_id else await _send(context)
    context.ids[context.step.cluster] = context.cluster_id
    await context.running(task_id)
    await context.settled(context.step.entry)


async def _send(context: StepContext) -> str | None:
    """The create call until its answer is known; the task to follow. Sent again only when the name is still free.

    A name that is taken now may be the work of an earlier run that died with its call on the way: it is looked for.
    While such a call may come yet, a refusal of this one settles nothing. Each try is written down: from then on it
    counts how long the call may be on its way.
    """
    lost: ApiError | None = None
    for _ in range(_TRIES):
        body = await context.intent()
        context.called = True
        try:
            answer = await context.ports.api.create_cluster(context.call.region, body)
        except ApiError as fault:
            earlier = context.late is not None and fault.code == NAME_TAKEN
            if not (fault.uncertain or lost or earlier):
                if not context.awaited:
                    await context.write(Phase.SETTLED, {"error": fault.code})
                raise
            lost = lost or fault
            context.heard(fault)
            answer = Accepted(fault.request_id)
        answer = answer if answer.cluster_id else await _found(context, answer)
        if answer.cluster_id:
            return await _created(context, answer)
        await context.pause()
        context.watch.check()
    raise StepFailed(faults.lost(context.step, lost), open=True)


async def _found(context: StepContext, answer: Accepted) -> Accepted:
    """The answer with the id of the live cluster of this name, where there is one."""
    clusters = await context.ports.api.list_clusters()
    found = next((cluster for cluster in clusters if _is_ours(cluster, context.step.cluster)), None)
    return dataclasses.replace(answer, cluster_id=found.cluster_id if found else None)


def _is_ours(cluster: Cluster, name: str) -> bool:
    return cluster.name == name and not cluster.gone and cluster.state != "deleting"


async def _created(context: StepContext, answer: Accepted) -> str | None:
    context.cluster_id = answer.cluster_id or ""
    entry = {**(context.step.entry or {}), "cluster_id": context.cluster_id, "created": False, "attached": []}
    return await context.answered(answer, entry)
