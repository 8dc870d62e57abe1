"""Which clusters are upgraded, over which versions, and what refuses it. A version is never gone back on.

What was upgraded outside of ackplan is said and left: only the spec can follow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from ackplan.core.actions import Side
from ackplan.core.answers import Cluster
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic, error, warning
from ackplan.core.kubernetes_version import is_newer, is_older
from ackplan.core.upgrade_check import UpgradeCheck, ago
from ackplan.plan.parameter_change import ParameterChange
from ackplan.plan.upgrade_route import UpgradeRoute
from ackplan.resources.upgraded import upgraded_parameter
from ackplan.spec.desired import Wanted

_SHOWN: Final = 10


class Upgrading(NamedTuple):
    """A live cluster that has one version and is to have another."""

    live: Cluster
    current: str
    wanted: str


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """All that differs, and what of it is an upgrade: over these versions, unless it is blocked by an error.

    `notes` are what the API's own check says of it.
    """

    changes: tuple[ParameterChange, ...]
    versions: tuple[str, ...] = ()
    blocked: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()


def upgrading(wanted: Wanted | None, live: Cluster | None) -> Upgrading | None:
    """The upgrade that a cluster needs, as far as it shows its version; None where it needs none."""
    parameter = upgraded_parameter(wanted.kind) if wanted else None
    if wanted is None or live is None or parameter is None or parameter.name in wanted.lifecycle.ignore_changes:
        return None
    sight, target = wanted.kind.sights.get(parameter.name), wanted.parameters.get(parameter.name)
    shown = sight.value(live.attributes) if sight else None
    if not isinstance(shown, str) or not isinstance(target, str) or not is_older(shown, target):
        return None
    return Upgrading(live, shown, target)


def plan_upgrade(
    wanted: Wanted,
    changes: tuple[ParameterChange, ...],
    route: UpgradeRoute | None,
    check: UpgradeCheck | None = None,
) -> UpgradePlan:
    """What becomes of the differences of a cluster once its version is looked at. `check` is the last one of it."""
    mine = next((change for change in changes if change.effect is Effect.UPGRADE), None)
    if mine is None:
        return UpgradePlan(changes)
    others = tuple(change for change in changes if change is not mine)
    if not isinstance(mine.before, str) or not isinstance(mine.after, str):
        return UpgradePlan((*others, replace(mine, effect=Effect.RECORDED)))
    if is_newer(mine.before, mine.after) and mine.side is Side.LIVE:
        return UpgradePlan(others, blocked=(_ahead(wanted, mine),))
    if route is None or not route.steps:
        return UpgradePlan(tuple(changes), blocked=tuple(_refused(wanted, mine, route)))
    doubts = (_stopped(wanted, mine, check),) if check is not None and check.failed else ()
    return UpgradePlan(tuple(changes), route.steps, doubts, tuple(_notes(check)))


def _notes(check: UpgradeCheck | None) -> Iterator[str]:
    """What the last check of a cluster says, with its age."""
    if check is None:
        yield "the API checks the cluster before the upgrade; to see now what it finds: ackplan plan --check-upgrades"
        return
    when = f"the API's check of {check.finished_at or 'a time that is not told'}"
    when += f", {ago(check.age)} before this plan" if check.age is not None else ""
    if not check.findings:
        yield f"{when}, found nothing against the upgrade"
        return
    yield f"{when}, found {len(check.findings)}:"
    yield from (str(finding) for finding in check.findings[:_SHOWN])
    if len(check.findings) > _SHOWN:
        yield f"and {len(check.findings) - _SHOWN} more"


def _stopped(wanted: Wanted, mine: ParameterChange, check: UpgradeCheck) -> Diagnostic:
    """Says at plan time where an apply would stop."""
    reasons = "; ".join(finding.message for finding in check.grave[:_SHOWN])
    span = wanted.span_of(mine.name)
    return warning("ACK2040", said=reasons, span=span, cluster=wanted.name, parameter=mine.name)


def _ahead(wanted: Wanted, mine: ParameterChange) -> Diagnostic:
    span = wanted.span_of(mine.name)
    live, said = str(mine.before), str(mine.after)
    return warning("ACK2036", live=live, said=said, span=span, cluster=wanted.name, parameter=mine.name)


def _refused(wanted: Wanted, mine: ParameterChange, route: UpgradeRoute | None) -> Iterator[Diagnostic]:
    live, said, name = str(mine.before), str(mine.after), wanted.name
    if is_newer(live, said):
        why = error("ACK2037", live=live, said=said, cluster=name, parameter=mine.name)
    elif route is None:
        why = error("ACK2038.unasked", live=live, said=said, cluster=name, parameter=mine.name)
    else:
        offered = ", ".join(route.offered)
        why = error("ACK2038.unreached", live=live, said=said, offered=offered, cluster=name, parameter=mine.name)
    yield replace(why, span=wanted.span_of(mine.name))
