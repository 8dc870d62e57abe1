"""The contract of `schemas/openapi.yaml` as tests hold answers against it, JSON and XML alike."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import yaml

FILE = Path(__file__).parents[2] / "schemas/openapi.yaml"
_URI = "https://ackplan.dev/schemas/openapi.yaml"
_METHODS = ("get", "put", "post", "delete")


@dataclass(frozen=True)
class Operation:
    """An operation, and what the contract says of it."""

    id: str
    method: str
    path: str
    said: Mapping[str, Any]

    def path_of(self, subject: str, also: str = "", **places: str) -> str:
        """The path, or one of the others that the operation has, for a cluster or a task, and what else it names."""
        named = {"id": subject, "task_id": subject, **places}
        return re.sub(r"\{([a-z_]+)\}", lambda place: named[place[1]], also or self.path)


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]


@functools.cache
def document() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


@functools.cache
def operations() -> Mapping[str, Operation]:
    """Every operation by its id."""
    found = [
        Operation(said["operationId"], method.upper(), path, said)
        for path, item in document()["paths"].items()
        for method, said in item.items()
        if method in _METHODS
    ]
    return {operation.id: operation for operation in found}


def followed(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the contract, or what it refers to."""
    found: Any = document()
    if "$ref" not in part:
        return part
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return followed(found)


def codes(operation: Operation) -> Mapping[str, Mapping[str, Any]]:
    """The error codes that may answer an operation."""
    own = operation.said["x-ack-codes"]
    return {code: said for code, said in document()["x-ack-codes"].items() if code in own or said.get("everywhere")}


def faults(operation: Operation, reply: Reply, schema: str = "") -> list[str]:
    """What is wrong with an answer. `schema` names the one of a success where it is not the operation's usual one."""
    answers = operation.said["responses"]
    said = answers.get(str(reply.status)) or answers.get(f"{reply.status // 100}XX")
    if said is None:
        return [f"status {reply.status} is not in the contract"]
    media = reply.content_type.partition(";")[0].strip()
    content = followed(said)["content"].get(media)
    if content is None:
        return [f"content type {media} is not in the contract"]
    if media == "text/html":
        return []
    wanted = {"$ref": f"#/components/schemas/{schema}"} if schema and reply.status < 300 else content["schema"]
    found = [*_header_faults(followed(said), reply), *_body_faults(wanted, media, reply)]
    return found or list(_code_faults(operation, media, reply))


def _header_faults(said: Mapping[str, Any], reply: Reply) -> Iterator[str]:
    present = {name.lower() for name in reply.headers}
    if "x-acs-request-id" in said.get("headers", ()) and "x-acs-request-id" not in present:
        yield "the answer does not name its request"


def _body_faults(schema: Mapping[str, Any], media: str, reply: Reply) -> Iterator[str]:
    try:
        value = read(schema, media, reply.body)
    except (ValueError, ElementTree.ParseError) as fault:
        yield f"the body is not {media}: {fault}"
        return
    for fault in validator(schema["$ref"]).iter_errors(value):
        yield f"{'/'.join(map(str, fault.instance_path))}: {fault.message}"


def _code_faults(operation: Operation, media: str, reply: Reply) -> Iterator[str]:
    if reply.status < 400:
        return
    fields = read({"$ref": "#/components/schemas/error"}, media, reply.body)
    code = fields.get("Code") or fields.get("code")
    known = codes(operation).get(code)
    if known is None:
        yield f"the code {code} is not one of the operation's"
    elif known.get("status", reply.status) != reply.status:
        yield f"the code {code} comes with {reply.status}"


@functools.cache
def validator(reference: str) -> jsonschema_rs.Draft202012Validator:
    """A validator of a part of the contract, formats included."""
    registry = jsonschema_rs.Registry([(_URI, dict(document()))])
    whole = {"$ref": f"{_URI}{reference}"}
    return jsonschema_rs.Draft202012Validator(whole, registry=registry, validate_formats=True)


def read(schema: Mapping[str, Any], media: str, body: bytes) -> Any:
    """The value of a body. Raises ValueError or ParseError for one that is not of its media type."""
    if media == "application/json":
        return json.loads(body.decode("utf-8"))
    root = ElementTree.fromstring(body)
    name = followed(schema).get("xml", {}).get("name", root.tag)
    if root.tag != name:
        raise ValueError(f"its root is {root.tag}, not {name}")
    return _value(schema, root)


def _value(schema: Mapping[str, Any], element: ElementTree.Element) -> Any:
    """What an element stands for: XML knows only text, so the schema says what the text is."""
    known = followed(schema)
    match _type(known):
        case "object":
            parts, others = known.get("properties", {}), known.get("additionalProperties", {})
            return {child.tag: _value(parts.get(child.tag, others or {}), child) for child in element}
        case "array":
            return [_item(known["items"], child) for child in element]
        case "integer":
            return int(element.text or "")
        case "boolean" if element.text in {"true", "false"}:
            return element.text == "true"
        case _:
            return element.text or ""


def _type(schema: Mapping[str, Any]) -> Any:
    """Its type; of several the first that is something."""
    kind = schema.get("type")
    return next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind


def _item(schema: Mapping[str, Any], element: ElementTree.Element) -> Any:
    name = schema.get("xml", followed(schema).get("xml", {})).get("name")
    if element.tag != name:
        raise ValueError(f"an item is {element.tag}, not {name}")
    return _value(schema, element)
