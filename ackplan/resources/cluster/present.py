"""What becomes of a live cluster that the spec wants: it is changed in place, or replaced.

What is refused is compiled all the same, so that a reviewer sees it in full, and marked blocked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.answers import Cluster
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.values import ABSENT
from ackplan.plan.changes import change_of_desired
from ackplan.plan.model import Change
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import refusals, scale_out, steps
from ackplan.resources.cluster.cases import Case, Namesake, Present, Unwanted, is_protected
from ackplan.resources.cluster.compare import Difference, compare, replacing
from ackplan.resources.cluster.conditions import state_notes, unfit
from ackplan.resources.cluster.scale_in import disputed, release, sent_as
from ackplan.resources.cluster.upgrades import plan_upgrade
from ackplan.spec.desired import Wanted

# A live cluster that the spec wants; one that is taken over is compared with an entry that it is assumed to have.
Existing = Present | Namesake


def existing(case: Case, sides: Existing, recorded: RecordedCluster) -> Change:
    """What becomes of it, compared with the entry that it has or is assumed to have."""
    difference = compare(sides.desired, recorded, sides.live, sides.nodes)
    if sides.live.state == "failed" and not recorded.created:
        return _replace(case, sides, recorded, difference, Reason.CREATE_FAILED)
    if case.replace:
        return _replace(case, sides, recorded, difference, Reason.REQUESTED)
    if difference.replacing:
        return _replace(case, sides, recorded, difference, Reason.CANNOT_UPDATE)
    return _update(case, sides, recorded, difference)


def guards(
    case: Case, sides: Unwanted | Existing, live: Cluster, what: str, *, failed: bool = False
) -> Iterator[Diagnostic]:
    """What refuses that the live cluster is deleted; where its creation `failed`, only the API does."""
    if is_protected(sides) and not failed:
        yield refusals.protected(case.name, sides.desired, what)
    if live.protected and not live.condition.leaving:
        yield refusals.deletion_protected(case.name, sides.desired, live, what)


def _replace(case: Case, sides: Existing, recorded: RecordedCluster, difference: Difference, reason: Reason) -> Change:
    wanted, live = sides.desired, sides.live
    blocked = list(guards(case, sides, live, "replace", failed=reason is Reason.CREATE_FAILED))
    if reason is Reason.CANNOT_UPDATE and not wanted.lifecycle.replace_allowed:
        blocked += [refusals.cannot_change(wanted, change) for change in difference.replacing]
    removal = steps.delete(case.name, recorded, live, reason, wanted)
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


def _update(case: Case, sides: Existing, recorded: RecordedCluster, difference: Difference) -> Change:
    wanted, live = sides.desired, sides.live
    upgrade = plan_upgrade(wanted, difference.changes, case.route, case.check)
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
        notes=(*state_notes(live), *upgrade.notes),
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
