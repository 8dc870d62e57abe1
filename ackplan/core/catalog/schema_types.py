"""What a schema in `schemas/` may say, as far as it is read here; the README there describes the annotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from ackplan.core.json_types import Json, JsonObject

# The functional form, for keys that are no names in Python. Every key may be absent.
Schema = TypedDict(
    "Schema",
    {
        "$defs": "Mapping[str, Schema]",
        "$dynamicRef": str,
        "$id": str,
        "$ref": str,
        "$schema": str,
        "additionalProperties": "bool | Schema",
        "allOf": "Sequence[Schema]",
        "const": Json,
        "default": Json,
        "description": str,
        "enum": Sequence[Json],
        "examples": Sequence[Json],
        "items": "Schema",
        "maxItems": int,
        "maxLength": int,
        "maximum": int,
        "minLength": int,
        "pattern": str,
        "properties": "Mapping[str, Schema]",
        "required": Sequence[str],
        "type": str | Sequence[str],
        "x-ack-as": str,
        "x-ack-assumed": Json,
        "x-ack-beside": "Mapping[str, Schema]",
        "x-ack-call": str,
        "x-ack-calls": Mapping[str, str],
        "x-ack-check": str,
        "x-ack-disjoint": Sequence[str],
        "x-ack-effect": str,
        "x-ack-fill": str,
        "x-ack-form": str,
        "x-ack-from": Sequence[str],
        "x-ack-gone": Mapping[str, str],
        "x-ack-inherits": "Mapping[str, Schema]",
        "x-ack-join": str,
        "x-ack-kind": str,
        "x-ack-kept": Sequence[str],
        "x-ack-known": bool,
        "x-ack-lacks": Mapping[str, Json],
        "x-ack-live": Sequence[str],
        "x-ack-live-form": str,
        "x-ack-live-values": Mapping[str, Sequence[str]],
        "x-ack-made": str,
        "x-ack-masters": str,
        "x-ack-merge": bool,
        "x-ack-negated": bool,
        "x-ack-nodes": str,
        "x-ack-otherwise": Json,
        "x-ack-placeholder": Json,
        "x-ack-provider": str,
        "x-ack-provider-also": Sequence[str],
        "x-ack-reads": str,
        "x-ack-reserved": Sequence[str],
        "x-ack-resource": str,
        "x-ack-rule": str,
        "x-ack-secret": bool,
        "x-ack-section": str,
        "x-ack-shown": Sequence[str],
        "x-ack-sorted": bool | str,
        "x-ack-source": str,
        "x-ack-timeout": str,
        "x-ack-title": str,
        "x-ack-together": bool,
        "x-ack-unless": str,
        "x-ack-whole": bool,
        "x-ack-with": Mapping[str, Json],
        "x-ack-words": Mapping[str, str],
        "x-ack-family": str,
        "x-ack-place": str,
    },
    total=False,
)


class _OperationFacts(TypedDict):
    id: str
    section: str
    method: str
    path: str
    changes: bool


class OperationEntry(_OperationFacts, total=False):
    """One operation in `operations.json`."""

    action: str
    bodies: Sequence[str]
    bodies_today: Sequence[str]
    expected_seconds: float
    expected_seconds_by_body: Mapping[str, float]
    task_types: Sequence[str]


class ProviderWorkers(TypedDict):
    """What is made of the workers of a cluster of the guide: its attributes, by the cluster's parameters."""

    type: str
    name: str
    module: str
    attributes: Mapping[str, str]


class ProviderResource(TypedDict, total=False):
    """What a resource of the Terraform provider has, in `terraform-provider.json`."""

    ids: Mapping[str, str]
    attributes: JsonObject
    workers: ProviderWorkers


class SchemaFile(Schema, total=False):
    """A file: a schema, or one that programs alone read: `operations.json`, `terraform-provider.json`."""

    version: str
    operations: Sequence[OperationEntry]
    resources: Mapping[str, ProviderResource]
