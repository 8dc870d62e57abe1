"""Clusters as resources of the Terraform provider for Alibaba Cloud: types, addresses, attributes, what is sensitive.

Attributes have the provider's names where it has them and the API's otherwise. A parameter that is not set is left out.
A secret is null, and marked as sensitive.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ackplan.core import catalog
from ackplan.core.json_types import Json, JsonObject
from ackplan.render.facts.formatting import redacted

PROVIDER = "alicloud"
PROVIDER_NAME = "registry.terraform.io/aliyun/alicloud"


def address(kind: catalog.Kind, name: str) -> str:
    return f"{kind.resource}.{name}"


@functools.cache
def provider_names(kind: catalog.Kind) -> Mapping[str, str]:
    """The provider's name of every parameter of a kind."""
    return {name: parameter.provider for name, parameter in kind.parameters.items()}


@functools.cache
def sensitive_attributes() -> frozenset[str]:
    """The attributes that are sensitive, by the provider's names."""
    names = {name: provider for kind in catalog.DEFAULT.kinds for name, provider in provider_names(kind).items()}
    return frozenset(names.get(name, name) for name in catalog.DEFAULT.secret_names)


def attributes(kind: catalog.Kind, name: str, parameters: JsonObject, cluster_id: str = "") -> dict[str, Json]:
    """A cluster's attributes, sorted by name. Without a `cluster_id` there is no `id`: only the API will tell it."""
    named = provider_names(kind)
    found = {named.get(key, key): _value(key, value) for key, value in {"name": name, **parameters}.items()}
    if cluster_id:
        found["id"] = cluster_id
    return dict(sorted(found.items()))


def _value(name: str, value: Json) -> Json:
    if name in catalog.DEFAULT.secret_names:
        return None
    if name in _pairs() and isinstance(value, list):
        return {str(tag.get("key", "")): tag.get("value", "") for tag in value if isinstance(tag, Mapping)}
    return redacted(value)


@functools.cache
def _pairs() -> frozenset[str]:
    """The parameters that the API has as a list of keys and values, and the provider as a mapping."""
    return frozenset(
        name
        for kind in catalog.DEFAULT.kinds
        for name, parameter in kind.parameters.items()
        if str(parameter.schema.get("items", {}).get("$ref", "")).endswith("/tag")
    )


def sensitive(found: JsonObject) -> dict[str, Json]:
    """Of attributes: true for each that is sensitive, the outline of those that have parts."""
    return {**outline(found), **dict.fromkeys(sorted(sensitive_attributes() & set(found)), True)}


def outline(found: JsonObject) -> dict[str, Json]:
    """The shape of attributes without their values, as Terraform marks what has parts: `{"types": [false, false]}`."""
    shapes = {key: _shape(value) for key, value in found.items()}
    return {key: shape for key, shape in shapes.items() if shape is not False}


def _shape(value: Json) -> Json:
    if isinstance(value, Mapping):
        return outline(value)
    return [_shape(item) for item in value] if isinstance(value, list) else False
