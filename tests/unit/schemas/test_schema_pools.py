"""Bodies of calls about node pools, held against the official client that they were read from; what they take."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from alibabacloud_cs20151215 import models
from alibabacloud_cs20151215.client import Client

SOURCE = re.compile(r"alibabacloud-cs20151215 7\.2\.3, (\w+)")
ACTIONS = {
    "create_node_pool": "CreateClusterNodePool",
    "list_node_pools": "DescribeClusterNodePools",
    "get_node_pool": "DescribeClusterNodePoolDetail",
    "modify_node_pool": "ModifyClusterNodePool",
    "scale_node_pool": "ScaleClusterNodePool",
    "delete_node_pool": "DeleteClusterNodepool",
    "attach_to_node_pool": "AttachInstancesToNodePool",
    "remove_node_pool_nodes": "RemoveNodePoolNodes",
    "modify_node_config": "ModifyNodePoolNodeConfig",
}
FILES = {f"{name.replace('_', '-')}.schema.json" for name in ACTIONS}
EFFECTS = {"identity", "scale", "modify", "recorded", "replace"}


@pytest.fixture(scope="session")
def pools(schemas: dict[str, Any]) -> dict[str, Any]:
    """The bodies of calls about node pools, by file name."""
    return {name: schema for name, schema in schemas.items() if name in FILES}


@pytest.fixture(scope="session")
def seen(schemas: dict[str, Any]) -> Callable[[Mapping[str, Any], str], tuple[Mapping[str, Any], str]]:
    """What a part of a file refers to, with what stands nearer laid over it, and the file that that stands in."""

    def follow(part: Mapping[str, Any], file: str) -> tuple[Mapping[str, Any], str]:
        reference = part.get("$ref") or part.get("$dynamicRef")
        if not isinstance(reference, str):
            return part, file
        name, _, pointer = reference.partition("#")
        target: Any = schemas[name or file]
        if part.get("$dynamicRef"):
            target, name = schemas["definitions.schema.json"]["$defs"]["secret"], "definitions.schema.json"
        else:
            for step in filter(None, pointer.split("/")):
                target = target[step]
        found, where = follow(target, name or file)
        return {**found, **{key: value for key, value in part.items() if key != "$ref"}}, where

    return follow


@pytest.fixture(scope="session")
def leaves(seen: Any, pools: dict[str, Any]) -> Callable[[str], dict[str, Mapping[str, Any]]]:
    """The parameters of a body by their dotted names: an object with properties is no parameter, its properties are."""

    def within(properties: Mapping[str, Any], file: str, before: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, part in properties.items():
            whole, where = seen(part, file)
            if "properties" in whole and not whole.get("x-ack-whole"):
                yield from within(whole["properties"], where, f"{before}{name}.")
            else:
                yield f"{before}{name}", whole

    return lambda file: dict(within(pools[file]["$defs"]["properties"].get("properties", {}), file, ""))


def keys(model: type) -> dict[str, type | None]:
    """The names that a class of the official client sends, each with the class of what stands there."""
    text = inspect.getsource(model.from_map)
    named = dict.fromkeys(re.findall(r"m\.get\('([^']+)'\)", text))
    for name in named:
        one = re.search(
            rf"temp_model = main_models\.(\w+)\(\)\s+self\.\w+ = temp_model\.from_map\(m\.get\('{name}'\)", text
        )
        many = re.search(rf"for k1 in m\.get\('{name}'\):\s+temp_model = main_models\.(\w+)\(\)", text)
        found = one or many
        named[name] = getattr(models, found[1]) if found else None
    return named


def differences(seen: Any, part: Mapping[str, Any], file: str, model: type, where: str) -> Iterator[str]:
    whole, file = seen(part, file)
    whole, file = seen(whole["items"], file) if whole.get("type") == "array" else (whole, file)
    properties, sent = whole.get("properties", {}), keys(model)
    yield from (f"{where}{name}: the client has it, the schema has not" for name in sent if name not in properties)
    yield from (f"{where}{name}: the schema has it, the client has not" for name in properties if name not in sent)
    for name, inner in sent.items():
        if inner is not None and name in properties:
            yield from differences(seen, properties[name], file, inner, f"{where}{name}.")


def test_each_body_has_all_that_the_official_client_sends_and_nothing_else(pools, seen):
    assert "create-node-pool.schema.json" in pools
    for file, schema in pools.items():
        source = SOURCE.fullmatch(schema["x-ack-source"])
        assert source, file
        model = getattr(models, f"{source[1]}Request")
        listed = next((one for one in keys(model).values() if one), None) if schema["type"] == "array" else None
        properties = schema["$defs"]["properties"]
        assert list(differences(seen, properties, file, listed or model, "")) == [], file


def test_a_missing_and_an_invented_parameter_are_seen(pools, seen):
    schema = {"properties": {"conut": {"type": "integer"}}}
    told = list(differences(seen, schema, "scale-node-pool.schema.json", models.ScaleClusterNodePoolRequest, ""))
    assert told == ["count: the client has it, the schema has not", "conut: the schema has it, the client has not"]


CREATED = ["create-node-pool.schema.json"]


@pytest.mark.parametrize("file", CREATED)
def test_what_a_spec_holds_says_what_a_change_becomes(file, leaves):
    for name, part in leaves(file).items():
        assert part["x-ack-effect"] in EFFECTS, name
        assert part["x-ack-section"] == "today", name
        if part.get("type") == "object":
            assert part["x-ack-whole"] is True, name


def test_effects_of_pool_parameters(leaves):
    pool, changed = leaves("create-node-pool.schema.json"), leaves("modify-node-pool.schema.json")
    effects: dict[str, set[str]] = {}
    for name, part in pool.items():
        effects.setdefault(part["x-ack-effect"], set()).add(name)
    assert effects["identity"] == {"nodepool_info.name"}
    assert effects["scale"] == {"scaling_group.desired_size"}
    assert effects["recorded"] == {"count", "scaling_group.login_password"}
    called = {name for name in effects["modify"] if "x-ack-call" not in pool[name]}
    assert called <= set(changed)
    fixed = {"auto_scaling.type", "eflo_node_group.auto_attach_enabled"}
    assert effects["replace"] & set(changed) == fixed
    assert {name for name, part in pool.items() if part.get("x-ack-secret")} == {"scaling_group.login_password"}


def test_settings_of_nodes_are_changed_by_a_call_of_their_own(leaves):
    pool, sent = leaves("create-node-pool.schema.json"), leaves("modify-node-config.schema.json")
    for name, part in pool.items():
        assert ("x-ack-call" in part) == name.startswith("node_config."), name
        if "x-ack-call" in part:
            assert part["x-ack-call"] == "modify_node_config"
            assert {k: v for k, v in sent[part["x-ack-as"]].items() if k[:2] != "x-"} == {
                key: value for key, value in part.items() if key[:2] != "x-"
            }


POOL = {
    "nodepool_info": {"name": "web"},
    "scaling_group": {"vswitch_ids": ["vsw-1"], "instance_types": ["ecs.g7.large"]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A pool's body with one parameter set."""
    body: dict[str, Any] = {name: dict(part) for name, part in POOL.items()}
    *way, last = path.split(".")
    target = body
    for step in way:
        target = target.setdefault(step, {})
    target[last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("scaling_group.desired_size", 0),
        ("scaling_group.key_pair", "ops"),
        ("scaling_group.data_disks", [{"category": "cloud_essd", "size": 40, "encrypted": "true"}]),
        ("kubernetes_config.taints", [{"key": "gpu", "value": "", "effect": "NoSchedule"}]),
        ("management.auto_vul_fix_policy.vul_level", "asap,later"),
        ("management.auto_repair_policy.max_parallel_repairing_nodes", "10%"),
        ("node_config.kubelet_configuration.evictionHard", {"memory.available": "300Mi"}),
        ("node_config.node_os_config.sysctl", {"vm.max_map_count": 262144}),
        ("scaling_group.instance_patterns", [{"cores": 4, "memory": 8.5}]),
        ("nodepool_info.resource_group_id", "rg-1"),
    ],
)
def test_what_a_pool_takes(path, value, refused):
    assert refused("create-node-pool.schema.json", changed(path, value)) == set()


@pytest.mark.parametrize(
    ("path", "value", "keyword"),
    [
        ("scaling_group.desired_size", -1, "minimum"),
        ("scaling_group.desired_szie", 3, "additionalProperties"),
        ("scaling_group.system_disk_size", 19, "minimum"),
        ("scaling_group.system_disk_category", "cloud", "enum"),
        ("scaling_group.vswitch_ids", [], "minItems"),
        ("scaling_group.instance_types", ["ecs.g7.large"] * 2, "uniqueItems"),
        ("scaling_group.data_disks", [{"size": 39}], "minimum"),
        ("scaling_group.period", 10, "enum"),
        ("scaling_group.login_password", "secret", "minLength"),
        ("kubernetes_config.labels", [{"value": "x"}], "required"),
        ("management.auto_repair_policy.max_parallel_repairing_nodes", "101%", "pattern"),
        ("management.auto_vul_fix_policy.vul_level", "asap, later", "pattern"),
        ("nodepool_info.name", "", "minLength"),
        ("nodepool_info.type", "swarm", "enum"),
        ("nodepools", [], "unevaluatedProperties"),
    ],
)
def test_what_a_pool_refuses(path, value, keyword, refused):
    assert keyword in {fault.keyword for fault in refused("create-node-pool.schema.json", changed(path, value))}


RULES = [
    (
        {"key_pair": "a", "login_password": "Hunter-2222"},
        "Nodes are logged in to with key_pair or login_password, not both",
    ),
    ({"instance_charge_type": "PrePaid"}, "PrePaid instances need period"),
    ({"period_unit": "Week", "period": 6}, "period is 1 to 4 weeks"),
    ({"period_unit": "Week", "auto_renew_period": 6}, "auto_renew_period is 1 to 3 weeks"),
    (
        {"private_pool_options": {"id": "a"}, "resource_pool_options": {}},
        "resource_pool_options and private_pool_options exclude each other",
    ),
]


@pytest.mark.parametrize(("group", "rule"), RULES)
def test_a_rule_of_pools_refuses(group, rule, refused):
    body = {**POOL, "scaling_group": {**POOL["scaling_group"], **group}}
    assert rule in {fault.rule for fault in refused("create-node-pool.schema.json", body)}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"nodepool_info": {"name": "a"}}, "A pool of instances needs scaling_group"),
        (
            {"nodepool_info": {"name": "a"}, "scaling_group": {"vswitch_ids": ["vsw-1"]}},
            "A pool of instances needs vswitch_ids, and instance_types or instance_patterns",
        ),
        (
            {**POOL, "management": {"upgrade_config": {"surge": 1, "surge_percentage": 5}}},
            "An upgrade has surge or surge_percentage, not both",
        ),
        ({"nodepool_info": {"name": "a", "type": "edge"}}, None),
        ({"nodepool_info": {"name": "a"}, "auto_mode": {"enable": True}}, None),
    ],
)
def test_rules_about_the_parts_of_a_pool(body, rule, refused):
    assert {fault.rule for fault in refused("create-node-pool.schema.json", body)} == ({rule} if rule else set())


def test_every_operation_is_one_of_the_official_client(operations):
    by_id = {entry["id"]: entry for entry in operations}
    for name, action in ACTIONS.items():
        entry, method = by_id[name], re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
        text = inspect.getsource(
            getattr(Client, f"{method}_with_options" if hasattr(Client, f"{method}_with_options") else method)
        )
        path = re.sub(r"\{[^}]*\}", "{}", re.findall(r"pathname = f?'([^']*)'", text)[0])
        assert path == re.sub(r"\{\w+\}", "{}", entry["path"]), name
        assert f"method = '{entry['method']}'" in text, name
        assert set(re.findall(r"query\['([^']+)'\]", text)) == set(entry.get("query", ())), name
