"""What a schema refuses, said in words: each fault with its place, cluster and parameter."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING

from ackplan.core import catalog
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.documents import schema_words
from ackplan.documents.tree import Map, Path, locate, word_at
from ackplan.spec.schema_validators import faults_of

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


class FaultReporter:
    """Turns refusals of one instance into diagnostics."""

    def __init__(self, root: Map, start: Span, cluster: str) -> None:
        self._root = root
        self._start = start
        self._cluster = cluster

    def discriminators(self, kind: Kind | None) -> Iterator[Diagnostic]:
        family = catalog.DEFAULT.family_of(self._root)
        for name, allowed in family.discriminators.items():
            value = self._root.get(name)
            if value is None:
                if kind is None and all(name in known.constants for known in family.kinds):
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
        for fault in faults_of(kind, body):
            yield from self.report(fault)

    def secrets(self, skip: Set[str]) -> Iterator[Diagnostic]:
        """The secrets that are written down where no schema looked for them."""
        for name in catalog.DEFAULT.secret_names & self._root.keys() - skip:
            if not isinstance(self._root[name], Map):
                span = locate(self._root, (name,), self._start)
                yield schema_words.literal_secret(span=span, cluster=self._cluster, parameter=name)

    def unknown_keys(self, kind: Kind | None, skip: set[str]) -> Iterator[Diagnostic]:
        own = catalog.DEFAULT.own_keys
        mine = kind.keys if kind else _keys_of_all()
        for name in self._root:
            if name in mine or name in own or name in skip:
                continue
            yield self._unknown(name, [*mine, *own], kind)

    def _unknown(self, name: str, known: list[str], kind: Kind | None) -> Diagnostic:
        gone = kind.root.get("x-ack-gone", {}) if kind else {}
        if kind and gone.get(name):
            return self._error("ACK1102.gone", (name,), at_key=True, section=kind.section_key, now=gone[name])
        if kind and name in gone:
            return self._error("ACK1102.nowhere", (name,), at_key=True, section=kind.section_key)
        owners = _keys_of_all().get(name, [])
        mine = [owner.name for owner in owners if kind and owner.section_key == kind.section_key]
        if kind and owners and not mine and owners[0].section_key:
            return self._error("ACK1102.today", (name,), at_key=True, section=owners[0].section_key)
        if kind and mine:
            return self._error("ACK1102.kind", (name,), at_key=True, owners=" and ".join(mine), kind=kind.name)
        near = schema_words.suggestion(name, known)
        return self._error("ACK1104", (name,), at_key=True, near=near)

    def unknown_key(self, name: str, known: list[str]) -> Diagnostic:
        """That nothing has this key; these are known."""
        return self._error("ACK1104", (name,), at_key=True, near=schema_words.suggestion(name, known))

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
        reason = schema_words.describe(fault, word_at(self._root, path) if fault.validator == "type" else "")
        return self._error("ACK1103.refused", path, reason=reason, rule_text=rule)

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
def _keys_of_all() -> Mapping[str, list[Kind]]:
    """Every key of create parameters, with the kinds that take it."""
    owners: dict[str, list[Kind]] = {}
    for kind in catalog.DEFAULT.kinds:
        for name in sorted(kind.keys):
            owners.setdefault(name, []).append(kind)
    return owners
