"""How the schema files are built: what their readers rely on, and the annotations they may carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

CREATE = [f"create-{kind}.schema.json" for kind in ("dedicated", "managed", "edge", "serverless")]
BODIES = [
    *CREATE,
    *(f"{name}.schema.json" for name in ("scale-out", "scale", "attach", "attach-script", "remove-nodes")),
]

# Those of operations that the guide does not have say so at their root.
TODAYS_CREATE = [f"create-pooled-{kind}.schema.json" for kind in ("dedicated", "managed", "edge", "serverless")]

ATTRIBUTE = r"^[a-z_]+(\.0\.[a-z_]+)*$"
PLACE = r"^[a-z_]+(\.[A-Za-z_]+)*$"
ANNOTATIONS: dict[str, Any] = {
    "x-ack-as": {"type": "string", "pattern": PLACE},
    "x-ack-assumed": {"enum": [True, "cloud_ssd", {"env": "ACK_NODE_PASSWORD"}]},
    "x-ack-beside": {"type": "object", "minProperties": 1},
    "x-ack-family": {"type": "string", "pattern": "^[a-z_]+$"},
    "x-ack-call": {"type": "string", "pattern": "^[a-z_]+$"},
    "x-ack-calls": {"type": "object", "minProperties": 1},
    "x-ack-check": {"enum": ["cidr", "port-range"]},
    "x-ack-disjoint": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    "x-ack-effect": {"enum": ["identity", "scale", "attach", "recorded", "replace", "modify", "upgrade", "addons"]},
    "x-ack-fill": {"enum": ["name", "region"]},
    "x-ack-form": {"type": "string", "minLength": 1},
    "x-ack-from": {"type": "array", "items": {"type": "string"}},
    "x-ack-gone": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^([A-Za-z_.]*)$"}},
    "x-ack-join": {"const": "attach_script"},
    "x-ack-kind": {"type": "string", "pattern": "^[a-z]+([-_][a-z]+)?$"},
    "x-ack-inherits": {"type": "object", "minProperties": 1},
    "x-ack-place": {"type": "string", "pattern": "^[a-z_]+$"},
    "x-ack-kept": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "x-ack-known": {"const": True},
    "x-ack-lacks": {"type": "object", "minProperties": 1},
    "x-ack-live": {"type": "array", "items": {"type": "string", "pattern": PLACE}, "minItems": 1},
    "x-ack-live-form": {"enum": ["version", "part"]},
    "x-ack-live-values": {"properties": {"profile": {"type": "array"}}, "additionalProperties": False},
    "x-ack-made": {"enum": ["192.168.0.0/16", "172.16.0.0/16", "172.19.0.0/20"]},
    "x-ack-masters": {"const": "master_count"},
    "x-ack-merge": {"const": True},
    "x-ack-negated": {"const": True},
    "x-ack-nodes": {"enum": ["Master", "Worker"]},
    "x-ack-otherwise": {"const": False},
    "x-ack-placeholder": {"type": ["string", "integer", "array"]},
    "x-ack-provider": {"type": "string", "pattern": ATTRIBUTE},
    "x-ack-provider-also": {
        "type": "array",
        "items": {"type": "string", "pattern": r"^[a-z_]+(\.0\.[a-z_]+)*(\.(0|#))?$"},
    },
    "x-ack-reads": {"enum": ["integer", "boolean", "json"]},
    "x-ack-reserved": {"type": "array", "items": {"type": "string", "pattern": "^[a-z.:]+$"}, "minItems": 1},
    "x-ack-resource": {"type": "string", "pattern": "^alicloud_cs_[a-z_]*kubernetes(_node_pool|_addon)?$"},
    "x-ack-rule": {"type": "string", "pattern": "^[A-Za-z].*[^.]$"},
    "x-ack-secret": {"const": True},
    "x-ack-section": {"type": "string", "pattern": r"^(ackplan|today|[23]\.[0-9]+(, [23]\.[0-9]+)*)$"},
    "x-ack-shown": {"type": "array", "items": {"type": "string", "pattern": PLACE}, "minItems": 1},
    "x-ack-sorted": {"enum": [True, "counted"]},
    "x-ack-source": {"type": "string", "pattern": "^alibabacloud-cs20151215 [0-9.]+, [A-Za-z0-9]+$"},
    "x-ack-timeout": {"const": "create"},
    "x-ack-title": {"type": "string", "minLength": 1},
    "x-ack-together": {"const": True},
    "x-ack-unless": {"type": "string"},
    "x-ack-whole": {"const": True},
    "x-ack-with": {"type": "object", "minProperties": 1},
    "x-ack-words": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[a-z].*[^.]$"}},
}


def subschemas(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping in a schema file; those that only hold named subschemas among them."""
    if isinstance(schema, Mapping):
        yield schema
        for part in schema.values():
            yield from subschemas(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from subschemas(part)


def todays(schemas: Mapping[str, Any]) -> list[str]:
    """The bodies of today's operations."""
    return [name for name, schema in schemas.items() if schema.get("x-ack-section") == "today"]


def leaves(
    merged: Callable[[str, Mapping[str, Any]], dict[str, Any]], file: str, found: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every parameter in a body that is not made of others, by its dotted name."""
    for name, raw in found.items():
        schema = merged(file, raw)
        if "properties" in schema and not schema.get("x-ack-whole"):
            yield from leaves(merged, file, schema["properties"], f"{path}{name}.")
        else:
            yield f"{path}{name}", schema


def test_every_file_is_a_valid_schema_named_after_itself(schemas):
    assert set(schemas) == {*BODIES, *todays(schemas), "definitions.schema.json", "spec.schema.json"}
    for name, schema in schemas.items():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"] == f"https://ackplan.dev/schemas/{name}"
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(schemas):
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    count = 0
    for schema in schemas.values():
        resolver = registry.resolver(schema["$id"])
        for part in subschemas(schema):
            for keyword in ("$ref", "$dynamicRef"):
                if isinstance(part.get(keyword), str):
                    assert resolver.lookup(part[keyword]).contents
                    count += 1
    assert count > 100


def test_every_definition_is_used(schemas):
    used = {
        part["$ref"].rsplit("/", 1)[-1]
        for schema in schemas.values()
        for part in subschemas(schema)
        if isinstance(part.get("$ref"), str)
    }
    assert set(schemas["definitions.schema.json"]["$defs"]) - used == {"secret"}


def test_every_parameter_says_what_it_is_where_it_comes_from_and_what_a_change_becomes(schemas, parameters, merged):
    options = schemas["attach-script.schema.json"]["$defs"]["options"]["properties"]
    own = schemas["spec.schema.json"]["$defs"]["own"]["properties"]
    groups = {
        **parameters,
        "options": options,
        "own": {k: merged("spec.schema.json", v) for k, v in own.items()},
    }
    assert set(groups) == {*BODIES, *todays(schemas), "options", "own"}
    for group in {*BODIES, "options", "own"}:
        for name, schema in groups[group].items():
            assert len(schema.get("description", "")) > 10, (group, name)
            assert schema["description"].endswith("."), (group, name)
            assert "x-ack-section" in schema, (group, name)
            assert "x-ack-effect" in schema, (group, name)


def test_every_parameter_of_today_says_what_it_is_and_those_of_specs_what_a_change_becomes(schemas, parameters, merged):
    assert set(TODAYS_CREATE) <= set(todays(schemas))
    for file in todays(schemas):
        assert schemas[file]["x-ack-source"]
        found = dict(leaves(merged, "definitions.schema.json", parameters[file]))
        assert found
        for name, schema in found.items():
            assert schema["description"].endswith("."), (file, name)
            assert schema.get("x-ack-section") == "today", (file, name)
            assert {"type", "enum", "const", "$dynamicRef"} & set(schema), (file, name)
            if file.startswith("create-"):
                assert "x-ack-effect" in schema, (file, name)


def test_annotations_are_known_and_well_formed(schemas):
    seen = set()
    for name, schema in schemas.items():
        for part in subschemas(schema):
            for key, value in part.items():
                if key.startswith("x-"):
                    assert Draft202012Validator(ANNOTATIONS[key]).is_valid(value), (name, key, value)
                    seen.add(key)
    assert seen == set(ANNOTATIONS)


def test_a_body_is_built_of_properties_and_rules(schemas):
    for file in (*BODIES, *todays(schemas)):
        schema = schemas[file]
        body = schema["items"] if schema["type"] == "array" else schema
        assert body["type"] == "object"
        assert body["$ref"] == "#/$defs/parameters"
        assert body["unevaluatedProperties"] is False
        assert schema["$defs"]["parameters"] == {"allOf": [{"$ref": "#/$defs/properties"}, {"$ref": "#/$defs/rules"}]}
        assert set(schema["$defs"]["properties"]) == {"properties"}
        assert set(schema["$defs"]["rules"]) <= {"required", "allOf"}
        assert {"title", "description", "x-ack-section"} <= set(schema)


def test_no_text_can_end_in_a_line_break(schemas):
    """`$` alone lets one pass in Python, and in no other language: every anchored pattern rules it out."""
    patterns = [part["pattern"] for schema in schemas.values() for part in subschemas(schema) if "pattern" in part]
    texts = [pattern for pattern in patterns if isinstance(pattern, str)]
    assert len(texts) > 15
    assert [pattern for pattern in texts if pattern.endswith("$")] == []


def test_every_pattern_of_a_value_says_what_form_it_means(schemas):
    silent = [
        part["pattern"]
        for schema in schemas.values()
        for part in subschemas(schema)
        if isinstance(part.get("pattern"), str) and "x-ack-form" not in part
    ]
    assert len(silent) == 1
    assert "[Ff][Ll][Aa][Nn][Nn][Ee][Ll]" in silent[0]


def test_secrets_are_marked_and_nothing_else_is(parameters, merged):
    marked = {
        (file.removesuffix(".schema.json"), name)
        for file, known in parameters.items()
        for name, schema in leaves(merged, "definitions.schema.json", known)
        if schema.get("x-ack-secret")
    }
    with_login = ["create-dedicated", "create-managed", "create-edge", "scale-out", "scale"]
    expected = {(file, "login_password") for file in with_login} | {("attach", "password")}
    masters = {(file, "control_plane_config.login_password") for file in ("create-pooled-dedicated", "modify-cluster")}
    pools = {(file, "scaling_group.login_password") for file in ("create-node-pool", "modify-node-pool")}
    assert marked == expected | masters | pools | {("attach-to-node-pool", "password")}


CONSTANTS = {
    "dedicated": {"cluster_type": "Kubernetes"},
    "managed": {"cluster_type": "ManagedKubernetes"},
    "edge": {"cluster_type": "ManagedKubernetes", "profile": "Edge"},
    "serverless": {"cluster_type": "Ask"},
    "pooled-dedicated": {"cluster_type": "Kubernetes"},
    "pooled-managed": {"cluster_type": "ManagedKubernetes"},
    "pooled-edge": {"cluster_type": "ManagedKubernetes", "profile": "Edge"},
    "pooled-serverless": {"cluster_type": "ManagedKubernetes", "profile": "Serverless"},
}


@pytest.mark.parametrize("file", [*CREATE, *TODAYS_CREATE])
def test_kinds_are_told_apart_by_constants_alone(file, schemas, parameters):
    constants = {name: schema["const"] for name, schema in parameters[file].items() if "const" in schema}
    assert constants == CONSTANTS[schemas[file]["x-ack-kind"]]


@pytest.mark.parametrize("file", CREATE)
def test_effects_of_a_create_parameter(file, parameters):
    effects: dict[str, set[str]] = {}
    for name, schema in parameters[file].items():
        effects.setdefault(schema["x-ack-effect"], set()).add(name)
    assert effects["identity"] == {"name"}
    assert effects.get("scale", {"num_of_nodes"}) == {"num_of_nodes"}
    assert effects.get("recorded", set()) <= {"timeout_mins", "disable_rollback", "login_password"}
    assert {"cluster_type", "region_id"} <= effects["replace"]
    assert set(effects) <= {"identity", "scale", "recorded", "replace"}


NETWORKS = {"container_cidr", "service_cidr", "proxy_mode", "tags", "endpoint_public_access"}
COMPARED = {
    "create-dedicated.schema.json": {
        *("vpcid", "kubernetes_version", "node_cidr_mask", "cpu_policy", "node_port_range", *NETWORKS)
    },
    "create-managed.schema.json": {"vpcid", "kubernetes_version", "node_cidr_mask", *NETWORKS},
    "create-edge.schema.json": {"vpcid", *NETWORKS},
    "create-serverless.schema.json": {"vpc_id", "vswitch_id", "private_zone"},
}


@pytest.mark.parametrize("file", CREATE)
def test_what_a_live_cluster_shows_is_compared_with_it(file, parameters):
    """Not the vswitches: a live cluster shows those that it uses by now, or one of them."""
    assert {name for name, schema in parameters[file].items() if "x-ack-live" in schema} == {
        "region_id",
        *COMPARED[file],
    }


@pytest.mark.parametrize("file", CREATE)
def test_an_export_has_a_value_for_whatever_is_required(file, schemas, parameters):
    """Where nothing else can be known; whether those values are valid, exports show."""
    found = parameters[file]
    assert [name for name, schema in found.items() if {"x-ack-placeholder", "x-ack-assumed"} <= set(schema)] == []
    required = schemas[file]["$defs"]["rules"]["required"]
    filled = {"x-ack-placeholder", "x-ack-assumed", "x-ack-fill", "const"}
    missing = {name for name in required if not filled & set(found[name])}
    assert missing <= {"num_of_nodes"}


def test_scale_out_takes_from_parameters_that_exist(parameters):
    created = {name for file in CREATE for name in parameters[file]}
    for name, schema in parameters["scale-out.schema.json"].items():
        sources = [source for source in schema["x-ack-from"] if not source.startswith("live:")]
        assert set(sources) <= created
        assert sources or name == "count"


def test_a_scale_out_lacks_parameters_of_workers_that_it_has_no_place_for(schemas, parameters):
    created = {name for file in CREATE for name in parameters[file]}
    carried = {name for schema in parameters["scale-out.schema.json"].values() for name in schema["x-ack-from"]}
    lacking = {name for name in created - carried if name.startswith("worker_")}
    assert set(schemas["scale-out.schema.json"]["x-ack-lacks"]) == lacking


def test_disjoint_networks_and_masters_are_parameters(schemas, parameters):
    for file in CREATE:
        disjoint = schemas[file].get("x-ack-disjoint", ())
        assert all("x-ack-made" in parameters[file][name] for name in disjoint)
    assert [file for file in CREATE if "x-ack-disjoint" in schemas[file]] == CREATE[:3]
    assert [file for file in CREATE if "x-ack-masters" in schemas[file]] == CREATE[:1]
    assert schemas[CREATE[0]]["x-ack-masters"] in parameters[CREATE[0]]


def test_operations_name_the_bodies_and_every_body_has_an_operation(operations, schemas):
    guide = [
        "create_cluster",
        "scale_out",
        "scale",
        "attach",
        "attach_script",
        "remove_nodes",
        "delete_cluster",
        "kubeconfig",
        "certs",
        "get_cluster",
        "list_clusters",
        "get_task",
        "list_nodes",
    ]
    assert [entry["id"] for entry in operations][: len(guide)] == guide
    named = {entry["id"].replace("_", "-"): entry.get("bodies") for entry in operations[len(guide) :]}
    assert {name: bodies for name, bodies in named.items() if bodies not in (None, [f"{name}.schema.json"])} == {}
    bodies = {body for entry in operations for key in ("bodies", "bodies_today") for body in entry.get(key, ())}
    assert bodies == {*BODIES, *todays(schemas)}
    assert (operations[0]["bodies"], operations[0]["bodies_today"]) == (CREATE, TODAYS_CREATE)
    assert set(operations[0]["expected_seconds_by_body"]) == {*CREATE, *TODAYS_CREATE}


def test_operations_say_how_they_are_called(operations):
    changing = {entry["id"] for entry in operations[:13] if entry["changes"]}
    assert changing == {"create_cluster", "scale_out", "scale", "attach", "remove_nodes", "delete_cluster"}
    assert {entry["id"] for entry in operations if entry["method"] != "GET" and not entry["changes"]} == {
        "attach_script"
    }
    calls = [(entry["method"], entry["path"]) for entry in operations]
    assert len(set(calls)) == len(calls)
    for entry in operations:
        assert entry["expected_seconds"] > 0
        assert entry["method"] != "GET" or not (entry["changes"] or "bodies" in entry)
        assert (
            ("{id}" in entry["path"])
            or entry["id"] in {"create_cluster", "list_clusters"}
            or (entry["path"].split("/")[1] in {"tasks", "addons", "tags"} or "/metadata/" in entry["path"])
        )
