"""Decides what happens to one cluster: the table 'what a difference becomes' of the contract, row by row.

What is refused is decided and compiled all the same, so that a reviewer sees it in full, and marked blocked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.answers import Cluster
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.size import Size
from ackplan.core.values import ABSENT
from ackplan.plan.changes import change_of_desired, change_of_recorded, creation
from ackplan.plan.model import Change, replaced
from ackplan.plan.parameter_change import ParameterChange
from ackplan.plan.upgrade_route import UpgradeRoute
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import refusals, scale_out, steps
from ackplan.resources.cluster.cases import (
    Doubtful,
    Held,
    Leaving,
    Namesake,
    New,
    Present,
    Sides,
    Unwanted,
    Vanished,
    is_protected,
)
from ackplan.resources.cluster.compare import Difference, compare, replacing
from ackplan.resources.cluster.conditions import state_notes, unfit
from ackplan.resources.cluster.scale_in import disputed, release, sent_as
from ackplan.resources.cluster.upgrades import plan_upgrade
from ackplan.resources.workers import MASTER
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class Case:
    """One cluster's sides, and what was asked for it by options. `destroy`: all clusters are to go."""

    name: str
    sides: Sides
    replace: bool = False
    adopt: bool = False
    destroy: bool = False
    node_names: str = "auto"
    route: UpgradeRoute | None = None


def decide(case: Case) -> Change:
    """What happens to this cluster."""
    match case.sides:
        case New(desired):
            return _create(desired, None)
        case Vanished(desired, recorded):
            return _create(desired, recorded)
        case Leaving(desired, recorded, live):
            return _create(desired, recorded, live)
        case Unwanted() as sides:
            return _unwanted(case, sides)
        case Namesake() as sides:
            return _namesake(case, sides)
        case Present() as sides:
            return _existing(case, sides, sides.recorded)
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
        steps=steps.delete(case.name, recorded, live, reason),
        blocked=tuple(_guards(case, sides, live, "delete")),
    )


def forgotten(name: str, recorded: RecordedCluster, reason: Reason) -> Change:
    """The entry of a cluster that is gone leaves the record."""
    return change_of_recorded(name, recorded, Action.FORGET, reason, steps=steps.forget(name, recorded))


def _create(desired: Wanted, recorded: RecordedCluster | None, leaving: Cluster | None = None) -> Change:
    """A cluster that is nowhere, or on its way out (`leaving`)."""
    reason, side = (Reason.VANISHED, Side.LIVE) if recorded is not None else (Reason.NEW, Side.SPEC)
    before = steps.await_gone(desired, leaving) if leaving else ()
    return change_of_desired(
        desired,
        recorded,
        Action.CREATE,
        reason,
        parameters=tuple(creation(desired.kind, desired.parameters, side)),
        steps=steps.create(desired, reason, side, before),
        notes=("a cluster of this name is being deleted: its creation waits",) if leaving else (),
        after=desired.parameters,
    )


def _namesake(case: Case, sides: Namesake) -> Change:
    """The name is taken by a live cluster that is not recorded."""
    wanted, recorded, live = sides.desired, sides.recorded, sides.live
    if (
        live.cluster_type is not None
        and wanted.kind.catalog.kind_of_live({**live.attributes, "cluster_type": live.cluster_type}) is None
    ):
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
    change = _existing(case, sides, assumed)
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
        notes=(f"takes over {live.cluster_id}" + (f", live since {since}" if since else ""),),
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


# A live cluster that the spec wants; one that is taken over is compared with an entry that it is `_assumed` to have.
_Existing = Present | Namesake


def _existing(case: Case, sides: _Existing, recorded: RecordedCluster) -> Change:
    difference = compare(sides.desired, recorded, sides.live, sides.nodes)
    if sides.live.state == "failed" and not recorded.created:
        return _replace(case, sides, recorded, difference, Reason.CREATE_FAILED)
    if case.replace:
        return _replace(case, sides, recorded, difference, Reason.REQUESTED)
    if difference.replacing:
        return _replace(case, sides, recorded, difference, Reason.CANNOT_UPDATE)
    return _update(case, sides, recorded, difference)


def _guards(
    case: Case, sides: Unwanted | _Existing, live: Cluster, what: str, *, failed: bool = False
) -> Iterator[Diagnostic]:
    """What refuses that the live cluster is deleted; where its creation `failed`, only the API does."""
    if is_protected(sides) and not failed:
        yield refusals.protected(case.name, sides.desired, what)
    if live.protected and not live.condition.leaving:
        yield refusals.deletion_protected(case.name, sides.desired, live, what)


def _replace(case: Case, sides: _Existing, recorded: RecordedCluster, difference: Difference, reason: Reason) -> Change:
    wanted, live = sides.desired, sides.live
    blocked = list(_guards(case, sides, live, "replace", failed=reason is Reason.CREATE_FAILED))
    if reason is Reason.CANNOT_UPDATE and not wanted.lifecycle.replace_allowed:
        blocked += [refusals.cannot_change(wanted, change) for change in difference.replacing]
    removal = steps.delete(case.name, recorded, live, reason)
    changes = replacing(wanted, recorded, live, sides.nodes)
    side = Side.LIVE if reason is Reason.CREATE_FAILED else Side.SPEC
    return change_of_desired(
        wanted,
        sides.recorded,
        Action.REPLACE,
        reason,
        live,
        parameters=changes,
        steps=steps.create(wanted, reason, side, removal),
        blocked=tuple(blocked),
        before={**recorded.parameters, **_before(wanted, changes)},
        after=wanted.parameters,
    )


def _update(case: Case, sides: _Existing, recorded: RecordedCluster, difference: Difference) -> Change:
    wanted, live = sides.desired, sides.live
    upgrade = plan_upgrade(wanted, difference.changes, case.route)
    difference = difference.having(upgrade.changes)
    released, blocked = release(sides, recorded, difference)
    blocked += upgrade.blocked
    merged = {**recorded.parameters, **wanted.parameters}
    disputes = tuple(disputed(wanted, live, difference, sides.nodes or ()))
    if difference.empty and recorded.created:
        return change_of_desired(
            wanted,
            sides.recorded,
            Action.NOOP,
            Reason.UNCHANGED,
            live,
            blocked=(*disputes, *upgrade.blocked),
            notes=tuple(state_notes(live)),
            before=merged,
            after=merged,
        )
    reason = _why(difference) if recorded.created else Reason.UNFINISHED
    size = next((c.side for c in difference.changes if c.effect is Effect.SCALE), Side.SPEC)
    named = sent_as(sides.nodes or (), case.node_names)
    settings = tuple(change for change in difference.changes if change.effect is Effect.MODIFY)
    goal = steps.Update(wanted, recorded, live, difference.workers, released, reason, size, named, settings)
    todo = steps.update(replace(goal, versions=upgrade.versions) if upgrade.versions else goal)
    blocked += [refusals.lacking(wanted, name) for name in scale_out.lacking(wanted.kind, todo)]
    blocked += unfit(wanted, live, todo)
    return change_of_desired(
        wanted,
        sides.recorded,
        Action.UPDATE if any(step.call for step in todo) or _moved(difference) else Action.RECORD,
        reason,
        live,
        parameters=difference.changes,
        steps=todo,
        blocked=(*blocked, *disputes),
        notes=tuple(state_notes(live)),
        before={**recorded.parameters, **_before(wanted, difference.changes)},
        after=merged,
    )


def _moved(difference: Difference) -> bool:
    """Whether the cluster itself is to change, though nothing is called: what would be is refused."""
    return any(change.effect in {Effect.SCALE, Effect.MODIFY, Effect.UPGRADE} for change in difference.changes)


def _before(wanted: Wanted, changes: Sequence[ParameterChange]) -> dict[str, Any]:
    """The create parameters that differ, as they are now; ackplan's own keys are not among them."""
    own = wanted.kind.catalog.own_keys
    return {c.name: c.before for c in changes if c.before is not ABSENT and c.name not in own}


def _why(difference: Difference) -> Reason:
    sides = {change.side for change in difference.changes}
    if difference.workers is not None and (difference.workers.returned or difference.size_drifted):
        sides.add(Side.LIVE)
    if not sides:
        return Reason.LEFT_OVER
    if sides == {Side.LIVE}:
        return Reason.DRIFTED
    return Reason.SPEC_AND_DRIFT if Side.LIVE in sides else Reason.SPEC_CHANGED
