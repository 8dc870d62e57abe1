"""A refresh: the record is brought up to date with what is live; nothing is called."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.parameters import Effect
from ackplan.core.size import Size
from ackplan.core.values import ABSENT
from ackplan.plan.changes import change_of_recorded
from ackplan.plan.model import Change
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import steps
from ackplan.resources.cluster.cases import Finding, doubt_of
from ackplan.resources.cluster.compare import shown_by
from ackplan.resources.cluster.decide import forgotten, left_alone


def refresh(name: str, recorded: RecordedCluster, found: Finding) -> Change:
    """What changes in the record, by what was found of the cluster and its nodes, where they were read."""
    live = None if found.by_id is None or found.by_id.gone else found.by_id
    doubt = doubt_of(name, recorded, None, dataclasses.replace(found, by_id=live))
    if doubt is not None:
        return left_alone(doubt, None)
    if live is None:
        return forgotten(name, recorded, Reason.VANISHED)
    attached = _still_attached(recorded, found.nodes)
    changes = tuple(_moved(recorded, live, len(attached)))
    after = {**recorded.parameters, **{change.name: change.after for change in changes if change.after is not ABSENT}}
    entry = dataclasses.replace(recorded, parameters=after, attached=attached)
    moved = entry != recorded
    return change_of_recorded(
        name,
        recorded,
        Action.RECORD if moved else Action.NOOP,
        Reason.DRIFTED if moved else Reason.UNCHANGED,
        live,
        parameters=changes,
        steps=steps.record(name, entry, Reason.DRIFTED, Side.LIVE) if moved else (),
        notes=tuple(f"{i} is no longer attached" for i in recorded.attached if i not in attached),
        after=after,
    )


def _still_attached(recorded: RecordedCluster, nodes: Sequence[Node] | None) -> tuple[str, ...]:
    if nodes is None:
        return recorded.attached
    present = {node.instance_id for node in nodes}
    return tuple(instance for instance in recorded.attached if instance in present)


def _moved(recorded: RecordedCluster, live: Cluster, attached: int) -> Iterator[ParameterChange]:
    """The recorded parameters that the live cluster shows with another value, but for those that are left alone."""
    kind, sights, told = recorded.kind, recorded.kind.sights, shown_by(live)
    for name, value in recorded.parameters.items():
        parameter, sight = kind.parameters.get(name), sights.get(name)
        if parameter is None or name in recorded.ignored:
            continue
        known, shown = parameter.canonical(value), None
        if sight is not None:
            shown = sight.value(told, known)
        if parameter.effect is Effect.SCALE and live.size is not None and not live.arriving:
            shown = Size(live.size, kind.masters(recorded.parameters), attached).made
        if shown is not None and shown != known and not parameter.is_placeholder(value):
            yield ParameterChange(name, value, shown, parameter.effect, Side.LIVE)
    yield from _moved_beside(recorded, told)


def _moved_beside(recorded: RecordedCluster, told: Mapping[str, Any]) -> Iterator[ParameterChange]:
    """What no call sets: a cluster that ackplan made began without it, of one that it took in that is not known."""
    for name, shown in recorded.kind.beside_of(told).items():
        parameter = recorded.kind.beside[name]
        known = recorded.parameters.get(name, shown if recorded.partial else parameter.default)
        if known != shown:
            yield ParameterChange(name, known, shown, parameter.effect, Side.LIVE)
