"""Makes changes of what is inside of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from ackplan.core.actions import Action, Reason
from ackplan.core.address import parse
from ackplan.core.diagnostics import Diagnostic
from ackplan.plan.changes import DesiredDetails, Details
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


def of_desired(
    desired: Wanted,
    recorded: RecordedCluster | None,
    action: Action,
    reason: Reason,
    live: LiveResource | None,
    **details: Unpack[DesiredDetails],
) -> Change:
    address = parse(desired.name)
    return Change(
        address,
        desired.kind,
        action,
        reason,
        live.id if live else "",
        live_state=live.state if live else "",
        depends_on=_needs(desired.name, desired.depends_on),
        desired=desired,
        recorded=recorded,
        live=live if details.get("steps") else None,
        **details,
    )


def of_recorded(
    name: str,
    recorded: RecordedCluster,
    action: Action,
    reason: Reason,
    live: LiveResource | None,
    **details: Unpack[Details],
) -> Change:
    return Change(
        parse(name),
        recorded.kind,
        action,
        reason,
        recorded.cluster_id,
        live_state=live.state if live else "",
        depends_on=_needs(name, recorded.depends_on),
        recorded=recorded,
        live=live if details.get("steps") else None,
        before=recorded.parameters,
        **details,
    )


def _needs(name: str, others: Sequence[str]) -> tuple[str, ...]:
    """What it waits for: the cluster that it is inside of, and what it says itself."""
    parent = parse(name).parent
    return tuple(dict.fromkeys([parent.short, *others] if parent else others))


def refused(desired: Wanted, recorded: RecordedCluster | None, why: Diagnostic) -> Change:
    reason = Reason.NOT_RECORDED if recorded is None else Reason.MISTAKEN
    details: DesiredDetails = {"blocked": (why,), "after": desired.parameters}
    return of_desired(desired, recorded, Action.NOOP, reason, None, **details)
