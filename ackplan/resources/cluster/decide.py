"""Decides what happens to one cluster: the table 'what a difference becomes' of the contract, row by row.

What is refused is decided and compiled all the same, so that a reviewer sees it in full, and marked blocked.
"""

from __future__ import annotations

from typing import assert_never

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.size import Size
from ackplan.plan.changes import change_of_desired, change_of_recorded
from ackplan.plan.model import Change, replaced
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import refusals, steps
from ackplan.resources.cluster.cases import (
    Case,
    Doubtful,
    Held,
    Leaving,
    Namesake,
    New,
    Present,
    Unwanted,
    Vanished,
)
from ackplan.resources.cluster.generation import in_words_of
from ackplan.resources.cluster.present import existing, guards
from ackplan.resources.workers import MASTER
from ackplan.spec.desired import Wanted


def decide(case: Case) -> Change:
    """What happens to this cluster."""
    match case.sides:
        case New(desired):
            return _create(case, desired, None)
        case Vanished(desired, recorded):
            return _create(case, desired, recorded)
        case Leaving(desired, recorded, live):
            return _create(case, desired, recorded, live)
        case Unwanted() as sides:
            return _unwanted(case, sides)
        case Namesake() as sides:
            return _namesake(case, sides)
        case Present(desired, recorded) if recorded.kind.section_key and not desired.kind.section_key:
            return _refused(desired, recorded, refusals.turned_back(desired, recorded), Reason.CANNOT_UPDATE)
        case Present() as sides:
            return existing(case, sides, in_words_of(sides.recorded, sides.desired.kind))
        case Doubtful() as sides:
            return left_alone(sides, None if case.destroy else sides.desired)
        case Held(desired, why):
            return _refused(desired, None, why, Reason.MISTAKEN)
        case _:
            assert_never(case.sides)


def left_alone(sides: Doubtful, desired: Wanted | None) -> Change:
    """Nothing is done while it can't be told whether what is live is the recorded cluster."""
    entry, why = sides.recorded, (sides.why,)
    change = change_of_recorded(
        sides.name, entry, Action.NOOP, sides.reason, sides.live, blocked=why, after=entry.parameters
    )
    return replaced(change, desired=desired)


def _unwanted(case: Case, sides: Unwanted) -> Change:
    recorded, live = sides.recorded, sides.live
    if live is None or live.gone:
        return forgotten(case.name, recorded, Reason.GONE)
    reason = Reason.DESTROY if case.destroy else Reason.NOT_IN_SPEC
    return change_of_recorded(
        case.name,
        recorded,
        Action.DELETE,
        reason,
        live,
        steps=steps.delete(case.name, recorded, live, reason, sides.desired),
        blocked=tuple(guards(case, sides, live, "delete")),
    )


def forgotten(name: str, recorded: RecordedCluster, reason: Reason) -> Change:
    """The entry of a cluster that is gone leaves the record."""
    return change_of_recorded(name, recorded, Action.FORGET, reason, steps=steps.forget(name, recorded))


def _create(case: Case, desired: Wanted, recorded: RecordedCluster | None, leaving: Cluster | None = None) -> Change:
    """A cluster that is nowhere, or on its way out (`leaving`)."""
    reason, side = (Reason.VANISHED, Side.LIVE) if recorded is not None else (Reason.NEW, Side.SPEC)
    before = steps.await_gone(desired, leaving) if leaving else ()
    return change_of_desired(
        desired,
        recorded,
        Action.CREATE,
        reason,
        parameters=case.new.of(desired.kind, desired.parameters, side),
        steps=steps.create(desired, reason, side, before),
        notes=("a cluster of this name is being deleted: its creation waits",) if leaving else (),
        after=desired.parameters,
    )


def _namesake(case: Case, sides: Namesake) -> Change:
    """The name is taken by a live cluster that is not recorded."""
    wanted, recorded, live = sides.desired, sides.recorded, sides.live
    shown, of = {**live.attributes, "cluster_type": live.cluster_type}, wanted.kind
    if live.cluster_type is not None and of.catalog.kind_of_live(shown, of.section_key) is None:
        return _refused(wanted, recorded, refusals.taken(wanted, live))
    if sides.ambiguous:
        return _refused(wanted, recorded, refusals.ambiguous(wanted))
    if not (case.adopt or wanted.lifecycle.adopt):
        return _refused(wanted, recorded, refusals.not_recorded(wanted, recorded, live))
    return _adopt(case, sides)


def _refused(
    wanted: Wanted, recorded: RecordedCluster | None, why: Diagnostic, reason: Reason = Reason.NOT_RECORDED
) -> Change:
    return change_of_desired(wanted, recorded, Action.NOOP, reason, blocked=(why,), after=wanted.parameters)


def _adopt(case: Case, sides: Namesake) -> Change:
    """Recorded as the spec describes it, as far as it can't be seen; what can be seen is compared."""
    wanted, live = sides.desired, sides.live
    assumed = _assumed(sides)
    change = existing(case, sides, assumed)
    if change.action is Action.REPLACE or change.is_blocked:
        return replaced(change, reason=Reason.ADOPTION) if change.is_blocked else change
    todo = change.steps or steps.record(wanted.name, _complete(assumed, wanted), Reason.ADOPTION, Side.SPEC)
    since = live.attributes.get("created")
    return change_of_desired(
        wanted,
        sides.recorded,
        Action.UPDATE if any(step.call for step in todo) else Action.ADOPT,
        Reason.ADOPTION,
        live,
        parameters=change.parameters,
        steps=todo,
        notes=(f"adopts {live.cluster_id}" + (f", live since {since}" if since else ""),),
        before=change.before,
        after=change.after,
    )


def _assumed(sides: Namesake) -> RecordedCluster:
    """The entry that a live cluster would have that was made as the spec says, as far as it shows nothing else."""
    wanted, live = sides.desired, sides.live
    nodes = {node.instance_id for node in sides.nodes or ()}
    attached = tuple(instance for instance in wanted.attached if instance in nodes)
    kind, parameters = wanted.kind, dict(wanted.parameters)
    counting, masters = kind.count_parameter, kind.masters_parameter
    if masters is not None and sides.nodes is not None:
        parameters[masters.name] = sum(node.role == MASTER for node in sides.nodes)
    if counting is not None and live.size is not None:
        parameters[counting.name] = Size(live.size, kind.masters(parameters), len(attached)).made
    parameters |= kind.beside_of(live.attributes)
    return RecordedCluster(live.cluster_id, wanted.kind, parameters, wanted.own, attached)


def _complete(entry: RecordedCluster, wanted: Wanted) -> RecordedCluster:
    beside = {name: entry.parameters[name] for name in wanted.kind.beside if name in entry.parameters}
    parameters = {**wanted.parameters, **beside}
    return RecordedCluster(entry.cluster_id, wanted.kind, parameters, wanted.own, entry.attached)
