"""Kinds of clusters and their create parameters, as the annotations in `schemas/` describe them.

`x-ack-effect` says what a change becomes, `x-ack-secret` what must never be shown, `x-ack-live` which field of a live
cluster shows the parameter. No parameter is named in code: whoever needs one asks for its effect.
"""

from __future__ import annotations

import enum
import functools
import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ackplan.core.catalog import files, operations
from ackplan.core.values import ABSENT

# The file that says which create body a kind has is the operation's own list of bodies.
_CREATE = "create_cluster"
# More digits than this are no number of anything here.
_DIGITS = 10
# A list in which order means nothing, and how often an item stands there does.
_COUNTED = "counted"


class Effect(enum.Enum):
    """What a change of a parameter becomes (contract, what a difference becomes)."""

    __hash__ = object.__hash__

    IDENTITY = "identity"
    SCALE = "scale"
    ATTACH = "attach"
    RECORDED = "recorded"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `reads` names the type that a string form of it is read as; `fill` where a value comes from."""

    name: str
    effect: Effect
    schema: Mapping[str, Any]

    @property
    def secret(self) -> bool:
        return bool(self.schema.get("x-ack-secret", False))

    @property
    def places(self) -> tuple[str, ...]:
        """Where a live cluster shows the value, the best first: fields, or `FIELD.KEY...` for a part of one."""
        return tuple(self.schema.get("x-ack-live", ()))

    @property
    def live(self) -> str | None:
        """The field of a live cluster that shows the value best."""
        return next(iter(self.places), None)

    @property
    def shown(self) -> tuple[str, ...]:
        """Where else an answer may tell what a cluster was made with; that is not compared."""
        return tuple(self.schema.get("x-ack-shown", ()))

    @property
    def reserved(self) -> tuple[str, ...]:
        """How the keys of those items begin that services put there by themselves, in lower case."""
        return tuple(self.schema.get("x-ack-reserved", ()))

    @property
    def nodes(self) -> str | None:
        """The role of the live nodes whose instance types are the value."""
        return self.schema.get("x-ack-nodes")

    @property
    def stand_in(self) -> Any:
        """What stands for a value that nothing tells; None for a parameter that then goes unsaid."""
        return self.schema.get("x-ack-placeholder", self.schema.get("x-ack-assumed"))

    def is_placeholder(self, value: Any) -> bool:
        """Whether this can only stand for a value that nobody has filled in."""
        placeholder = self.schema.get("x-ack-placeholder")
        return placeholder is not None and bool(value == placeholder)

    @property
    def provider(self) -> str:
        """The attribute's name in the Terraform provider for Alibaba Cloud."""
        return str(self.schema.get("x-ack-provider", self.name))

    @property
    def provider_names(self) -> tuple[str, ...]:
        """That name, and those that other versions of the provider have."""
        return (self.provider, *self.schema.get("x-ack-provider-also", ()))

    @property
    def fill(self) -> str | None:
        return self.schema.get("x-ack-fill")

    @property
    def has_default(self) -> bool:
        return "default" in self.schema

    @property
    def default(self) -> Any:
        return self.schema.get("default")

    def canonical(self, value: Any) -> Any:
        """The value as it is compared: text read as what it means, a set in one order, items without empty parts."""
        reads = self.schema.get("x-ack-reads")
        if reads and isinstance(value, str):
            if reads == "integer" and value.isdecimal():
                return int(value)
            if reads == "boolean" and value in {"true", "false"}:
                return value == "true"
        return self._arranged([_without_empty(item) for item in value]) if isinstance(value, list | tuple) else value

    def _arranged(self, items: list[Any]) -> list[Any]:
        """A list as its schema means it: as it stands, in any order, or as a set."""
        order = self.schema.get("x-ack-sorted")
        if not order or not items:
            return items
        by_text = [(json.dumps(item, sort_keys=True), item) for item in items]
        distinct = by_text if order == _COUNTED else dict(by_text).items()
        return [item for _, item in sorted(distinct, key=operator.itemgetter(0))]

    def unset(self, value: Any) -> Any:
        """What a cluster has that was made without this parameter, held against `value`; ABSENT where nothing says it.

        It is the API's own default where the schemas name one; and nothing at all is no other value than an empty one.
        """
        if self.has_default:
            return self.default
        return value if value is False or value in ("", [], {}) else ABSENT

    def read(self, value: Any) -> Any:
        """A value as other programs format it, in the form that a spec has it in; None for none of its type.

        A list may come as text with commas or as its only item, a number or a truth as text, a text as a number.
        """
        types = self.schema.get("type", ())
        types = {types} if isinstance(types, str) else set(types)
        if "array" in types:
            value = [value] if isinstance(value, Mapping) else value
            found = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
            return [part for part in found if part not in (None, "")] if isinstance(found, list) else None
        if isinstance(value, list | dict):
            return None
        text = value.strip().lower() if isinstance(value, str) else ""
        if "boolean" in types and text in {"true", "false"}:
            return text == "true"
        if "integer" in types and text.isascii() and text.isdecimal() and len(text) < _DIGITS:
            return int(text)
        return self._of_type(value, types)

    def _of_type(self, value: Any, types: set[str]) -> Any:
        """One value: a number as text where only that is taken, None for what is of none of these types."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value) if types == {"string"} else value
        own = {bool: "boolean", str: "string"}.get(type(value), "")
        return value if own in types or not types else None


def _without_empty(item: Any) -> Any:
    """An item of a list without those of its parts that say nothing: an empty `version` is none."""
    if not isinstance(item, Mapping):
        return item
    return {name: part for name, part in item.items() if part is not None and part != ""}


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of cluster: its create body, its constants (`cluster_type`, `profile`) and parameters.

    `beside` is what a live cluster shows besides, and no call sets.
    """

    name: str
    schema_file: str
    root: Mapping[str, Any]
    parameters: Mapping[str, Parameter]
    constants: Mapping[str, Any]
    beside: Mapping[str, Parameter]

    @property
    def resource(self) -> str:
        """The resource type of the Terraform provider for Alibaba Cloud."""
        return str(self.root["x-ack-resource"])

    @property
    def section(self) -> str:
        return str(self.root["x-ack-section"])

    @functools.cache  # noqa: B019 - kinds live as long as the process
    def with_effect(self, effect: Effect) -> str | None:
        """The name of the one parameter with this effect, if the kind has it."""
        return next((p.name for p in self.parameters.values() if p.effect is effect), None)

    @functools.cache  # noqa: B019 - kinds live as long as the process
    def filled_from(self, source: str) -> str | None:
        """The name of the parameter that is filled in from `source` (`name`, `region`)."""
        return next((p.name for p in self.parameters.values() if p.fill == source), None)

    def masters(self, values: Mapping[str, Any]) -> int:
        """How many masters `size` counts in for a cluster with these create parameters."""
        name = self.root.get("x-ack-masters")
        if name is None:
            return 0
        parameter = self.parameters[name]
        count = parameter.canonical(values.get(name, parameter.default))
        return count if isinstance(count, int) else 0

    def secrets(self) -> frozenset[str]:
        return frozenset(p.name for p in self.parameters.values() if p.secret)


def _parameters(definitions: Mapping[str, Any], base: str) -> dict[str, Parameter]:
    found = {}
    for name, raw in definitions.items():
        schema = files.merged(raw, base)
        found[name] = Parameter(name, Effect(schema["x-ack-effect"]), schema)
    return found


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of the create operation's bodies."""
    return tuple(_kind_from(file) for file in operations.operation(_CREATE).bodies)


def _kind_from(file: str) -> Kind:
    root = files.read(file)
    parameters = _parameters(root["$defs"]["properties"]["properties"], file)
    constants = {p.name: p.schema["const"] for p in parameters.values() if "const" in p.schema}
    beside = _parameters(root.get("x-ack-beside", {}), file)
    return Kind(root["x-ack-kind"], file, root, parameters, constants, beside)


@functools.cache
def kind(name: str) -> Kind:
    """The kind of this name. KeyError for a name that no schema has."""
    return {known.name: known for known in kinds()}[name]


def kind_of(values: Mapping[str, Any]) -> Kind | None:
    """The kind whose constants these create parameters hold; of several, the one with most of them."""
    given = (values.get(name) for name in discriminators())
    told = tuple(value if isinstance(value, str) else None for value in given)
    return _kind_by(told)


@functools.cache
def _kind_by(told: tuple[str | None, ...]) -> Kind | None:
    values = dict(zip(discriminators(), told, strict=True))
    fitting = [
        known for known in kinds() if all(values.get(name) == constant for name, constant in known.constants.items())
    ]
    return max(fitting, key=lambda known: len(known.constants), default=None)


def kind_of_live(attributes: Mapping[str, Any]) -> Kind | None:
    """The kind of a live cluster; None where no spec can say what it is, as with a profile that no kind has."""
    found = kind_of(attributes)
    if found is None:
        return None
    also = found.root.get("x-ack-live-values", {})
    others = [name for name in discriminators() if name not in found.constants and attributes.get(name)]
    return found if all(attributes[name] in also.get(name, ()) for name in others) else None


@functools.cache
def own_keys() -> Mapping[str, Parameter]:
    """ackplan's own keys inside a cluster of the spec."""
    return _parameters(files.read(files.SPEC)["$defs"]["own"]["properties"], files.SPEC)


@functools.cache
def discriminators() -> Mapping[str, frozenset[Any]]:
    """The parameters that tell kinds apart, each with the values it may take."""
    found: dict[str, set[Any]] = {}
    for known in kinds():
        for name, constant in known.constants.items():
            found.setdefault(name, set()).add(constant)
    return {name: frozenset(values) for name, values in found.items()}
