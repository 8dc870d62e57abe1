"""What a compiled JSON Schema refuses, in the words that messages about a spec have.

The compiled validator bounds what a pattern may cost. Schemas come from a pull request too: they refer to nothing
outside of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

import jsonschema_rs

from ackplan.documents import schema_words

# A JSON Schema that a policy holds clusters against: an object, or what lets all or nothing through.
PolicySchema: TypeAlias = Mapping[str, object] | bool
Validator: TypeAlias = jsonschema_rs.Draft202012Validator

_MAX_FAULTS = 20
_MAX_MESSAGE = 200
_Kinds: TypeAlias = jsonschema_rs.ValidationErrorKind
_UNWANTED = frozenset({"additionalProperties", "unevaluatedProperties", "falseSchema"})


class SchemaRefused(ValueError):
    """A schema that can't be used; `path` leads to what is wrong in it."""

    def __init__(self, why: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(why)
        self.path = path


@dataclass(frozen=True, slots=True)
class Violation:
    """One refusal, as `explain` wants it. A key that is missing or must not be there is the last part of the path.

    `at_key`: a key is refused, not its value.
    """

    validator: str
    validator_value: object
    instance: object
    schema: object
    absolute_path: tuple[str | int, ...]
    message: str
    at_key: bool = False

    @property
    def rule(self) -> str:
        """The rule that the refusing schema states; empty where it states none."""
        return str(self.schema.get("x-ack-rule", "")) if isinstance(self.schema, Mapping) else ""

    @property
    def unwanted(self) -> bool:
        """Whether it is a key that must not be there."""
        return self.validator in _UNWANTED

    def described(self) -> str:
        """What is wrong, in one clause, without the place."""
        if self.validator == "required":
            return "is not set"
        if self.unwanted:
            return "must not be set"
        if schema_words.can_describe(self.validator):
            return schema_words.describe(self) + (f" ({self.rule})" if self.rule else "")
        return self.rule or self.message[:_MAX_MESSAGE]


def compiled(schema: PolicySchema) -> Validator:
    """A validator. Raises SchemaRefused for what is no schema, or refers to something outside of itself."""
    try:
        return Validator(schema if isinstance(schema, bool) else dict(schema), retriever=_refuse)
    except jsonschema_rs.ValidationError as fault:
        why = str(fault.message).splitlines()[0]
        raise SchemaRefused(why, tuple(fault.instance_path)) from None
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as fault:
        raise SchemaRefused(str(fault).splitlines()[0]) from None


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"a policy's schema refers to nothing outside of itself, not to {uri}")


def faults(validator: Validator, schema: object, instance: object, most: int = _MAX_FAULTS) -> Iterator[Violation]:
    """What the validator refuses of the instance, up to a bound."""
    if validator.is_valid(instance):
        return
    for number, fault in enumerate(validator.iter_errors(instance)):
        if number == most:
            return
        yield from _faults(fault, schema)


def _faults(fault: jsonschema_rs.ValidationError, schema: object) -> Iterator[Violation]:
    kind, path = fault.kind, tuple(fault.instance_path)
    around = value_at(schema, fault.schema_path[:-1])
    if isinstance(kind, _Kinds.PropertyNames):
        inner = kind.error
        value = _value(around, inner.kind.name)
        where = (*path, str(inner.instance))
        yield Violation(inner.kind.name, value, inner.instance, around, where, inner.message, at_key=True)
        return
    value = _value(around, kind.name)
    for key in _keys(kind) or (None,):
        where = path if key is None else (*path, str(key))
        unwanted = kind.name in _UNWANTED
        yield Violation(kind.name, value, fault.instance, around, where, fault.message, at_key=unwanted)


def _keys(kind: _Kinds) -> list[str]:
    """The keys that are missing, or must not be there."""
    if isinstance(kind, _Kinds.Required):
        return [kind.property]
    if isinstance(kind, _Kinds.AdditionalProperties | _Kinds.UnevaluatedProperties):
        return kind.unexpected
    return []


def _value(schema: object, keyword: str) -> object:
    return schema.get(keyword) if isinstance(schema, Mapping) else None


def value_at(root: object, path: Sequence[str | int]) -> object:
    """What stands at a place of a value; None where there is no such place."""
    node = root
    for part in path:
        if isinstance(node, Mapping):
            node = node.get(str(part))
        elif isinstance(node, list) and str(part).isdecimal() and int(part) < len(node):
            node = node[int(part)]
        else:
            return None
    return node
