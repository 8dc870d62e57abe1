"""Makes changes: of a cluster that the spec wants, and of one that only the record has."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict, Unpack

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.address import CLUSTER, Address
from ackplan.core.answers import Cluster
from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.values import ABSENT
from ackplan.plan.model import Change, Step
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


def creation(kind: Kind, parameters: Mapping[str, Any], side: Side) -> Iterator[ParameterChange]:
    """Every parameter of a cluster that is to be created, as a change from nothing."""
    traits = traits_of(kind)
    for name, value in parameters.items():
        effect, secret = traits[name]
        yield ParameterChange(name, ABSENT, value, effect, side, secret)


@functools.cache
def traits_of(kind: Kind) -> Mapping[str, tuple[Effect, bool]]:
    """Of each create parameter its effect, and whether it is secret."""
    return {name: (parameter.effect, parameter.secret) for name, parameter in kind.parameters.items()}


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
