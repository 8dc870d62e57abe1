"""Writes docs/parameters.md from the schemas, so that the reference can't say something that validation does not.

    python docs/parameters.py            rewrites the file
    python docs/parameters.py --check    exits 1 when the file is stale

Needs nothing but the standard library and `ackplan.core.catalog`. The same schemas always give the same text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ackplan.core.catalog import DEFAULT, Kind, Parameter
from ackplan.core.catalog.schemas import DEFINITIONS, SPEC

OUTPUT = Path(__file__).with_suffix(".md")

INTRODUCTION = """\
# Parameters

Written by `python docs/parameters.py` from `schemas/`; don't edit it by hand. `ackplan schema KIND` prints the same
facts as JSON Schema.

Inside a cluster of a spec every key is a create parameter of the API under the API's own name, or one of
[ackplan's own keys](#ackplans-own-keys). What the columns say:

- **Required**: `yes`; `one of`: exactly one of two, as a rule says; `by rule`: in some cases, as a rule says; `filled`:
  taken from the cluster's key or the spec's `region` where it is left out.
- **Default**: what the API takes where a parameter is left out, as far as the guide names it. A create call never gets
  more than the spec sets, and what the spec leaves out is not compared.
- **A change becomes**: `replace` means delete and create again, refused unless it was agreed to; `recorded` means that
  the record takes it in and nothing is called; `scale` and `attach` are done in place; a change of the `identity` is
  another cluster.
- **Provider**: the attribute of the Terraform provider for Alibaba Cloud, under which `plan --format json` shows it.
- **Guide**: the section of the developer guide for API version 2015-12-15.
"""
PARAMETER = "Parameter | Type and range | Required | Default | A change becomes | Provider | Description | Guide"
KEY = "Key | Type and range | Required | Default | A change becomes | Description | Guide"
PLAIN = "Key | Type and range | Required | Default | Description"

CHECKS = {"cidr": "no bits set behind the prefix", "port-range": "LOW is at most HIGH"}
SOURCES = {"name": "the cluster's key", "region": "the spec's `region`"}
REFERENCE = "secret: `{env: NAME}` or `{file: PATH}`"


class Place(NamedTuple):
    """A subschema and the file that its references start from."""

    schema: Mapping[str, Any]
    file: str


def followed(place: Place) -> Place:
    """What a subschema refers to, with what stands nearer laid over it."""
    reference = place.schema.get("$ref") or place.schema.get("$dynamicRef")
    if reference is None:
        return place
    near = {key: value for key, value in place.schema.items() if key not in {"$ref", "$dynamicRef"}}
    target = followed(Place(*DEFAULT.schemas.follow(reference, place.file)))
    return Place({**target.schema, **near}, target.file)


def kind_of_value(place: Place) -> str:
    """The type and range of a value, in words."""
    schema, file = followed(place)
    if schema.get("x-ack-secret") and schema.get("x-ack-effect"):
        return REFERENCE
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return " or ".join(code(value) for value in schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if schema.get("x-ack-reads"):
        return f"{schema['x-ack-reads']}{bounds(schema)}, or the same as text"
    return " or ".join(TYPES.get(name, plain_type)(name, Place(schema, file)) for name in types)


def plain_type(name: str, place: Place) -> str:
    return name + bounds(place.schema)


def string_type(_name: str, place: Place) -> str:
    schema = place.schema
    form = str(schema.get("x-ack-form", "text that is not empty" if schema.get("minLength") else "text"))
    check = CHECKS.get(schema.get("x-ack-check", ""))
    return f"{form}; {check}" if check else form


def list_type(_name: str, place: Place) -> str:
    low, high = place.schema.get("minItems"), place.schema.get("maxItems")
    count = f", {low} to {high}" if low and high else f", at least {low}" if low else ""
    unique = ", none twice" if place.schema.get("uniqueItems") else ""
    items = f": {kind_of_value(Place(place.schema['items'], place.file))}" if "items" in place.schema else ""
    return f"list{count}{unique}{items}"


def mapping_type(_name: str, place: Place) -> str:
    names = [f"`{name}`" for name in fields(place)]
    return f"mapping of {', '.join(names)}" if names else "mapping"


TYPES = {"string": string_type, "array": list_type, "object": mapping_type}


def bounds(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else ""


def fields(place: Place) -> dict[str, Place]:
    """The keys of a mapping, each with its subschema."""
    schema, file = followed(place)
    found = {name: Place(part, file) for name, part in schema.get("properties", {}).items()}
    for part in schema.get("allOf", ()):
        found.update(fields(Place(part, file)))
    return found


def code(value: Any) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}`"


def parts(place: Place) -> Iterator[Place]:
    """The subschemas that a subschema is made of: all that must hold, and what must hold in some cases."""
    schema, file = place
    if "$ref" in schema:
        yield Place(*DEFAULT.schemas.follow(schema["$ref"], file))
    for keyword in ("allOf", "oneOf"):
        yield from (Place(part, file) for part in schema.get(keyword, ()))
    for keyword in ("then", "else", "items"):
        if isinstance(schema.get(keyword), Mapping):
            yield Place(schema[keyword], file)
    yield from (Place(part, file) for part in schema.get("properties", {}).values())


def rules(place: Place) -> list[str]:
    """Every rule that a subschema and what it refers to states, in the order of the schemas, none twice."""
    found = [str(place.schema["x-ack-rule"])] if "x-ack-rule" in place.schema else []
    for part in parts(place):
        found += rules(part)
    return list(dict.fromkeys(found))


def required(place: Place, sense: str = "yes") -> dict[str, str]:
    """In which sense each name is required: `yes`, `one of` or `by rule`; the strictest sense wins."""
    schema, file = place
    found = dict.fromkeys(schema.get("required", ()), sense)
    inner = [(Place(part, file), sense) for part in schema.get("allOf", ())]
    inner += [(Place(part, file), "one of") for part in schema.get("oneOf", ())]
    always = schema.get("if") == {"type": "object"}
    inner += [
        (Place(schema[word], file), sense if always else "by rule") for word in ("then", "else") if word in schema
    ]
    if "$ref" in schema:
        inner.append((Place(*DEFAULT.schemas.follow(schema["$ref"], file)), sense))
    for part, meaning in inner:
        found = {**required(part, meaning), **found}
    return found


def row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(headings: str, rows: Iterable[Sequence[str]]) -> str:
    names = headings.split(" | ")
    return "\n".join([row(names), row(["---"] * len(names)), *map(row, rows)])


def section(heading: str, text: str, body: str, stated: Sequence[str] = ()) -> str:
    """A part of the reference: heading, text, table, and the rules that hold between what is in the table."""
    listed = ["Rules:", "", *(f"- {rule}." for rule in stated), ""] if stated else []
    return "\n".join([f"## {heading}", "", text, "", body, "", *listed])


def facts(label: str, place: Place, needed: str) -> tuple[str, str, str, str]:
    """The first four cells of every row."""
    schema = followed(place).schema
    return label, kind_of_value(place), needed, code(schema["default"]) if "default" in schema else ""


def kind_section(kind: Kind) -> str:
    """A kind of cluster: its parameters, then its rules."""
    whole = Place({"$ref": f"#/$defs/{kind.name}"}, SPEC)
    needed, shared = required(whole), set(rules(own_place()))
    written = kind.root["$defs"]["properties"]["properties"]
    rows = [parameter_row(p, Place(written[p.name], kind.schema_file), needed) for p in kind.parameters.values()]
    text = f"{kind.root['description']} Guide {kind.section}; resource type `{kind.resource}`."
    stated = [rule for rule in rules(whole) if rule not in shared] + disjoint(kind)
    return section(f"{kind.name.capitalize()} clusters", text, table(PARAMETER, rows), stated)


def parameter_row(parameter: Parameter, place: Place, needed: Mapping[str, str]) -> tuple[str, ...]:
    schema, filled = parameter.schema, SOURCES.get(parameter.fill or "")
    described = str(schema["description"]), str(schema["x-ack-section"])
    sense = f"filled: {filled}" if filled else needed.get(parameter.name, "")
    return (
        *facts(f"`{parameter.name}`", place, sense),
        parameter.effect.value,
        f"`{parameter.provider}`",
        *described,
    )


def disjoint(kind: Kind) -> list[str]:
    names = kind.root.get("x-ack-disjoint", ())
    made = [f"{name} {kind.parameters[name].schema['x-ack-made']}" for name in names]
    rule = f"The networks of {', '.join(names)} must not overlap; without a VPC they are {', '.join(made)} unless given"
    return [rule] if names else []


def own_place() -> Place:
    return Place({"$ref": "#/$defs/own"}, SPEC)


def own_section() -> str:
    """ackplan's own keys, each followed by the keys inside it."""
    rows = [line for name in DEFAULT.own_keys for line in own_rows(name, fields(own_place())[name])]
    text = (
        "The API never sees them under these names. `attach` holds the bodies of attach calls (guide 2.6, 3.6),\n"
        "`attach_script` the options of the join script (guide 2.7)."
    )
    return section("ackplan's own keys", text, table(KEY, rows), rules(own_place()))


def own_rows(name: str, key: Place) -> Iterator[tuple[str, ...]]:
    place = followed(key)
    yield own_row(f"`{name}`", place, place.schema, "")
    listed = place.schema["type"] == "array" and "$ref" in place.schema["items"]
    inside = Place(place.schema["items"], place.file) if listed else place
    needed = required(inside)
    for field, part in fields(inside).items():
        label = f"`{name}[].{field}`" if listed else f"`{name}.{field}`"
        yield own_row(label, part, {**place.schema, **followed(part).schema}, needed.get(field, ""))


def own_row(label: str, place: Place, schema: Mapping[str, Any], needed: str) -> tuple[str, ...]:
    described = str(schema["description"]), str(schema["x-ack-section"])
    return (*facts(label, place, needed), str(schema["x-ack-effect"]), *described)


def plain_rows(place: Place, prefix: str = "") -> Iterator[tuple[str, ...]]:
    needed = required(place)
    for name, part in fields(place).items():
        cells = facts(f"`{prefix}{name}`", part, needed.get(name, ""))
        yield (*cells, str(followed(part).schema["description"]))


def file_section() -> str:
    """The outline of a spec file, and what a variable is declared with."""
    variable = Place({"$ref": "#/$defs/variable"}, SPEC)
    rows = [*plain_rows(Place(DEFAULT.spec, SPEC)), *plain_rows(variable, "variables.NAME.")]
    return section("The file", "The keys at the top of a spec file, and those of a variable.", table(PLAIN, rows))


def secret_section() -> str:
    """Where secrets come from, and what a password must look like."""
    place = Place({"$ref": "#/$defs/secret_reference"}, SPEC)
    form = DEFAULT.schemas.read(DEFINITIONS)["$defs"]["secret"]["x-ack-form"]
    text = f"{followed(place).schema['description']} What is read must be {form}."
    return section("Secrets", text, table(PLAIN, plain_rows(place)), rules(place))


def render() -> str:
    """The whole reference, as Markdown."""
    return "\n".join([INTRODUCTION, file_section(), *map(kind_section, DEFAULT.kinds), own_section(), secret_section()])


def main(arguments: Sequence[str]) -> int:
    """Writes the reference, or with `--check` only says whether it is up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/parameters.py [--check]\n")
        return 64
    text = render()
    if not arguments:
        OUTPUT.write_text(text, "utf-8")
    elif not OUTPUT.exists() or OUTPUT.read_text("utf-8") != text:
        sys.stderr.write(f"{OUTPUT.name} is stale: python docs/parameters.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
