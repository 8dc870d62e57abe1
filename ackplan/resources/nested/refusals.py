"""What refuses a change of something inside of a cluster."""

from __future__ import annotations

from ackplan.core.actions import Side
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.values import ABSENT
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


def protected(name: str, desired: Wanted | None, what: str) -> Diagnostic:
    return error(
        "ACK2004.protected", what=f"{what} it", span=desired.span_of("lifecycle") if desired else None, cluster=name
    )


def fixed(desired: Wanted, change: ParameterChange) -> Diagnostic:
    return error(
        "ACK2003.live" if change.side is Side.LIVE else "ACK2003.applied",
        before="no value" if change.before is ABSENT else str(change.before),
        after=str(change.after),
        span=desired.span_of(change.name),
        cluster=desired.name,
        parameter=change.name,
    )


def not_recorded(desired: Wanted, live: LiveResource) -> Diagnostic:
    return error("ACK2001.nested", id=live.id, span=desired.span, cluster=desired.name)


def mistaken(desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Diagnostic:
    recorded_id = recorded.cluster_id
    return error("ACK2023.nested", id=live.id, recorded=recorded_id, span=desired.span, cluster=desired.name)


def turned_back(name: str, key: str, home: Wanted) -> Diagnostic:
    """Its cluster lost the key (`key`) by which it is one of today's: nothing says that this one is to go."""
    return error("ACK2043.inside", key=key, span=home.span, cluster=name, parameter=key)
