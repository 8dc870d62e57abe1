"""Drift: how live clusters changed since the last apply, and what each of the ways on would do. Changes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ackplan import spec
from ackplan.app.ahead import looked_ahead
from ackplan.app.baseline import Baseline, beside
from ackplan.app.host import Host
from ackplan.app.observe import Observer
from ackplan.app.plan import AlreadyRead, PlanOptions, make_plan, traced
from ackplan.core.actions import Action
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error, printable
from ackplan.core.values import ABSENT
from ackplan.plan.model import Change, Plan, replaced
from ackplan.plan.planner import Options
from ackplan.record import Record
from ackplan.spec.desired import Wanted
from ackplan.spec.edit import set_value

_LONGEST = 64
# Workers have to be removed, and the spec does not say which.
_UNDECIDED = "ACK2005"
NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Drift:
    """What moved, as the plan of a refresh; its changes that move something have what the spec says of the cluster.

    `back` is what an apply of the spec would do with the clusters that moved, by name; empty where there is no spec.
    `updated` is when each changed last, where the API tells it. `lacking` are the variables that need a value before
    it can be said what an apply would do. `chosen` are those that an apply puts back if it may remove the
    newest workers.
    """

    plan: Plan
    back: Mapping[str, Change] = field(default_factory=dict)
    updated: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    chosen: frozenset[str] = frozenset()

    @property
    def moved(self) -> tuple[Change, ...]:
        return self.plan.acting


async def look(host: Host, options: PlanOptions) -> tuple[Drift, Record]:
    """The drift of what is recorded now, and the record. Raises Failure and ApiError."""
    options = dataclasses.replace(options, refresh_only=True)
    loaded = looked_ahead(host, options)
    async with host.open_api() as (api, here):
        before = beside(host.workspace, here)
        observer = host.observer(api, here, allow_vanished=options.allow_vanished)
        refresh = options.planner()
        drift = await find(host.inputs, before, observer, refresh, loaded)
        return dataclasses.replace(drift, plan=traced(drift.plan, host)), before.record


async def find(
    inputs: spec.Inputs, before: Baseline, observer: Observer, options: Options, loaded: spec.Spec | None = None
) -> Drift:
    """The drift of what is recorded; `loaded` is the spec for that, if it was read. Raises Failure and ApiError."""
    refresh = dataclasses.replace(options, mode="refresh-only")
    refreshed = await make_plan(inputs, before, observer, refresh, read=AlreadyRead(loaded=loaded))
    names = {change.name for change in refreshed.plan.acting}
    if not names:
        return Drift(refreshed.plan)
    live = refreshed.observed.live if refreshed.observed else ()
    updated = dict(_updated(refreshed.plan, live))
    if refreshed.spec.lacking or not refreshed.spec.files:
        return Drift(refreshed.plan, updated=updated, lacking=refreshed.spec.lacking)
    back_to = dataclasses.replace(options, mode="normal", targets=tuple(names))
    planned = await make_plan(inputs, before, observer, back_to, read=AlreadyRead(refreshed.observed))
    back = {change.name: change for change in planned.plan.changes if change.name in names}
    moved = _with_desired(refreshed.plan, {**refreshed.spec.clusters, **refreshed.spec.nested})
    undecided = tuple(name for name, change in back.items() if {d.code for d in change.blocked} == {_UNDECIDED})
    if not undecided:
        return Drift(moved, back, updated)
    newest = dataclasses.replace(back_to, targets=undecided, scale_in=NEWEST)
    chosen = await make_plan(inputs, before, observer, newest, read=AlreadyRead(refreshed.observed))
    ready = frozenset(c.name for c in chosen.plan.changes if c.name in undecided and not c.is_blocked)
    return Drift(moved, back, updated, chosen=ready)


def _with_desired(plan: Plan, clusters: Mapping[str, Wanted]) -> Plan:
    """The plan of a refresh, which does not look at the spec, with what that says of what moved."""
    changes = (c if c.action is Action.NOOP else replaced(c, desired=clusters.get(c.name)) for c in plan.changes)
    return dataclasses.replace(plan, changes=tuple(changes))


def _updated(plan: Plan, live: Sequence[Cluster]) -> Iterator[tuple[str, str]]:
    """When each cluster that moved changed last. The API does not say what changed then."""
    by_id = {cluster.cluster_id: cluster for cluster in live}
    for change in plan.acting:
        seen = by_id.get(change.cluster_id)
        told = seen.attributes.get("updated") if seen else None
        if isinstance(told, str) and told and len(told) <= _LONGEST:
            yield change.name, printable(told)


def edited(drift: Drift, sources: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The spec's files with what is live written into them, and what is left for a person to write.

    `sources` are the files by the names that messages give them.
    """
    files, faults = dict(sources), []
    for change in drift.moved:
        wanted = change.desired
        if wanted is None:
            faults.append(error("ACK1050.not_in_spec", cluster=change.name))
            continue
        if change.address.parent is not None:
            faults.append(error("ACK1050.inside", span=wanted.span, cluster=change.name))
            continue
        faults += _beyond_values(change, wanted)
        for moved in change.parameters:
            if moved.after is ABSENT or wanted.parameters.get(moved.name, moved.after) == moved.after:
                continue
            try:
                file, data = set_value(files, change.name, moved.name, moved.after)
                files[file] = data
            except Failure as failed:
                faults += failed.diagnostics
    return files, faults


def _beyond_values(change: Change, wanted: Wanted) -> Iterator[Diagnostic]:
    if change.action is Action.FORGET:
        yield error("ACK1050.gone", span=wanted.span, cluster=change.name)
    elif change.notes and wanted.attach:
        span, notes = wanted.span_of("attach"), "; ".join(change.notes)
        yield error("ACK1050.attached", notes=notes, span=span, cluster=change.name, parameter="attach")
