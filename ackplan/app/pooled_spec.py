"""What a cluster of the guide's sort is called with pools: which keys go, which come, and what becomes of the others.

Where the guide's parameters went stands in the schemas (`x-ack-gone`); what a pool is like says the live pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from ackplan.app.export_inside import faults_inside, live_section
from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Failure, error, warning
from ackplan.core.json_types import Json, JsonObject, items, mapping, texts
from ackplan.documents.tree import Map
from ackplan.documents.yaml import parse
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.resources.cluster.describe import Described, fitted, shown, visible
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.node_pool.live_pools import size_of
from ackplan.resources.types import ResourceTypes
from ackplan.resources.workers import MASTER
from ackplan.spec.desired import Wanted
from ackplan.spec.rewrite import entry_file

# Own keys of a cluster that are about its workers.
_OF_WORKERS = ("attach", "scale_in")
_SCRIPT, _EXTENDS = "attach_script", "extends"
_LIFECYCLE, _IGNORED = "lifecycle", "ignore_changes"


@dataclass(slots=True)
class PooledSpec:
    """`leave` are the keys that go, `new` those that come, with their values and, in `notes`, what is said of them."""

    name: str
    leave: set[str] = field(default_factory=set)
    new: dict[str, Json] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    remarks: list[Diagnostic] = field(default_factory=list)

    def gone(self, sources: Mapping[str, bytes]) -> Set[str]:
        """The keys to take out of the cluster's own entry; those that templates have become null in `new`."""
        file, data = entry_file(sources, self.name)
        own = _keys_of(parse(data, file)[0], "clusters", self.name)
        templates = [_keys_of(parse(each, name)[0], "templates") for name, each in sources.items()]
        elsewhere = frozenset().union(*templates) if _EXTENDS in own else frozenset()
        self.new = {**dict.fromkeys(sorted(self.leave & elsewhere)), **self.new}
        return frozenset(self.leave & own)


def _keys_of(roots: Sequence[Json], section: str, name: str = "") -> Set[str]:
    """The keys of the entries of a section, or of the one of this name alone."""
    sections = [mapping(root.get(section) or {}) for root in roots if isinstance(root, Map)]
    entries = [each for bodies in sections for key, each in bodies.items() if not name or key == name]
    return frozenset(key for body in entries if isinstance(body, Mapping) for key in body)


async def pooled_spec(api: ApiReader, types: ResourceTypes, desired: Wanted, live: Cluster) -> PooledSpec:
    """What becomes of this cluster's spec. Raises Failure, which names what stands against it, and ApiError."""
    if _SCRIPT in desired.own:
        raise Failure(error("ACK3097.key", key=_SCRIPT, span=desired.span_of(_SCRIPT), cluster=desired.name))
    kind = _kind(desired, live)
    nodes = await api.list_nodes(live.cluster_id, live.region_id)
    becoming = PooledSpec(desired.name)
    showing = {**shown(kind, live, nodes), **visible(kind, live, nodes)}
    values, elsewhere = _cluster_values(becoming, desired, kind, showing)
    by_section = {of.section: of for of in types.nested}
    pools = await _live_inside(api, by_section[kind.section_key], live)
    _check_workers(desired, by_section[kind.section_key], pools, nodes)
    bodies = _pool_bodies(by_section[kind.section_key], desired, pools, elsewhere)
    becoming.leave |= {key for key in _OF_WORKERS if key in desired.own}
    inside: dict[str, Json] = {kind.section_key: bodies}
    for section, of in by_section.items():
        if of.listed and section in values:
            inside[section] = _listed(becoming, of, desired, values.pop(section), await _live_inside(api, of, live))
    own = _own(becoming, desired, kind)
    whole = _fitted(
        Described(desired.name, kind, values, own, inside=inside), {**showing, **_logins(desired, kind)}, desired
    )
    for key, value in whole.body().items():
        if key not in desired.own and key not in _top_keys(desired) and key != kind.name_parameter.name:
            becoming.new.setdefault(key, value)
    becoming.new |= {section: value for section, value in inside.items() if _differs(desired, section, value)}
    becoming.notes |= {key: note for key, note in whole.notes.items() if key in becoming.new}
    return becoming


def _fitted(described: Described, showing: JsonObject, desired: Wanted) -> Described:
    try:
        return fitted(described, showing)
    except Failure as failed:
        raise invalid(failed.diagnostics, desired) from None


def invalid(faults: Sequence[Diagnostic], desired: Wanted) -> Failure:
    """Why the spec that this cluster would have is none."""
    why = "; ".join(f"{fault.parameter}: {fault.detail or fault.summary}" for fault in faults)
    return Failure(error("ACK3097.invalid", why=why, span=desired.span, cluster=desired.name))


def _logins(desired: Wanted, kind: Kind) -> dict[str, Json]:
    """What masters are logged in to with: the guide's clusters have one for all nodes."""
    tails = {name: name.rpartition(".") for name in kind.parameters}
    return {
        name: desired.parameters[tail] for name, (_, dot, tail) in tails.items() if dot and tail in desired.parameters
    }


def _kind(desired: Wanted, live: Cluster) -> Kind:
    """The kind of today's that the cluster is of. Raises Failure where it is of none."""
    for family in catalog.DEFAULT.families[1:]:
        kind = family.kind_of_live(live.attributes)
        if kind is not None and kind.constants == desired.kind.constants:
            return kind
    raise Failure(error("ACK3097.kind", kind=desired.kind.name, span=desired.span, cluster=desired.name))


def _top_keys(desired: Wanted) -> Set[str]:
    return desired.kind.body(desired.parameters).keys()


def _differs(desired: Wanted, section: str, value: Json) -> bool:
    return desired.parameters.get(section) != value


def _cluster_values(
    becoming: PooledSpec, desired: Wanted, kind: Kind, showing: JsonObject
) -> tuple[dict[str, Json], dict[str, Json]]:
    """The parameters of today's cluster, and, by their names in a pool, those that went there."""
    places, pools = kind.moved, f"{kind.section_key}.POOL."
    values: dict[str, Json] = {}
    elsewhere: dict[str, Json] = {}
    moved, dropped = [], []
    for name, value in desired.parameters.items():
        place = str(places.get(name, ""))
        if name in kind.parameters:
            values[name] = value
            continue
        becoming.leave.add(name)
        if place.startswith(pools):
            elsewhere[place.removeprefix(pools)] = value
            moved.append(f"{name} ({place})")
        elif place in kind.parameters:
            read = kind.parameters[place].read(value)
            if place not in values and (read := showing.get(place, read)) is not None:
                values[place] = read
            moved.append(f"{name} ({place})")
        else:
            dropped.append(name)
    if moved:
        becoming.remarks.append(warning("ACK3098.moved", names=", ".join(moved), cluster=desired.name))
    if dropped:
        becoming.remarks.append(warning("ACK3098.dropped", names=", ".join(dropped), cluster=desired.name))
    return values, elsewhere


async def _live_inside(api: ApiReader, of: NestedType, live: Cluster) -> Mapping[str, LiveResource]:
    """What is live of a type in this cluster, pools with all their nodes."""
    home = live.cluster_id, live.region_id
    try:
        there = await of.live_in(api, *home)
    except ApiError as fault:
        if fault.missing:
            return {}
        raise
    return await of.look_closer(api, home, there, InsideSides({}, {}, frozenset(there)))


def _check_workers(desired: Wanted, of: NestedType, pools: Mapping[str, LiveResource], nodes: Sequence[Node]) -> None:
    """Raises Failure where a pool is not at rest, or where there are workers that no pool has."""
    restless = [name for name, pool in pools.items() if not pool.condition.works]
    if restless:
        state = f"{restless[0]} is {pools[restless[0]].state}"
        raise Failure(error("ACK3097.restless", state=state, span=desired.span, cluster=desired.name))
    pooled = {node.key for pool in pools.values() for node in pool.nodes or ()}
    loose = [node.key for node in nodes if node.role != MASTER and node.key not in pooled]
    if loose:
        raise Failure(error("ACK3097.workers", nodes=", ".join(loose), span=desired.span, cluster=desired.name))
    unknown = [name for name, pool in pools.items() if size_of(pool, of.kind) is None]
    if unknown:
        state = f"the size of {unknown[0]} is not shown"
        raise Failure(error("ACK3097.restless", state=state, span=desired.span, cluster=desired.name))


def _pool_bodies(
    of: NestedType, desired: Wanted, pools: Mapping[str, LiveResource], elsewhere: JsonObject
) -> dict[str, Json]:
    """The pools as they are live, with what the cluster's entry said of its workers and no answer shows."""
    bodies: dict[str, Json] = {}
    counting = of.kind.count_parameter
    ignored = [counting.name] if counting is not None and _ignores_size(desired) else []
    for name, pool in sorted(pools.items()):
        short = of.address(desired.name, name).short
        attached = {node.instance_id for node in pool.nodes or ()} & {*desired.attached}
        values = live_section(of, pool)
        if counting is not None and counting.name in values:
            values[counting.name] = counting.count(values[counting.name]) - len(attached)
        own = dict(_own_of_pool(desired, attached, ignored))
        if faults_inside(of, short, {**values, of.kind.name_parameter.name: name}, own):
            own |= {"attach": [{"instances": sorted(attached)}]} if attached else {}
        for secret in of.kind.secrets & elsewhere.keys():
            with_it = {**values, secret: elsewhere[secret]}
            if not faults_inside(of, short, {**with_it, of.kind.name_parameter.name: name}, own):
                values = with_it
        bodies[name] = {**of.kind.body(values), **own}
    return bodies


def _ignores_size(desired: Wanted) -> bool:
    counting = desired.kind.count_parameter
    return counting is not None and counting.name in desired.lifecycle.ignore_changes


def _own_of_pool(desired: Wanted, attached: Set[str], ignored: Sequence[str]) -> Iterator[tuple[str, Json]]:
    groups = []
    for group in desired.attach:
        mine = [instance for instance in group.instances if instance in attached]
        groups += [{"instances": mine, **group.body}] if mine else []
    if groups:
        yield "attach", groups
    choice = mapping(desired.own.get("scale_in", {}))
    if "strategy" in choice:
        yield "scale_in", dict(choice)
    if ignored:
        yield _LIFECYCLE, {_IGNORED: list(ignored)}


def _listed(
    becoming: PooledSpec, of: NestedType, desired: Wanted, listed: Json, live: Mapping[str, LiveResource]
) -> Json:
    """The list of a cluster without what is not live in it, which the next plan would install."""
    naming = of.kind.name_parameter.name
    there = [item for item in map(mapping, items(listed)) if item.get(naming) in live]
    left = [str(item.get(naming)) for item in map(mapping, items(listed)) if item.get(naming) not in live]
    if left:
        becoming.remarks.append(
            warning("ACK3098.not_live", section=of.section, names=", ".join(left), cluster=desired.name)
        )
    return [dict(item) for item in there] if left else listed


def _own(becoming: PooledSpec, desired: Wanted, kind: Kind) -> dict[str, Json]:
    """ackplan's own keys of the cluster; what it ignores are parameters by their names of today."""
    own = {key: value for key, value in desired.own.items() if key not in _OF_WORKERS}
    lifecycle = dict(mapping(own.get(_LIFECYCLE, {})))
    names = texts(lifecycle.get(_IGNORED, ()))
    places = kind.moved
    today = [name if name in kind.parameters else str(places.get(name, "")) for name in names]
    kept = [name for name in today if name in kind.parameters]
    if kept != list(names):
        own[_LIFECYCLE] = becoming.new[_LIFECYCLE] = {**lifecycle, _IGNORED: kept}
    return own
