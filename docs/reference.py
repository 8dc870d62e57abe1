"""Reads the schemas for the pages that are written from them: what a value may be, what is required, what rules say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ackplan.core.catalog import DEFAULT

CHECKS = {"cidr": "no bits set behind the prefix", "port-range": "LOW is at most HIGH"}
SENSES = ("yes", "one of", "by rule", "")
CHOICES = {"oneOf": "one of", "anyOf": "by rule"}
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
    if schema.get("x-ack-reads") == "json":
        return "object, as JSON in text"
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
    count = span(low or None, high)
    unique = ", none twice" if place.schema.get("uniqueItems") else ""
    items = f": {kind_of_value(Place(place.schema['items'], place.file))}" if "items" in place.schema else ""
    return f"list{count}{unique}{items}"


def mapping_type(_name: str, place: Place) -> str:
    names = [f"`{name}`" for name in fields(place)]
    return f"mapping of {', '.join(names)}" if names else "mapping"


TYPES = {"string": string_type, "array": list_type, "object": mapping_type}


def bounds(schema: Mapping[str, Any]) -> str:
    return span(schema.get("minimum"), schema.get("maximum"))


def span(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else f", at most {high}" if high is not None else ""


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


def required(place: Place, sense: str = "yes", prefix: str = "") -> dict[str, str]:
    """In which sense each name is required: `yes`, `one of` or `by rule`; the strictest sense wins.

    What is inside of a group has its dotted name, and is required as its group is, or less.
    """
    schema, file = place
    found = {f"{prefix}{name}": sense for name in schema.get("required", ())}
    inner = [(Place(part, file), sense) for part in schema.get("allOf", ())]
    inner += [(Place(part, file), choice) for word, choice in CHOICES.items() for part in schema.get(word, ())]
    always = schema.get("if") == {"type": "object"}
    inner += [
        (Place(schema[word], file), sense if always else "by rule") for word in ("then", "else") if word in schema
    ]
    if "$ref" in schema:
        inner.append((Place(*DEFAULT.schemas.follow(schema["$ref"], file)), sense))
    for part, meaning in inner:
        found = strictest(found, required(part, meaning, prefix))
    for name, part in schema.get("properties", {}).items():
        found = strictest(found, required(Place(part, file), sense, f"{prefix}{name}."))
    return found


def strictest(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Both, and of what both name the stricter sense."""
    return {name: min(one.get(name, ""), other.get(name, ""), key=SENSES.index) for name in {**one, **other}}


def senses(place: Place) -> dict[str, str]:
    """In which sense each name is required; what is inside of a group that need not be there only by a rule."""
    found = required(place)
    return {name: "by rule" if loose(name, found) else sense for name, sense in found.items()}


def loose(name: str, found: Mapping[str, str]) -> bool:
    """Whether a name stands in a group that is not required."""
    groups = name.split(".")[:-1]
    return any(found.get(".".join(groups[: end + 1])) != "yes" for end in range(len(groups)))


def leaves(place: Place, prefix: str = "") -> Iterator[tuple[str, Place]]:
    """The parameters of a body, those in groups by their dotted names, each with its subschema."""
    for name, part in fields(place).items():
        whole = followed(part)
        if whole.schema.get("properties") and whole.schema.get("type") == "object":
            yield from leaves(whole, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", part


def anchor(heading: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(headings: str, rows: Iterable[Sequence[str]]) -> str:
    names = headings.split(" | ")
    return "\n".join([row(names), row(["---"] * len(names)), *map(row, rows)])


def facts(label: str, place: Place, needed: str) -> tuple[str, str, str, str]:
    """The first four cells of every row."""
    schema = followed(place).schema
    return label, kind_of_value(place), needed, code(schema["default"]) if "default" in schema else ""


def plain_rows(place: Place, prefix: str = "") -> Iterator[tuple[str, ...]]:
    needed = required(place)
    for name, part in fields(place).items():
        cells = facts(f"`{prefix}{name}`", part, needed.get(name, ""))
        yield (*cells, str(followed(part).schema["description"]))
