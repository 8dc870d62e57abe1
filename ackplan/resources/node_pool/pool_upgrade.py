"""Upgrades the nodes of a pool once the control plane of its cluster is through.

No answer shows the version of a pool's nodes: what was applied last is recorded, and held against the cluster's. A call
whose answer was lost is sent again by the next run: to the version that its nodes have, it changes nothing.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import JsonObject
from ackplan.core.kubernetes_version import is_older, means
from ackplan.core.states import End
from ackplan.core.work import Upgrade
from ackplan.plan.chain import Chain
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.node_pool.rolling import upgrade_body
from ackplan.resources.upgraded import upgraded_parameter
from ackplan.spec.desired import Wanted

if TYPE_CHECKING:
    from ackplan.resources.nested.looking import Looking


def followed(change: ParameterChange) -> ParameterChange:
    """A difference of a pool: one of versions is an upgrade only where the recorded one is known, and older."""
    before, after = change.before, change.after
    if change.effect is not Effect.UPGRADE:
        return change
    older = isinstance(before, str) and isinstance(after, str) and is_older(before, after)
    return change if older else dataclasses.replace(change, effect=Effect.RECORDED)


def kept_version(desired: Wanted, was: RecordedCluster, version: str) -> JsonObject:
    """The recorded version, where the wanted one is newer than that of the cluster (`version`), or than can be told.

    To record the wanted one would be to forget the upgrade: the cluster may be upgraded by a later plan.
    """
    parameter = upgraded_parameter(desired.kind)
    if parameter is None:
        return {}
    before, wanted = was.parameters.get(parameter.name), desired.parameters.get(parameter.name)
    if not isinstance(before, str) or not isinstance(wanted, str) or not is_older(before, wanted):
        return {}
    return {parameter.name: before} if not version or is_older(version, wanted) else {}


def upgrade(chain: Chain, desired: Wanted, version: str) -> None:
    """One step, unless the cluster will not have the wanted version: the nodes can't be newer.

    Where the cluster has a newer one than is wanted, as after an upgrade outside, the nodes get what is wanted.
    """
    parameter = upgraded_parameter(desired.kind)
    if parameter is None or chain.entry is None or not version:
        return
    wanted = desired.parameters[parameter.name]
    if not isinstance(wanted, str) or is_older(version, wanted):
        return
    chain.entry = dataclasses.replace(chain.entry, parameters={**chain.entry.parameters, parameter.name: wanted})
    named = version if means(wanted, version) else wanted
    chain.add(Upgrade(chain.call(Upgrade, upgrade_body(parameter.name, named, desired.own))))


async def follow(looking: Looking, work: Upgrade) -> None:
    """Sends the upgrade and waits until the pool is at work again. One that goes on, or is paused, is gone on with."""
    from ackplan.execute import failures
    from ackplan.resources.nested.perform import send

    task_id = await _going(looking)
    if task_id is None:
        await looking.ready()
        task_id = await send(looking, work.call, lambda: _is_busy(looking))
    if not await looking.effective(task_id, lambda: _works(looking)):
        raise failures.StepFailed(failures.not_changed(looking.context.step))
    await looking.context.settled(looking.context.step.after)


async def _going(looking: Looking) -> str | None:
    """The task of an upgrade that an earlier run began and that is not over: it stops where its policy pauses it."""
    context = looking.context
    there = await looking.itself()
    if there is None or not there.condition.busy:
        return None
    api, region = context.ports.api, context.step.region
    for task in await api.list_tasks(context.parent_id, region):
        if task.running or task.end is End.PAUSED:
            whole = await api.get_task(task.task_id, region)
            if whole.target == context.cluster_id:
                return whole.task_id
    return None


async def _is_busy(looking: Looking) -> bool:
    there = await looking.itself()
    return there is not None and there.condition.busy


async def _works(looking: Looking) -> bool:
    there = await looking.itself()
    return there is not None and there.condition.works
