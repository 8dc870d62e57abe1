"""The steps of a resource inside of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ackplan.core.actions import Reason, Side
from ackplan.core.address import parse
from ackplan.core.work import Create, Delete, Forget, Modify, WriteRecord
from ackplan.plan.chain import Chain
from ackplan.plan.model import Step
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


class Home(NamedTuple):
    """The cluster that a resource is inside of: its id, empty while it is to be made, and its region."""

    cluster_id: str
    region: str


def create(desired: Wanted, home: Home, reason: Reason, side: Side, before: Sequence[Step] = ()) -> tuple[Step, ...]:
    """`before` are steps that have to be done first."""
    address, region = parse(desired.name), home.region
    chain = Chain(address, desired.kind, "", region, desired.own, reason, side, steps=tuple(before))
    chain.parent_id = home.cluster_id
    chain.entry = entry_of(desired, "")
    chain.add(Create(chain.call(Create, desired.parameters)))
    return chain.steps


def delete(name: str, recorded: RecordedCluster, home: Home, reason: Reason) -> tuple[Step, ...]:
    chain = _chain(name, recorded, home, reason, Side.SPEC)
    chain.add(Delete(chain.call(Delete)))
    return chain.steps


def modify(desired: Wanted, recorded: RecordedCluster, home: Home, reason: Reason, side: Side) -> tuple[Step, ...]:
    chain = _chain(desired.name, recorded, home, reason, side)
    chain.entry = entry_of(desired, recorded.cluster_id)
    chain.add(Modify(chain.call(Modify, desired.parameters)))
    return chain.steps


def record(name: str, entry: RecordedCluster, home: Home, reason: Reason, side: Side) -> tuple[Step, ...]:
    chain = _chain(name, entry, home, reason, side)
    chain.entry = entry
    chain.add(WriteRecord())
    return chain.steps


def forget(name: str, recorded: RecordedCluster, home: Home) -> tuple[Step, ...]:
    chain = _chain(name, recorded, home, Reason.GONE, Side.LIVE)
    chain.add(Forget())
    return chain.steps


def entry_of(desired: Wanted, resource_id: str) -> RecordedCluster:
    """What is recorded of it once it is as the spec wants it."""
    return RecordedCluster(resource_id, desired.kind, desired.parameters, desired.own)


def _chain(name: str, recorded: RecordedCluster, home: Home, reason: Reason, side: Side) -> Chain:
    address, region = parse(name), home.region
    chain = Chain(address, recorded.kind, recorded.cluster_id, region, recorded.own, reason, side)
    chain.parent_id = home.cluster_id
    return chain
