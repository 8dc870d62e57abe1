"""Writes data.d.ts, the types of the page's data for TypeScript's checker, from `schemas/page.schema.json`.

python -m tests.page.declarations
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.page.schema import SCHEMA

OUTPUT = Path(__file__).with_name("data.d.ts")
_HEAD = "// Written by `python -m tests.page.declarations` from schemas/page.schema.json; never by hand.\n"
_SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Schema = Mapping[str, Any]


def declarations() -> str:
    """The text of data.d.ts: a type for the page and for each definition, by its name."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    named = {"page": schema, **schema["$defs"]}
    return "\n".join([_HEAD, *(_declared(name, part) for name, part in named.items())])


def _declared(name: str, schema: Schema) -> str:
    comment = f"/** {schema['description']} */\n" if "description" in schema else ""
    if schema.get("type") == "object":
        return f"{comment}interface {_type_name(name)} {_object(schema)}\n"
    return f"{comment}type {_type_name(name)} = {_type(schema)};\n"


def _type_name(name: str) -> str:
    return name[0].upper() + name[1:]


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return _type_name(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    if schema["type"] == "array":
        return f"Array<{_type(schema['items'])}>"
    return _object(schema) if schema["type"] == "object" else _SCALARS[schema["type"]]


def _object(schema: Schema) -> str:
    return "{\n" + "".join(f"  {line}\n" for line in _members(schema)) + "}"


def _members(schema: Schema) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        if "description" in part:
            yield f"/** {part['description']} */"
        optional = "" if name in schema.get("required", ()) else "?"
        yield f"{name}{optional}: {_type(part).replace(chr(10), chr(10) + '  ')};"
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield f"[name: string]: {_type(schema['additionalProperties'])};"


if __name__ == "__main__":
    OUTPUT.write_text(declarations(), "utf-8")
