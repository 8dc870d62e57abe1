"""Makes changes: of a cluster that the spec wants, and of one that only the record has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from ackplan.core.actions import Action, Reason
from ackplan.core.address import CLUSTER, Address
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic
from ackplan.plan.model import Change, Step
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


class Details(TypedDict, total=False):
    """The fields of a change that are empty in many."""

    parameters: tuple[ParameterChange, ...]
    steps: tuple[Step, ...]
    blocked: tuple[Diagnostic, ...]
    notes: tuple[str, ...]
    after: Mapping[str, Any] | None


class DesiredDetails(Details, total=False):
    """The same of a cluster of the spec, which need not have been there before."""

    before: Mapping[str, Any] | None


def change_of_desired(
    desired: Wanted,
    recorded: RecordedCluster | None,
    action: Action,
    reason: Reason,
    live: Cluster | None = None,
    **details: Unpack[DesiredDetails],
) -> Change:
    """What happens to a cluster of the spec. `live` is the live cluster that is gone on with, where there is one."""
    return Change(
        Address(CLUSTER, desired.name),
        desired.kind,
        action,
        reason,
        live.cluster_id if live else "",
        live_state=live.state if live else "",
        depends_on=desired.depends_on,
        desired=desired,
        recorded=recorded,
        **details,
    )


def change_of_recorded(
    name: str,
    recorded: RecordedCluster,
    action: Action,
    reason: Reason,
    live: Cluster | None = None,
    **details: Unpack[Details],
) -> Change:
    """What happens to a recorded cluster whatever the spec says. `live` is what was found in its place."""
    return Change(
        Address(CLUSTER, name),
        recorded.kind,
        action,
        reason,
        recorded.cluster_id,
        live_state=live.state if live else "",
        depends_on=recorded.depends_on,
        recorded=recorded,
        before=recorded.parameters,
        **details,
    )
