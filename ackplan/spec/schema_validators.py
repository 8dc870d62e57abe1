"""The validators of specs and request bodies, built from the schemas: a compiled one decides, jsonschema explains."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING

import jsonschema_rs

from ackplan.core import catalog
from ackplan.core.catalog import Kind
from ackplan.core.catalog.schemas import DEFINITIONS, SPEC
from ackplan.core.json_types import Json
from ackplan.documents.tree import Path

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from referencing.jsonschema import SchemaRegistry


_OWN_OF_NESTED = ("scale_in", "rolling_policy", "depends_on", "lifecycle", "timeouts")


def _names() -> list[str]:
    operations = catalog.DEFAULT.operations.values()
    bodies = (file for operation in operations for file in (*operation.bodies, *operation.bodies_today))
    return sorted({SPEC, DEFINITIONS, *bodies})


@functools.cache
def _compiled_registry() -> jsonschema_rs.Registry:
    """All schema files, for the validators that decide."""
    read = catalog.DEFAULT.schemas.read
    return jsonschema_rs.Registry([(read(name)["$id"], dict(read(name))) for name in _names()])


@functools.cache
def _registry() -> SchemaRegistry:
    """All schema files, crawled once: a registry that retrieves on demand crawls again at every look-up."""
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    resources = [DRAFT202012.create_resource(catalog.DEFAULT.schemas.read(name)) for name in _names()]
    registry: SchemaRegistry = Registry()
    return registry.with_resources((str(resource.id()), resource) for resource in resources).crawl()


def _schema(kind: Kind | None) -> dict[str, object]:
    """What a spec's outline (no kind) or a cluster of this kind must be, but for unknown keys of the cluster itself.

    `unknown_keys` finds those, and says it better; looking for them by the schema would check everything twice.
    """
    spec = catalog.DEFAULT.spec
    if kind is None:
        return {"$ref": spec["$id"]}
    definitions = spec["$defs"]
    open_kind = {key: value for key, value in definitions[kind.name].items() if key != "unevaluatedProperties"}
    outline = {"properties", "required", "additionalProperties"}
    rest = {key: value for key, value in spec.items() if key not in outline}
    return {**rest, "$id": f"{spec['$id']}.{kind}", "$ref": "#/$defs/open", "$defs": {**definitions, "open": open_kind}}


@functools.cache
def _validator(kind: Kind | None) -> Draft202012Validator:
    """Explains what is wrong with what `_compiled` refused; imported only then.

    Only a reference stands at the root: jsonschema crawls its root again at every anchor that it looks for.
    """
    from jsonschema import Draft202012Validator
    from referencing import Resource

    root = _schema(kind)
    if "$id" not in root:
        return Draft202012Validator(root, registry=_registry())
    name = str(root["$id"])
    known = _registry().with_resource(name, Resource.from_contents(root)).crawl()
    return Draft202012Validator({"$ref": name}, registry=known)


@functools.cache
def _compiled(kind: Kind | None) -> jsonschema_rs.Draft202012Validator:
    """Decides, seventy times faster, whether there is anything to explain. A test holds the two together."""
    return jsonschema_rs.Draft202012Validator(_schema(kind), registry=_compiled_registry())


def is_valid(kind: Kind | None, instance: object) -> bool:
    """Whether the schema of this kind, or of a spec's outline, has nothing against the instance."""
    return _compiled(kind).is_valid(instance)


class _Content:
    """An instance that is equal to each in which the same is wrong in the same places, and all else is the same.

    Neither its name counts nor what the wrong values are, where these are no mappings or lists. One of which no JSON
    can be made is equal to no other.
    """

    def __init__(self, instance: object, refused: Sequence[jsonschema_rs.ValidationError]) -> None:
        self.instance = instance
        self.places = frozenset(tuple(fault.instance_path) for fault in refused)
        content = _blanked(instance, self.places)
        if isinstance(content, dict) and all(place[:1] != ("name",) for place in self.places):
            content = {key: value for key, value in content.items() if key != "name"}
        where = [(fault.instance_path, fault.schema_path) for fault in refused]
        try:
            self._text = json.dumps([where, content], ensure_ascii=False)
        except (TypeError, ValueError):
            self._text = str(id(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def _blanked(value: object, places: Set[Path]) -> object:
    """The value with the name of its type for each that stands at one of these places, but for mappings and lists."""
    if not isinstance(value, dict | list):
        return type(value).__name__ if () in places else value
    within: dict[str | int, set[Path]] = {}
    for place in filter(None, places):
        within.setdefault(place[0], set()).add(place[1:])
    if not within:
        return value
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    parts = {key: _blanked(part, within[key]) if key in within else part for key, part in pairs}
    return parts if isinstance(value, dict) else list(parts.values())


@functools.lru_cache(maxsize=64)
def _explained(kind: Kind | None, content: _Content) -> tuple[ValidationError, ...]:
    """What is wrong in the same way with many clusters is found once: that takes longer than all that is said of it."""
    return tuple(_validator(kind).iter_errors(content.instance))


def faults_of(kind: Kind | None, instance: object) -> Iterator[ValidationError]:
    """What is wrong with the instance. Of a value of the wrong type nothing else is said."""
    refused = list(_compiled(kind).iter_errors(instance))
    if not refused:
        return
    content = _Content(instance, refused)
    faults = _explained(kind, content)
    mistyped = {tuple(fault.absolute_path) for fault in faults if fault.validator == "type"}
    for fault in faults:
        if fault.validator == "type" or tuple(fault.absolute_path) not in mistyped:
            yield _about(fault, content)


def _about(fault: ValidationError, content: _Content) -> ValidationError:
    """The fault with this instance's value, where those that share it may have others."""
    path = tuple(fault.absolute_path)
    at_key = "propertyNames" in fault.absolute_schema_path
    if path not in content.places or at_key or isinstance(fault.instance, dict | list):
        return fault
    mine, value = copy.copy(fault), content.instance
    for part in path:
        value = value[part]  # type: ignore[index]
    mine.instance = value
    return mine


@functools.cache
def nested_own_schema(kind: Kind) -> Mapping[str, object]:
    """The schema of ackplan's own keys of something inside of a cluster, in which secrets are references."""
    spec = catalog.DEFAULT.spec
    own: dict[str, object] = {key: {"$ref": f"{SPEC}#/$defs/own/properties/{key}"} for key in _OWN_OF_NESTED}
    if attaching := kind.operation_of("attach", ""):
        (file,) = kind.catalog.operation(attaching).bodies
        group = {"$ref": f"{file}#/$defs/parameters", "unevaluatedProperties": False}
        own["attach"] = {"type": "array", "items": group}
    reference = {"secret_reference": spec["$defs"]["secret_reference"]}
    return {"$schema": spec["$schema"], "$id": f"{spec['$id']}.own.{kind}", "properties": own, "$defs": reference}


@functools.cache
def nested_schema(kind: Kind) -> Mapping[str, object]:
    """The schema of something inside of a cluster, in which secrets are references, as in a spec."""
    spec = catalog.DEFAULT.spec
    definitions = {**kind.root.get("$defs", {}), "secret_reference": spec["$defs"]["secret_reference"]}
    return {**kind.root, "$schema": spec["$schema"], "$id": f"{spec['$id']}.{kind}", "$defs": definitions}


@functools.cache
def _nested(kind: Kind) -> tuple[jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft202012Validator]:
    schemas = (nested_schema(kind), nested_own_schema(kind))
    first, second = (jsonschema_rs.Draft202012Validator(dict(s), registry=_compiled_registry()) for s in schemas)
    return first, second


def is_valid_nested(kind: Kind, said: object, own: object) -> bool:
    """Whether what stands inside of a cluster, and ackplan's own keys in it, are right: decided, not explained."""
    first, second = _nested(kind)
    return first.is_valid(said) and (not own or second.is_valid(own))


def faults_by(schema: Mapping[str, object], instance: object) -> Iterator[ValidationError]:
    """What this schema, which may refer to those of the files, refuses of an instance."""
    from jsonschema import Draft202012Validator

    yield from Draft202012Validator(dict(schema), registry=_registry()).iter_errors(instance)


@functools.cache
def _body(file: str) -> jsonschema_rs.Draft202012Validator:
    """Of a request body in which secrets are references, as in a spec."""
    spec = catalog.DEFAULT.spec
    reference = {"secret_reference": spec["$defs"]["secret_reference"]}
    root = {
        "$schema": spec["$schema"],
        "$id": f"{spec['$id']}.{file}",
        "$ref": catalog.DEFAULT.schemas.read(file)["$id"],
        "$defs": reference,
    }
    return jsonschema_rs.Draft202012Validator(root, registry=_compiled_registry())


@functools.cache
def _name(file: str) -> jsonschema_rs.Draft202012Validator:
    """Of the name in a request body, to which no rule between values refers."""
    schema = {"$ref": f"{catalog.DEFAULT.schemas.read(file)['$id']}#/$defs/properties"}
    return jsonschema_rs.Draft202012Validator(schema, registry=_compiled_registry())


@functools.lru_cache(maxsize=64)
def _is_valid_text(file: str, text: str) -> bool:
    return _body(file).is_valid(json.loads(text))


def _is_named_right(file: str, body: Json) -> bool:
    """Whether a body is valid, as one of the same content under another name was."""
    if not isinstance(body, dict) or "name" not in body:
        return False
    text = json.dumps({**body, "name": "any"})
    return _name(file).is_valid({"name": body["name"]}) and _is_valid_text(file, text)


def body_faults(file: str, body: Json) -> tuple[str, ...]:
    """The parameters of a request body that its schema does not allow; the body's own fault is an empty name."""
    if _is_named_right(file, body) or _body(file).is_valid(body):
        return ()
    return tuple(dict.fromkeys(".".join(map(str, fault.instance_path)) for fault in _body(file).iter_errors(body)))
