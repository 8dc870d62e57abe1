"""The schema files as data: in the package where it was installed, beside it in a checkout."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SPEC = "spec.schema.json"
POLICY = "policy.schema.json"
DEFINITIONS = "definitions.schema.json"
OPERATIONS = "operations.json"


@dataclass(frozen=True, eq=False)
class Schemas:
    """The files of one folder, each read once, and only when somebody asks for it. `load` reads one of that name."""

    load: Callable[[str], Mapping[str, Any]]
    _files: dict[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    def read(self, name: str) -> Mapping[str, Any]:
        """One file, decoded. `name` is one that the schemas themselves or this package name."""
        if name not in self._files:
            self._files[name] = self.load(name)
        return self._files[name]

    def follow(self, reference: str, base: str) -> tuple[Mapping[str, Any], str]:
        """The subschema that a `$ref` or `$dynamicRef` in file `base` names, and the file that it stands in."""
        name, _, pointer = reference.partition("#")
        name = name or base
        schema: Any = self.read(name)
        if pointer and not pointer.startswith("/"):
            return schema["$defs"][pointer], name
        for part in filter(None, pointer.split("/")):
            schema = schema[part]
        return schema, name

    def merged(self, schema: Mapping[str, Any], base: str) -> Mapping[str, Any]:
        """A subschema with what it refers to folded in; what stands nearer wins."""
        for keyword in ("$ref", "$dynamicRef"):
            if keyword in schema:
                target, file = self.follow(schema[keyword], base)
                near = {key: value for key, value in schema.items() if key != keyword}
                return {**self.merged(target, file), **near}
        return schema


def installed(name: str) -> Mapping[str, Any]:
    """One file of the `schemas/` that came with this ackplan. Raises FileNotFoundError where it is not there."""
    for folder in ("schemas", "../schemas"):
        try:
            data = pkgutil.get_data("ackplan", f"{folder}/{name}")
        except FileNotFoundError:
            continue
        if data is not None:
            decoded: Mapping[str, Any] = json.loads(data)
            return decoded
    raise FileNotFoundError(f"schemas/{name} is missing from this installation of ackplan")
