"""What must be accepted: the guide's examples, and the readings that resolve its contradictions."""

from __future__ import annotations

import json
from typing import Any

import pytest

KINDS = ("dedicated", "managed", "edge", "serverless")
OTHERS = ("scale-out", "scale", "attach", "attach-script", "remove-nodes")

PREPAID = {"worker_instance_charge_type": "PrePaid"}
MADE_VPC = {"vpcid": ..., "vswitch_ids": ..., "snat_entry": True}

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("dedicated", {"login_password": ..., "key_pair": "common"}),
    ("dedicated", {"vpcid": ..., "master_vswitch_ids": ..., "worker_vswitch_ids": ..., "snat_entry": True}),
    ("dedicated", {"master_count": 5, "master_instance_types": ["ecs.sn1.medium"]}),
    (
        "dedicated",
        {"master_data_disk": True, "master_data_disk_category": "cloud", "master_data_disk_size": 100},
    ),
    ("dedicated", {"master_data_disk": True, "master_data_disk_size": "100"}),
    (
        "dedicated",
        {"master_instance_charge_type": "PrePaid", "master_period_unit": "Year", "master_period": 5},
    ),
    ("dedicated", {"worker_vswitch_ids": [f"vsw-{n}" for n in range(5)]}),
    ("dedicated", {"node_port_range": "30000-65535"}),
    ("dedicated", {"node_port_range": ...}),
    ("dedicated", {"cpu_policy": "static"}),
    ("managed", MADE_VPC),
    ("managed", {"snat_entry": False}),
    ("managed", {"name": "商店-生产-1"}),
    ("managed", {"name": "a" * 63}),
    ("managed", {"num_of_nodes": 0}),
    ("managed", {"num_of_nodes": 300}),
    ("managed", {"vswitch_ids": [f"vsw-{n}" for n in range(5)]}),
    (
        "managed",
        {"worker_data_disk": True, "worker_data_disk_category": "cloud_ssd", "worker_data_disk_size": 200},
    ),
    ("managed", {"worker_data_disk": True, "worker_data_disk_size": "200"}),
    ("managed", {"worker_data_disk": False}),
    ("managed", {**PREPAID, "worker_period_unit": "Week", "worker_period": 4}),
    ("managed", {**PREPAID, "worker_period_unit": "Month", "worker_period": 60}),
    ("managed", {**PREPAID, "worker_period_unit": "Year", "worker_period": 1}),
    (
        "managed",
        {
            **PREPAID,
            "worker_period_unit": "Month",
            "worker_period": 9,
            "worker_auto_renew": True,
            "worker_auto_renew_period": 12,
        },
    ),
    ("managed", {**PREPAID, "worker_period_unit": "Month", "worker_period": 1, "worker_auto_renew": False}),
    ("managed", {"worker_auto_renew": False}),
    (
        "managed",
        {"addons": [{"name": "terway-eniip", "version": "", "config": ""}, {"name": "arms-prometheus"}]},
    ),
    ("managed", {"addons": [{"name": "terway-eniip"}, {"name": "terway-controlplane"}]}),
    ("managed", {"addons": [{"name": "my-flannel-exporter"}, {"name": "flannel"}]}),
    ("managed", {"tags": [{"key": "team", "value": ""}, {"key": "team"}]}),
    *(
        (kind, {f"{role}_system_disk_category": category})
        for kind, role in [("managed", "worker"), ("edge", "worker"), ("dedicated", "worker"), ("dedicated", "master")]
        for category in ["cloud_essd", "cloud_auto", "cloud_essd_entry"]
    ),
    *(
        (kind, {f"{role}_data_disk": True, f"{role}_data_disk_category": category})
        for kind, role in [("managed", "worker"), ("edge", "worker"), ("dedicated", "worker"), ("dedicated", "master")]
        for category in ["cloud", "cloud_essd", "cloud_auto", "cloud_essd_entry", "elastic_ephemeral_disk_standard"]
    ),
    ("scale-out", {"worker_system_disk_category": "cloud_essd"}),
    *(
        ("dedicated", {"cpu_policy": "static", "kubernetes_version": version})
        for version in ["1.12.6-aliyun.1", "1.12.10", "1.14.8-aliyun.1", "1.31.1-aliyun.1", "1.12", ...]
    ),
    ("dedicated", {"cpu_policy": "none", "kubernetes_version": "1.11.5-aliyun.1"}),
    *(
        ("dedicated", {"master_count": masters, "master_instance_types": ["ecs.a.b"] * types})
        for masters, types in [(3, 1), (3, 3), (5, 1), (5, 3), (5, 5), (..., 3), (..., 1)]
    ),
    *((kind, {"num_of_nodes": 0, "worker_instance_types": ...}) for kind in ("managed", "edge")),
    *((kind, {"worker_data_disk": disk}) for kind in ("managed", "edge", "dedicated") for disk in ("true", "false")),
    ("managed", {"worker_data_disk": "true", "worker_data_disk_size": "200"}),
    ("managed", {"kubernetes_version": ..., "node_cidr_mask": ...}),
    ("managed", {"region_id": "cn-north-2-gov-1"}),
    ("edge", {"worker_system_disk_size": 40}),
    ("edge", {"endpoint_public_access": ...}),
    ("serverless", {"nat_gateway": True, "private_zone": False}),
    ("serverless", {"vpc_id": ..., "vswitch_id": ...}),
    ("scale-out", {"key_pair": ..., "login_password": "test@19abcd"}),
    ("scale-out", {"worker_system_disk_category": ..., "worker_system_disk_size": ..., "tags": ...}),
    ("scale", {"login_password": ..., "timeout_mins": ..., "disable_rollback": ...}),
    ("attach", {"password": ..., "key_pair": "common"}),
    ("remove-nodes", {"release_node": ...}),
]

PASSWORDS = ["testABC1", "test@19abcd", "TEST@19ABCD", "tESTtest@", "aB3" + "x" * 27, "密码aB3xyz1"]


def file_of(name: str) -> str:
    return f"create-{name}.schema.json" if name in KINDS else f"{name}.schema.json"


@pytest.mark.parametrize("name", [*KINDS, *OTHERS])
def test_the_guides_example_is_accepted(name, example, refused):
    assert refused(file_of(name), example(name)) == set()


@pytest.mark.parametrize(("name", "changes"), ACCEPTED)
def test_what_the_guide_allows_is_accepted(name, changes, changed, refused):
    assert refused(file_of(name), changed(name, changes)) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_accepted_in_a_spec_once_its_secret_is_a_reference(kind, example, as_spec, refused):
    assert refused(f"spec.schema.json#/$defs/{kind}", as_spec(example(kind))) == set()


@pytest.mark.parametrize("password", PASSWORDS)
def test_passwords_of_three_classes_are_accepted(password, changed, refused):
    assert refused("create-managed.schema.json", changed("managed", {"login_password": password})) == set()


def test_the_options_of_the_join_script_hold_what_the_schema_says(example, refused):
    options = json.loads(example("attach-script")["options"])
    assert refused("attach-script.schema.json#/$defs/options", options) == set()


OWN: list[tuple[str, dict[str, Any]]] = [
    (
        "managed",
        {"attach": [{"instances": ["i-2zee3oiwcyoz7kwdo8bt"], "password": {"env": "ROOT"}, "format_disk": False}]},
    ),
    (
        "managed",
        {
            "attach": [
                {"instances": ["i-a", "i-b"], "key_pair": "common"},
                {"instances": ["i-c"], "password": {"file": "p"}},
            ]
        },
    ),
    ("managed", {"scale_in": {"nodes": ["i-b", "i-a"], "release_node": True}}),
    ("dedicated", {"scale_in": {"strategy": "newest"}}),
    ("managed", {"depends_on": ["shop-prod", "商店"]}),
    (
        "managed",
        {
            "lifecycle": {
                "prevent_destroy": True,
                "ignore_changes": ["tags"],
                "replace": "allow",
                "adopt": True,
            }
        },
    ),
    ("serverless", {"timeouts": {"create": "60m", "delete": "90s"}, "extends": ["a", "b"]}),
    (
        "managed",
        {"timeouts": {"create": "2h", "scale": "1m", "attach": "1m", "remove": "1m", "delete": "1m"}},
    ),
    (
        "edge",
        {"attach_script": {"nodeNameStrategy": "customized", "nodeName": "shop-1", "enabledAddons": []}},
    ),
]


@pytest.mark.parametrize(("kind", "own"), OWN)
def test_ackplans_own_keys_are_accepted_beside_create_parameters(kind, own, example, as_spec, refused):
    assert refused(f"spec.schema.json#/$defs/{kind}", {**as_spec(example(kind)), **own}) == set()


SPECS: list[dict[str, Any]] = [
    {"ackplan": 1},
    {"ackplan": 1, "region": "cn-beijing", "variables": {}, "templates": {}, "clusters": {}},
    {"ackplan": 1, "region": "${var.region}", "variables": {"region": {"type": "string"}}},
    {
        "ackplan": 1,
        "variables": {"a": {"type": "list", "default": ["x"], "description": "y"}, "b": {"default": 1}},
    },
    {
        "ackplan": 1,
        "templates": {"web": {"cluster_type": "ManagedKubernetes", "num_of_nodes": "${var.size}", "vpcid": None}},
        "clusters": {
            "shop-prod": {"extends": "web", "num_of_nodes": "${var.a}"},
            "shop-dev": {"extends": ["web", "b"]},
        },
    },
]


@pytest.mark.parametrize("spec", SPECS)
def test_a_spec_is_accepted_before_its_variables_are_filled_in(spec, refused):
    assert refused("spec.schema.json", spec) == set()
