"""The schema files as data: in the package where it was installed, beside it in a checkout."""

from __future__ import annotations

import functools
import json
import pkgutil
from collections.abc import Mapping
from typing import Any

SPEC = "spec.schema.json"
POLICY = "policy.schema.json"
DEFINITIONS = "definitions.schema.json"
OPERATIONS = "operations.json"


@functools.cache
def read(name: str) -> Mapping[str, Any]:
    """One file of `schemas/`, decoded. `name` is one that the schemas themselves or this package name."""
    for folder in ("schemas", "../schemas"):
        try:
            data = pkgutil.get_data("ackplan", f"{folder}/{name}")
        except FileNotFoundError:
            continue
        if data is not None:
            decoded: Mapping[str, Any] = json.loads(data)
            return decoded
    raise FileNotFoundError(f"schemas/{name} is missing from this installation of ackplan")


def follow(reference: str, base: str) -> tuple[Mapping[str, Any], str]:
    """The subschema that a `$ref` or `$dynamicRef` in file `base` names, and the file that it stands in."""
    name, _, pointer = reference.partition("#")
    name = name or base
    found: Any = read(name)
    if pointer and not pointer.startswith("/"):
        return found["$defs"][pointer], name
    for part in filter(None, pointer.split("/")):
        found = found[part]
    return found, name


def merged(schema: Mapping[str, Any], base: str) -> Mapping[str, Any]:
    """A subschema with what it refers to folded in; what stands nearer wins."""
    for keyword in ("$ref", "$dynamicRef"):
        if keyword in schema:
            target, file = follow(schema[keyword], base)
            near = {key: value for key, value in schema.items() if key != keyword}
            return {**merged(target, file), **near}
    return schema
