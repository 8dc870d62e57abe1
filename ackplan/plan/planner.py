"""From the three sides of a fleet to a plan. Pure: reads nothing, calls nothing, and takes the same time every day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ackplan import catalog
from ackplan.catalog.kinds import Effect
from ackplan.diagnostics import Diagnostic, error
from ackplan.diff import ParameterChange, needs_nodes
from ackplan.model.actions import Action, Reason, Side
from ackplan.model.answers import Cluster, Node
from ackplan.model.wanted import Wanted
from ackplan.plan import steps
from ackplan.plan.decide import Case, decide
from ackplan.plan.model import Change, Pins, Plan
from ackplan.plan.order import wire
from ackplan.plan.select import select
from ackplan.record import Record, RecordedCluster


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
    """What the user asked of this plan. `mode` is `normal`, `destroy` or `refresh-only`."""

    mode: str = "normal"
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replace: frozenset[str] = frozenset()
    adopt: frozenset[str] = frozenset()
    skip_blocked: bool = False


def plan(sides: Sides, options: Options) -> Plan:
    """The plan for this fleet. Blocked changes and errors are in it; it never raises for what the sides hold."""
    match = _Match(sides)
    unknown = tuple(_unknown_names(match, options))
    if options.mode == "refresh-only":
        changes = tuple(_refresh(name, sides, match) for name in sorted(sides.record.clusters))
    else:
        changes = tuple(decide(_case(name, sides, options, match)) for name in match.names)
    changes, problems = wire(changes)
    changes = select(changes, options.targets, options.excludes, skip_blocked=options.skip_blocked)
    pins = Pins(
        sides.record.lineage,
        sides.record.serial,
        sides.spec_digest,
        {change.cluster: fingerprint(match.seen(change.cluster)) for change in changes},
    )
    return Plan(options.mode, changes, pins, match.unmanaged(), (*unknown, *problems))


def nodes_needed(sides: Sides, options: Options) -> tuple[str, ...]:
    """The ids of the live clusters whose nodes the plan has to know."""
    match = _Match(sides)
    needed = []
    for name in match.names:
        case = _case(name, sides, options, match)
        live = case.live or case.namesake
        if live is None or case.destroy:
            continue
        recorded = case.recorded or RecordedCluster(live.cluster_id, "", {})
        if needs_nodes(case.wanted, recorded, live):
            needed.append(live.cluster_id)
    return tuple(needed)


class _Match:
    """Finds the live cluster of each name: by the recorded id first, then by name. Other products' are not ours."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._by_id = {cluster.cluster_id: cluster for cluster in sides.live}
        self._by_name = {cluster.name: cluster for cluster in sides.live if not cluster.gone}
        self.names = sorted({*sides.wanted, *sides.record.clusters})

    def recorded(self, name: str) -> Cluster | None:
        entry = self._sides.record.clusters.get(name)
        return self._by_id.get(entry.cluster_id) if entry else None

    def namesake(self, name: str) -> Cluster | None:
        """A live cluster that has the name of this one, and is not the recorded one."""
        found = self._by_name.get(name)
        return found if found is not None and found is not self.recorded(name) else None

    def seen(self, name: str) -> Cluster | None:
        return self.recorded(name) or self.namesake(name)

    def unmanaged(self) -> int:
        known = {entry.cluster_id for entry in self._sides.record.clusters.values()}
        return sum(
            ours(cluster) and not cluster.gone and cluster.cluster_id not in known
            and cluster.name not in self._sides.wanted
            for cluster in self._sides.live
        )  # fmt: skip


def ours(cluster: Cluster) -> bool:
    """Whether a live cluster is one of the kinds that we know; the list holds Swarm clusters too."""
    known = {kind.constants.get("cluster_type") for kind in catalog.kinds()}
    return cluster.cluster_type is None or cluster.cluster_type in known


def _case(name: str, sides: Sides, options: Options, match: _Match) -> Case:
    live, namesake = match.recorded(name), match.namesake(name)
    if live is not None and not live.gone:
        namesake = None
    seen = live or namesake
    return Case(
        name=name,
        wanted=sides.wanted.get(name),
        recorded=sides.record.clusters.get(name),
        live=live,
        namesake=namesake,
        nodes=sides.nodes.get(seen.cluster_id) if seen else None,
        replace=name in options.replace,
        adopt=name in options.adopt,
        destroy=options.mode == "destroy",
    )


def _unknown_names(match: _Match, options: Options) -> Iterator[Diagnostic]:
    given = {
        "--target": options.targets,
        "--exclude": options.excludes,
        "--replace": sorted(options.replace),
        "--adopt": sorted(options.adopt),
    }
    for flag, names in given.items():
        for name in names:
            if name not in match.names:
                yield error("ACK2010", "Unknown cluster", f"{flag} {name}: neither in the spec nor recorded")


def fingerprint(live: Cluster | None) -> str:
    """A short text that changes when anything of the live side changes that a plan depends on."""
    if live is None or live.gone:
        return "absent"
    compared = {p.live for kind in catalog.kinds() for p in kind.parameters.values() if p.live}
    facts = [live.cluster_id, live.name, live.state, live.size, live.region_id, live.cluster_type]
    facts += [live.attributes.get(name) for name in sorted(compared)]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]


def _refresh(name: str, sides: Sides, match: _Match) -> Change:
    """Brings the record up to date with what is live; nothing is called."""
    recorded = sides.record.clusters[name]
    live = match.recorded(name)
    if live is None or live.gone:
        return Change(
            name,
            recorded.kind,
            Action.FORGET,
            Reason.VANISHED,
            recorded.cluster_id,
            steps=steps.forget(name, recorded),
            before=recorded.parameters,
        )
    changes = tuple(_moved(recorded, live))
    after = {**recorded.parameters, **{change.name: change.after for change in changes}}
    entry = RecordedCluster(
        recorded.cluster_id, recorded.kind, after, recorded.own, recorded.attached, recorded.created
    )
    return Change(
        name,
        recorded.kind,
        Action.RECORD if changes else Action.NOOP,
        Reason.DRIFTED if changes else Reason.UNCHANGED,
        live.cluster_id,
        parameters=changes,
        steps=steps.record(name, entry, Reason.DRIFTED, Side.LIVE) if changes else (),
        before=recorded.parameters,
        after=after,
        live_state=live.state,
        depends_on=recorded.depends_on,
    )


def _moved(recorded: RecordedCluster, live: Cluster) -> Iterator[ParameterChange]:
    """The recorded parameters that the live cluster shows with another value."""
    kind = catalog.kind(recorded.kind)
    for name, value in recorded.parameters.items():
        parameter = kind.parameters.get(name)
        if parameter is None:
            continue
        shown = live.attributes.get(parameter.live) if parameter.live else None
        if parameter.effect is Effect.SCALE and live.size is not None and live.state != "initial":
            shown = live.size - kind.masters(recorded.parameters) - len(recorded.attached)
        if shown not in (None, "") and shown != parameter.canonical(value):
            yield ParameterChange(name, value, shown, parameter.effect, Side.LIVE)
