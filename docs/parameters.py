"""Writes docs/parameters.md from the schemas, so that the reference can't say something that validation does not.

    python docs/parameters.py            rewrites the file
    python docs/parameters.py --check    exits 1 when the file is stale

Needs nothing but the standard library and `ackplan.core.catalog`. The same schemas always give the same text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reference import Place, anchor, facts, fields, followed, leaves, plain_rows, required, rules, senses, table

from ackplan.core.catalog import DEFAULT, Catalog, Kind, Parameter
from ackplan.core.catalog.parameters import Effect
from ackplan.core.catalog.schemas import DEFINITIONS, SPEC
from ackplan.core.catalog.terraform_names import attributes_of

OUTPUT = Path(__file__).with_suffix(".md")

INTRODUCTION = """\
# Parameters

Written by `python docs/parameters.py` from `schemas/`; don't edit it by hand. `ackplan schema KIND` prints the same
facts as JSON Schema.

Inside a cluster of a spec every key is a create parameter of the API under the API's own name, or one of
[ackplan's own keys](#ackplans-own-keys). There are two generations of clusters: those of the developer guide, whose
workers are counted by `num_of_nodes`, and those of today, which have the key `node_pools`
([how they are declared](node-pools.md)). Of today's, a parameter in a group has a dotted name here:
`rrsa_config.enabled` is written `rrsa_config: {enabled: true}`. What the columns say:

- **Required**: `yes`; `one of`: exactly one of two, as a rule says; `by rule`: in some cases, as a rule says; `filled`:
  taken from the key of the cluster or pool, or from the spec's `region`, where it is left out.
- **Default**: what the API takes where a parameter is left out, as far as the guide names it. A create call never gets
  more than the spec sets, and what the spec leaves out is not compared.
- **A change becomes**: `replace` means delete and create again, refused unless it was agreed to; `recorded` means that
  the record takes it in and nothing is called; `scale`, `attach`, `modify` and `upgrade` are done in place; a
  change of the `identity` is another cluster or pool.
- **Provider**: the attribute of the Terraform provider for Alibaba Cloud (1.286), under which `plan --format json`
  shows it. What is in parentheses is shown too, or instead where there is no such attribute: the provider's name before
  1.212, or the API's own ([policies](policies.md#names-of-attributes)).
- **Guide**: the section of the developer guide for API version 2015-12-15.
- **Changed by**: the operation of today's API that changes it in place.
"""
PARAMETER = "Parameter | Type and range | Required | Default | A change becomes | Provider | Description | Guide"
TODAYS = PARAMETER.replace("Guide", "Changed by")
KEY = "Key | Type and range | Required | Default | A change becomes | Description | Guide"
PLAIN = "Key | Type and range | Required | Default | Description"

POOL = "create-node-pool.schema.json"
SOURCES = {"name": "the cluster's key", "region": "the spec's `region`"}
# What changes a parameter of today in place, by what a change of it becomes; one that is modified tells it itself.
OPERATIONS = {
    Effect.SCALE: ("scale_node_pool", "remove_node_pool_nodes"),
    Effect.UPGRADE: ("upgrade_cluster",),
}


def section(heading: str, text: str, body: str, stated: Sequence[str] = ()) -> str:
    """A part of the reference: heading, text, table, and the rules that hold between what is in the table."""
    listed = ["Rules:", "", *(f"- {rule}." for rule in stated), ""] if stated else []
    return "\n".join([f"## {heading}", "", text, "", body, "", *listed])


def heading(kind: Kind) -> str:
    """The heading of a kind's part."""
    return f"{kind.title.capitalize()}s{' with node pools' if kind.section_key else ''}"


def kind_section(kind: Kind) -> str:
    """A kind of cluster: its parameters, then its rules."""
    whole = Place({"$ref": f"#/$defs/{kind.name}"}, SPEC)
    needed, shared = senses(whole), set(rules(own_place()))
    written = dict(leaves(Place({"$ref": "#/$defs/properties"}, kind.schema_file)))
    rows = [
        (*parameter_row(p, kind, written[p.name], needed, SOURCES), last_cell(kind, p, "modify_cluster"))
        for p in kind.parameters.values()
    ]
    stated = [rule for rule in rules(whole) if rule not in shared] + disjoint(kind)
    return section(heading(kind), kind_text(kind), table(TODAYS if kind.section_key else PARAMETER, rows), stated)


def kind_text(kind: Kind) -> str:
    text = str(kind.root["description"])
    if not kind.section_key:
        return f"{text} Guide {kind.section}; resource type `{kind.resource}`."
    return (
        f"{text} `ackplan schema {kind.name}` prints it; its facts are from\n"
        f"{kind.root['x-ack-source']}; resource type `{kind.resource}`.\n"
        f"Beside these parameters stands `{kind.section_key}`, with [node pools](#node-pools).\n"
        "[Where the guide's parameters went](node-pools.md#where-the-guides-parameters-went)."
    )


def parameter_row(
    parameter: Parameter, kind: Kind, place: Place, needed: Mapping[str, str], sources: Mapping[str, str]
) -> tuple[str, ...]:
    """All cells of a parameter's row but the last."""
    filled = sources.get(parameter.fill or "")
    sense = f"filled: {filled}" if filled else needed.get(parameter.name, "")
    cells = facts(f"`{parameter.name}`", place, sense)
    return (*cells, parameter.effect.value, provider_cell(kind, parameter), str(parameter.schema["description"]))


def provider_cell(kind: Kind, parameter: Parameter) -> str:
    """The provider's attribute, and in parentheses what is shown besides or instead."""
    places = attributes_of(kind)[parameter.name]
    cells = (f"`{place.name}`" if place.type is not None else f"(`{place.name}`)" for place in places)
    return " ".join(cells)


def last_cell(kind: Kind, parameter: Parameter, usual: str) -> str:
    """The section of the guide; of one of today, what changes it in place."""
    return (
        changed_by(parameter, kind.operation_of("modify", usual))
        if kind.section_key
        else parameter.schema["x-ack-section"]
    )


def changed_by(parameter: Parameter, usual: str) -> str:
    names = (parameter.operation,) if parameter.operation else OPERATIONS.get(parameter.effect, ())
    if parameter.effect is Effect.MODIFY:
        names = (parameter.operation or usual,)
    return ", ".join(f"[`{name}`](operations.md#{anchor(name)})" for name in names)


def disjoint(kind: Kind) -> list[str]:
    names = kind.root.get("x-ack-disjoint", ())
    made = [(name, kind.parameters[name].schema.get("x-ack-made")) for name in names]
    told = ", ".join(f"{name} {network}" for name, network in made if network)
    rule = f"The networks of {', '.join(names)} must not overlap; without a VPC they are {told} unless given"
    return [rule] if names else []


def pool_kind() -> Kind:
    """The kind of a node pool."""
    return Catalog(DEFAULT.schemas, "create_node_pool").kinds[0]


def pool_parameters() -> Mapping[str, Parameter]:
    """The parameters of a node pool, by their dotted names."""
    kind = pool_kind()
    return {name: parameter for name, parameter in kind.parameters.items() if name not in kind.inherited}


def pool_section() -> str:
    """What is inside of a cluster's `node_pools`: the body that makes a pool."""
    kind = pool_kind()
    root = kind.root
    needed = senses(Place({"$ref": "#/$defs/parameters"}, POOL))
    written = dict(leaves(Place({"$ref": "#/$defs/properties"}, POOL)))
    sources = {"name": "the pool's key"}
    rows = [
        (*parameter_row(p, kind, written[p.name], needed, sources), changed_by(p, root["x-ack-calls"]["modify"]))
        for p in pool_parameters().values()
    ]
    text = (
        f"{root['description']} `ackplan schema create-node-pool` prints it; its facts are from\n"
        f"{root['x-ack-source']}; resource type `{root['x-ack-resource']}`.\n"
        "Each stands under its name in a cluster's `node_pools`."
    )
    return section("Node pools", text, table(TODAYS, rows), rules(Place({"$ref": "#/$defs/parameters"}, POOL)))


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
    parts = [file_section(), *map(kind_section, DEFAULT.kinds), pool_section(), own_section(), secret_section()]
    return "\n".join([INTRODUCTION, *parts])


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
