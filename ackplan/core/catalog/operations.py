"""The API's operations, from `schemas/operations.json`."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ackplan.core.catalog import files

# A place in a path that an id fills.
_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `path` has a place for each id that it needs (`/clusters/{id}/attach`); `places` are their names.

    `expected_seconds` is how long it usually takes to settle.
    """

    id: str
    section: str
    method: str
    path: str
    places: frozenset[str]
    bodies: tuple[str, ...]
    changes: bool
    expected_seconds: float
    expected_by_body: Mapping[str, float] = field(default_factory=dict)

    def path_of(self, ids: Mapping[str, str]) -> str:
        """The path with each id in the place of its name. Raises ValueError for a name too few or too many."""
        if ids.keys() != self.places:
            raise ValueError(f"{self.id} takes {sorted(self.places)}, not {sorted(ids)}")
        return _PLACE.sub(lambda place: ids[place[1]], self.path)

    def expected(self, body_file: str | None = None) -> float:
        return self.expected_by_body.get(body_file or "", self.expected_seconds)


@functools.cache
def operations() -> Mapping[str, Operation]:
    """Every operation by its id."""
    return {entry["id"]: _operation(entry) for entry in files.read(files.OPERATIONS)["operations"]}


def _operation(entry: Mapping[str, Any]) -> Operation:
    return Operation(
        id=entry["id"],
        section=entry["section"],
        method=entry["method"],
        path=entry["path"],
        places=frozenset(_PLACE.findall(entry["path"])),
        bodies=tuple(entry.get("bodies", ())),
        changes=entry["changes"],
        expected_seconds=float(entry.get("expected_seconds", 0)),
        expected_by_body={f: float(s) for f, s in entry.get("expected_seconds_by_body", {}).items()},
    )


def operation(operation_id: str) -> Operation:
    return operations()[operation_id]


@functools.cache
def body_parameters(body_file: str) -> Mapping[str, Mapping[str, Any]]:
    """The parameters of a request body, each with all that its schema and what that refers to says."""
    properties = files.read(body_file)["$defs"]["properties"]["properties"]
    return {name: files.merged(raw, body_file) for name, raw in properties.items()}


@functools.cache
def required_parameters(body_file: str) -> tuple[str, ...]:
    """The parameters that a request body must have whatever else it has."""
    return tuple(files.read(body_file)["$defs"]["rules"].get("required", ()))


@functools.cache
def secret_parameters(operation_id: str) -> frozenset[str]:
    """The names in an operation's bodies whose values must never be shown or stored."""
    return frozenset(
        name
        for file in operation(operation_id).bodies
        for name, schema in body_parameters(file).items()
        if schema.get("x-ack-secret")
    )


@functools.cache
def secret_rule() -> Mapping[str, Any]:
    """What a password must look like: `minLength`, `maxLength` and `pattern` of its schema."""
    rule: Mapping[str, Any] = files.read(files.DEFINITIONS)["$defs"]["secret"]
    return rule
