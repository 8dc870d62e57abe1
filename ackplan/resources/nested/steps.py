"""The steps of a resource inside of a cluster."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ackplan.core.actions import Reason, Side
from ackplan.core.address import parse
from ackplan.core.catalog.parameters import Effect
from ackplan.core.work import AwaitGone, AwaitReady, Create, Delete, Forget, GoAlong, Modify, WriteRecord
from ackplan.plan import in_place
from ackplan.plan.chain import Chain
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Step, replaced
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.parameter_sides import own_after
from ackplan.spec.desired import Wanted


class Home(NamedTuple):
    """The cluster that a resource is inside of: its id, empty while it is to be made, and its region."""

    cluster_id: str
    region: str


class Why(NamedTuple):
    """Why something is done, and which side moved."""

    reason: Reason
    side: Side


def create(desired: Wanted, home: Home, why: Why, before: Sequence[Step] = ()) -> Chain:
    """`before` are steps that have to be done first. More may be added to the chain."""
    address, region = parse(desired.name), home.region
    chain = Chain(address, desired.kind, "", region, desired.own, why.reason, why.side, steps=tuple(before))
    chain.parent_id = home.cluster_id
    chain.entry = entry_of(desired, "")
    chain.add(Create(chain.call(Create, desired.kind.body(desired.parameters))))
    return chain


def delete(
    name: str, recorded: RecordedCluster, home: Home, why: Why, live: LiveResource | None, query: Mapping[str, str]
) -> tuple[Step, ...]:
    """Deleted, or only waited for where it is on its way out already."""
    chain = _chain(name, recorded, home, why)
    leaving = live is not None and live.condition.leaving
    chain.add(AwaitGone() if leaving else Delete(chain.call(Delete, query=query)))
    return chain.steps


def await_gone(desired: Wanted, live: LiveResource, home: Home) -> tuple[Step, ...]:
    """Waits until one that is on its way out has given its name free."""
    gone = RecordedCluster(live.id, desired.kind, desired.parameters, desired.own)
    chain = _chain(desired.name, gone, home, Why(Reason.NEW, Side.LIVE))
    chain.add(AwaitGone())
    return chain.steps


@dataclass(frozen=True, slots=True)
class Update:
    """What is to become of one that is live: `changes` are those of its parameters, `was` what is recorded of it."""

    desired: Wanted
    was: RecordedCluster
    live: LiveResource
    changes: tuple[ParameterChange, ...]
    home: Home
    why: Why


def update(todo: Update, more: Callable[[Chain], None]) -> tuple[tuple[Step, ...], RecordedCluster]:
    """Changed by a call for each operation, then what else is to be done; the last step leaves the complete entry.

    Besides that entry, which has to be recorded by a step of its own where nothing is called.
    """
    desired, was = todo.desired, todo.was
    chain = _chain(desired.name, was, todo.home, todo.why)
    chain.own = desired.own
    chain.entry = was if was.created else dataclasses.replace(was, created=True)
    if not was.created:
        chain.add(AwaitReady(), side=Side.LIVE)
    if todo.changes:
        _modify(chain, todo)
    more(chain)
    final = final_entry(desired, was, chain.entry.attached)
    if not chain.steps:
        return (), final
    return (*chain.steps[:-1], replaced(chain.steps[-1], after=final)), final


def _modify(chain: Chain, todo: Update) -> None:
    """A step for each operation that changes parameters; what is recorded after each are those that it changes."""
    kind = todo.desired.kind
    changed = {change.name for change in todo.changes if change.effect is Effect.MODIFY}
    for operation, body in in_place.bodies(kind, todo.desired.parameters, changed).items():
        mine = {name for name in changed if in_place.operation_of(kind, kind.parameters[name]) == operation}
        assert chain.entry is not None  # noqa: S101 - `update` gave it one
        done = {name: todo.desired.parameters[name] for name in mine}
        chain.entry = dataclasses.replace(chain.entry, parameters={**chain.entry.parameters, **done})
        label = in_place.part_of(operation, kind)
        chain.add(Modify(chain.call(Modify, body, named=operation)), label=label)


def record(name: str, entry: RecordedCluster, home: Home, why: Why) -> tuple[Step, ...]:
    chain = _chain(name, entry, home, why)
    chain.entry = entry
    chain.add(WriteRecord())
    return chain.steps


def go_along(name: str, recorded: RecordedCluster, home: Home, why: Why) -> tuple[Step, ...]:
    """Nothing is called: the deletion of its cluster takes it along, and out of the record."""
    chain = _chain(name, recorded, home, why)
    chain.add(GoAlong())
    return chain.steps


def forget(name: str, recorded: RecordedCluster, home: Home) -> tuple[Step, ...]:
    chain = _chain(name, recorded, home, Why(Reason.GONE, Side.LIVE))
    chain.add(Forget())
    return chain.steps


def entry_of(desired: Wanted, resource_id: str) -> RecordedCluster:
    """What is recorded of it once it is made as the spec wants it."""
    return RecordedCluster(resource_id, desired.kind, desired.parameters, desired.own)


def final_entry(desired: Wanted, was: RecordedCluster, attached: tuple[str, ...]) -> RecordedCluster:
    """What is recorded of one that was there, once it is as the spec wants it."""
    parameters = {**was.parameters, **desired.parameters}
    return RecordedCluster(was.cluster_id, desired.kind, parameters, own_after(desired, was), attached)


def _chain(name: str, recorded: RecordedCluster, home: Home, why: Why) -> Chain:
    address, region = parse(name), home.region
    chain = Chain(address, recorded.kind, recorded.cluster_id, region, recorded.own, why.reason, why.side)
    chain.parent_id = home.cluster_id
    return chain
