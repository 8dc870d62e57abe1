"""Reads Terraform's states: the file itself (version 4), and what `terraform show -json` prints of it.

A state comes from elsewhere and holds secrets: its size is bounded, every shape is checked, and no message quotes a
value of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ackplan.core.diagnostics import Diagnostic, Failure, error

MAX_BYTES = 64 * 1024 * 1024
_VERSION = 4
# What may stand in an address that is shown.
_NAME = re.compile(r"[\w.\[\]\"'/@ :-]{1,300}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One instance of a managed resource. `sensitive` are its attributes that Terraform marks so."""

    address: str
    type: str
    attributes: Mapping[str, Any]
    sensitive: frozenset[str]


def resources(data: bytes, file: str) -> list[Resource]:
    """The managed resources of a state, each instance by itself. Raises Failure for what is not one."""
    document = _decoded(data, file)
    if "encrypted_data" in document:
        _refuse(error("ACK3055.encrypted", file=file))
    if isinstance(document.get("values"), Mapping):
        return list(_shown(document["values"].get("root_module"), file))
    version = document.get("version")
    if version != _VERSION or isinstance(version, bool):
        if isinstance(version, int) and not isinstance(version, bool):
            _refuse(error("ACK3055.version", file=file, version=version, readable=_VERSION))
        _refuse(error("ACK3055.no_version", file=file))
    return list(_stored(document.get("resources"), file))


def _decoded(data: bytes, file: str) -> Mapping[str, Any]:
    if len(data) > MAX_BYTES:
        _refuse(error("ACK3055.bytes", file=file, most=MAX_BYTES))
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        _refuse(error("ACK3055.depth", file=file))
    except ValueError as fault:
        where = f"line {fault.lineno}, column {fault.colno}" if isinstance(fault, json.JSONDecodeError) else ""
        _refuse(error("ACK3055.json", file=file, where=where))
    return _mapping(document, file, "the state")


def _stored(found: Any, file: str) -> Iterator[Resource]:
    """The resources of a state file."""
    for entry in _list(found, file, "resources"):
        resource = _mapping(entry, file, "a resource")
        if resource.get("mode") != "managed":
            continue
        kind, name = _text(resource, "type", file), _text(resource, "name", file)
        module = f"{_text(resource, 'module', file)}." if resource.get("module") else ""
        for each in _list(resource.get("instances"), file, "instances"):
            instance = _mapping(each, file, "an instance")
            if "deposed" in instance or instance.get("attributes") is None:
                continue
            marks = instance.get("sensitive_attributes") or []
            address = f"{module}{kind}.{name}{_index(instance.get('index_key'))}"
            yield Resource(
                _address(address, file),
                kind,
                _mapping(instance["attributes"], file, "attributes"),
                frozenset(_marked(_list(marks, file, "sensitive_attributes"))),
            )


def _marked(paths: list[Any]) -> Iterator[str]:
    """The attributes at which paths to sensitive values begin."""
    for path in paths:
        first = path[0] if isinstance(path, list) and path else None
        if isinstance(first, Mapping) and isinstance(first.get("value"), str):
            yield first["value"]


def _shown(root: Any, file: str) -> Iterator[Resource]:
    """The resources of what `terraform show -json` prints, those of inner modules too."""
    pending = [root] if root is not None else []
    while pending:
        module = _mapping(pending.pop(), file, "a module")
        pending += _list(module.get("child_modules"), file, "child_modules")
        for entry in _list(module.get("resources"), file, "resources"):
            resource = _mapping(entry, file, "a resource")
            if resource.get("mode") != "managed" or "deposed_key" in resource or resource.get("values") is None:
                continue
            marks = resource.get("sensitive_values")
            yield Resource(
                _address(_text(resource, "address", file), file),
                _text(resource, "type", file),
                _mapping(resource["values"], file, "values"),
                frozenset(k for k, v in marks.items() if _any_true(v)) if isinstance(marks, Mapping) else frozenset(),
            )


def _any_true(marks: Any) -> bool:
    pending = [marks]
    while pending:
        mark = pending.pop()
        if mark is True:
            return True
        pending += mark.values() if isinstance(mark, Mapping) else mark if isinstance(mark, list) else ()
    return False


def _index(key: Any) -> str:
    if key is None:
        return ""
    return f"[{json.dumps(key, ensure_ascii=False)}]" if isinstance(key, str | int) else "[?]"


def _address(address: str, file: str) -> str:
    return address if _NAME.fullmatch(address) else _refuse(error("ACK3055.address", file=file))


def _mapping(value: Any, file: str, what: str) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _refuse(error("ACK3055.object", file=file, what=what))


def _list(value: Any, file: str, what: str) -> list[Any]:
    """A list; one that is absent is empty."""
    if value is None:
        return []
    return value if isinstance(value, list) else _refuse(error("ACK3055.list", file=file, what=what))


def _text(fields: Mapping[str, Any], name: str, file: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value else _refuse(error("ACK3055.text", file=file, what=name))


def _refuse(why: Diagnostic) -> NoReturn:
    raise Failure(why)
