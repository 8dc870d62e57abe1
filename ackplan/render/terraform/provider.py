"""Our resources as those of the Terraform provider for Alibaba Cloud: addresses, attributes, what is sensitive.

Attributes have the names, places and types that the provider gives them (`core/catalog/terraform_names.py`), and the
API's names where it has none. A parameter that is not set is left out. A secret is null, and marked as sensitive.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import NotRequired, TypedDict

from ackplan.core import catalog
from ackplan.core.address import Address, parse
from ackplan.core.catalog.terraform_names import (
    Attribute,
    AttributePath,
    WorkersPool,
    address_of,
    attributes_of,
    former_attributes_of,
    ids_of,
    name_of,
    workers_of,
)
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.values import content_key
from ackplan.render.facts.formatting import PLAIN, redacted

PROVIDER = "alicloud"
PROVIDER_NAME = "registry.terraform.io/aliyun/alicloud"

Attributes = dict[str, Json]
# Of each value of a parameter the attributes that it becomes.
PlacedOfType = dict[tuple[str, object], tuple[tuple[AttributePath, Json], ...]]
# By the names of a kind and of a type of resource.
PlacedValues = dict[tuple[str, str], PlacedOfType]


class Identity(TypedDict):
    """What names a resource. `index` is there for what is inside of a cluster."""

    address: str
    mode: str
    type: str
    name: str
    index: NotRequired[str]


class Ids(TypedDict):
    """The ids that attributes are made of, empty where only the API will tell: its own, and that of its cluster."""

    id: str
    cluster: str


NO_IDS: Ids = {"id": "", "cluster": ""}


def address(kind: catalog.Kind, short: str) -> str:
    """The address of a resource of this short name."""
    return identity(kind.resource, parse(short))["address"]


def identity(resource: str, address: Address) -> Identity:
    name, index = name_of(address)
    named: Identity = {"address": address_of(resource, name, index), "mode": "managed", "type": resource, "name": name}
    if index:
        named["index"] = index
    return named


def places(kind: catalog.Kind, parameter: str, *, former: bool = False) -> tuple[Attribute, ...]:
    """Where the value of a parameter stands, under today's names or under those of former plan files."""
    names = former_attributes_of(kind) if former else attributes_of(kind)
    return names.get(parameter) or (Attribute((parameter,)),)


@functools.cache
def _name_parameter(kind: catalog.Kind) -> str:
    return next((parameter.name for parameter in kind.parameters.values() if parameter.fill == "name"), "name")


def attributes(
    kind: catalog.Kind,
    short: str,
    parameters: JsonObject,
    ids: Ids = NO_IDS,
    shared: PlacedValues | None = None,
    *,
    former: bool = False,
) -> Attributes:
    """A resource's attributes, sorted by name. Those that hold ids are left out as long as these are not known.

    `shared` is given to all resources of a document: a value that many of them have is turned into attributes once.
    """
    values = {_name_parameter(kind): parse(short).name, **parameters}
    names = former_attributes_of(kind) if former else attributes_of(kind)
    placed = ({} if shared is None else shared).setdefault((kind.name, kind.resource), {})
    shown = _shown(kind, values, names, placed)
    shown |= {name: text for name, text in _filled(kind, ids).items() if text}
    return {name: shown[name] for name in _sorted(tuple(shown))}


def _shown(
    kind: catalog.Kind, values: JsonObject, names: Mapping[str, tuple[Attribute, ...]], placed: PlacedOfType
) -> Attributes:
    """The attributes that these values are; those of one that is `placed` are known."""
    shown: Attributes = {}
    for name, value in values.items():
        key = (name, value if type(value) is str else content_key(value))
        there = placed.get(key)
        if there is None:
            where = names.get(name) or (Attribute((name,)),)
            there = placed[key] = tuple(_at_places(kind, name, where, value))
        for path, attribute in there:
            if len(path) == 1:
                shown[str(path[0])] = attribute
            else:
                _put(shown, path, attribute)
    return shown


@functools.lru_cache(1024)
def _sorted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names))


def of_workers(
    pool: WorkersPool, kind: catalog.Kind, parameters: JsonObject, cluster_id: str, shared: PlacedValues
) -> Attributes:
    """The attributes of the node pool that the workers of a cluster become; `shared` as in `attributes`."""
    places = {name: (place,) for name, place in pool.attributes}
    values = {name: parameters[name] for name in places if name in parameters}
    shown = _shown(kind, values, places, shared.setdefault((kind.name, pool.type), {}))
    own = {"cluster_id": cluster_id} if cluster_id else {}
    return dict(sorted({**shown, **own, "node_pool_name": pool.name}.items()))


def id_of(kind: catalog.Kind, ids: Ids) -> str:
    """What the provider calls the id of a resource."""
    return _filled(kind, ids)["id"]


def unknown_ids(kind: catalog.Kind, shown: JsonObject) -> dict[str, Json]:
    """The attributes whose values the API will tell: true each."""
    return {name: True for name in ids_of(kind) if name not in shown}


def sensitive(kind: catalog.Kind, shown: JsonObject, shape: JsonObject | None = None) -> dict[str, Json]:
    """Of attributes: true for each that is sensitive, the outline of those that have parts (`shape`, if at hand)."""
    hidden = sorted(sensitive_attributes(kind) & shown.keys())
    return {**(outline(shown) if shape is None else shape), **dict.fromkeys(hidden, True)}


@functools.cache
def sensitive_attributes(kind: catalog.Kind) -> frozenset[str]:
    """The attributes of a kind that are sensitive."""
    places = [place for name in kind.secrets for place in attributes_of(kind)[name]]
    workers = workers_of(kind)
    places += [place for name, place in workers.attributes if name in kind.secrets] if workers else []
    return catalog.DEFAULT.secret_names | {str(place.path[0]) for place in places}


def outline(shown: JsonObject) -> dict[str, Json]:
    """The shape of attributes without their values, as Terraform marks what has parts: `{"types": [false, false]}`."""
    shapes = {key: _shape(value) for key, value in shown.items() if type(value) not in PLAIN}
    return {key: shape for key, shape in shapes.items() if shape is not False}


def _shape(value: Json) -> Json:
    if type(value) in PLAIN:
        return False
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return outline(value) if isinstance(value, Mapping) else False


def _at_places(
    kind: catalog.Kind, name: str, where: Iterable[Attribute], raw: Json
) -> Iterator[tuple[AttributePath, Json]]:
    """The value of a parameter at its places; a secret is null."""
    value = None if name in _secrets(kind) else redacted(raw)
    for place in where:
        yield place.path, None if value is None else place.value(value)


@functools.cache
def _secrets(kind: catalog.Kind) -> frozenset[str]:
    return catalog.DEFAULT.secret_names | kind.secrets


def _put(shown: Attributes, path: AttributePath, value: Json) -> None:
    """Puts a value at its place: a key, the only item of a list, or inside of that. No value is changed."""
    key, *inside = path
    name = str(key)
    if not inside:
        shown[name] = value
    elif inside[0] == 0:
        item = shown.get(name)
        first: Attributes = dict(item[0]) if isinstance(item, list) and item and isinstance(item[0], dict) else {}
        if inside[1:]:
            _put(first, tuple(inside[1:]), value)
        shown[name] = [first if inside[1:] else value]
    else:
        held = shown.get(name)
        within: Attributes = dict(held) if isinstance(held, dict) else {}
        _put(within, tuple(inside), value)
        shown[name] = within


def _filled(kind: catalog.Kind, ids: Ids) -> dict[str, str]:
    return {name: _text_of(text, ids) for name, text in ids_of(kind).items()}


def _text_of(text: str, ids: Ids) -> str:
    """A text of ids with these; empty where one that it needs is not known."""
    lacks = ("{id}" in text and not ids["id"]) or ("{cluster}" in text and not ids["cluster"])
    return "" if lacks else text.replace("{cluster}", ids["cluster"]).replace("{id}", ids["id"])
