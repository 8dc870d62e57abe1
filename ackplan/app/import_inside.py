"""Takes what is live inside of clusters into the record, where the spec names it and its cluster is recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.app.observe import together
from ackplan.core.address import parse
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.record import Record, RecordedCluster
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.types import ResourceTypes
from ackplan.spec.desired import Wanted


@dataclass(slots=True)
class InsideTaken:
    """The record with what was taken in; `counts` say how many of each kind, by its title, `left` what was not."""

    record: Record
    counts: Counter[str] = field(default_factory=Counter)
    left: list[Diagnostic] = field(default_factory=list)


async def take_in_inside(
    api: ApiReader, types: ResourceTypes, record: Record, wanted: Mapping[str, Wanted]
) -> InsideTaken:
    """Records all that is wanted inside of recorded clusters, is live there, and is not recorded. Raises ApiError."""
    taken = InsideTaken(record)
    lacking = {name: each for name, each in wanted.items() if name not in record.nested}
    homes = {(parse(name).root.short, parse(name).type) for name in lacking}
    looks = [(home, of) for home in sorted(record.clusters) for of in types.nested if (home, of.name) in homes]
    inside = [_of_home(home, of, lacking) for home, of in looks]
    sides = (InsideSides(each, {}) for each in inside)
    lives = await together(
        live_there(api, of, record.clusters[home], each) for (home, of), each in zip(looks, sides, strict=True)
    )
    for (home, of), each, live in zip(looks, inside, lives, strict=True):
        for name, desired in each.items():
            if (there := live.get(name)) is not None:
                _take(taken, of, of.address(home, name).short, there, desired)
    return taken


def _of_home(home: str, of: NestedType, wanted: Mapping[str, Wanted]) -> dict[str, Wanted]:
    """What is wanted of a type inside of one cluster, by the name there."""
    addresses = {short: parse(short) for short in wanted}
    mine = {short: address for short, address in addresses.items() if address.root.short == home}
    return {address.name: wanted[short] for short, address in mine.items() if address.type == of.name}


def _take(taken: InsideTaken, of: NestedType, short: str, live: LiveResource, desired: Wanted) -> None:
    if live.condition.leaving:
        taken.left.append(error("ACK3050.deleting", cluster_id=live.id, cluster=short))
        return
    taken.record = taken.record.with_cluster(
        short, of.entry_of(live, desired, taken.record.clusters[parse(short).root.short].parameters)
    )
    taken.counts[of.kind.title] += 1


async def live_there(
    api: ApiReader, of: NestedType, home: RecordedCluster, sides: InsideSides
) -> Mapping[str, LiveResource]:
    """What is live of a type in a recorded cluster; nothing where that is gone. Raises ApiError."""
    where = home.cluster_id, home.region
    try:
        return await of.look_closer(api, where, await of.live_in(api, *where), sides)
    except ApiError as fault:
        if fault.missing:
            return {}
        raise
