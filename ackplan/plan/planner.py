"""From the three sides of a fleet to a plan. Pure: reads nothing, calls nothing, and takes the same time every day."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.work import Action
from ackplan.diff import needs_nodes
from ackplan.plan import refusals, renaming
from ackplan.plan.cases import Finding, sides_of_new, sides_of_recorded
from ackplan.plan.cautions import cautions
from ackplan.plan.conditions import conditions
from ackplan.plan.decide import Case, decide
from ackplan.plan.live_side import fingerprint, kept, shown_of
from ackplan.plan.model import Change, Pins, Plan, replaced
from ackplan.plan.narrowing import idle_requests, narrowed_by, omissions
from ackplan.plan.order import wire
from ackplan.plan.refresh import refresh
from ackplan.plan.select import select
from ackplan.record import Record, RecordedCluster
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class Sides:
    """Wanted, recorded and live. `nodes` holds the nodes of those clusters that `nodes_needed` asked for."""

    wanted: Mapping[str, Wanted]
    record: Record
    live: Sequence[Cluster]
    spec_digest: str = ""
    nodes: Mapping[str, Sequence[Node]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked of this plan. `mode` is `normal`, `destroy` or `refresh-only`.

    `refresh`: what is live was looked at.
    """

    mode: str = "normal"
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replace: frozenset[str] = frozenset()
    adopt: frozenset[str] = frozenset()
    skip_blocked: bool = False
    node_names: str = "auto"
    refresh: bool = True


def plan(sides: Sides, options: Options) -> Plan:
    """The plan for this fleet. Blocked changes and errors are in it; it never raises for what the sides hold."""
    match = _Match(sides)
    unknown = tuple(_unknown_names(match, options))
    if options.mode == "refresh-only":
        changes = tuple(_refreshed(name, sides, match) for name in sorted(sides.record.clusters))
    else:
        names = sorted(sides.record.clusters) if options.mode == "destroy" else match.names
        changes = tuple(_filled_in(decide(_case(name, sides, options, match)), sides) for name in names)
        changes = renaming.refused(changes, sides.wanted)
    doubts = tuple(why for change in changes for why in change.blocked if not why.is_error)
    changes = tuple(_without_doubts(_with_live(change, sides, match)) for change in changes)
    changes, problems = wire(changes)
    whole = changes
    changes, left_out = select(whole, options.targets, options.excludes, skip_blocked=options.skip_blocked)
    narrowed = narrowed_by(options.targets, options.excludes, left_out, refresh=options.refresh)
    pins = Pins(
        sides.record.lineage,
        sides.record.serial,
        sides.spec_digest,
        {c.name: match.fingerprint(c.name) for c in changes if c.action is not Action.NOOP},
    )
    harm = (
        *doubts,
        *cautions(changes, sides.wanted, sides.record.clusters),
        *renaming.alike(changes, sides.wanted, sides.record.clusters),
    )
    states = conditions(changes, sides.wanted)
    asked = {"--replace": options.replace & {*match.names}, "--adopt": options.adopt & {*match.names}}
    idle = idle_requests(options.mode, asked, whole, left_out, sides.record)
    omitted = () if unknown else omissions(narrowed, left_out)
    found = (*unknown, *match.twins(), *idle, *problems, *omitted, *harm, *states)
    return Plan(options.mode, changes, pins, match.unmanaged(), found, narrowed=narrowed, left_out=left_out)


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


def _unknown_names(match: _Match, options: Options) -> Iterator[Diagnostic]:
    given = {
        "--target": options.targets,
        "--exclude": options.excludes,
        "--replace": sorted(options.replace),
        "--adopt": sorted(options.adopt),
    }
    known = set(match.names)
    for flag, names in given.items():
        for name in names:
            if name not in known:
                yield error("ACK2010", flag=flag, name=name)


def _refreshed(name: str, sides: Sides, match: _Match) -> Change:
    return refresh(name, sides.record.clusters[name], match.find(name))
