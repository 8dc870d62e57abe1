"""What must be refused, each time for exactly the right reason: where, by which keyword, under which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

LOGIN = "Nodes are logged in to with exactly one of key_pair and login_password"
NETWORK = "vpcid and vswitch_ids are given both or neither; without them a VPC is made"
ALL_NETWORKS = "vpcid, master_vswitch_ids and worker_vswitch_ids are given all or none; without them a VPC is made"
MADE_VPC = "Without vpcid and vswitches a VPC is made, and snat_entry must be true for it"
NO_NETWORK = {"vpcid": ..., "vswitch_ids": ..., "master_vswitch_ids": ..., "worker_vswitch_ids": ...}
ADDONS = "A cluster has one network addon, Flannel or Terway, not two"
PREPAID = "PrePaid workers need worker_period and worker_period_unit"
PAID = {"worker_instance_charge_type": "PrePaid", "worker_period_unit": "Month", "worker_period": 1}
MASTER_PAID = {"master_instance_charge_type": "PrePaid", "master_period_unit": "Week", "master_period": 1}
ATTACH = "Instances are attached with exactly one of password and key_pair"
STATIC = "cpu_policy static needs Kubernetes 1.12.6 or newer"
OLD = ["1.11.5-aliyun.1", "1.9.3", "1.12.5-aliyun.1", "1.12.1", "v1.10.4", "1.11", "1.8"]
TYPES = "master_instance_types has one type for all masters, three types, or one for each of them"
MORE = "master_instance_types has no more types than there are masters"
EDGE_ENDPOINT = "Edge nodes reach the control plane over the internet: endpoint_public_access is true or left out"

# body, changes to it, and where, why and under which rule it is refused
REFUSED: list[tuple[str, dict[str, Any], str, str, str | None]] = [
    # what identifies a cluster
    ("managed", {"name": ...}, "$", "required", None),
    ("managed", {"name": ""}, "$.name", "pattern", None),
    ("managed", {"name": "-shop"}, "$.name", "pattern", None),
    ("managed", {"name": "shop_prod"}, "$.name", "pattern", None),
    ("managed", {"name": "a" * 64}, "$.name", "pattern", None),
    ("managed", {"name": "shop\n"}, "$.name", "pattern", None),
    ("managed", {"cluster_type": "Managed"}, "$.cluster_type", "const", None),
    ("managed", {"cluster_type": "my-test-Kubernetes-cluster"}, "$.cluster_type", "const", None),
    ("managed", {"profile": "Edge"}, "$", "unevaluatedProperties", None),
    ("managed", {"master_count": 3}, "$", "unevaluatedProperties", None),
    ("managed", {"nmu_of_nodes": 3}, "$", "unevaluatedProperties", None),
    ("managed", {"region_id": "Beijing"}, "$.region_id", "pattern", None),
    ("edge", {"profile": ...}, "$", "required", None),
    ("edge", {"profile": "edge"}, "$.profile", "const", None),
    ("edge", {"addons": []}, "$", "unevaluatedProperties", None),
    # numbers and sizes
    ("managed", {"num_of_nodes": -1}, "$.num_of_nodes", "minimum", None),
    ("managed", {"num_of_nodes": 301}, "$.num_of_nodes", "maximum", None),
    ("managed", {"num_of_nodes": "3"}, "$.num_of_nodes", "type", None),
    ("managed", {"num_of_nodes": True}, "$.num_of_nodes", "type", None),
    ("managed", {"num_of_nodes": 2.5}, "$.num_of_nodes", "type", None),
    ("managed", {"num_of_nodes": ...}, "$", "required", None),
    ("managed", {"timeout_mins": 0}, "$.timeout_mins", "minimum", None),
    ("managed", {"worker_system_disk_size": 0}, "$.worker_system_disk_size", "minimum", None),
    ("managed", {"worker_system_disk_size": "120"}, "$.worker_system_disk_size", "type", None),
    ("managed", {"worker_data_disk": True, "worker_data_disk_size": 32769}, "$.worker_data_disk_size", "maximum", None),
    ("managed", {"worker_data_disk": True, "worker_data_disk_size": "32769"}, "$.worker_data_disk_size", "pattern", None),
    ("managed", {"worker_data_disk": True, "worker_data_disk_size": "1e3"}, "$.worker_data_disk_size", "pattern", None),
    ("managed", {"worker_data_disk": "yes"}, "$.worker_data_disk", "pattern", None),
    ("dedicated", {"worker_data_disk": 1}, "$.worker_data_disk", "type", None),
    ("dedicated", {"master_data_disk": "true"}, "$.master_data_disk", "type", None),
    ("managed", {"worker_data_disk": True, "worker_data_disk_category": "ssd"}, "$.worker_data_disk_category", "pattern", None),
    ("dedicated", {"master_count": 4}, "$.master_count", "enum", None),
    ("dedicated", {"master_system_disk_category": "cloud"}, "$.master_system_disk_category", "pattern", None),
    ("managed", {"worker_system_disk_category": ""}, "$.worker_system_disk_category", "pattern", None),
    # choices
    ("managed", {"proxy_mode": "IPVS"}, "$.proxy_mode", "enum", None),
    *(("dedicated", {"cpu_policy": "static", "kubernetes_version": version}, "$.cpu_policy", "not", STATIC) for version in OLD),
    *(("dedicated", {"master_count": masters, "master_instance_types": ["ecs.a.b"] * types}, "$.master_instance_types", "anyOf", TYPES) for masters, types in [(5, 2), (5, 4), (3, 2)]),
    ("dedicated", {"master_count": 3, "master_instance_types": ["ecs.a.b"] * 5}, "$.master_instance_types", "maxItems", MORE),
    ("dedicated", {"master_count": ..., "master_instance_types": ["ecs.a.b"] * 5}, "$.master_instance_types", "maxItems", MORE),
    ("managed", {"worker_instance_types": ...}, "$", "required", None),
    ("edge", {"worker_instance_types": ...}, "$", "required", None),
    ("dedicated", {"worker_instance_types": ..., "num_of_nodes": 0}, "$", "required", None),
    ("dedicated", {"cpu_policy": "dynamic"}, "$.cpu_policy", "enum", None),
    ("managed", {"worker_instance_charge_type": "prepaid"}, "$.worker_instance_charge_type", "enum", None),
    ("managed", {**PAID, "worker_period_unit": "Day"}, "$.worker_period_unit", "enum", None),
    ("managed", {"kubernetes_version": 1.12}, "$.kubernetes_version", "type", None),
    ("managed", {"node_cidr_mask": "33"}, "$.node_cidr_mask", "pattern", None),
    # lists
    ("managed", {"worker_instance_types": []}, "$.worker_instance_types", "minItems", None),
    ("managed", {"worker_instance_types": "ecs.hfc5.xlarge"}, "$.worker_instance_types", "type", None),
    ("managed", {"worker_instance_types": ["hfc5.xlarge"]}, "$.worker_instance_types[0]", "pattern", None),
    ("managed", {"vswitch_ids": [f"vsw-{n}" for n in range(6)]}, "$.vswitch_ids", "maxItems", None),
    ("managed", {"vswitch_ids": []}, "$.vswitch_ids", "minItems", None),
    ("managed", {"vswitch_ids": ["vsw-2ze48****"]}, "$.vswitch_ids[0]", "pattern", None),
    ("dedicated", {"master_vswitch_ids": [f"vsw-{n}" for n in range(4)]}, "$.master_vswitch_ids", "maxItems", None),
    ("managed", {"tags": [{"value": "shop"}]}, "$.tags[0]", "required", None),
    ("managed", {"tags": [{"key": "", "value": "shop"}]}, "$.tags[0].key", "minLength", None),
    ("managed", {"tags": {"team": "shop"}}, "$.tags", "type", None),
    ("managed", {"tags": [{"key": "a", "values": "b"}]}, "$.tags[0]", "additionalProperties", None),
    ("managed", {"addons": [{"version": "1"}]}, "$.addons[0]", "required", None),
    ("managed", {"addons": [{"name": "flannel"}, {"name": "terway-eniip"}]}, "$.addons", "not", ADDONS),
    ("dedicated", {"addons": [{"name": "Flannel"}, {"name": "Terway"}]}, "$.addons", "not", ADDONS),
    ("dedicated", {"addons": [{"name": "flannel"}, {"name": "flannel"}]}, "$.addons", "not", ADDONS),
    # logging in
    ("managed", {"login_password": ...}, "$", "oneOf", LOGIN),
    ("managed", {"key_pair": "common"}, "$", "oneOf", LOGIN),
    ("dedicated", {"key_pair": "common"}, "$", "oneOf", LOGIN),
    ("edge", {"login_password": ...}, "$", "oneOf", LOGIN),
    ("scale-out", {"login_password": "test@19abcd"}, "$", "oneOf", LOGIN),
    ("scale-out", {"key_pair": ...}, "$", "oneOf", LOGIN),
    ("managed", {"login_password": ..., "key_pair": ""}, "$.key_pair", "minLength", None),
    ("managed", {"login_password": "aB3@xyz"}, "$.login_password", "minLength", None),
    ("managed", {"login_password": "aB3@" * 8}, "$.login_password", "maxLength", None),
    ("managed", {"login_password": "test****"}, "$.login_password", "pattern", None),
    ("managed", {"login_password": "密码密码密码aB"}, "$.login_password", "pattern", None),
    ("managed", {"login_password": {"env": "ACK_NODE_PASSWORD"}}, "$.login_password", "type", None),
    # networks
    ("managed", {"vpcid": ...}, "$", "required", NETWORK),
    ("managed", {"vswitch_ids": ...}, "$", "required", NETWORK),
    ("edge", {"vswitch_ids": ...}, "$", "required", NETWORK),
    ("dedicated", {"vpcid": ...}, "$", "required", ALL_NETWORKS),
    ("dedicated", {"master_vswitch_ids": ...}, "$", "required", ALL_NETWORKS),
    ("dedicated", {"worker_vswitch_ids": ...}, "$", "required", ALL_NETWORKS),
    ("managed", {**NO_NETWORK, "snat_entry": False}, "$.snat_entry", "not", MADE_VPC),
    ("dedicated", {**NO_NETWORK, "snat_entry": False}, "$.snat_entry", "not", MADE_VPC),
    ("edge", {**NO_NETWORK, "snat_entry": False}, "$.snat_entry", "not", MADE_VPC),
    ("managed", {"snat_entry": ...}, "$", "required", None),
    ("managed", {"vpcid": ""}, "$.vpcid", "pattern", None),
    ("managed", {"vpcid": None}, "$.vpcid", "type", None),
    ("serverless", {"vswitch_id": ...}, "$", "required", "vpc_id and vswitch_id are given both or neither; without them a VPC is made"),
    ("serverless", {"vpc_id": ...}, "$", "required", "vpc_id and vswitch_id are given both or neither; without them a VPC is made"),
    ("serverless", {"nat_gateway": "yes"}, "$.nat_gateway", "pattern", None),
    ("serverless", {"vpcid": "vpc-a"}, "$", "unevaluatedProperties", None),
    ("managed", {"container_cidr": "172.20.XX.XX/16"}, "$.container_cidr", "pattern", None),
    ("managed", {"container_cidr": "172.20.0.0"}, "$.container_cidr", "pattern", None),
    ("managed", {"service_cidr": "172.21.0.256/20"}, "$.service_cidr", "pattern", None),
    ("managed", {"service_cidr": "172.21.0.0/33"}, "$.service_cidr", "pattern", None),
    ("managed", {"service_cidr": "172.021.0.0/20"}, "$.service_cidr", "pattern", None),
    ("dedicated", {"node_port_range": "30000"}, "$.node_port_range", "pattern", None),
    ("dedicated", {"node_port_range": "29999-32767"}, "$.node_port_range", "pattern", None),
    ("dedicated", {"node_port_range": "30000-65536"}, "$.node_port_range", "pattern", None),
    ("edge", {"endpoint_public_access": False}, "$.endpoint_public_access", "enum", EDGE_ENDPOINT),
    # data disks
    ("managed", {"worker_data_disk_category": "cloud"}, "$.worker_data_disk_category", "not", "worker_data_disk_category needs worker_data_disk: true"),
    ("managed", {"worker_data_disk": "false", "worker_data_disk_size": 100}, "$.worker_data_disk_size", "not", "worker_data_disk_size needs worker_data_disk: true"),
    ("managed", {"worker_data_disk": False, "worker_data_disk_size": 100}, "$.worker_data_disk_size", "not", "worker_data_disk_size needs worker_data_disk: true"),
    ("edge", {"worker_data_disk_size": 100}, "$.worker_data_disk_size", "not", "worker_data_disk_size needs worker_data_disk: true"),
    ("dedicated", {"master_data_disk_size": 100}, "$.master_data_disk_size", "not", "master_data_disk_size needs master_data_disk: true"),
    ("dedicated", {"master_data_disk": False, "master_data_disk_category": "cloud"}, "$.master_data_disk_category", "not", "master_data_disk_category needs master_data_disk: true"),
    # paying in advance
    ("managed", {"worker_instance_charge_type": "PrePaid"}, "$", "required", PREPAID),
    ("managed", {**PAID, "worker_period_unit": ...}, "$", "required", PREPAID),
    ("managed", {**PAID, "worker_period": ...}, "$", "required", PREPAID),
    ("dedicated", {**MASTER_PAID, "master_period": ...}, "$", "required", "PrePaid masters need master_period and master_period_unit"),
    ("managed", {**PAID, "worker_auto_renew": True}, "$", "required", "Workers that are renewed automatically need worker_auto_renew_period"),
    ("dedicated", {**MASTER_PAID, "master_auto_renew": True}, "$", "required", "Masters that are renewed automatically need master_auto_renew_period"),
    ("managed", {**PAID, "worker_auto_renew_period": 1}, "$.worker_auto_renew_period", "not", "worker_auto_renew_period needs worker_auto_renew: true"),
    ("managed", {"worker_period": 1}, "$.worker_period", "not", "worker_period is for PrePaid workers only"),
    ("managed", {"worker_period_unit": "Month"}, "$.worker_period_unit", "not", "worker_period_unit is for PrePaid workers only"),
    ("managed", {"worker_auto_renew": True}, "$.worker_auto_renew", "not", "Only PrePaid workers can be renewed automatically"),
    ("managed", {"worker_auto_renew_period": 1}, "$.worker_auto_renew_period", "not", "worker_auto_renew_period is for PrePaid workers only"),
    ("dedicated", {"worker_instance_charge_type": ..., "worker_period": 1}, "$.worker_period", "not", "worker_period is for PrePaid workers only"),
    ("dedicated", {"master_period": 1}, "$.master_period", "not", "master_period is for PrePaid masters only"),
    ("dedicated", {"master_auto_renew": True}, "$.master_auto_renew", "not", "Only PrePaid masters can be renewed automatically"),
    ("managed", {**PAID, "worker_period": 10}, "$.worker_period", "enum", "With worker_period_unit Month, worker_period is 1 to 9, 12, 24, 36, 48 or 60"),
    ("managed", {**PAID, "worker_period_unit": "Week", "worker_period": 5}, "$.worker_period", "enum", "With worker_period_unit Week, worker_period is 1, 2, 3 or 4"),
    ("managed", {**PAID, "worker_period_unit": "Year", "worker_period": 6}, "$.worker_period", "enum", "With worker_period_unit Year, worker_period is 1, 2, 3, 4 or 5"),
    ("managed", {**PAID, "worker_auto_renew": True, "worker_auto_renew_period": 4}, "$.worker_auto_renew_period", "enum", "With worker_period_unit Month, worker_auto_renew_period is 1, 2, 3, 6 or 12"),
    ("dedicated", {**MASTER_PAID, "master_period": 12}, "$.master_period", "enum", "With master_period_unit Week, master_period is 1, 2, 3 or 4"),
    ("dedicated", {**MASTER_PAID, "master_auto_renew": True, "master_auto_renew_period": 6}, "$.master_auto_renew_period", "enum", "With master_period_unit Week, master_auto_renew_period is 1, 2 or 3"),
    ("managed", {**PAID, "worker_period_unit": "Week", "worker_auto_renew": True, "worker_auto_renew_period": 6}, "$.worker_auto_renew_period", "enum", "With worker_period_unit Week, worker_auto_renew_period is 1, 2 or 3"),
    ("managed", {**PAID, "worker_period_unit": "Year", "worker_auto_renew": True, "worker_auto_renew_period": 4}, "$.worker_auto_renew_period", "enum", "With worker_period_unit Year, worker_auto_renew_period is 1, 2 or 3"),
    ("dedicated", {**MASTER_PAID, "master_period_unit": "Month", "master_period": 10}, "$.master_period", "enum", "With master_period_unit Month, master_period is 1 to 9, 12, 24, 36, 48 or 60"),
    ("dedicated", {**MASTER_PAID, "master_period_unit": "Year", "master_period": 6}, "$.master_period", "enum", "With master_period_unit Year, master_period is 1, 2, 3, 4 or 5"),
    ("dedicated", {**MASTER_PAID, "master_period_unit": "Month", "master_auto_renew": True, "master_auto_renew_period": 4}, "$.master_auto_renew_period", "enum", "With master_period_unit Month, master_auto_renew_period is 1, 2, 3, 6 or 12"),
    ("dedicated", {**MASTER_PAID, "master_period_unit": "Year", "master_auto_renew": True, "master_auto_renew_period": 6}, "$.master_auto_renew_period", "enum", "With master_period_unit Year, master_auto_renew_period is 1, 2 or 3"),
    ("dedicated", {**MASTER_PAID, "master_auto_renew_period": 1}, "$.master_auto_renew_period", "not", "master_auto_renew_period needs master_auto_renew: true"),
    ("dedicated", {"master_auto_renew_period": 1}, "$.master_auto_renew_period", "not", "master_auto_renew_period is for PrePaid masters only"),
    ("dedicated", {"master_period_unit": "Month"}, "$.master_period_unit", "not", "master_period_unit is for PrePaid masters only"),
    ("edge", {"worker_instance_charge_type": "PostPaid"}, "$", "unevaluatedProperties", None),
    # the other operations
    ("scale-out", {"worker_data_disk": "true"}, "$.worker_data_disk", "type", None),
    ("scale-out", {"vswitch_ids": [f"vsw-{n}" for n in range(4)]}, "$.vswitch_ids", "maxItems", None),
    ("scale-out", {"count": 0}, "$.count", "minimum", None),
    ("scale-out", {"count": ...}, "$", "required", None),
    ("scale-out", {"worker_data_disk": ...}, "$", "required", None),
    ("scale-out", {"vswitch_ids": ...}, "$", "required", None),
    ("scale-out", {"num_of_nodes": 3}, "$", "unevaluatedProperties", None),
    ("scale", {"num_of_nodes": ...}, "$", "required", None),
    ("scale", {"worker_instance_type": ["ecs.c5.xlarge"]}, "$.worker_instance_type", "type", None),
    ("attach", {"password": ...}, "$", "oneOf", ATTACH),
    ("attach", {"key_pair": "common"}, "$", "oneOf", ATTACH),
    ("attach", {"instances": []}, "$.instances", "minItems", None),
    ("attach", {"instances": ["i-a", "i-a"]}, "$.instances", "uniqueItems", None),
    ("attach", {"instances": ["i-2zee3****"]}, "$.instances[0]", "pattern", None),
    ("attach", {"instances": "i-a"}, "$.instances", "type", None),
    ("attach", {"format_disk": "no"}, "$.format_disk", "type", None),
    ("attach-script", {"options": {"nodeName": "a"}}, "$.options", "type", None),
    ("attach-script", {"options": ...}, "$", "required", None),
    ("remove-nodes", {"nodes": ...}, "$", "required", None),
    ("remove-nodes", {"nodes": ["Node 1"]}, "$.nodes[0]", "pattern", None),
    ("remove-nodes", {"release_node": "false"}, "$.release_node", "type", None),
]  # fmt: skip


def file_of(name: str) -> str:
    creating = name in {"dedicated", "managed", "edge", "serverless"}
    return f"create-{name}.schema.json" if creating else f"{name}.schema.json"


@pytest.mark.parametrize(("name", "changes", "path", "keyword", "rule"), REFUSED)
def test_a_wrong_body_is_refused_for_the_right_reason_alone(name, changes, path, keyword, rule, changed, refused):
    assert refused(file_of(name), changed(name, changes)) == {(path, keyword, rule)}


PREFIX = "nodeNamePrefix needs nodeNameStrategy: randomWithPrefix"
OPTIONS: list[tuple[dict[str, Any], str, str, str | None]] = [
    ({"nodeNameStrategy": "custom"}, "$.nodeNameStrategy", "enum", None),
    ({"nodeName": "a"}, "$.nodeName", "not", "nodeName needs nodeNameStrategy: customized"),
    (
        {"nodeName": "a", "nodeNameStrategy": "random"},
        "$.nodeName",
        "not",
        "nodeName needs nodeNameStrategy: customized",
    ),
    ({"nodeNameStrategy": "customized"}, "$", "required", "nodeNameStrategy: customized needs nodeName"),
    *(
        ({**strategy, "nodeNamePrefix": "shop"}, "$.nodeNamePrefix", "not", PREFIX)
        for strategy in [
            {},
            {"nodeNameStrategy": "hostname"},
            {"nodeNameStrategy": "random"},
            {"nodeNameStrategy": "customized", "nodeName": "a"},
        ]
    ),
    ({"enabledAddons": ["flannel", "flannel"]}, "$.enabledAddons", "uniqueItems", None),
    ({"enableIpTables": True}, "$", "additionalProperties", None),
    ({"manageRuntime": 1}, "$.manageRuntime", "type", None),
]


@pytest.mark.parametrize(("options", "path", "keyword", "rule"), OPTIONS)
def test_wrong_options_of_the_join_script_are_refused(options, path, keyword, rule, refused):
    assert refused("attach-script.schema.json#/$defs/options", options) == {(path, keyword, rule)}


NO_SCRIPT = "Only edge clusters have a join script"
NOTHING_KEPT = "Only of a cluster with node_pools can be said what a deletion keeps"
NO_ROLLING = "Only node pools have a rolling_policy: it stands in node_pools"
GUIDE = ("dedicated", "managed", "edge", "serverless")
SCALE_IN = "scale_in has exactly one of nodes and strategy"
SECRET = "A secret is read from exactly one of env and file"

# kind, changes to its example in a spec, and the refusal
OWN: list[tuple[str, dict[str, Any], str, str, str | None]] = [
    ("managed", {"login_password": "test@19abcd"}, "$.login_password", "type", None),
    ("managed", {"login_password": {}}, "$.login_password", "oneOf", SECRET),
    ("managed", {"login_password": {"env": "A", "file": "b"}}, "$.login_password", "oneOf", SECRET),
    ("managed", {"login_password": {"env": "A", "value": "b"}}, "$.login_password", "additionalProperties", None),
    ("managed", {"login_password": {"env": "1A"}}, "$.login_password.env", "pattern", None),
    ("managed", {"login_password": {"file": ""}}, "$.login_password.file", "minLength", None),
    ("dedicated", {"login_password": "test@19abcd"}, "$.login_password", "type", None),
    ("edge", {"login_password": "test@19abcd"}, "$.login_password", "type", None),
    ("managed", {"attach": [{"instances": ["i-a"], "password": "test@19abcd"}]}, "$.attach[0].password", "type", None),
    ("managed", {"attach": [{"instances": ["i-a"]}]}, "$.attach[0]", "oneOf", ATTACH),
    ("managed", {"attach": [{"key_pair": "common"}]}, "$.attach[0]", "required", None),
    ("managed", {"attach": ["i-a"]}, "$.attach[0]", "type", None),
    ("managed", {"attach": [{"instances": ["i-a"], "key_pair": "k", "disk": 1}]}, "$.attach[0]", "unevaluatedProperties", None),
    ("managed", {"attach_script": {}}, "$.attach_script", "not", NO_SCRIPT),
    ("dedicated", {"attach_script": {}}, "$.attach_script", "not", NO_SCRIPT),
    ("serverless", {"attach_script": {}}, "$.attach_script", "not", NO_SCRIPT),
    *((kind, {"rolling_policy": {}}, "$.rolling_policy", "not", NO_ROLLING) for kind in GUIDE),
    ("serverless", {"attach": []}, "$.attach", "not", "A serverless cluster has no nodes to attach"),
    ("serverless", {"scale_in": {"strategy": "newest"}}, "$.scale_in", "not", "A serverless cluster has no nodes to remove"),
    ("managed", {"scale_in": {}}, "$.scale_in", "oneOf", SCALE_IN),
    ("managed", {"scale_in": {"nodes": ["i-a"], "strategy": "newest"}}, "$.scale_in", "oneOf", SCALE_IN),
    ("managed", {"scale_in": {"strategy": "random"}}, "$.scale_in.strategy", "enum", None),
    ("managed", {"scale_in": []}, "$.scale_in", "type", None),
    ("managed", {"depends_on": "shop-prod"}, "$.depends_on", "type", None),
    ("managed", {"depends_on": ["a", "a"]}, "$.depends_on", "uniqueItems", None),
    ("managed", {"lifecycle": {"prevent_destory": True}}, "$.lifecycle", "additionalProperties", None),
    ("managed", {"lifecycle": {"replace": "always"}}, "$.lifecycle.replace", "enum", None),
    ("managed", {"lifecycle": {"prevent_destroy": "yes"}}, "$.lifecycle.prevent_destroy", "type", None),
    ("managed", {"timeouts": {"create": "60"}}, "$.timeouts.create", "pattern", None),
    ("managed", {"timeouts": {"create": "0m"}}, "$.timeouts.create", "pattern", None),
    ("managed", {"timeouts": {"create": 60}}, "$.timeouts.create", "type", None),
    ("managed", {"timeouts": {"update": "60m"}}, "$.timeouts", "additionalProperties", None),
    ("edge", {"worker_system_disk_size": ...}, "$", "required", "Edge clusters need worker_system_disk_size"),
    ("managed", {"retain_all_resources": True}, "$.retain_all_resources", "not", NOTHING_KEPT),
    ("edge", {"retain_resources": ["d-a"]}, "$.retain_resources", "not", NOTHING_KEPT),
    ("managed", {"nmu_of_nodes": 3}, "$", "unevaluatedProperties", None),
    ("managed", {"profile": "Edge"}, "$", "unevaluatedProperties", None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "path", "keyword", "rule"), OWN)
def test_a_wrong_cluster_of_a_spec_is_refused(kind, changes, path, keyword, rule, example, as_spec, refused):
    merged = {**as_spec(example(kind)), **changes}
    body = {key: value for key, value in merged.items() if value is not ...}
    assert refused(f"spec.schema.json#/$defs/{kind}", body) == {(path, keyword, rule)}


OUTLINE: list[tuple[Any, str, str]] = [
    ([], "$", "type"),
    ({}, "$", "required"),
    ({"ackplan": 2}, "$.ackplan", "const"),
    ({"ackplan": True}, "$.ackplan", "const"),
    ({"ackplan": "1"}, "$.ackplan", "const"),
    ({"ackplan": 1, "cluster": {}}, "$", "additionalProperties"),
    ({"ackplan": 1, "region": "Beijing"}, "$.region", "pattern"),
    ({"ackplan": 1, "clusters": []}, "$.clusters", "type"),
    ({"ackplan": 1, "clusters": {"-a": {}}}, "$.clusters", "pattern"),
    ({"ackplan": 1, "clusters": {"a": None}}, "$.clusters.a", "type"),
    ({"ackplan": 1, "clusters": {"a": {"extends": 1}}}, "$.clusters.a.extends", "type"),
    ({"ackplan": 1, "templates": {"a": {"extends": [1]}}}, "$.templates.a.extends[0]", "type"),
    ({"ackplan": 1, "variables": {"a-b c": {}}}, "$.variables", "pattern"),
    ({"ackplan": 1, "variables": {"a": {"type": "text"}}}, "$.variables.a.type", "enum"),
    ({"ackplan": 1, "variables": {"a": {"default": None}}}, "$.variables.a.default", "type"),
    ({"ackplan": 1, "variables": {"a": {"sensitive": True}}}, "$.variables.a", "additionalProperties"),
]


@pytest.mark.parametrize(("spec", "path", "keyword"), OUTLINE)
def test_a_wrong_outline_of_a_spec_is_refused(spec, path, keyword, refused):
    assert refused("spec.schema.json", spec) == {(path, keyword, None)}


@pytest.mark.parametrize("kind", ["dedicated", "managed", "edge"])
def test_a_secret_is_text_in_a_call_and_a_reference_in_a_spec(kind, example, refused):
    text = {**example(kind), "worker_system_disk_size": 120}
    reference = {**text, "login_password": {"file": "secrets/node"}}
    assert refused(f"create-{kind}.schema.json", text) == set()
    assert refused(f"create-{kind}.schema.json", reference) == {("$.login_password", "type", None)}
    assert refused(f"spec.schema.json#/$defs/{kind}", text) == {("$.login_password", "type", None)}
    assert refused(f"spec.schema.json#/$defs/{kind}", reference) == set()


def rules_in(schema: Any) -> Iterator[str]:
    """Every rule that a schema file states, wherever it stands."""
    for key, part in schema.items() if isinstance(schema, Mapping) else enumerate(schema):
        if key == "x-ack-rule":
            yield part
        elif isinstance(part, Mapping | list):
            yield from rules_in(part)


def of_the_guide(schemas: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schemas without those of operations, parameters and rules that the guide does not have."""
    bodies = [schema for schema in schemas.values() if schema.get("x-ack-section") != "today"]
    names = ("today_", "rule_today_", "nodes_in_pools")
    return [
        {**body, "$defs": {name: part for name, part in body["$defs"].items() if not name.startswith(names)}}
        for body in bodies
    ]


def test_every_rule_of_the_guide_refuses_something_above(schemas):
    stated = {rule for schema in of_the_guide(schemas) for rule in rules_in(schema)}
    assert len(stated) > 40
    assert stated == {case[-1] for table in (REFUSED, OPTIONS, OWN) for case in table} - {None}


def test_a_password_written_for_a_variables_name_is_marked_as_secret_where_it_is_refused(example, validator):
    body = {**example("managed"), "login_password": {"env": "Literal@1"}}
    faults = list(validator("spec.schema.json#/$defs/managed").iter_errors(body))
    refusing = [fault.schema for fault in faults if list(fault.absolute_path) == ["login_password", "env"]]
    assert [schema["x-ack-secret"] for schema in refusing] == [True]
