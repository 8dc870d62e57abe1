"""Nodes come to a pool and leave it. A scaling runs only on exactly the size that was planned.

So a pool is never grown twice: not by a lost answer, not by a second run, not beside a hand in the console.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ackplan.core.answers import Node
from ackplan.core.call import Call, Pinned
from ackplan.core.work import Attach, Detach, ScaleIn, ScaleOut
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.resources.nested.looking import Looking
from ackplan.resources.nested.perform import send
from ackplan.resources.node_pool.live_pools import read_nodes, size_of

_LISTS = ("instance_ids", "nodes")


@dataclass(slots=True)
class Sizing:
    """A pool under a step that changes its nodes."""

    looking: Looking

    async def size(self) -> int | None:
        there = await self.looking.itself()
        return size_of(there, self.looking.of.kind) if there is not None else None

    async def is_size(self, size: int) -> bool:
        return await self.size() == size

    async def moved(self, size: Pinned) -> bool:
        """Whether something happens to the pool, or has happened."""
        there = await self.looking.itself()
        return there is not None and (there.condition.busy or size_of(there, self.looking.of.kind) != size.before)

    async def nodes(self) -> tuple[Node, ...]:
        context = self.looking.context
        return await read_nodes(context.ports.api, context.parent_id, context.step.region, context.cluster_id)

    async def present(self, instances: Iterable[str]) -> frozenset[str]:
        """Those of the instances that are nodes of the pool now."""
        return frozenset(key for node in await self.nodes() for key in (node.instance_id, node.name)) & {*instances}

    async def to_do(self, size: Pinned) -> bool:
        """Whether the scaling is to be done: the pool has the size that it was planned on. Raises StepFailed."""
        there = await self.looking.ready()
        now = size_of(there, self.looking.of.kind)
        if now == size.before and await self.looking.late(lambda: self.moved(size)):
            there = await self.looking.ready()
            now = size_of(there, self.looking.of.kind)
        if now is not None and now == size.after:
            return False
        if now is None or now != size.before:
            raise StepFailed(failures.moved(self.looking.context.step, size, now))
        return True


async def scale_out(looking: Looking, work: ScaleOut) -> None:
    """Adds nodes, and sees them arrive."""
    sizing, size, context = Sizing(looking), work.size, looking.context
    if await sizing.to_do(size):
        task_id = await send(looking, work.call, lambda: sizing.moved(size))
        if not await looking.effective(task_id, lambda: sizing.is_size(size.after)):
            raise StepFailed(failures.wrong_size(context.step, size, await sizing.size()))
    await context.settled(context.step.after)


async def scale_in(looking: Looking, work: ScaleIn) -> None:
    """Gives nodes up by name."""
    if await Sizing(looking).to_do(work.size):
        await _remove(looking, work)
    await looking.context.settled(looking.context.step.after)


async def detach(looking: Looking, work: Detach) -> None:
    """Takes attached instances out of the pool; they keep running."""
    await looking.ready()
    await _remove(looking, work)
    await looking.context.settled(looking.context.step.after)


async def _remove(looking: Looking, work: Detach | ScaleIn) -> None:
    """Removes those of the step's nodes that are still there, and sees them go."""
    sizing = Sizing(looking)
    present = await sizing.present(work.instances)
    if present and await looking.late(lambda: _is_less(sizing, present)):
        await looking.ready()
        present = await sizing.present(work.instances)
    if not present:
        return
    call = replace(work.call, query=_narrowed(work.call, present))
    task_id = await send(looking, call, lambda: _is_leaving(sizing, present))
    if not await looking.effective(task_id, lambda: _is_gone(sizing, present)):
        left = ", ".join(sorted(await sizing.present(work.instances)))
        raise StepFailed(failures.still_there(looking.context.step, left))


def _narrowed(call: Call, present: frozenset[str]) -> dict[str, str]:
    """The query of a removal with those of its nodes alone that are there."""
    query = dict(call.query)
    for name in _LISTS:
        if name in query:
            query[name] = json.dumps([node for node in json.loads(query[name]) if node in present])
    return {name: value for name, value in query.items() if value != "[]"}


async def _is_less(sizing: Sizing, nodes: frozenset[str]) -> bool:
    return await sizing.present(nodes) != nodes


async def _is_leaving(sizing: Sizing, nodes: frozenset[str]) -> bool:
    there = await sizing.looking.itself()
    return (there is not None and there.condition.busy) or await _is_less(sizing, nodes)


async def _is_gone(sizing: Sizing, nodes: frozenset[str]) -> bool:
    return not await sizing.present(nodes)


async def attach(looking: Looking, work: Attach) -> None:
    """Makes running instances nodes of the pool, those that are none yet."""
    sizing, context = Sizing(looking), looking.context
    await looking.ready()
    missing = await _missing(sizing, work)
    if missing and await looking.late(lambda: _has_come(sizing, missing)):
        await looking.ready()
        missing = await _missing(sizing, work)
    if missing:
        call = replace(work.call, body={**(work.call.body or {}), "instances": missing})
        task_id = await _sent(looking, call, missing)
        await looking.effective(task_id, lambda: _has_come(sizing, missing))
    present = await sizing.present(work.instances)
    lacking = [instance for instance in work.instances if instance not in present]
    why = "; ".join(f"{instance}: accepted, but no node of the pool afterwards" for instance in lacking)
    failed = StepFailed(failures.not_attached(context.step, why)) if lacking else None
    await _take_in(looking, work, present, failed.diagnostic.code if failed else "")
    if failed is not None:
        raise failed


async def _sent(looking: Looking, call: Call, missing: list[str]) -> str | None:
    sizing = Sizing(looking)

    async def seen() -> bool:
        there = await looking.itself()
        return (there is not None and there.condition.busy) or await _has_come(sizing, missing)

    return await send(looking, call, seen)


async def _missing(sizing: Sizing, work: Attach) -> list[str]:
    present = await sizing.present(work.instances)
    return [instance for instance in work.instances if instance not in present]


async def _has_come(sizing: Sizing, instances: list[str]) -> bool:
    return {*instances} <= await sizing.present(instances)


async def _take_in(looking: Looking, work: Attach, present: frozenset[str], error: str) -> None:
    """The record takes in those instances of the step that are nodes now."""
    after, mine = looking.context.step.after, work.instances
    if after is not None:
        after = replace(after, attached=tuple(i for i in after.attached if i in present or i not in mine))
    await looking.context.settled(after, error=error)
