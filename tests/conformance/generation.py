"""Requests made up from the contract: valid ones, ones that break it in one place, and plain nonsense.

The tool that makes them up can't follow every rule between parameters. It gets a copy of the contract without those it
can't; whether a body is valid is judged by the contract itself.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import json
import random
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

SCHEMAS = contract.FILE.parent
EXAMPLES = SCHEMAS.parent / "tests/unit/schemas/examples"
_KINDS = ("dedicated", "managed", "edge", "serverless")


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
        """The guide's body, or one of the tour; None for an operation without one."""
        if self.kind:
            return creation(self.kind)
        if "requestBody" not in contract.operations()[self.operation].said:
            return None
        return _example(self.operation.replace("_", "-"))


@functools.cache
def _example(name: str) -> Any:
    """The body of an example; of an operation without one as little as it could be."""
    file = EXAMPLES / f"{name}.json"
    if file.exists():
        return json.loads(file.read_text("utf-8"))
    return [{}] if json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))["type"] == "array" else {}


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
    """A schema without what the tool can't follow: dynamic references, counting rules, rules of payment and of pools."""
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
    if not isinstance(part, dict) or '"if"' not in text:
        return False
    return "scaling_group" in text or ("if" in part and ("_charge_" in text or "_period" in text))


# What a body is made wrong with.
_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    10**20,
    1.5,
    3.0,
    "",
    "a",
    "集群",
    [],
    [[]],
    [{}],
    {},
    {"a": {"b": []}},
)
_NAMES = ("count", "name", "nodes", "instances", "options", "tags", "vpcid", "cluster_type", "profile", "addons", "é\n")
_TEXTS = ("\ud800", "\x00", "\u202e", "x" * 5000, "[" * 3000, "{}", "null", "1e999", "-1", "2147483648")
_NO_BODIES: tuple[Any, ...] = (
    *(b"", b" ", b"null", b"[]", b"{", b"\xff\xfe", b'{"count": Infinity}', b'{"count": 1e999}', b'"\\ud800"'),
    b'{"tags":' + b"[" * 100_000,
    *_VALUES,
)


class Form(bytes):
    """A body that goes out as a form, as the older official client sends it."""


def body(source: Source, made: Any, luck: random.Random) -> Any:
    """A body: the one that was made up, or the guide's example; whole, changed in some places, or something else."""
    if luck.random() < 0.1:
        return luck.choice(_NO_BODIES)
    usual = source.example
    found = copy.deepcopy(made if isinstance(made, type(usual)) and luck.random() < 0.4 else usual)
    # Of a list the first of its items is changed.
    one = found if isinstance(found, dict) else next((item for item in found if isinstance(item, dict)), {})
    chance = luck.random()
    if chance < 0.1 and one is found:
        return Form(urlencode(found, doseq=True).encode())
    if chance < 0.2:
        one[_place(one, luck)] = luck.choice(_TEXTS)
        return json.dumps(found).encode()
    if chance < 0.5:
        _change(one, luck)
    return found


def _change(found: dict[str, Any], luck: random.Random) -> None:
    for _ in range(luck.randint(1, 2)):
        name = _place(found, luck)
        if luck.random() < 0.4:
            found.pop(name, None)
        else:
            found[name] = luck.choice(_VALUES)


def _place(found: Mapping[str, Any], luck: random.Random) -> str:
    """A name to change the value of: mostly one that is there."""
    return luck.choice(sorted(found) if found and luck.random() < 0.8 else _NAMES)


def valid(operation: str, body: Any) -> bool | None:
    """Whether a body is one that the contract has; None where that can't be told from the contract."""
    if isinstance(body, Form):
        return None
    if isinstance(body, bytes):
        try:
            # No body at all is an empty one.
            body = json.loads(body.strip() or b"{}")
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
