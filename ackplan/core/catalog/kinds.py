"""Kinds of clusters and their create parameters, as the create bodies in `schemas/` have them (guide 2.1, 2.2, 2.4).

A kind knows what is derived from it: which of its parameters names a cluster, its region, its workers and masters,
which are secret, which a live cluster shows. Whoever has a cluster has its kind, and looks nothing up.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.catalog.schema_types import Schema
from ackplan.core.catalog.sight import Sight, sights_of
from ackplan.core.json_types import Json, JsonObject

if TYPE_CHECKING:
    from ackplan.core.catalog.api import Catalog


@dataclass(frozen=True, eq=False, repr=False)
class Kind:
    """A kind of cluster: its create body, its constants (`cluster_type`, `profile`) and parameters.

    `catalog` is that of its API version; `beside` is what a live cluster shows besides, and no call sets. There is one
    object of each kind, equal to no other; as text it is its name, which is what files and JSON have.
    """

    catalog: Catalog
    name: str
    schema_file: str
    root: Schema
    parameters: Mapping[str, Parameter]
    constants: Mapping[str, str]
    beside: Mapping[str, Parameter]

    def __repr__(self) -> str:
        return self.name

    @property
    def resource(self) -> str:
        """The resource type of the Terraform provider for Alibaba Cloud."""
        return str(self.root["x-ack-resource"])

    @property
    def section_key(self) -> str:
        """The key of a spec's cluster by which it is of this generation (`x-ack-family`); empty for the guide's own."""
        return str(self.root.get("x-ack-family", ""))

    @functools.cached_property
    def discriminators(self) -> Mapping[str, frozenset[str]]:
        """The parameters that tell the kinds of its generation apart, each with the values it may take."""
        return next(f for f in self.catalog.families if f.section == self.section_key).discriminators

    @property
    def moved(self) -> Mapping[str, str]:
        """The guide's parameters that it does not have, each with its place today, or nothing (`x-ack-gone`)."""
        return self.root.get("x-ack-gone", {})

    @functools.cached_property
    def keys(self) -> frozenset[str]:
        """What a spec has at the top of one of this kind: its parameters, and the groups that hold others."""
        return frozenset(name.partition(".")[0] for name in self.parameters if name not in self.inherited)

    @functools.cached_property
    def inherited(self) -> frozenset[str]:
        """The parameters of its cluster that one of this kind follows (`x-ack-inherits`)."""
        return frozenset(self.root.get("x-ack-inherits", {}))

    @functools.cached_property
    def _groups(self) -> frozenset[str]:
        return frozenset(name.rpartition(".")[0] for name in self.parameters if "." in name)

    def flat(self, body: JsonObject) -> JsonObject:
        """The parameters of a body, those in groups under dotted names: `scaling_group.desired_size`."""
        if not self._groups:
            return body
        leaves: dict[str, Json] = {}
        _collect(leaves, body, "", self._outer_groups)
        return leaves

    @functools.cached_property
    def _outer_groups(self) -> frozenset[str]:
        """Its groups, and those that they are in."""
        parts = [group.split(".") for group in self._groups]
        return frozenset(".".join(part[:end]) for part in parts for end in range(1, len(part) + 1))

    def body(self, parameters: JsonObject) -> JsonObject:
        """The body that these parameters are of: the other way round."""
        inherited = self.inherited
        said = {n: v for n, v in parameters.items() if n not in inherited} if inherited else parameters
        return nested(said) if self._groups else said

    def named_in(self, path: str) -> str:
        """The parameter that a dotted path leads to, or into: of `tags.0.key` it is `tags`. Else its first key."""
        keys = path.split(".")
        heads = (".".join(keys[:end]) for end in range(len(keys), 0, -1))
        return next((head for head in heads if head in self.parameters), keys[0])

    @property
    def section(self) -> str:
        """The section of the guide that describes the create call."""
        return str(self.root["x-ack-section"])

    @functools.cached_property
    def _calls(self) -> Mapping[str, object]:
        calls = self.root.get("x-ack-calls")
        return calls if isinstance(calls, Mapping) else {}

    def operation_of(self, work: str, usual: str) -> str:
        """The operation that does this work on a resource of this kind: the usual one, where `x-ack-calls` has none."""
        return str(self._calls.get(work, usual))

    def may_call(self, work: str, usual: str, operation: str) -> bool:
        """Whether a step with this work on one of this kind may call that: its operation, or a parameter's own."""
        return operation == self.operation_of(work, usual) or (work, operation) in self._own_calls

    @functools.cached_property
    def _own_calls(self) -> frozenset[tuple[str, str]]:
        return frozenset((p.effect.value, p.operation) for p in self.parameters.values() if p.operation)

    @functools.cached_property
    def name_parameter(self) -> Parameter:
        """The parameter that has the cluster's name."""
        return next(p for p in self.parameters.values() if p.fill == "name")

    @functools.cached_property
    def region_parameter(self) -> Parameter | None:
        """The parameter that says in which region the cluster is; None of what is inside of one."""
        return next((p for p in self.parameters.values() if p.fill == "region"), None)

    @property
    def place(self) -> str:
        """The place of a path that the id of one of this kind fills (`x-ack-place`)."""
        return str(self.root.get("x-ack-place", "id"))

    @property
    def title(self) -> str:
        """What one of this kind is called."""
        return str(self.root.get("x-ack-title", f"{self.name} cluster"))

    @functools.cached_property
    def count_parameter(self) -> Parameter | None:
        """The parameter that counts the workers; None for a kind that has none to count."""
        return next((p for p in self.parameters.values() if p.effect is Effect.SCALE), None)

    @functools.cached_property
    def masters_parameter(self) -> Parameter | None:
        """The parameter that counts the masters; None for a kind whose masters no `size` counts in."""
        name = self.root.get("x-ack-masters")
        return None if name is None else self.parameters[name]

    @functools.cached_property
    def disjoint(self) -> tuple[str, ...]:
        """The parameters whose networks must not overlap (`x-ack-disjoint`)."""
        return tuple(self.root.get("x-ack-disjoint", ()))

    @functools.cached_property
    def secrets(self) -> frozenset[str]:
        """The parameters whose values are never shown, logged or stored."""
        return frozenset(p.name for p in self.parameters.values() if p.secret)

    @functools.cached_property
    def placeholders(self) -> JsonObject:
        """What stands for a value that nobody has filled in, by parameter (`x-ack-placeholder`)."""
        schemas = ((p.name, p.schema) for p in self.parameters.values())
        return {name: schema["x-ack-placeholder"] for name, schema in schemas if "x-ack-placeholder" in schema}

    @functools.cached_property
    def replacing(self) -> frozenset[str]:
        """The parameters that no call changes: another value takes another cluster."""
        return frozenset(p.name for p in self.parameters.values() if p.effect is Effect.REPLACE)

    @functools.cached_property
    def apart(self) -> frozenset[str]:
        """The parameters that are compared in a way of their own: name, size, and what tells kinds apart."""
        effects = {Effect.IDENTITY, Effect.SCALE}
        return frozenset(n for n, p in self.parameters.items() if p.effect in effects or n in self.constants)

    @functools.cached_property
    def sights(self) -> Mapping[str, Sight]:
        """The parameters that a live cluster shows."""
        return sights_of(self.parameters)

    @functools.cached_property
    def beside_sights(self) -> Mapping[str, Sight]:
        """What a live cluster shows besides its parameters."""
        return sights_of(self.beside)

    def region_of(self, parameters: JsonObject, otherwise: str = "") -> str:
        """The region that these create parameters name."""
        region = self.region_parameter
        return str(parameters.get(region.name, otherwise)) if region is not None else otherwise

    def masters(self, parameters: JsonObject) -> int:
        """How many masters `size` counts in for a cluster with these create parameters."""
        counting = self.masters_parameter
        if counting is None:
            return 0
        count = counting.canonical(parameters.get(counting.name, counting.default))
        return count if isinstance(count, int) else 0

    def beside_of(self, attributes: JsonObject) -> dict[str, Json]:
        """What an answer shows of a cluster besides its parameters."""
        values = ((name, sight.value(attributes)) for name, sight in self.beside_sights.items())
        return {name: value for name, value in values if value is not None}


def _collect(leaves: dict[str, Json], body: JsonObject, prefix: str, groups: frozenset[str]) -> None:
    for key, value in body.items():
        name = prefix + key
        if name in groups and isinstance(value, Mapping):
            _collect(leaves, value, f"{name}.", groups)
        else:
            leaves[name] = value


def nested(parameters: JsonObject) -> dict[str, Json]:
    """Values under dotted names as the object that they are parts of."""
    body: dict[str, Json] = {}
    for name, value in parameters.items():
        *outer, key = name.split(".")
        inner = body
        for group in outer:
            held = inner.setdefault(group, {})
            if not isinstance(held, dict):
                raise TypeError(f"{name}: {group} is no group")
            inner = held
        inner[key] = value
    return body
