"""Parameter by parameter: what differs, which side moved, and what a change of it becomes.

A parameter that the spec does not set is never looked at.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ackplan.core.actions import Side
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.kinds import Kind
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.catalog.sight import Sight
from ackplan.core.json_types import JsonObject
from ackplan.core.size import Size
from ackplan.core.values import ABSENT
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.parameter_sides import own_changes, parameter_change
from ackplan.resources.workers import Workers, compare_workers, count_live
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs for one cluster that is wanted, recorded and live."""

    changes: tuple[ParameterChange, ...]
    workers: Workers | None
    size_drifted: bool = False

    def having(self, changes: tuple[ParameterChange, ...]) -> Difference:
        """The same with these changes instead."""
        return self if changes is self.changes else replace(self, changes=changes)

    @property
    def replacing(self) -> tuple[ParameterChange, ...]:
        return tuple(change for change in self.changes if change.effect is Effect.REPLACE)

    @property
    def empty(self) -> bool:
        workers = self.workers
        moved = workers is not None and (workers.delta or workers.attach or workers.detach or workers.joined)
        return not self.changes and not moved


def compare(wanted: Wanted, recorded: RecordedCluster, live: Cluster, nodes: Sequence[Node] | None) -> Difference:
    """What differs between the three sides of one cluster. `nodes` are its live nodes, where they were read."""
    changes = [*_kind_changes(wanted, recorded, live)]
    shown = shown_by(live)
    for name in _moved(wanted, recorded.parameters, shown):
        if name not in wanted.lifecycle.ignore_changes:
            change = parameter_change(name, wanted, recorded, shown)
            changes += () if change is None else (change,)
    changes += own_changes(wanted, recorded)
    workers = _workers(wanted, recorded, live, nodes)
    changes += _count_change(wanted, recorded, workers)
    return Difference(tuple(changes), workers, _size_drifted(wanted, recorded, nodes, workers))


def replacing(
    wanted: Wanted, recorded: RecordedCluster, live: Cluster, nodes: Sequence[Node] | None
) -> tuple[ParameterChange, ...]:
    """Every parameter of the cluster that is to take this one's place whose value is not the old cluster's.

    A difference that is ignored while the cluster stays is none of those that force the replacement.
    """
    ignored = wanted.lifecycle.ignore_changes
    heeding = dataclasses.replace(wanted, lifecycle=dataclasses.replace(wanted.lifecycle, ignore_changes=frozenset()))
    changes = compare(heeding, recorded, live, nodes).changes
    told = [_unforced(change) if change.name in ignored else change for change in changes]
    return (*told, *_given_up(wanted, recorded), *_left_behind(wanted, recorded, live))


def _unforced(change: ParameterChange) -> ParameterChange:
    forces = change.effect is Effect.REPLACE
    return dataclasses.replace(change, effect=Effect.RECORDED) if forces else change


def _given_up(wanted: Wanted, recorded: RecordedCluster) -> Iterator[ParameterChange]:
    """What the cluster was made with, and its replacement will be made without."""
    kind = recorded.kind
    apart = kind.discriminators
    for name, value in recorded.parameters.items():
        if name not in wanted.parameters and name not in apart:
            known = kind.parameters.get(name)
            secret = known is not None and known.secret
            yield ParameterChange(name, value, ABSENT, Effect.RECORDED, Side.SPEC, secret)


def _left_behind(wanted: Wanted, recorded: RecordedCluster, live: Cluster) -> Iterator[ParameterChange]:
    """What the old cluster shows that nobody ever set: the API chose it, and chooses again."""
    shown = shown_by(live)
    for name, sight in wanted.kind.sights.items():
        if name not in wanted.parameters and name not in recorded.parameters:
            told = sight.value(shown)
            if told not in (None, []) and told != sight.parameter.unset(told):
                yield ParameterChange(name, told, ABSENT, Effect.RECORDED, Side.SPEC)


def shown_by(live: Cluster) -> JsonObject:
    """The fields of a live cluster that are compared. One that is being made does not show what it will be."""
    return {} if live.arriving else live.attributes


def _moved(wanted: Wanted, known: JsonObject, shown: JsonObject) -> Iterator[str]:
    """The parameters to look at: those that the record, or the live cluster, has in other words than the spec."""
    apart, sights = wanted.kind.apart, _visible(wanted.kind, frozenset(shown))
    for name, value in wanted.parameters.items():
        if name in apart:
            continue
        if name not in known or known[name] != value:
            yield name
        elif (sight := sights.get(name)) is not None:
            told = sight.shows(shown)
            if told is not None and told != value:
                yield name


@functools.lru_cache(256)
def _visible(kind: Kind, fields: frozenset[str]) -> Mapping[str, Sight]:
    """What an answer with these fields may show of a cluster's parameters."""
    places = {name: {sight.field, *(field for field, _ in sight.rest)} for name, sight in kind.sights.items()}
    return {name: kind.sights[name] for name, shown_in in places.items() if shown_in & fields}


def _kind_changes(wanted: Wanted, recorded: RecordedCluster, live: Cluster) -> Iterator[ParameterChange]:
    """The kind is compared as a whole: a managed cluster differs from an edge one by a parameter it must not have."""
    for name, allowed in wanted.kind.discriminators.items():
        after = wanted.kind.constants.get(name, ABSENT)
        before = recorded.kind.constants.get(name, ABSENT)
        told = live.attributes.get(name)
        shown = told if told in allowed or (told and after is not ABSENT) else before
        if before != after:
            yield ParameterChange(name, before, after, Effect.REPLACE, Side.SPEC)
        elif shown != after:
            yield ParameterChange(name, shown, after, Effect.REPLACE, Side.LIVE)


def _workers(wanted: Wanted, recorded: RecordedCluster, live: Cluster, nodes: Sequence[Node] | None) -> Workers | None:
    """None where the kind has none to count. Of a cluster that is being made, what was asked for is taken as live."""
    counting = wanted.kind.count_parameter
    if counting is None:
        return None
    if live.arriving:
        return _expected_workers(wanted, recorded, counting)
    masters = recorded.kind.masters(recorded.parameters)
    total, disputed = count_live(live.size, masters, nodes)
    count = counting.count(wanted.parameters[counting.name])
    if counting.name in wanted.lifecycle.ignore_changes and total is not None:
        count = Size(total, attached=_attached_live(wanted, recorded, nodes)).made
    workers = compare_workers(wanted, count, recorded, total, nodes)
    return replace(workers, disputed=True) if disputed else workers


def _expected_workers(wanted: Wanted, recorded: RecordedCluster, counting: Parameter) -> Workers | None:
    asked = recorded.parameters.get(counting.name)
    if asked is None or recorded.created:
        return None
    count = counting.count(wanted.parameters[counting.name])
    return compare_workers(wanted, count, recorded, counting.count(asked), ())


def _attached_live(wanted: Wanted, recorded: RecordedCluster, nodes: Sequence[Node] | None) -> int:
    """How many live workers are there by attach, as far as spec and record know."""
    if nodes is None:
        return len(recorded.attached)
    attached = {*recorded.attached, *wanted.attached}
    return sum(node.instance_id in attached for node in nodes)


def _size_drifted(
    wanted: Wanted, recorded: RecordedCluster, nodes: Sequence[Node] | None, workers: Workers | None
) -> bool:
    """Whether the live cluster has another number of workers than it was last applied with."""
    counting = wanted.kind.count_parameter
    if counting is None or workers is None or workers.live is None or counting.name not in recorded.parameters:
        return False
    count = counting.canonical(recorded.parameters[counting.name])
    return bool(workers.live - _attached_live(wanted, recorded, nodes) != count)


def _count_change(wanted: Wanted, recorded: RecordedCluster, workers: Workers | None) -> Iterator[ParameterChange]:
    counting = wanted.kind.count_parameter
    if counting is None or workers is None or counting.name in wanted.lifecycle.ignore_changes:
        return
    after = counting.canonical(wanted.parameters[counting.name])
    before = counting.canonical(recorded.parameters.get(counting.name, ABSENT))
    if workers.delta:
        side = Side.LIVE if before == after else Side.SPEC
        yield ParameterChange(counting.name, counting.count(after) - workers.delta, after, Effect.SCALE, side)
    elif before != after:
        yield ParameterChange(counting.name, before, after, Effect.RECORDED, Side.SPEC)


def needs_nodes(wanted: Wanted | None, recorded: RecordedCluster, live: Cluster) -> bool:
    """Whether the cluster's nodes must be read: something is or was attached, or its size is another than wanted."""
    if wanted is None or live.gone or live.leaving:
        return False
    if wanted.attach or recorded.attached:
        return True
    workers = _workers(wanted, recorded, live, None)
    return workers is not None and (workers.delta != 0 or workers.live is None)
