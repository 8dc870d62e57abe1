"""Writes docs/operations.md from schemas/openapi.yaml: every call with its body, its answers and its errors.

    python docs/operations.py            rewrites the file
    python docs/operations.py --check    exits 1 when the file is stale

The same contract always gives the same text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from parameters import heading
from reference import REFERENCE, Place, anchor, facts, followed, leaves, plain_rows, senses, table

from ackplan.core.catalog import DEFAULT

OUTPUT = Path(__file__).with_suffix(".md")
CONTRACT = Path(__file__).parents[1] / "schemas" / "openapi.yaml"
METHODS = ("post", "put", "get", "delete")
HIDDEN = (REFERENCE, "text, a secret")
KINDS = {kind.schema_file: f"[{kind.title}](parameters.md#{anchor(heading(kind))})" for kind in DEFAULT.kinds}

INTRODUCTION = """\
# Operations

Written by `python docs/operations.py` from [`schemas/openapi.yaml`](../schemas/openapi.yaml), the contract that the
simulator routes by and that the client is tested against; don't edit it by hand. [The API](api.md) says which command
makes which call and what each is tested with.

Every call is signed ([how](api.md#signatures)) and carries `x-acs-version: 2015-12-15`. Answers are JSON where Accept
prefers it, XML otherwise. Beside the errors that an operation names, [those at the end](#errors) may answer any call.
"""
FIELDS = "Key | Type and range | Required | Default | Description"


class Contract:
    """The document, and what its references stand for."""

    def __init__(self) -> None:
        self.document: Mapping[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))

    def at(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference inside of the document stands for; anything else as it is."""
        reference = said.get("$ref", "")
        if not reference.startswith("#/"):
            return said
        found: Any = self.document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        return {**self.at(found), **{name: value for name, value in said.items() if name != "$ref"}}

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Method, path and description of every operation."""
        for path, item in self.document["paths"].items():
            yield from ((method.upper(), path, item[method]) for method in METHODS if method in item)


def operation(contract: Contract, method: str, path: str, said: Mapping[str, Any]) -> str:
    """One operation."""
    also = "".join(f", also `{other}`" for other in said.get("x-ack-also", ()))
    section = said["x-ack-section"]
    guide = "Beyond the guide" if section == "beyond" else f"Guide {section}"
    secret = " The answer is a secret." if said.get("x-ack-secret-answer") else ""
    parts = [
        f"## {said['operationId']}",
        f"`{method} {path}`{also}. {guide}.",
        f"{' '.join(said['description'].split())}{secret}",
        *asked(contract, said),
        *body(said),
        *answers(contract, said),
        f"Errors: {', '.join(f'`{code}`' for code in said['x-ack-codes'])}.",
    ]
    return "\n\n".join(parts)


def asked(contract: Contract, said: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the path and in the query."""
    rows = [
        (f"`{p['name']}`", p["in"], "yes" if p.get("required") else "", " ".join(p["description"].split()))
        for p in map(contract.at, said.get("parameters", ()))
    ]
    if rows:
        yield table("Parameter | In | Required | Description", rows)


def body(said: Mapping[str, Any]) -> Iterator[str]:
    if "requestBody" not in said:
        return
    schema = said["requestBody"]["content"]["application/json"]["schema"]
    if "oneOf" in schema:
        guides, todays = (listed(bodies) for bodies in (schema["oneOf"], said.get("x-ack-bodies-today", ())))
        yield f"Body: the parameters of a cluster: {guides}; with its workers in node pools, as today: {todays}."
        return
    yield "Body:"
    whole = DEFAULT.schemas.read(schema["$ref"])
    if "x-ack-source" in whole:
        yield table(FIELDS, leaf_rows(schema["$ref"])).replace(*HIDDEN)
    else:
        yield table(FIELDS, plain_rows(Place(whole, schema["$ref"]))).replace(*HIDDEN)


def listed(bodies: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(KINDS[one["$ref"]] for one in bodies)


def leaf_rows(file: str) -> Iterator[tuple[str, ...]]:
    """The parameters of one of today's bodies: those inside of objects, by their dotted names."""
    needed = senses(Place({"$ref": "#/$defs/parameters"}, file))
    for name, part in leaves(Place({"$ref": "#/$defs/properties"}, file)):
        yield (*facts(f"`{name}`", part, needed.get(name, "")), str(followed(part).schema["description"]))


def answers(contract: Contract, said: Mapping[str, Any]) -> Iterator[str]:
    """The answer of a call that succeeded, by its fields."""
    for status, reference in said["responses"].items():
        if not status.startswith("2"):
            continue
        response = contract.at(reference)
        name = response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        empty = ", or empty" if response.get("x-ack-may-be-empty") else ""
        yield f"Answer {status}: [{name}](#answer-{name}){empty}. {' '.join(response['description'].split())}"


def shapes(contract: Contract) -> Iterator[str]:
    """What answers are made of."""
    for name, said in contract.document["components"]["schemas"].items():
        yield f"### Answer: {name}\n\n{' '.join(said['description'].split())}\n\n{shape(contract, said)}".rstrip()


def shape(contract: Contract, said: Mapping[str, Any]) -> str:
    required = set(said.get("required", ()))
    rows = [
        (f"`{name}`", kind(contract, part), "yes" if name in required else "", words(contract, part))
        for name, part in said.get("properties", {}).items()
    ]
    return table("Field | Type | Always | Meaning", rows) if rows else ""


def words(contract: Contract, part: Mapping[str, Any]) -> str:
    found = contract.at(part)
    known = found.get("x-ack-known-values", ())
    listed = f" Known: {', '.join(f'`{value}`' for value in known)}." if known else ""
    return " ".join(str(found.get("description", "")).split()) + listed


def kind(contract: Contract, part: Mapping[str, Any]) -> str:
    found = contract.at(part)
    if "oneOf" in found:
        return " or ".join(kind(contract, one) for one in found["oneOf"])
    if found.get("type") == "array":
        return f"list of {kind(contract, found['items'])}"
    named = found["type"] if isinstance(found["type"], str) else " or ".join(found["type"])
    return f"{named}, {found['format']}" if "format" in found else named


def errors(contract: Contract) -> str:
    rows = [
        (f"`{code}`", str(said.get("status", "any")), "every call" if said.get("everywhere") else "", said["means"])
        for code, said in contract.document["x-ack-codes"].items()
    ]
    text = "Real servers have more of them: a code is text, and not always one of these."
    return f"## Errors\n\n{text}\n\n{table('Code | Status | May answer | Means', rows)}"


def render() -> str:
    """The whole page, as Markdown."""
    contract = Contract()
    calls = [operation(contract, *found) for found in contract.operations()]
    return "\n\n".join([INTRODUCTION.rstrip(), *calls, errors(contract), "## Answers", *shapes(contract)]) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Writes the page, or with `--check` only says whether it is up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/operations.py [--check]\n")
        return 64
    text = render()
    if not arguments:
        OUTPUT.write_text(text, "utf-8")
    elif not OUTPUT.exists() or OUTPUT.read_text("utf-8") != text:
        sys.stderr.write(f"{OUTPUT.name} is stale: python docs/operations.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
