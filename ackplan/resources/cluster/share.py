"""What a plan says of clusters: finds the live cluster of each name, and decides what happens to it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ackplan.core import catalog
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic
from ackplan.plan.model import Change, replaced
from ackplan.plan.new_parameters import NewParameters
from ackplan.plan.planner import Options, Sides
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import refusals, renaming
from ackplan.resources.cluster.cases import Case, Finding, sides_of_new, sides_of_recorded
from ackplan.resources.cluster.cautions import cautions
from ackplan.resources.cluster.compare import needs_nodes
from ackplan.resources.cluster.conditions import conditions
from ackplan.resources.cluster.decide import decide
from ackplan.resources.cluster.fingerprint import fingerprint, kept, shown_of
from ackplan.resources.cluster.refresh import refresh
from ackplan.resources.cluster.upgrades import Upgrading, upgrading
from ackplan.resources.upgraded import upgraded_parameter
from ackplan.spec.desired import Wanted


class ClusterShare:
    """The share of clusters in a plan."""

    def __init__(self, sides: Sides, options: Options) -> None:
        self._sides = sides
        self._match = match = _Match(sides)
        self.names = match.names
        if options.mode == "refresh-only":
            changes = tuple(_refreshed(name, sides, match) for name in sorted(sides.record.clusters))
        else:
            names = sorted(sides.record.clusters) if options.mode == "destroy" else match.names
            changes = tuple(_filled_in(decide(_case(name, sides, options, match)), sides) for name in names)
            changes = renaming.refused(changes, sides.wanted)
        self._warnings = tuple(why for change in changes for why in change.blocked if not why.is_error)
        self.changes = tuple(_without_doubts(_with_live(change, sides, match)) for change in changes)

    @property
    def unmanaged(self) -> int:
        return self._match.unmanaged()

    def fingerprint(self, name: str) -> str:
        return self._match.fingerprint(name)

    def doubts(self) -> Iterator[Diagnostic]:
        return self._match.twins()

    def cautions(self, changes: Sequence[Change]) -> Iterator[Diagnostic]:
        recorded = self._sides.record.clusters
        yield from self._warnings
        yield from cautions(changes, self._sides.wanted, recorded)
        yield from renaming.alike(changes, self._sides.wanted, recorded)
        yield from conditions(changes, self._sides.wanted)


def nodes_needed(sides: Sides, options: Options) -> tuple[str, ...]:
    """The ids of the live clusters whose nodes the plan has to know."""
    match = _Match(sides)
    if options.mode == "destroy":
        return ()
    needed = []
    for name in match.names:
        found, recorded, wanted = match.find(name), sides.record.clusters.get(name), sides.wanted.get(name)
        live = found.by_id or found.namesake
        refreshed = options.mode == "refresh-only" and recorded is not None and bool(recorded.attached)
        if live is not None and (refreshed or _needs_nodes(wanted, recorded, live)):
            needed.append(live.cluster_id)
    return tuple(needed)


def upgrades_needed(sides: Sides, options: Options) -> dict[str, Upgrading]:
    """The clusters that are to be upgraded, by their names: the plan has to know over which versions."""
    kinds = {wanted.kind for wanted in sides.wanted.values()}
    if options.mode != "normal" or not any(upgraded_parameter(kind) for kind in kinds):
        return {}
    match = _Match(sides)
    sought = ((name, match.seen(name)) for name in match.names)
    needed = {name: upgrading(sides.wanted.get(name), live) for name, live in sought}
    return {name: each for name, each in needed.items() if each is not None}


def _needs_nodes(wanted: Wanted | None, recorded: RecordedCluster | None, live: Cluster) -> bool:
    """Of a cluster to be adopted whose masters count in its size only its nodes tell how many there are."""
    if wanted is None:
        return False
    if recorded is None:
        adopted = RecordedCluster(live.cluster_id, wanted.kind, {})
        return wanted.kind.masters_parameter is not None or needs_nodes(wanted, adopted, live)
    return needs_nodes(wanted, recorded, live)


class _Match:
    """Finds the live cluster of each name: by the recorded id first, then by name. Other products' are not ours."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._by_id = {cluster.cluster_id: cluster for cluster in sides.live}
        self.names = sorted({*sides.wanted, *sides.record.clusters})
        self._holders = {entry.cluster_id: name for name, entry in sides.record.clusters.items()}
        self._shown: dict[str, Mapping[str, Any]] = {}
        self.new = NewParameters()

    @functools.cached_property
    def _by_name(self) -> Mapping[str, Sequence[Cluster]]:
        return _by_name(self._sides.live)

    def shown(self, live: Cluster) -> Mapping[str, Any]:
        """What is compared of a live cluster, looked up once."""
        shown = self._shown.get(live.cluster_id)
        if shown is None:
            shown = self._shown[live.cluster_id] = shown_of(live)
        return shown

    def fingerprint(self, name: str) -> str:
        live = self.seen(name)
        return fingerprint(live, self.shown(live)) if live is not None else fingerprint(None)

    def recorded(self, name: str) -> Cluster | None:
        entry = self._sides.record.clusters.get(name)
        return self._by_id.get(entry.cluster_id) if entry else None

    def namesake(self, name: str) -> Cluster | None:
        """A live cluster that has the name of this one, and is not the recorded one."""
        recorded = self.recorded(name)
        return next((cluster for cluster in self._by_name.get(name, ()) if cluster is not recorded), None)

    def find(self, name: str) -> Finding:
        """The live clusters that this name leads to."""
        live = self.recorded(name)
        namesake = self.namesake(name) if live is None or live.gone else None
        seen = live or namesake
        return Finding(
            live,
            namesake,
            self._sides.nodes.get(seen.cluster_id) if seen else None,
            self.holder(name, namesake) if namesake else "",
            namesake is not None and self.ambiguous(name),
        )

    def holder(self, name: str, live: Cluster) -> str:
        """The name of the other entry that has the id of this live cluster, or nothing."""
        holder = self._holders.get(live.cluster_id, "")
        return "" if holder == name else holder

    def ambiguous(self, name: str) -> bool:
        return len(self._by_name.get(name, ())) > 1

    def twins(self) -> Iterator[Diagnostic]:
        """An error for each name, recorded or wanted, that several live clusters have."""
        names = (name for name, live in self._by_name.items() if len(live) > 1)
        for name in sorted({*self._sides.wanted, *self._sides.record.clusters}.intersection(names)):
            live = [cluster for cluster in self._by_name[name] if ours(cluster) and not cluster.leaving]
            if len(live) > 1:
                yield refusals.twins(name, live, self._sides.wanted.get(name))

    def seen(self, name: str) -> Cluster | None:
        return self.recorded(name) or self.namesake(name)

    def unmanaged(self) -> int:
        known = {entry.cluster_id for entry in self._sides.record.clusters.values()}
        return sum(
            ours(cluster) and not cluster.gone and cluster.cluster_id not in known
            and cluster.name not in self._sides.wanted
            for cluster in self._sides.live
        )  # fmt: skip


def _by_name(live: Sequence[Cluster]) -> dict[str, list[Cluster]]:
    """The live clusters of each name, in the order of their ids: which one is seen must not be chance."""
    found: dict[str, list[Cluster]] = {}
    for cluster in sorted(live, key=lambda cluster: cluster.cluster_id):
        if not cluster.gone:
            found.setdefault(cluster.name, []).append(cluster)
    return found


def ours(cluster: Cluster) -> bool:
    """Whether a live cluster is one of the kinds that we know; the list holds Swarm clusters too."""
    known = {kind.constants.get("cluster_type") for kind in catalog.DEFAULT.kinds}
    return cluster.cluster_type is None or cluster.cluster_type in known


def _case(name: str, sides: Sides, options: Options, match: _Match) -> Case:
    recorded, found, destroy = sides.record.clusters.get(name), match.find(name), options.mode == "destroy"
    return Case(
        name,
        sides_of_recorded(name, recorded, sides.wanted.get(name), found, destroy=destroy)
        if recorded is not None
        else sides_of_new(sides.wanted[name], found),
        replace=name in options.replace,
        adopt=name in options.adopt,
        destroy=destroy,
        node_names=options.node_names,
        route=sides.routes.get(name),
        check=sides.checks.get(name),
        new=match.new,
    )


def _filled_in(change: Change, sides: Sides) -> Change:
    """The change, refused where one of its calls would send a placeholder of an export."""
    wanted = sides.wanted.get(change.name)
    bodies = [step.call.body for step in change.steps if step.call and step.call.body]
    if wanted is None or not bodies:
        return change
    stands = wanted.kind.placeholders
    left = [name for name, value in stands.items() if name in wanted.parameters and wanted.parameters[name] == value]
    sent = [name for name in left if any(_sends(body, name, wanted.parameters[name]) for body in bodies)]
    faults = tuple(refusals.unfilled(wanted, name) for name in sent)
    return dataclasses.replace(change, blocked=(*change.blocked, *faults)) if faults else change


def _sends(body: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a body has this value of a create parameter; a scale-out has some of them under other names."""
    return body.get(name) == value or (isinstance(value, list) and value in body.values())


def _without_doubts(change: Change) -> Change:
    """The change with what refuses it alone: a warning is the plan's."""
    errors = tuple(why for why in change.blocked if why.is_error)
    return change if len(errors) == len(change.blocked) else replaced(change, blocked=errors)


def _with_live(change: Change, sides: Sides, match: _Match) -> Change:
    """The change with its live side, where something is done to it."""
    live = match.seen(change.name)
    if live is None or live.gone or not change.steps:
        return change
    # Nodes that were read to count them alone may change: the size is pinned.
    named = any(step.instances for step in change.steps)
    nodes = sides.nodes.get(live.cluster_id) if named else None
    shown, masters = match.shown(live), change.kind.masters_parameter
    if masters is not None:
        shown = {**shown, masters.name: change.kind.masters(change.before or {})}
    return replaced(change, live=kept(live, nodes, shown))


def _refreshed(name: str, sides: Sides, match: _Match) -> Change:
    return refresh(name, sides.record.clusters[name], match.find(name))
