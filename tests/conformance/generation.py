"""Requests made up from the contract: valid ones, ones that break it in one place, and plain nonsense.

The tool that makes them up can't follow every rule between parameters. It gets a copy of the contract without those it
can't; whether a body is valid is judged by the contract itself.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import schemathesis
from hypothesis import strategies as st
from schemathesis import BaseSchema, Case, GenerationMode

from tests.conformance import contract
from tests.conformance.account import creation
from tests.unit.simulator.callers import example

SCHEMAS = contract.FILE.parent
_KINDS = ("dedicated", "managed", "edge", "serverless")
_EXAMPLES = {"scale_out": "scale-out", "attach_script": "attach-script", "remove_nodes": "remove-nodes"}


@dataclass(frozen=True)
class Source:
    """Where requests of one operation come from; a create call has one for each kind of cluster."""

    operation: str
    kind: str
    right: st.SearchStrategy[Case]
    wrong: st.SearchStrategy[Case]

    @property
    def name(self) -> str:
        return f"{self.operation}:{self.kind}" if self.kind else self.operation

    @property
    def example(self) -> Any:
        """The guide's body; None for an operation without one."""
        if self.kind:
            return creation(self.kind)
        if "requestBody" not in contract.operations()[self.operation].said:
            return None
        return example(_EXAMPLES.get(self.operation, self.operation))


@contextlib.contextmanager
def sources() -> Iterator[list[Source]]:
    """A source for each operation, as long as the block lasts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in SCHEMAS.glob("*.schema.json"):
            (folder / path.name).write_text(json.dumps(_followable(json.loads(path.read_text("utf-8")))))
        others = _loaded(folder, "openapi", _generated(""))
        made = {kind: _loaded(folder, kind, _generated(kind)) for kind in _KINDS}
        yield [
            *(_source("create_cluster", kind, schema) for kind, schema in made.items()),
            *(_source(name, "", others) for name in contract.operations() if name != "create_cluster"),
        ]


def _source(operation: str, kind: str, schema: BaseSchema) -> Source:
    """Requests that break the contract are made up but for create bodies: those are beyond the tool."""
    said = contract.operations()[operation]
    made = schema[said.path][said.method]
    right = made.as_strategy()
    return Source(operation, kind, right, right if kind else made.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def _generated(kind: str) -> Any:
    """The contract with what requests are to be made up of: create bodies of one kind, and no headers of signatures."""
    document = copy.deepcopy(dict(contract.document()))
    if kind:
        body = document["paths"]["/clusters"]["post"]["requestBody"]["content"]["application/json"]
        body["schema"] = {"$ref": f"create-{kind}.schema.json"}
    for item in document["paths"].values():
        item["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in ("region", "action")]
    return document


def _loaded(folder: Path, name: str, document: Any) -> BaseSchema:
    file = folder / f"{name}.json"
    file.write_text(json.dumps(document))
    return schemathesis.openapi.from_path(file)


def _followable(schema: Any) -> Any:
    """A schema without what the tool can't follow: dynamic references, counting rules, rules of payment."""
    if isinstance(schema, list):
        return [_followable(part) for part in schema if not _beyond(part)]
    if not isinstance(schema, dict):
        return schema
    if "minContains" in schema.get("not", {}):
        return {}
    kept = {name: _followable(part) for name, part in schema.items() if name != "$dynamicRef"}
    return {**kept, "$ref": "#/$defs/secret"} if "$dynamicRef" in schema else kept


def _beyond(part: Any) -> bool:
    text = json.dumps(part)
    return isinstance(part, dict) and "if" in part and ("_charge_" in text or "_period" in text)


# What a body is made wrong with.
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
_NAMES = st.sampled_from(["count", "name", "nodes", "instances", "options", "tags", "vpcid", "cluster_type", "profile"])
_TEXTS = st.sampled_from(
    ["\ud800", "\x00", "\u202e", "x" * 5000, "[" * 3000, "{}", "null", "1e999", "-1", "2147483648"]
)
_NO_BODIES = st.sampled_from(
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"count": Infinity}', b'{"count": 1e999}', b'{"tags":' + b"[" * 100_000]
)


class Form(bytes):
    """A body that goes out as a form, as the older official client sends it."""


@st.composite
def bodies(draw: st.DrawFn, source: Source, made: Any) -> Any:
    """A body: the one that was made up, or the guide's example; whole, changed in some places, or something else."""
    body = draw(st.sampled_from([made, source.example, source.example]))
    match draw(st.integers(0, 11)):
        case 0:
            return draw(st.binary(max_size=40) | _NO_BODIES | _VALUES)
        case 1:
            return Form(urlencode(body, doseq=True).encode())
        case 2:
            return json.dumps({**body, draw(_places(body)): draw(_TEXTS)}).encode()
        case 3 | 4 | 5 | 6:
            return draw(_changed(body))
        case _:
            return body


def _places(body: Mapping[str, Any]) -> st.SearchStrategy[str]:
    """Names to change the value of: the body's own, other operations', and any."""
    known = st.sampled_from(sorted(body)) if body else _NAMES
    return known | _NAMES | st.text(max_size=8)


@st.composite
def _changed(draw: st.DrawFn, body: Mapping[str, Any]) -> Any:
    changed = dict(body)
    for _ in range(draw(st.integers(1, 2))):
        name = draw(_places(changed))
        if draw(st.booleans()):
            changed.pop(name, None)
        else:
            changed[name] = draw(_VALUES)
    return changed


def valid(operation: str, body: Any) -> bool | None:
    """Whether a body is one that the contract has; None where that can't be told from the contract."""
    if isinstance(body, Form):
        return None
    if isinstance(body, bytes):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return False
    try:
        return any(validator.is_valid(body) for validator in _validators(operation))
    except ValueError:  # half a surrogate pair: in JSON, and no text
        return None


@functools.cache
def _validators(operation: str) -> list[jsonschema_rs.Draft202012Validator]:
    content: Mapping[str, Any] = contract.operations()[operation].said["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    files = [json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.schema.json")]
    registry = jsonschema_rs.Registry([(file["$id"], file) for file in files])
    names = [part["$ref"] for part in schema.get("oneOf", [schema])]
    return [
        jsonschema_rs.Draft202012Validator({"$ref": f"https://ackplan.dev/schemas/{name}"}, registry=registry)
        for name in names
    ]
