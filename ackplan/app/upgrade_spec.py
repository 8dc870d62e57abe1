"""The use case of `upgrade-spec`: a cluster's spec of the guide's sort becomes one with pools, as its pools are live.

Nothing is called that changes anything. The new spec is planned before it is written: where that plan has anything to
do, nothing is written, and what stands against it is named.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ackplan import spec
from ackplan.app.baseline import Baseline, of_workspace
from ackplan.app.edit_record import check_settled
from ackplan.app.host import Host, RunApi
from ackplan.app.import_inside import take_in_inside
from ackplan.app.import_record import entry_as_live
from ackplan.app.lookup import details_of
from ackplan.app.observe import Observer
from ackplan.app.plan import PlanOptions, Proposal, Purpose, make_plan
from ackplan.app.pooled_spec import PooledSpec, invalid, pooled_spec
from ackplan.app.read_spec import read_spec
from ackplan.app.workspace import RecordStore
from ackplan.core.actions import Action, Side
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error, has_errors
from ackplan.plan.model import Change
from ackplan.record import Record, RecordedCluster
from ackplan.spec.desired import Wanted
from ackplan.spec.rewrite import entry_file, rewritten

_MOST = 10


@dataclass(frozen=True, slots=True)
class UpgradedSpec:
    """A file of the spec before and after. `remarks` say what became of parameters, `counts` what is to be recorded."""

    file: str
    before: bytes
    after: bytes
    remarks: Sequence[Diagnostic]
    counts: Mapping[str, int]
    store: RecordStore
    records: tuple[Record, Record]

    def record(self) -> None:
        """Writes the record. The spec goes first: a guide's spec on a record with pools says that these are to go."""
        before, after = self.records
        self.store.write(after, expect=before)


@asynccontextmanager
async def upgrading_spec(host: Host, name: str, sources: Mapping[str, bytes]) -> AsyncIterator[UpgradedSpec]:
    """The spec of this cluster with pools, under the lock. Raises Failure and ApiError.

    `sources` are the spec's files by the names that messages give them.
    """
    async with host.workspace.lock("ackplan upgrade-spec"), host.open_api() as (api, here):
        before = of_workspace(host.workspace, here)
        check_settled(before)
        loaded = read_spec(host.inputs)
        desired, entry = _sides(loaded, before.record, name)
        observer = host.observer(api, here)
        now = await _planned(host.inputs, before, observer, name)
        live = await _live(api, now, entry, name)
        if desired.kind.section_key:
            # Somebody wrote the pools, or the last run ended between the spec and the record.
            becoming, (file, after), edited = PooledSpec(name), entry_file(sources, name), host.inputs
        else:
            _check_settled_cluster(now, desired)
            becoming = await pooled_spec(api, host.types, desired, live)
            file, after = rewritten(sources, name, becoming.gone(sources), becoming.new, becoming.notes)
            edited = dataclasses.replace(host.inputs, edited={**host.inputs.edited, file: after})
        record, counts = await _recorded(host, api, before.record, _read_again(edited, loaded, name), live)
        again = dataclasses.replace(before, stored=record, record=record)
        _check_unchanged(await _planned(edited, again, observer, name), desired)
        records = before.stored, dataclasses.replace(record, world=record.world.completed(here.world))
        yield UpgradedSpec(file, sources[file], after, becoming.remarks, counts, host.workspace.record, records)


def _sides(loaded: spec.Spec, record: Record, name: str) -> tuple[Wanted, RecordedCluster]:
    desired, entry = loaded.clusters.get(name), record.clusters.get(name)
    if desired is None:
        raise Failure(error("ACK3097.not_in_spec", cluster=name))
    if entry is None:
        raise Failure(error("ACK3097.not_recorded", span=desired.span, cluster=name))
    if entry.kind.section_key:
        raise Failure(error("ACK3097.todays", key=entry.kind.section_key, span=desired.span, cluster=name))
    return desired, entry


async def _planned(inputs: spec.Inputs, before: Baseline, observer: Observer, name: str) -> Proposal:
    options = PlanOptions(target=(name,)).planner()
    return await make_plan(inputs, before, observer, options, purpose=Purpose.SHOWN)


def _check_settled_cluster(proposal: Proposal, desired: Wanted) -> None:
    """Raises Failure where the spec has a change that is not applied yet: it would be lost among others."""
    pending = [each for each in _of_cluster(proposal, desired.name) if _moves(each) and not _is_drift_of_size(each)]
    if pending:
        raise Failure(error("ACK3097.pending", changes=_named(pending), span=desired.span, cluster=desired.name))


def _check_unchanged(proposal: Proposal, desired: Wanted) -> None:
    """Raises Failure where the new spec would change anything."""
    moving = [change for change in _of_cluster(proposal, desired.name) if _moves(change)]
    if moving:
        raise Failure(error("ACK3097.differs", changes=_named(moving), span=desired.span, cluster=desired.name))


def _of_cluster(proposal: Proposal, name: str) -> Iterator[Change]:
    return (change for change in proposal.plan.changes if change.address.root.short == name)


def _moves(change: Change) -> bool:
    return change.action is not Action.NOOP or change.is_blocked


def _is_drift_of_size(change: Change) -> bool:
    """Whether nothing moved but how many workers are live: of that the pools tell."""
    counting = change.kind.count_parameter
    name = counting.name if counting is not None else ""
    return bool(change.parameters) and all(each.name == name and each.side is Side.LIVE for each in change.parameters)


def _named(changes: Sequence[Change]) -> str:
    """What changes, by name; values may be long, and are in the plan."""
    parts = []
    for change in changes:
        names = ", ".join(each.name for each in change.parameters[:_MOST])
        faults = ", ".join(each.code for each in change.blocked[:_MOST])
        parts.append(f"{change.name} ({names or faults or change.action.value})")
    return "; ".join(parts)


async def _live(api: RunApi, now: Proposal, entry: RecordedCluster, name: str) -> Cluster:
    """The live cluster in full. The plan found it a moment ago."""
    listed = [each for each in (now.observed.live if now.observed else ()) if each.cluster_id == entry.cluster_id]
    details = await details_of(api, listed)
    if not details:
        raise Failure(error("ACK3097.gone", cluster_id=entry.cluster_id, cluster=name))
    return details[0]


def _read_again(edited: spec.Inputs, loaded: spec.Spec, name: str) -> spec.Spec:
    """The spec with the file as it would be. Raises Failure where it has faults, or others moved with the cluster."""
    again = spec.read(edited)
    if has_errors(again.diagnostics):
        raise invalid([each for each in again.diagnostics if each.is_error], loaded.clusters[name])
    others = {**again.clusters, name: loaded.clusters[name]}
    same = all(_means(others.get(each), wanted) for each, wanted in loaded.clusters.items())
    if not same or others.keys() != loaded.clusters.keys():
        raise Failure(error("ACK3097.form", span=loaded.clusters[name].span, cluster=name))
    return again


def _means(one: Wanted | None, other: Wanted) -> bool:
    if one is None:
        return False
    return (one.kind, one.parameters, one.own) == (other.kind, other.parameters, other.own)


async def _recorded(
    host: Host, api: RunApi, record: Record, again: spec.Spec, live: Cluster
) -> tuple[Record, Mapping[str, int]]:
    """The record with the cluster as one of today's, and what is inside of it."""
    wanted = again.clusters[live.name]
    nodes = await api.list_nodes(live.cluster_id, live.region_id)
    with_cluster = record.with_cluster(live.name, entry_as_live(live, nodes, wanted))
    inside = {short: each for short, each in again.nested.items() if short.startswith(f"{live.name}/")}
    taken = await take_in_inside(api, host.types, with_cluster, inside)
    return taken.record, taken.counts
