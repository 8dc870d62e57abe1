"""Parameters and what a change of each becomes, as the annotations in `schemas/` describe them.

`x-ack-effect` says what a change becomes, `x-ack-secret` what must never be shown, `x-ack-live` which field of a live
cluster shows the parameter. No parameter is named in code: whoever needs one asks its kind, or for its effect.
"""

from __future__ import annotations

import enum
import functools
import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import overload

from ackplan.core.catalog.json_text import from_json
from ackplan.core.catalog.schema_types import Schema
from ackplan.core.catalog.schemas import Schemas
from ackplan.core.json_types import Json
from ackplan.core.values import ABSENT, Absent

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
    MODIFY = "modify"
    UPGRADE = "upgrade"
    REPLACE = "replace"


@dataclass(frozen=True)
class Parameter:
    """One parameter. `reads` names the type that a string form of it is read as; `fill` where a value comes from.

    `together` names the group whose parts a call changes all at once (`x-ack-together`); empty for one of its own.
    """

    name: str
    effect: Effect
    schema: Schema
    together: str = ""

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
    def operation(self) -> str:
        """The operation that changes it in place, where that is not the one that its kind is changed by."""
        return str(self.schema.get("x-ack-call", ""))

    @property
    def sent_as(self) -> str:
        """What the call that changes it names it; dotted where it is a part of something there."""
        return str(self.schema.get("x-ack-as", self.name))

    @property
    def unless(self) -> str:
        """The parameter that, where it is true, makes this one the API's own: neither compared nor sent in a change."""
        return str(self.schema.get("x-ack-unless", ""))

    @property
    def reserved(self) -> tuple[str, ...]:
        """How the keys of those items begin that services put there by themselves, in lower case."""
        return tuple(self.schema.get("x-ack-reserved", ()))

    @property
    def nodes(self) -> str | None:
        """The role of the live nodes whose instance types are the value."""
        return self.schema.get("x-ack-nodes")

    @property
    def stand_in(self) -> Json:
        """What stands for a value that nothing tells; None for a parameter that then goes unsaid."""
        return self.schema.get("x-ack-placeholder", self.schema.get("x-ack-assumed"))

    def is_placeholder(self, value: object) -> bool:
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
    def default(self) -> Json:
        return self.schema.get("default")

    @overload
    def canonical(self, value: Json) -> Json: ...

    @overload
    def canonical(self, value: Absent) -> Absent: ...

    def canonical(self, value: Json | Absent) -> Json | Absent:
        """The value as it is compared: text read as what it means, a set in one order, items without empty parts."""
        reads = self.schema.get("x-ack-reads")
        if reads and isinstance(value, str):
            if reads == "integer" and value.isdecimal():
                return int(value)
            if reads == "boolean" and value in {"true", "false"}:
                return value == "true"
            if reads == "json" and isinstance(from_json(value), Mapping):
                return from_json(value)
        return self._arranged([_without_empty(item) for item in value]) if isinstance(value, list | tuple) else value

    def count(self, value: Json) -> int:
        """A number of nodes, as it is compared. Raises TypeError for a value that is no number."""
        number = self.canonical(value)
        if not isinstance(number, int | float):
            raise TypeError(f"{self.name} is no number")
        return int(number)

    def _arranged(self, items: list[Json]) -> list[Json]:
        """A list as its schema means it: as it stands, in any order, or as a set."""
        order = self.schema.get("x-ack-sorted")
        if not order or not items:
            return items
        by_text = [(json.dumps(item, sort_keys=True), item) for item in items]
        distinct = by_text if order == _COUNTED else dict(by_text).items()
        return [item for _, item in sorted(distinct, key=operator.itemgetter(0))]

    def unset(self, value: Json) -> Json | Absent:
        """What a cluster has that was made without this parameter, held against `value`; ABSENT where nothing says it.

        It is the API's own default where the schemas name one; and nothing at all is no other value than an empty one.
        """
        if self.has_default:
            return self.default
        return value if value is False or value in ("", [], {}) else ABSENT

    def read(self, value: Json) -> Json:
        """A value as other programs format it, in the form that a spec has it in; None for none of its type.

        A list may come as text with commas or as its only item, a number or a truth as text, a text as a number.
        """
        types = self._types
        if "array" in types:
            value = [value] if isinstance(value, Mapping) else value
            items = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
            return [item for item in items if item not in (None, "")] if isinstance(items, list) else None
        if isinstance(value, list | dict):
            return None
        text = value.strip().lower() if isinstance(value, str) else ""
        if "boolean" in types and text in {"true", "false"}:
            return text == "true"
        if "integer" in types and text.isascii() and text.isdecimal() and len(text) < _DIGITS:
            return int(text)
        return self._of_type(value, types)

    @functools.cached_property
    def _types(self) -> frozenset[str]:
        taken = self.schema.get("type", ())
        return frozenset({taken} if isinstance(taken, str) else taken)

    def _of_type(self, value: Json, types: frozenset[str]) -> Json:
        """One value: a number as text where only that is taken, None for what is of none of these types."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value) if types == frozenset({"string"}) else value
        own = {bool: "boolean", str: "string"}.get(type(value), "")
        return value if own in types or not types else None


def _without_empty(item: Json) -> Json:
    """An item of a list without those of its parts that say nothing: an empty `version` is none."""
    if not isinstance(item, Mapping):
        return item
    return {name: part for name, part in item.items() if part is not None and part != ""}


def parameters_of(
    schemas: Schemas, definitions: Mapping[str, Schema], base: str, prefix: str = "", together: str = ""
) -> dict[str, Parameter]:
    """The parameters that a schema file (`base`) defines, each with all that its schema refers to.

    An object that has no effect of its own is a group: its parts are the parameters, under dotted names.
    """
    parameters: dict[str, Parameter] = {}
    for key, raw in definitions.items():
        name, schema = prefix + key, schemas.merged(raw, base)
        if "x-ack-effect" in schema:
            parameters[name] = Parameter(name, Effect(schema["x-ack-effect"]), schema, together)
        elif "properties" in schema:
            whole = together or (name if schema.get("x-ack-together") else "")
            parameters |= parameters_of(schemas, schema["properties"], schemas.home(raw, base), f"{name}.", whole)
    return parameters
