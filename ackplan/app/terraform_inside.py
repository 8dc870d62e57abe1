"""What a Terraform state has inside of clusters: node pools and add-ons, as a spec and the record have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ackplan.app.export import document
from ackplan.app.export_inside import refused_values
from ackplan.core.address import parse as parse_address
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.diagnostics import Diagnostic, warning
from ackplan.core.json_types import Json, JsonObject, items, mapping
from ackplan.documents.terraform_state import Resource
from ackplan.documents.tree import Map
from ackplan.documents.yaml import parse
from ackplan.plan.live_sides import LiveResource
from ackplan.record import RecordedCluster
from ackplan.resources.cluster.describe import REFERENCE, Described
from ackplan.resources.cluster.terraform_attributes import remarks
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.nested.steps import entry_of
from ackplan.resources.terraform_reader import TranslatedResource, translated
from ackplan.resources.types import ResourceTypes
from ackplan.spec import sections, wanted
from ackplan.spec.desired import Wanted

# Of each section of one cluster, what is live by its name.
LiveInside = Mapping[str, Mapping[str, LiveResource]]
_PIN = "it is the version of now, and writing it would pin it"
_ATTACHED = "instances"
_OF_THE_GUIDE = "its cluster has workers of its own, so its spec has no pools yet: ackplan upgrade-spec {name}"


@dataclass(frozen=True, slots=True)
class StateInside:
    """A resource of a state that is inside of the cluster with the id `home_id`."""

    of: NestedType
    home_id: str
    resource_id: str
    resource: TranslatedResource
    attached: tuple[str, ...] = ()


@dataclass(slots=True)
class InsideKept:
    """What a spec has inside of a cluster, by section, and the resources of the state that this comes from.

    `lines` are to be said in the spec, `remarks` at once.
    """

    bodies: dict[str, dict[str, Json]] = field(default_factory=dict)
    kept: list[StateInside] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    remarks: list[Diagnostic] = field(default_factory=list)


def state_inside(resource: Resource, types: ResourceTypes) -> StateInside | None:
    """What this resource is inside of a cluster; None for what is none. Its id is that of its cluster and its own."""
    of = next((each for each in types.nested if each.kind.resource == resource.type), None)
    if of is None:
        return None
    reading = translated(resource, of.kind)
    home, _, own_id = reading.cluster_id.partition(":")
    home_id = resource.attributes.get("cluster_id")
    instances = resource.attributes.get(_ATTACHED) if "attach" in of.own_keys else None
    attached = tuple(each for each in instances if isinstance(each, str)) if isinstance(instances, list) else ()
    left = tuple((name, why) for name, why in reading.left if not (attached and name == _ATTACHED))
    pins = [name for name in reading.parameters if _is_pin(of.kind.parameters[name])]
    unpinned = {name: value for name, value in reading.parameters.items() if name not in pins}
    reading = replace(reading, parameters=unpinned, left=(*left, *((name, _PIN) for name in pins)))
    return StateInside(of, home_id if isinstance(home_id, str) else home, own_id, reading, attached)


def _is_pin(parameter: Parameter) -> bool:
    """Whether a value is one that an upgrade changes."""
    return parameter.effect is Effect.UPGRADE or parameter.operation.startswith("upgrade")


def kept_inside(
    cluster: TranslatedResource, name: str, inside: Sequence[StateInside], live: LiveInside | None
) -> InsideKept:
    """What a spec would have inside of this cluster. Without `live` Terraform is taken at its word."""
    if not cluster.kind.section_key:
        return InsideKept(remarks=[_left_out(each, _OF_THE_GUIDE.format(name=name)) for each in inside])
    done = InsideKept({cluster.kind.section_key: {}})
    for each in sorted(inside, key=lambda one: one.resource.name):
        short = each.of.address(name, each.resource.name).short
        there = _live_one(each, live) if live is not None else None
        why = _hindrance(each, done, there, asked=live is not None)
        if why:
            done.remarks.append(_left_out(each, why, short))
        else:
            _keep(done, each, short, there)
    return done


def _left_out(each: StateInside, why: str, short: str = "") -> Diagnostic:
    return warning("ACK3057", address=each.resource.address, why=why, cluster=short or each.resource.name)


def _live_one(each: StateInside, live: LiveInside) -> LiveResource | None:
    """The live one that a resource is: by its id, for names can be changed."""
    there = live.get(each.of.section, {}).values()
    return next((one for one in there if one.id == each.resource_id and not one.condition.leaving), None)


def _hindrance(each: StateInside, done: InsideKept, there: LiveResource | None, *, asked: bool) -> str:
    """Why this one can't be taken over; empty where it can."""
    if not each.resource_id or not each.resource.name:
        return "its id or its name is none"
    if asked and there is None:
        return f"{each.resource_id} is not live"
    name = there.name if there is not None else each.resource.name
    return "another resource is the same" if name in done.bodies.get(each.of.section, {}) else ""


def _keep(done: InsideKept, each: StateInside, short: str, there: LiveResource | None) -> None:
    kind, reading = each.of.kind, each.resource
    values: dict[str, Json] = {**reading.parameters}
    if there is not None:
        counting = kind.count_parameter
        switch = counting.unless if counting is not None else ""
        shown = {name: there.values[name] for name in (*values, switch) if name in there.values}
        values |= shown
    name = there.name if there is not None else reading.name
    counting = kind.count_parameter
    if counting is not None and (values.get(counting.unless) is True or counting.name not in values):
        values.pop(counting.name, None)
    elif counting is not None and each.attached:
        values[counting.name] = max(0, counting.count(values[counting.name]) - len(each.attached))
    naming = kind.name_parameter.name
    own = {**reading.own, **({"attach": [{_ATTACHED: list(each.attached)}]} if each.attached else {})}
    for refused, why in refused_values(each.of, short, {**values, naming: name}, own):
        done.lines.append(f"{each.of.section} has {name} without {refused}, for no spec can have it: {why}")
        values.pop(refused, None)
    done.remarks += remarks(reading, short, values)
    done.lines += [f"{short}: {REFERENCE}" for parameter in kind.secrets if parameter in values]
    traits = kind.parameters
    said = {key: value for key, value in values.items() if traits[key].unset(value) != value}
    done.bodies.setdefault(each.of.section, {})[name] = {**kind.body(said), **own}
    done.kept.append(replace(each, resource=replace(reading, name=name)))


def as_sections(done: InsideKept, cluster: TranslatedResource, types: ResourceTypes) -> JsonObject:
    """The sections of a cluster of the spec; one that is a list has what the cluster itself says of it, too."""
    by_section = {of.section: of for of in types.nested}
    whole: dict[str, Json] = {}
    for section, bodies in done.bodies.items():
        of = by_section.get(section)
        if of is None or not of.listed:
            whole[section] = dict(bodies)
            continue
        naming = of.kind.name_parameter.name
        there = [item for item in items(cluster.parameters.get(section, ())) if isinstance(item, Mapping)]
        others = [item for item in there if item.get(naming) not in bodies]
        whole[section] = [*others, *({naming: name, **mapping(body)} for name, body in bodies.items())]
    return whole


def entries_inside(
    cluster: Described, done: InsideKept, types: ResourceTypes, live: LiveInside | None
) -> Iterator[tuple[str, RecordedCluster]]:
    """What is recorded inside of a cluster of the spec, by its short name."""
    ids = {each.of.address(cluster.name, each.resource.name).short: each for each in done.kept}
    for short, desired in _wanted_inside(cluster, types).items():
        address = parse_address(short)
        of = types.nested_type_of(address)
        there = (live or {}).get(of.section, {}).get(address.name) if of is not None else None
        if of is not None and there is not None:
            yield short, of.entry_of(there, desired, cluster.parameters)
        elif live is None and short in ids:
            yield short, replace(entry_of(desired, ids[short].resource_id), attached=ids[short].attached)
        elif live is None and of is not None and of.takes_over:
            yield short, entry_of(desired, address.name)


def _wanted_inside(cluster: Described, types: ResourceTypes) -> Mapping[str, Wanted]:
    """What the spec of this cluster wants inside of it, by its short name: its text is read, as a spec's is."""
    (root,), _ = parse(document([cluster], common_region=False).encode(), cluster.name)
    body = root.inner("clusters").inner(cluster.name) if isinstance(root, Map) else Map()
    parent = wanted.rebuilt(cluster.name, cluster.kind, cluster.parameters, cluster.own)
    held = sections.of_cluster(types.sections, body)
    read = [sections.read(parent, of, key, body)[0] for key, of in held.items() if key in body]
    return {short: each for of_section in read for short, each in of_section.items()}
