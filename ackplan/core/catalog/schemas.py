"""The schema files as data: in the package where it was installed, beside it in a checkout."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from ackplan.core.catalog.schema_types import Schema, SchemaFile

SPEC = "spec.schema.json"
POLICY = "policy.schema.json"
WORKSPACES = "workspaces.schema.json"
PRICES = "prices.schema.json"
DEFINITIONS = "definitions.schema.json"
OPERATIONS = "operations.json"
PROVIDER = "terraform-provider.json"
_REFERENCES: Final[tuple[Literal["$ref", "$dynamicRef"], ...]] = ("$ref", "$dynamicRef")


@dataclass(frozen=True, eq=False)
class Schemas:
    """The files of one folder, each read once, and only when somebody asks for it. `load` reads one of that name."""

    load: Callable[[str], SchemaFile]
    _files: dict[str, SchemaFile] = field(default_factory=dict, repr=False)

    def read(self, name: str) -> SchemaFile:
        """One file, decoded. `name` is one that the schemas themselves or this package name."""
        if name not in self._files:
            self._files[name] = self.load(name)
        return self._files[name]

    def follow(self, reference: str, base: str) -> tuple[Schema, str]:
        """What a `$ref` or `$dynamicRef` in file `base` names, and the file that it stands in.

        That is a definition of a file (an anchor has the name of one), a property in one, or the whole file.
        """
        name, _, pointer = reference.partition("#")
        name = name or base
        schema: Schema = self.read(name)
        if pointer and not pointer.startswith("/"):
            return schema["$defs"][pointer], name
        steps = pointer.split("/")[1:]
        for holder, part in zip(steps[::2], steps[1::2], strict=True):
            schema = (schema["$defs"] if holder == "$defs" else schema["properties"])[part]
        return schema, name

    def merged(self, schema: Schema, base: str) -> Schema:
        """A subschema with what it refers to folded in; what stands nearer wins."""
        for keyword in _REFERENCES:
            if keyword in schema:
                target, file = self.follow(schema[keyword], base)
                merged: Schema = {**self.merged(target, file), **schema}
                merged.pop(keyword)
                return merged
        return schema

    def home(self, schema: Schema, base: str) -> str:
        """The file in which the `properties` of a subschema of `base` stand: its own, or that of what it refers to."""
        for keyword in _REFERENCES:
            if keyword in schema and "properties" not in schema:
                return self.home(*self.follow(schema[keyword], base))
        return base


def installed(name: str) -> SchemaFile:
    """One file of the `schemas/` that came with this ackplan. Raises FileNotFoundError where it is not there."""
    for folder in ("schemas", "../schemas"):
        try:
            data = pkgutil.get_data("ackplan", f"{folder}/{name}")
        except FileNotFoundError:
            continue
        if data is not None:
            decoded: SchemaFile = json.loads(data)
            return decoded
    raise FileNotFoundError(f"schemas/{name} is missing from this installation of ackplan")
