"""Says of what is inside of live clusters what a spec would say of it: as recorded, with what is live since.

A cluster of the guide's sort has no such keys. Of one that nobody recorded, what is inside of it tells which it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final

from ackplan.app.import_record import section_of
from ackplan.app.observe import together
from ackplan.core import catalog
from ackplan.core.answers import Cluster
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Span
from ackplan.core.json_types import Json, JsonObject, items, mapping, texts
from ackplan.documents.tree import Laid
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.planner import Options, Sides
from ackplan.record import Record, RecordedCluster
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.types import ResourceTypes
from ackplan.spec import validate

_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class FoundInside:
    """What a spec has inside of one cluster, by the keys of its sections; `remarks` are to be said of the cluster.

    `names` are the short names of all that, `generation` is the key that tells the cluster's; empty for the guide's.
    """

    sections: JsonObject = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    generation: str = ""


async def found_inside(
    api: ApiReader, types: ResourceTypes, clusters: Sequence[Cluster], record: Record
) -> Mapping[str, FoundInside]:
    """What is inside of each of these clusters, by cluster id. Raises ApiError."""
    each_inside = await together(_look(api, types, cluster, record) for cluster in clusters)
    return {cluster.cluster_id: each for cluster, each in zip(clusters, each_inside, strict=True)}


def entry_for(record: Record, live: Cluster) -> RecordedCluster | None:
    """The entry of this very cluster, by its name."""
    entry = record.clusters.get(live.name)
    return entry if entry is not None and entry.cluster_id == live.cluster_id else None


def among(sections: JsonObject, names: Set[str]) -> tuple[dict[str, Json], list[str]]:
    """The sections without dependencies on what is not among the exported (`names`), and what is to be said of it."""
    kept = dict(sections)
    remarks: list[str] = []
    for section, bodies in sections.items():
        if not isinstance(bodies, Mapping):
            continue
        pairs = {name: depending(mapping(body), names) for name, body in bodies.items()}
        kept[section] = {name: body for name, (body, _) in pairs.items()}
        gone = {name: ", ".join(left) for name, (_, left) in pairs.items() if left}
        remarks += [
            f"depends_on of {section}.{name} is without what is not here: {all_of}" for name, all_of in gone.items()
        ]
    return kept, remarks


def depending(own: JsonObject, names: Set[str]) -> tuple[JsonObject, list[str]]:
    """These keys without dependencies on what is not among these names, and those that are left out."""
    wanted = texts(own.get("depends_on", ()))
    there = [name for name in wanted if name in names]
    if len(there) == len(wanted):
        return own, []
    kept = {**own, "depends_on": there}
    if not there:
        del kept["depends_on"]
    return kept, [name for name in wanted if name not in names]


async def _look(api: ApiReader, types: ResourceTypes, cluster: Cluster, record: Record) -> FoundInside:
    entry = entry_for(record, cluster)
    if entry is None or (entry.partial and not entry.kind.section_key):
        return await _unrecorded(api, types, cluster, record)
    sections: dict[str, Json] = {}
    remarks: list[str] = []
    names: set[str] = set()
    generation = entry.kind.section_key
    for of in types.nested if generation else ():
        exported = _Section(of, cluster, record)
        exported.take(await _live(api, of, cluster, exported.recorded))
        if of.listed:
            sections |= exported.besides(entry)
        elif exported.bodies or of.section == generation:
            sections[of.section] = exported.bodies
        remarks += exported.remarks
        names |= {of.address(cluster.name, name).short for name in exported.bodies}
    return FoundInside(sections, tuple(remarks), frozenset(names), generation)


async def _unrecorded(api: ApiReader, types: ResourceTypes, cluster: Cluster, record: Record) -> FoundInside:
    """What is inside of a cluster of which it is not recorded: all of it, where the cluster is one of today's."""
    live: dict[str, Mapping[str, LiveResource]] = {}
    telling = [of for of in types.nested if catalog.DEFAULT.has_family(of.section)]
    try:
        for of in telling:
            live[of.section] = await of.live_in(api, cluster.cluster_id, cluster.region_id)
    except ApiError as fault:
        remarks = () if fault.missing else (f"whether it has {of.section} besides is not known: {fault.code}",)
        key = section_of(None, cluster)
        return FoundInside({key: {}} if key else {}, remarks, generation=key)
    generation = next((of.section for of in telling if _is_of(cluster, of, live[of.section])), "")
    sections: dict[str, Json] = {}
    remarks_of_all: list[str] = []
    for of in types.nested if generation else ():
        exported = _Section(of, cluster, record)
        exported.take_all(live[of.section] if of.section in live else await _live(api, of, cluster, {}))
        if exported.bodies or of.section == generation:
            sections[of.section] = exported.names() if of.listed else exported.bodies
        remarks_of_all += exported.remarks
    return FoundInside(sections, tuple(remarks_of_all), generation=generation)


def _is_of(cluster: Cluster, of: NestedType, live: Mapping[str, LiveResource]) -> bool:
    """Whether a live cluster is of the generation that a section of this type tells.

    A cluster does not say so. It is, where the guide's kinds can't say it, where somebody made such resources in it, or
    where there is nothing at all: the guide's clusters have a default one for their workers.
    """
    if catalog.DEFAULT.kind_of_live(cluster.attributes, of.section) is None:
        return False
    guide = catalog.DEFAULT.kind_of_live(cluster.attributes)
    return guide is None or bool(of.made_apart(live)) or (not live and guide.count_parameter is not None)


async def _live(
    api: ApiReader, of: NestedType, cluster: Cluster, recorded: Mapping[str, RecordedCluster]
) -> Mapping[str, LiveResource]:
    home = cluster.cluster_id, cluster.region_id
    try:
        return await of.look_closer(api, home, await of.live_in(api, *home), InsideSides({}, recorded))
    except ApiError as fault:
        if fault.missing:
            return {}
        raise


def _without(of: NestedType, names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return f"without {of.section} that are not recorded: {shown}"


class _Section:
    """What is inside of one recorded cluster, of one type, on its way into a spec."""

    def __init__(self, of: NestedType, cluster: Cluster, record: Record) -> None:
        self._of, self._cluster, self._record = of, cluster.name, record
        prefix = of.address(cluster.name, "").short
        inside = {n: e for n, e in record.nested.items() if n.startswith(prefix) and e.kind is of.kind}
        self.recorded = {name.removeprefix(prefix): entry for name, entry in inside.items()}
        self.bodies: dict[str, Json] = {}
        self.remarks: list[str] = []

    def take(self, live: Mapping[str, LiveResource]) -> None:
        """Takes in all that is recorded and live, and says what is not both."""
        by_id = {each.id: each for each in live.values()}
        for name, entry in sorted(self.recorded.items()):
            there = by_id.get(entry.cluster_id)
            if there is None or there.condition.leaving:
                self.remarks.append(f"{self._of.section} is without {name}: it is recorded, and not there any more")
            else:
                self._add(name, entry, there)
        recorded_ids = {entry.cluster_id for entry in self.recorded.values()}
        others = self._of.made_apart({name: each for name, each in live.items() if each.id not in recorded_ids})
        if others:
            short = self._of.address(self._cluster, others[0]).short
            way_on = f"to have one here: ackplan import {short}, and export again"
            self.remarks += [_without(self._of, others), way_on]

    def take_all(self, live: Mapping[str, LiveResource]) -> None:
        """Takes in all that is live and stays. What the API would choose by itself is not written."""
        for name, there in sorted(live.items()):
            if there.condition.leaving:
                self.remarks.append(f"{self._of.section} is without {name}: it is {there.state}")
                continue
            entry = self._of.entry_of(there, None)
            self._add(name, replace(entry, parameters=_chosen(self._of.kind, entry.parameters)), there)

    def names(self) -> list[Json]:
        """The list of a cluster with all that was taken in, each by its name alone."""
        (naming,) = _naming(self._of.kind)
        return [{naming: name} for name in self.bodies]

    def besides(self, entry: RecordedCluster) -> JsonObject:
        """The list of a cluster with those that it has not as it is recorded; nothing where it has them all."""
        (naming,) = _naming(self._of.kind)
        recorded = items(entry.parameters.get(self._of.section, ()))
        names = {mapping(item).get(naming) for item in recorded}
        others = [{naming: name, **mapping(body)} for name, body in self.bodies.items() if name not in names]
        return {self._of.section: [*recorded, *others]} if others else {}

    def _add(self, name: str, entry: RecordedCluster, live: LiveResource) -> None:
        short = self._of.address(self._cluster, name).short
        sides = Sides({}, self._record, (), inside={self._of.name: {short: live}})
        moved = dict(self._of.share(sides, Options(), {}).moved(entry, live))
        values: dict[str, Json] = {**entry.parameters, **moved, **dict.fromkeys(_naming(entry.kind), name)}
        for refused, why in refused_values(self._of, short, values, entry.own):
            self.remarks.append(f"{self._of.section} has {name} without {refused}, for no spec can have it: {why}")
            del values[refused]
        said = {key: value for key, value in values.items() if key not in _naming(entry.kind)}
        self.bodies[name] = {**entry.kind.body(said), **entry.own}


def live_section(of: NestedType, live: LiveResource) -> dict[str, Json]:
    """The parameters that a spec would have of a live one, without its name and what the API would choose by itself."""
    values = {name: v for name, v in _chosen(of.kind, live.values).items() if name not in _naming(of.kind)}
    for refused, _ in refused_values(of, live.name, {**values, **dict.fromkeys(_naming(of.kind), live.name)}, {}):
        del values[refused]
    return values


def _chosen(kind: Kind, values: JsonObject) -> dict[str, Json]:
    """Those of these values that somebody chose: the API has the others by itself."""
    return {name: value for name, value in values.items() if kind.parameters[name].unset(value) != value}


def _naming(kind: Kind) -> list[str]:
    """The parameter that the key in the spec says already."""
    return [name for name, parameter in kind.parameters.items() if parameter.fill == "name"]


def refused_values(of: NestedType, short: str, values: JsonObject, own: JsonObject) -> Iterator[tuple[str, str]]:
    """The parameters that no spec can have with these values, and why. Those that a spec had may all stand."""
    refused = set()
    for fault in faults_inside(of, short, values, own):
        name = of.kind.named_in(fault.parameter)
        if name in values and name not in refused and name not in _naming(of.kind):
            refused.add(name)
            yield name, fault.detail or fault.summary


def faults_inside(of: NestedType, short: str, values: JsonObject, own: JsonObject) -> list[Diagnostic]:
    """What is wrong with these as one inside of a cluster of a spec."""
    body = laid({**of.kind.body(values), **own})
    return validate.check_nested(short, body, functools.partial(Span, short, 1, 1), (of.kind, of.own_keys))


def laid(values: JsonObject) -> Laid:
    """A mapping as one of a spec, that stands nowhere."""
    whole = Laid()
    whole.update({key: laid(value) if isinstance(value, Mapping) else value for key, value in values.items()})
    return whole
