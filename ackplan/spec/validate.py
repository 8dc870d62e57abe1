"""Holds a fleet against the schemas: every fault at once, each with its place, cluster and parameter.

Two validators live here: a compiled one decides, jsonschema explains. The schema says what is wrong; `explain` says it
in words.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Set
from typing import TYPE_CHECKING

import jsonschema_rs

from ackplan.core import catalog
from ackplan.core.catalog import Kind
from ackplan.core.catalog.schemas import DEFINITIONS, SPEC
from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.core.json_types import JsonObject
from ackplan.documents import schema_words
from ackplan.documents.tree import Laid, Map, Path, locate
from ackplan.spec.fleet import Document

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from referencing.jsonschema import SchemaRegistry


def _names() -> list[str]:
    bodies = (file for operation in catalog.DEFAULT.operations.values() for file in operation.bodies)
    return sorted({SPEC, DEFINITIONS, *bodies})


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


def _faults(kind: Kind | None, instance: object) -> Iterator[ValidationError]:
    """What is wrong with the instance. Of a value of the wrong type nothing else is said."""
    if _compiled(kind).is_valid(instance):
        return
    faults = list(_validator(kind).iter_errors(instance))
    mistyped = {tuple(fault.absolute_path) for fault in faults if fault.validator == "type"}
    for fault in faults:
        if fault.validator == "type" or tuple(fault.absolute_path) not in mistyped:
            yield fault


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


def body_faults(file: str, body: JsonObject) -> tuple[str, ...]:
    """The parameters of a request body that its schema does not allow; the body's own fault is an empty name."""
    if _body(file).is_valid(body):
        return ()
    return tuple(dict.fromkeys(".".join(map(str, fault.instance_path)) for fault in _body(file).iter_errors(body)))


def check_document(document: Document) -> list[Diagnostic]:
    """The faults in a document's outline: its sections, variables, and what stands in for clusters."""
    root = document.root
    start = Span(document.file, 1, 1)
    if not isinstance(root, Map):
        return [error("ACK1100", span=start)]
    return [diagnostic for fault in _faults(None, root) for diagnostic in _Reporter(root, start, "").report(fault)]


def check_cluster(
    name: str, body: Map, start: Callable[[], Span], *, skip: Set[str] = frozenset()
) -> tuple[Kind | None, list[Diagnostic]]:
    """The kind of a resolved cluster, and every fault of its parameters. `start` tells where the cluster begins.

    Nothing is said of those in `skip`, which are known to be faulty; an empty name in it says that a template is
    missing, and with it whatever it would have set: only a secret that is written down is then told.
    """
    if "" in skip:
        return None, list(_Reporter(body, start(), name).secrets(skip))
    kind = catalog.DEFAULT.kind_of(body)
    if kind is not None and _keys(kind).issuperset(body) and _compiled(kind).is_valid(body):
        return kind, []
    reporter = _Reporter(body, start(), name)
    diagnostics = list(reporter.discriminators(kind))
    diagnostics += reporter.unknown_keys(kind, skip={d.parameter for d in diagnostics})
    if kind is not None:
        diagnostics += reporter.told_by(kind, body)
    else:
        diagnostics += _told_by_all(_likely(body), reporter, body)
    diagnostics += reporter.secrets({d.parameter.split(".")[0] for d in diagnostics if d.code == "ACK1105"})
    return kind, [d for d in dict.fromkeys(diagnostics) if d.parameter.split(".")[0] not in skip]


def _likely(body: Map) -> list[Kind]:
    """The kinds that a cluster which does not say its own may be meant to be: those that know most of its keys."""
    known = {kind: len(kind.parameters.keys() & body.keys()) for kind in catalog.DEFAULT.kinds}
    return [kind for kind, count in known.items() if count == max(known.values())]


def _told_by_all(kinds: list[Kind], reporter: _Reporter, body: Map) -> list[Diagnostic]:
    """What each of these kinds finds wrong with the cluster, whatever tells them apart."""
    first, *others = [list(reporter.told_by(kind, _as(kind, body))) for kind in kinds]
    return [diagnostic for diagnostic in first if all(diagnostic in other for other in others)]


def _as(kind: Kind, body: Map) -> Map:
    meant = Laid(body)
    meant.update({**body, **kind.constants})
    return meant


@functools.cache
def _keys(kind: Kind) -> frozenset[str]:
    """Every key that a cluster of this kind may have, but what could yet tell it to be of another kind."""
    return frozenset(
        {*kind.parameters, *kind.catalog.own_keys} - (kind.catalog.discriminators.keys() - kind.constants.keys())
    )


class _Reporter:
    """Turns refusals of one instance into diagnostics."""

    def __init__(self, root: Map, start: Span, cluster: str) -> None:
        self._root = root
        self._start = start
        self._cluster = cluster

    def discriminators(self, kind: Kind | None) -> Iterator[Diagnostic]:
        for name, allowed in catalog.DEFAULT.discriminators.items():
            value = self._root.get(name)
            if value is None:
                if kind is None and all(name in known.constants for known in catalog.DEFAULT.kinds):
                    names = ", ".join(map(schema_words.shown, sorted(allowed)))
                    yield self._error("ACK1101.one_of", (), name, names=names)
            elif not isinstance(value, str) or value not in allowed:
                names = ", ".join(map(schema_words.shown, sorted(allowed)))
                near = schema_words.suggestion(str(value), map(str, allowed))
                yield self._error(
                    "ACK1103.not_one_of", (name,), value=schema_words.shown(value), names=names, near=near
                )

    def told_by(self, kind: Kind, body: Map) -> Iterator[Diagnostic]:
        """What a kind's schema refuses of the cluster, or of a variant of it."""
        for fault in _faults(kind, body):
            yield from self.report(fault)

    def secrets(self, skip: Set[str]) -> Iterator[Diagnostic]:
        """The secrets that are written down where no schema looked for them."""
        for name in catalog.DEFAULT.secret_names & self._root.keys() - skip:
            if not isinstance(self._root[name], Map):
                span = locate(self._root, (name,), self._start)
                yield schema_words.literal_secret(span=span, cluster=self._cluster, parameter=name)

    def unknown_keys(self, kind: Kind | None, skip: set[str]) -> Iterator[Diagnostic]:
        own = catalog.DEFAULT.own_keys
        mine = kind.parameters if kind else _parameters_of_all()
        for name in self._root:
            if name in mine or name in own or name in skip:
                continue
            yield self._unknown(name, [*mine, *own], kind)

    def _unknown(self, name: str, known: list[str], kind: Kind | None) -> Diagnostic:
        owners = _parameters_of_all().get(name, [])
        if owners and kind:
            return self._error("ACK1102", (name,), at_key=True, owners=" and ".join(owners), kind=kind.name)
        near = schema_words.suggestion(name, known)
        return self._error("ACK1104", (name,), at_key=True, near=near)

    def report(self, fault: ValidationError) -> Iterator[Diagnostic]:
        path = tuple(fault.absolute_path)
        keyword = str(fault.validator)
        if schema_words.is_secret(fault) and keyword != "required":
            span = locate(self._root, path, self._start)
            yield schema_words.literal_secret(span=span, cluster=self._cluster, parameter=".".join(map(str, path)))
        elif keyword in {"required", "dependentRequired"}:
            yield from self._missing(fault, path)
        elif keyword in {"unevaluatedProperties", "additionalProperties"}:
            yield from self._extra(fault, path)
        elif "propertyNames" in fault.absolute_schema_path:
            reason = schema_words.describe(fault)
            yield self._error("ACK1107", (*path, str(fault.instance)), at_key=True, reason=reason)
        else:
            yield self._wrong_value(fault, path)

    def _wrong_value(self, fault: ValidationError, path: Path) -> Diagnostic:
        rule = schema_words.rule_of(fault)
        near = self._near(fault, path)
        if rule and fault.validator == "oneOf" and near == path:
            name = " or ".join(schema_words.names_in(fault.schema))
            return self._error("ACK1101.needed", path, name, reason=rule)
        if rule and fault.validator in {"oneOf", "anyOf", "not", "const", "enum", "if"}:
            return self._error("ACK1106", near, reason=rule)
        return self._error("ACK1103.refused", path, reason=schema_words.describe(fault), rule_text=rule)

    def _near(self, fault: ValidationError, path: Path) -> Path:
        """A rule over several parameters points at the first of them that is there."""
        instance = fault.instance
        if isinstance(instance, Map):
            named = schema_words.names_in(fault.schema)
            present = next((name for name in named if name in instance), None)
            if present is not None:
                return (*path, present)
        return path

    def _missing(self, fault: ValidationError, path: Path) -> Iterator[Diagnostic]:
        rule = schema_words.rule_of(fault)
        for name in schema_words.missing(fault):
            yield self._error("ACK1101.needed", path, name, reason=rule or schema_words.source_of(name))

    def _extra(self, fault: ValidationError, path: Path) -> Iterator[Diagnostic]:
        if self._cluster and not path:
            return  # said better by unknown_keys, which knows the kinds
        known = schema_words.known_names(fault.schema)
        for name in schema_words.unknown(fault):
            near = schema_words.suggestion(name, known) or f"there are: {', '.join(known)}"
            yield self._error("ACK1104", (*path, name), at_key=True, near=near)

    def _error(self, message: str, path: Path, name: str = "", *, at_key: bool = False, **arguments: str) -> Diagnostic:
        span = locate(self._root, path, self._start, at_key=at_key)
        parameter = ".".join(str(part) for part in (*path, *([name] if name else [])))
        return error(message, span=span, cluster=self._cluster, parameter=parameter, **arguments)


@functools.cache
def _parameters_of_all() -> Mapping[str, list[str]]:
    """Every create parameter, with the names of the kinds that take it."""
    owners: dict[str, list[str]] = {}
    for kind in catalog.DEFAULT.kinds:
        for name in kind.parameters:
            owners.setdefault(name, []).append(kind.name)
    return owners
