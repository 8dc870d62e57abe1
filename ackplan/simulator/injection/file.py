"""Reads a file of faults: YAML or JSON, strictly. The language is described in `faults`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired, TypedDict, TypeGuard

from jsonschema import Draft202012Validator, ValidationError

from ackplan.simulator import traits
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.json_types import JsonObject
from ackplan.simulator.routes import OPERATIONS
from ackplan.simulator.traits import Traits

_MAX_BYTES = 1 << 20
_MOST_TOLD = 10
_NAMES: JsonObject = {"type": "string", "minLength": 1}
_SECONDS: JsonObject = {"type": "number", "minimum": 0}
_WHEN: JsonObject = {"when": {"enum": ["before", "after"]}}
_WHICH: JsonObject = {"names": {"type": "array", "items": _NAMES, "minItems": 1}}
_ERROR: JsonObject = {"code": _NAMES, "message": {"type": "string"}}
# What each kind takes besides what all of them take.
KINDS: dict[str, JsonObject] = {
    "error": {
        **_WHEN,
        **_ERROR,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "xml": {"type": "boolean"},
    },
    "reset": _WHEN,
    "hang": {**_WHEN, "seconds": _SECONDS},
    "throttle": {
        **_ERROR,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "retry_after": {"type": "integer", "minimum": 0},
        "acs_retry_after": {"type": "integer", "minimum": 0},
    },
    "garbage": {},
    "truncated": {},
    "html": {"status": {"type": "integer", "minimum": 200, "maximum": 599}},
    "drip": {"seconds": _SECONDS},
    "task_stuck": {},
    "task_fails": {**_ERROR, "state": _NAMES, "bare": {"type": "boolean"}},
    "task_state": {"state": _NAMES},
    "cluster_state": {"state": _NAMES},
    "attach_fails": {"code": _NAMES, "instances": {"type": "array", "items": _NAMES, "minItems": 1}},
    "clock_skew": {"seconds": {"type": "number"}},
    "late_commit": {"seconds": _SECONDS, "status": {"type": "integer", "minimum": 500, "maximum": 599}},
    "task_slow": {"seconds": _SECONDS},
    "lag": {"seconds": _SECONDS, **_WHICH},
    "size_lag": {"seconds": _SECONDS, **_WHICH},
    "stale": {"seconds": _SECONDS, **_WHICH},
    "partial": {"share": {"type": "number", "minimum": 0, "maximum": 1}, **_WHICH},
    "no_instance_id": _WHICH,
}
_NEEDED = {
    **{kind: ["seconds"] for kind in ("clock_skew", "late_commit", "task_slow", "lag", "size_lag", "stale")},
    "cluster_state": ["state"],
    "task_state": ["state"],
}
_TRIGGERS = ["nth", "first", "probability"]


class _TraitNames(TypedDict, total=False):
    answers: str
    regional: bool
    not_found: str
    not_found_status: int
    node_names: str
    unique_names: bool
    accounts: Mapping[str, str]


class _Document(TypedDict):
    """What passes `SCHEMA`."""

    faults: list[Rule]
    traits: NotRequired[_TraitNames]


def _rule(kind: str) -> JsonObject:
    return {
        "type": "object",
        "properties": {
            "kind": {"const": kind},
            "operation": {"enum": sorted({*OPERATIONS, "*"})},
            "cluster": _NAMES,
            "nth": {"type": "integer", "minimum": 1},
            "first": {"type": "integer", "minimum": 1},
            "probability": {"type": "number", "minimum": 0, "maximum": 1},
            **KINDS[kind],
        },
        "required": ["kind", *_NEEDED.get(kind, [])],
        "additionalProperties": False,
        "dependentSchemas": {
            name: {"not": {"anyOf": [{"required": [other]} for other in _TRIGGERS if other != name]}}
            for name in _TRIGGERS
        },
    }


SCHEMA: JsonObject = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"enum": sorted(KINDS)}},
                "allOf": [
                    {"if": {"properties": {"kind": {"const": kind}}}, "then": _rule(kind)} for kind in sorted(KINDS)
                ],
            },
        },
        "traits": traits.SCHEMA,
    },
    "required": ["faults"],
    "additionalProperties": False,
}


def load(path: Path) -> list[Rule]:
    """The faults of a file. Raises ValueError that names the file and the fault."""
    return _load(path)["faults"]


def _load(path: Path) -> _Document:
    try:
        _check_file(path)
        return _checked(_decoded(path))
    except ValueError as fault:
        raise ValueError(f"{path}: {fault}") from None


def _check_file(path: Path) -> None:
    if not path.exists():
        raise ValueError("there is no such file")
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"not a regular file, or over {_MAX_BYTES:,} bytes")


def check(document: object) -> list[Rule]:
    """The faults of a decoded document. Raises ValueError for one that is not as described."""
    return _checked(document)["faults"]


def _checked(document: object) -> _Document:
    if isinstance(document, Mapping) and "traits" in document:
        document = {"faults": [], **document}
    faults: list[ValidationError] = []
    if not _passes(document, faults):
        raise ValueError("; ".join(map(_told, faults[:_MOST_TOLD])))
    return {"faults": [rule.copy() for rule in document["faults"]], "traits": document.get("traits", {})}


def _passes(document: object, faults: list[ValidationError]) -> TypeGuard[_Document]:
    """Whether the schema lets a document through; if not, `faults` is filled."""
    errors = Draft202012Validator(SCHEMA).iter_errors(document)
    faults.extend(sorted(errors, key=lambda fault: list(map(str, fault.path))))
    return not faults


def _told(fault: ValidationError) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault.absolute_path).lstrip(".")
    if fault.validator in {"dependentSchemas", "not"}:
        return f"{where}: at most one of {', '.join(_TRIGGERS)}"
    words = _in_words(fault)[:300]
    return f"{where}: {words}" if where else words


_SORTS = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number"}


def _in_words(fault: ValidationError) -> str:
    """What is wrong, in the words of a file's reader."""
    schema, limit = fault.schema if isinstance(fault.schema, Mapping) else {}, fault.validator_value
    entry = fault.instance if isinstance(fault.instance, Mapping) else {}
    if fault.validator == "type":
        return f"expected {_SORTS.get(str(limit), limit)}"
    if fault.validator == "required" and isinstance(limit, list):
        return f"{', '.join(name for name in limit if name not in entry)} is missing"
    if fault.validator == "additionalProperties":
        names = sorted(map(str, schema.get("properties", {})))
        strange = ", ".join(sorted(str(name) for name in entry if name not in names))
        return f"{strange} is not known here; there are: {', '.join(names)}"
    if fault.validator == "enum" and isinstance(limit, list):
        return f"{fault.instance} is none of {', '.join(map(str, limit))}"
    return fault.message


def _decoded(path: Path) -> object:
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as fault:
        raise ValueError(f"not YAML: {fault}") from None


def document_of(faults: Path | Mapping[str, object] | None) -> list[Rule]:
    """The faults of a file, of a decoded document, or none."""
    return _whole(faults)["faults"]


def traits_of(faults: Path | Mapping[str, object] | None, usual: Traits) -> Traits:
    """The traits that a file or a decoded document asks for; what it does not say is as usual."""
    return dataclasses.replace(usual, **_whole(faults)["traits"])


def _whole(faults: Path | Mapping[str, object] | None) -> _Document:
    if faults is None:
        return {"faults": [], "traits": {}}
    return _load(faults) if isinstance(faults, Path) else _checked(faults)
