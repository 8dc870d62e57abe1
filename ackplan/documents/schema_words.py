"""What a schema refused, said so that a person can mend it: what was found, what is allowed, which rule and why.

A value under a parameter that the schemas mark as secret is never quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import TYPE_CHECKING, Protocol

from ackplan.core.catalog import DEFAULT
from ackplan.core.catalog.schemas import SPEC
from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.documents.scalars import Refused, plain, requoted

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_MAX_SHOWN = 60
_MAX_LISTED = 20
# Names that are compared before no more is suggested: about a second.
_COMPARISONS = 50_000
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}

# What a plain scalar is read as that is of the type.
_OF_TYPE = {"integer": (int,), "number": (int, float), "boolean": (bool,)}


def shown(value: object) -> str:
    """A value as a message quotes it: short, as YAML's user wrote it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"


def suggestion(name: str, names: Iterable[str], alike: float = 0.7) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(names), 1, alike)
    return f'did you mean "{near[0]}"?' if near else ""


class Meant:
    """Which of a fleet's names someone meant who wrote another one.

    To compare names takes long: where thousands of them are unknown, their one cause shows with the first.
    """

    def __init__(self, known: Iterable[str], alike: float) -> None:
        self._known = tuple(known)
        self._alike = alike
        self._left = _COMPARISONS
        self._found: dict[str, str] = {}

    def suggestion(self, name: str) -> str:
        """As `suggestion`; empty also for a name that comes when enough were compared."""
        if name not in self._found and self._left > 0:
            self._left -= len(self._known)
            self._found[name] = suggestion(name, self._known, self._alike)
        return self._found.get(name, "")


def listed(names: Sequence[str]) -> str:
    """The names, or the first of very many."""
    rest = len(names) - _MAX_LISTED
    return ", ".join(names[:_MAX_LISTED]) + (f" and {rest:,} more" if rest > 0 else "")


def is_secret(fault: ValidationError) -> bool:
    """Whether the refused value must not be quoted: it stands at or below a name that means a secret."""
    secret = DEFAULT.secret_names
    return any(name in str(part) for part in fault.absolute_path for name in secret)


def literal_secret(span: Span, cluster: str, parameter: str) -> Diagnostic:
    """A secret is written where only a reference may stand."""
    return error("ACK1105", span=span, cluster=cluster, parameter=parameter)


def rule_of(fault: ValidationError) -> str:
    """The rule that the refusing subschema states, as a sentence; empty where it states none."""
    schema = fault.schema
    return str(schema.get("x-ack-rule", "")) if isinstance(schema, Mapping) else ""


def _listed(fault: Refusal) -> list[object]:
    value = fault.validator_value
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]


def _texts(fault: Refusal) -> list[str]:
    return [str(part) for part in _listed(fault)]


def missing(fault: ValidationError) -> list[str]:
    """The required names that are not there."""
    instance = fault.instance if isinstance(fault.instance, Mapping) else {}
    return [name for name in _texts(fault) if name not in instance]


def source_of(name: str) -> str:
    """Where else a missing parameter's value can be given; empty where there is no such place."""
    filled = any(kind.region_parameter and name == kind.region_parameter.name for kind in DEFAULT.kinds)
    return "set region at the top of the spec for all clusters, or this for one" if filled else ""


def unknown(fault: ValidationError) -> list[str]:
    """The names that nothing in the schema knows. Empty when the schema only says so because another check failed."""
    names = known_names(fault.schema)
    return [name for name in fault.instance if name not in names] if isinstance(fault.instance, Mapping) else []


def known_names(schema: object) -> dict[str, None]:
    """Every property name that a subschema, and what it refers to, defines."""
    names: dict[str, None] = {}
    _collect(schema, SPEC, names)
    return names


def _collect(schema: object, base: str, names: dict[str, None]) -> None:
    if not isinstance(schema, Mapping):
        return
    names.update(dict.fromkeys(schema.get("properties", ())))
    for part in schema.get("allOf", ()):
        _collect(part, base, names)
    if "$ref" in schema:
        _collect(*_followed(schema["$ref"], base), names)


def _followed(reference: str, base: str) -> tuple[Mapping[str, object], str]:
    """Subschemas lose their file on the way through an error: a bare fragment is tried wherever it fits."""
    candidates = [base, *(name for name in _all_files() if name != base)]
    for candidate in candidates:
        try:
            return DEFAULT.schemas.follow(reference, candidate)
        except (KeyError, TypeError):
            continue
    return {}, base


def _all_files() -> Sequence[str]:
    return [file for operation in DEFAULT.operations.values() for file in operation.bodies]


def names_in(schema: object) -> list[str]:
    """The property names that a rule speaks of, in the order in which it does."""
    names: dict[str, None] = {}
    if isinstance(schema, Mapping):
        names.update(dict.fromkeys(schema.get("required", ())))
        names.update(dict.fromkeys(schema.get("properties", ())))
        for keyword in ("oneOf", "anyOf", "allOf"):
            for part in schema.get(keyword, ()):
                names.update(dict.fromkeys(names_in(part)))
        for keyword in ("not", "if", "then", "else"):
            names.update(dict.fromkeys(names_in(schema.get(keyword))))
    return list(names)


class Refusal(Protocol):
    """What a validator says of a refused value; jsonschema's errors are such."""

    @property
    def validator(self) -> object: ...

    @property
    def validator_value(self) -> object: ...

    @property
    def instance(self) -> object: ...

    @property
    def schema(self) -> object: ...


def can_describe(keyword: str) -> bool:
    """Whether there are words for what this keyword of a schema refuses."""
    return keyword == "type" or keyword in _DESCRIBERS


def describe(fault: Refusal, word: str = "") -> str:
    """What is wrong with a value, in one clause. `word` is how it is written in the file, where that is known."""
    if fault.validator == "type":
        return _type(fault, word)
    describer = _DESCRIBERS.get(str(fault.validator))
    return describer(fault) if describer else f"is not allowed here ({fault.validator})"


def _type(fault: Refusal, word: str = "") -> str:
    """What is allowed in the place of a value of another type; a number that should be text is shown as written."""
    schema = fault.schema if isinstance(fault.schema, Mapping) else {}
    meant = _meant(fault, word, schema)
    instance = word if meant and not isinstance(fault.instance, str) else shown(fault.instance)
    if isinstance(allowed := schema.get("enum"), list):
        return _one_of(instance, allowed, fault.instance)
    expected = " or ".join(_TYPES.get(name, name) for name in _texts(fault))
    text = f"expected {schema.get('x-ack-form') or expected}, found {instance}"
    if not meant:
        return text
    return f"{text}; write it {'without' if isinstance(fault.instance, str) else 'in'} quotes: {meant}"


def _meant(fault: Refusal, word: str, schema: Mapping[str, object]) -> str:
    """The value with quotes, or without, where it is right so; else empty."""
    value, types = fault.instance, _texts(fault)
    if not word or not isinstance(value, str | int | float | bool | None):
        return ""
    meant = requoted(value, word)
    if isinstance(value, str):
        return meant if meant and types[0] in _OF_TYPE and _reads_as(meant, _OF_TYPE[types[0]]) else ""
    fits = "string" in types and re.search(str(schema.get("pattern", "")), word)
    return meant if fits and "enum" not in schema else ""


def _reads_as(text: str, types: tuple[type, ...]) -> bool:
    try:
        return type(plain(text, None)) in types
    except Refused:
        return False


def _enum(fault: Refusal) -> str:
    return _one_of(shown(fault.instance), _listed(fault), fault.instance)


def _one_of(instance: str, allowed: Sequence[object], value: object) -> str:
    text = f"{instance} is not one of {', '.join(map(shown, allowed))}"
    near = suggestion(str(value), map(str, allowed))
    return f"{text}; {near}" if near else text


def _const(fault: Refusal) -> str:
    return f"must be {shown(fault.validator_value)}, found {shown(fault.instance)}"


def _bound(words: str) -> Callable[[Refusal], str]:
    return lambda fault: f"{shown(fault.instance)} is {words} {fault.validator_value}"


def _length(words: str, what: str) -> Callable[[Refusal], str]:
    return lambda fault: f"{_size(fault.instance)} {what}, {words} {fault.validator_value}"


def _size(value: object) -> int:
    return len(value) if isinstance(value, Sized) else 0


def _pattern(fault: Refusal) -> str:
    schema = fault.schema if isinstance(fault.schema, Mapping) else {}
    meaning = schema.get("x-ack-form") or f"the pattern {fault.validator_value}"
    near = suggestion(str(fault.instance), map(str, schema.get("examples", ())))
    return f"{shown(fault.instance)} does not have the form of {meaning}" + (f"; {near}" if near else "")


_DESCRIBERS: dict[str, Callable[[Refusal], str]] = {
    "enum": _enum,
    "const": _const,
    "minimum": _bound("less than"),
    "maximum": _bound("more than"),
    "exclusiveMinimum": _bound("not more than"),
    "exclusiveMaximum": _bound("not less than"),
    "minLength": _length("at least", "characters"),
    "maxLength": _length("at most", "characters"),
    "minItems": _length("at least", "items"),
    "maxItems": _length("at most", "items"),
    "minProperties": _length("at least", "keys"),
    "maxProperties": _length("at most", "keys"),
    "uniqueItems": lambda _: "the same item stands twice",
    "pattern": _pattern,
    "not": lambda _: "is not allowed together with the rest",
    "oneOf": lambda _: "fits none, or more than one, of the allowed forms",
    "anyOf": lambda _: "fits none of the allowed forms",
}
