"""A refresh: the record is brought up to date with what is live; nothing is called."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.parameters import Effect
from ackplan.core.work import Action, Reason, Side
from ackplan.diff import ParameterChange, shown_by
from ackplan.plan import steps
from ackplan.plan.decide import is_same, is_unseen, mistaken, unseen
from ackplan.plan.model import Change
from ackplan.record import RecordedCluster


def refresh(name: str, recorded: RecordedCluster, live: Cluster | None, nodes: Sequence[Node] | None) -> Change:
    """What changes in the record. `nodes` are the live nodes where they were read."""
    if live is None or live.gone:
        return Change(
            name,
            recorded.kind,
            Action.FORGET,
            Reason.VANISHED,
            recorded.cluster_id,
            steps=steps.forget(name, recorded),
            before=recorded.parameters,
            depends_on=recorded.depends_on,
        )
    if not is_same(name, recorded, live):
        return mistaken(name, recorded, live, None)
    if is_unseen(recorded, live):
        return unseen(name, recorded, live, None)
    attached = _still_attached(recorded, nodes)
    changes = tuple(_moved(recorded, live, len(attached)))
    after = {**recorded.parameters, **{change.name: change.after for change in changes}}
    entry = dataclasses.replace(recorded, parameters=after, attached=attached)
    moved = entry != recorded
    return Change(
        name,
        recorded.kind,
        Action.RECORD if moved else Action.NOOP,
        Reason.DRIFTED if moved else Reason.UNCHANGED,
        live.cluster_id,
        parameters=changes,
        steps=steps.record(name, entry, Reason.DRIFTED, Side.LIVE) if moved else (),
        notes=tuple(f"{i} is no longer attached" for i in recorded.attached if i not in attached),
        before=recorded.parameters,
        after=after,
        live_state=live.state,
        depends_on=recorded.depends_on,
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
            shown = max(0, live.size - kind.masters(recorded.parameters) - attached)
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
