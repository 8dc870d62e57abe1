"""Makes changes of what is inside of a cluster."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Unpack

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.address import parse
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.values import ABSENT
from ackplan.plan.changes import DesiredDetails, Details
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.nested import steps
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


def is_protected(desired: Wanted | None, recorded: RecordedCluster) -> bool:
    """Whether its deletion is refused: the spec's word counts, else the record's."""
    said = desired.lifecycle.prevent_destroy if desired else None
    return said if said is not None else recorded.prevent_destroy


def followed(desired: Wanted, home: Cluster | None, change: Change | None) -> JsonObject:
    """What the live cluster that it is inside of (`home`) has now of what it follows, in the spec's words."""
    if home is None or change is None:
        return {}
    sights = change.kind.sights
    names = [name for name in desired.kind.inherited if name in sights and name in desired.parameters]
    shown = {name: sights[name].value(home.attributes, desired.parameters[name]) for name in names}
    return {name: value for name, value in shown.items() if value is not None}


def reason_of(changes: Sequence[ParameterChange]) -> Reason:
    """Why one is changed: by which side its parameters moved."""
    sides = {change.side for change in changes}
    if not sides:
        return Reason.LEFT_OVER
    if sides == {Side.LIVE}:
        return Reason.DRIFTED
    return Reason.SPEC_AND_DRIFT if Side.LIVE in sides else Reason.SPEC_CHANGED


def before_of(changes: Sequence[ParameterChange], desired: Wanted) -> Mapping[str, object]:
    """The parameters that differ, as they are now; ackplan's own keys are not among them."""
    own = desired.kind.catalog.own_keys
    return {c.name: c.before for c in changes if c.before is not ABSENT and c.name not in own}


def refused(desired: Wanted, recorded: RecordedCluster | None, why: Diagnostic) -> Change:
    reason = Reason.NOT_RECORDED if recorded is None else Reason.MISTAKEN
    details: DesiredDetails = {"blocked": (why,), "after": desired.parameters}
    return of_desired(desired, recorded, Action.NOOP, reason, None, **details)


def vanished(name: str, recorded: RecordedCluster, home: steps.Home) -> Change:
    """What is not live any more is forgotten, where the record alone is brought up to date."""
    todo = steps.forget(name, recorded, home)
    return of_recorded(name, recorded, Action.FORGET, Reason.VANISHED, None, steps=todo)


def refreshed(
    name: str, recorded: RecordedCluster, live: LiveResource, home: steps.Home, moved: Mapping[str, Json]
) -> Change:
    """The record is brought up to date with what is live: `moved` are the parameters that have other values there."""
    if not moved:
        return of_recorded(name, recorded, Action.NOOP, Reason.UNCHANGED, live, after=recorded.parameters)
    after = {**recorded.parameters, **moved}
    traits = recorded.kind.parameters
    changes = tuple(
        ParameterChange(n, recorded.parameters[n], value, traits[n].effect, Side.LIVE, traits[n].secret)
        for n, value in moved.items()
    )
    entry = dataclasses.replace(recorded, parameters=after)
    todo = steps.record(name, entry, home, steps.Why(Reason.DRIFTED, Side.LIVE))
    details: Details = {"parameters": changes, "steps": todo, "after": after}
    return of_recorded(name, recorded, Action.RECORD, Reason.DRIFTED, live, **details)


def moved_outside(recorded: RecordedCluster, live: LiveResource) -> Iterator[tuple[str, Json]]:
    """The recorded parameters that are live with another value. What is not shown, or not told, did not move."""
    for name, value in recorded.parameters.items():
        sight = recorded.kind.sights.get(name)
        if sight is None or name in recorded.ignored or name not in live.values:
            continue
        before = sight.parameter.canonical(value)
        shown = sight.value(live.shown, before)
        if shown is not None and shown != before:
            yield name, shown
