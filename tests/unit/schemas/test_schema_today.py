"""Bodies of today's calls on a cluster: what they take, what they refuse, and that the official client has no more."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from alibabacloud_cs20151215 import models

BASIC = {
    "name": "shop",
    "region_id": "cn-beijing",
    "vpcid": "vpc-2zegvl5etah5requ09nec",
    "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
}
MASTERS = {"instance_types": ["ecs.c7.xlarge"], "key_pair": "ops", "size": 3}
CLUSTERS: Mapping[str, Mapping[str, Any]] = {
    "create-pooled-dedicated": {**BASIC, "cluster_type": "Kubernetes", "control_plane_config": MASTERS},
    "create-pooled-managed": {**BASIC, "cluster_type": "ManagedKubernetes"},
    "create-pooled-edge": {**BASIC, "cluster_type": "ManagedKubernetes", "profile": "Edge"},
    "create-pooled-serverless": {**BASIC, "cluster_type": "ManagedKubernetes", "profile": "Serverless"},
}
TAG = {"key": "team", "value": "shop"}
# A body, and what a client may add to it.
TAKEN = [
    ("create-pooled-managed", {"profile": "Default", "cluster_spec": "ack.pro.small", "proxy_mode": "nftables"}),
    ("create-pooled-managed", {"profile": "Lingjun"}),
    ("create-pooled-managed", {"vpcid": ..., "vswitch_ids": ..., "zone_ids": ["cn-beijing-a"]}),
    ("create-pooled-managed", {"addons": [{"name": "flannel", "disabled": False}], "container_cidr": "172.20.0.0/16"}),
    ("create-pooled-managed", {"addons": [{"name": "terway-eniip", "config": "{}"}]}),
    ("create-pooled-managed", {"maintenance_window": {"enable": True, "duration": "24h", "weekly_period": "Monday"}}),
    ("create-pooled-managed", {"maintenance_window": {"recurrence": "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU"}}),
    ("create-pooled-managed", {"operation_policy": {"cluster_auto_upgrade": {"enabled": True, "channel": "patch"}}}),
    ("create-pooled-managed", {"controlplane_log_ttl": "3000", "controlplane_log_components": ["apiserver"]}),
    ("create-pooled-managed", {"audit_log_config": {"enabled": True, "sls_project_name": "logs"}}),
    ("create-pooled-managed", {"rrsa_config": {"enabled": True}, "extra_sans": ["a.example"], "ip_stack": "dual"}),
    ("create-pooled-edge", {"deletion_protection": True, "tags": [TAG]}),
    ("create-pooled-serverless", {"snat_entry": True, "service_discovery_types": ["PrivateZone"]}),
    ("create-pooled-dedicated", {"ssh_flags": True, "node_port_range": "30000-32767"}),
    ("create-pooled-dedicated", {"control_plane_config": {**MASTERS, "key_pair": ..., "login_password": "Master@1"}}),
]
NETWORK = "A cluster needs vpcid and vswitch_ids, or zone_ids to have them made"
MADE_VPC = "zone_ids is for a VPC that is made: leave out vpcid"
MADE_VSWITCHES = "zone_ids is for vswitches that are made: leave out vswitch_ids"
MADE_GROUP = "is_enterprise_security_group is for a security group that is made: leave out security_group_id or it"
LOGIN = "Masters are logged in to with exactly one of key_pair and login_password"
PREPAID = "PrePaid masters need period and period_unit"
WINDOW = "$.maintenance_window"
REFUSED: list[tuple[str, dict[str, Any], str, str, str | None]] = [
    ("create-pooled-managed", {"vpcid": ...}, "$", "required", NETWORK),
    ("create-pooled-managed", {"vswitch_ids": ...}, "$", "required", NETWORK),
    ("create-pooled-serverless", {"vswitch_ids": ..., "zone_ids": ["a"]}, "$.vpcid", "not", MADE_VPC),
    ("create-pooled-managed", {"vpcid": ..., "zone_ids": ["a"]}, "$.vswitch_ids", "not", MADE_VSWITCHES),
    (
        "create-pooled-edge",
        {"security_group_id": "sg-1", "is_enterprise_security_group": True},
        "$.is_enterprise_security_group",
        "not",
        MADE_GROUP,
    ),
    ("create-pooled-managed", {"addons": [{"name": "flannel"}]}, "$", "required", "Flannel needs container_cidr"),
    ("create-pooled-managed", {"num_of_nodes": 3}, "$", "unevaluatedProperties", None),
    ("create-pooled-managed", {"nodepools": []}, "$", "unevaluatedProperties", None),
    ("create-pooled-managed", {"control_plane_config": MASTERS}, "$", "unevaluatedProperties", None),
    ("create-pooled-managed", {"profile": "Edge"}, "$.profile", "enum", None),
    ("create-pooled-edge", {"profile": "Default"}, "$.profile", "const", None),
    ("create-pooled-serverless", {"cluster_type": "Ask"}, "$.cluster_type", "const", None),
    ("create-pooled-managed", {"cluster_spec": "ack.small"}, "$.cluster_spec", "enum", None),
    ("create-pooled-managed", {"controlplane_log_ttl": "3001"}, "$.controlplane_log_ttl", "pattern", None),
    ("create-pooled-managed", {"controlplane_log_ttl": 30}, "$.controlplane_log_ttl", "type", None),
    ("create-pooled-managed", {"maintenance_window": {"duration": "25h"}}, f"{WINDOW}.duration", "pattern", None),
    ("create-pooled-managed", {"maintenance_window": {"on": True}}, WINDOW, "additionalProperties", None),
    (
        "create-pooled-managed",
        {"maintenance_window": {"weekly_period": "Monday, Friday"}},
        f"{WINDOW}.weekly_period",
        "pattern",
        None,
    ),
    (
        "create-pooled-managed",
        {"maintenance_window": {"recurrence": "FREQ=WEEKLY;COUNT=3"}},
        f"{WINDOW}.recurrence",
        "pattern",
        None,
    ),
    ("create-pooled-managed", {"cluster_domain": "Cluster.local"}, "$.cluster_domain", "pattern", None),
    ("create-pooled-managed", {"tags": [TAG] * 21}, "$.tags", "maxItems", None),
    ("create-pooled-dedicated", {"control_plane_config": ...}, "$", "required", None),
    (
        "create-pooled-dedicated",
        {"control_plane_config": {**MASTERS, "login_password": "Master@1"}},
        "$.control_plane_config",
        "oneOf",
        LOGIN,
    ),
    (
        "create-pooled-dedicated",
        {"control_plane_config": {**MASTERS, "charge_type": "PrePaid"}},
        "$.control_plane_config",
        "required",
        PREPAID,
    ),
    (
        "create-pooled-dedicated",
        {"control_plane_config": {**MASTERS, "size": 4}},
        "$.control_plane_config.size",
        "enum",
        None,
    ),
    ("modify-cluster", {"cluster_name": "-shop"}, "$.cluster_name", "pattern", None),
    ("modify-cluster", {"cluster_spec": "ack.standard"}, "$.cluster_spec", "enum", None),
    ("modify-cluster", {"name": "shop"}, "$", "unevaluatedProperties", None),
    ("update-kms", {"disable_encryption": False}, "$", "required", "Encryption needs kms_key_id"),
    ("update-kms", {}, "$", "required", "Encryption needs kms_key_id"),
    ("update-audit", {"enabled": True}, "$", "unevaluatedProperties", None),
    ("update-control-plane-log", {"log_ttl": "0"}, "$.log_ttl", "pattern", None),
    ("tag-resources", {}, "$", "required", None),
    ("migrate-cluster", {"bucket": "b"}, "$", "unevaluatedProperties", None),
]
# The body's schema, and the class of the official client whose fields it has.
CLASSES = {
    "modify-cluster": models.ModifyClusterRequest,
    "update-control-plane-log": models.UpdateControlPlaneLogRequest,
    "update-audit": models.UpdateClusterAuditLogConfigRequest,
    "update-kms": models.UpdateKMSEncryptionRequest,
    "migrate-cluster": models.MigrateClusterRequest,
    "tag-resources": models.TagResourcesRequest,
    "modify-cluster-tags": models.Tag,
}
# Of no use in a spec: tokens of a single call, a key nobody should write down, and pools, which are made apart.
LEFT_OUT = {"client_token", "user_ca", "nodepools"}


def body(file: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    return without({**CLUSTERS.get(file, {}), **changes})


def without(value: Any) -> Any:
    """What is `...` taken away."""
    if isinstance(value, Mapping):
        return {name: without(part) for name, part in value.items() if part is not ...}
    return value


def fields(model: type) -> set[str]:
    """The fields of a class of the official client."""
    return set(inspect.signature(model).parameters)


@pytest.mark.parametrize("file", CLUSTERS)
def test_a_cluster_needs_little(file, refused):
    assert refused(f"{file}.schema.json", body(file, {})) == set()


@pytest.mark.parametrize(("file", "changes"), TAKEN)
def test_what_todays_api_takes_is_taken(file, changes, refused):
    assert refused(f"{file}.schema.json", body(file, changes)) == set()


@pytest.mark.parametrize(("file", "changes", "path", "keyword", "rule"), REFUSED)
def test_what_it_does_not_take_is_refused(file, changes, path, keyword, rule, refused):
    assert (path, keyword, rule) in refused(f"{file}.schema.json", body(file, changes))


def rules_in(value: Any) -> Iterator[str]:
    for key, part in value.items() if isinstance(value, Mapping) else enumerate(value):
        if key == "x-ack-rule":
            yield part
        elif isinstance(part, Mapping | list):
            yield from rules_in(part)


def test_every_rule_refuses_something_above(schemas):
    definitions = schemas["definitions.schema.json"]["$defs"]
    todays = [name for name in definitions if name.startswith(("today_", "rule_today_"))]
    shared = [definitions[name] for name in todays if name != "today_deletion_options"]  # no part of these bodies
    own = [schemas[f"{file}.schema.json"] for file in (*CLUSTERS, *CLASSES)]
    stated = {rule for part in (*shared, *own) for rule in rules_in(part)}
    assert len(stated) > 7
    assert stated <= {case[-1] for case in REFUSED}


@pytest.mark.parametrize("file", CLASSES)
def test_a_body_has_the_fields_of_the_official_client(file, parameters):
    assert set(parameters[f"{file}.schema.json"]) == fields(CLASSES[file])


@pytest.mark.parametrize("file", CLUSTERS)
def test_a_create_body_has_fields_of_the_official_client_alone(file, parameters):
    assert set(parameters[f"{file}.schema.json"]) <= fields(models.CreateClusterRequest)


def test_every_field_of_a_create_call_is_a_parameter_or_says_where_it_went(schemas, parameters):
    """The deprecated ones that never were in the guide go unsaid."""
    files = [f"{file}.schema.json" for file in CLUSTERS]
    known = {name for file in files for name in (*parameters[file], *schemas[file]["x-ack-gone"])}
    source = inspect.getsource(models.CreateClusterRequest.__init__)
    comments = {
        name: source.partition(f"self.{name} = ")[0].rpartition("self.")[2]
        for name in fields(models.CreateClusterRequest)
    }
    current = {name for name, comment in comments.items() if "[Deprecated]" not in comment}
    assert current - known <= LEFT_OUT


@pytest.mark.parametrize("file", CLUSTERS)
def test_what_is_gone_says_where_it_went(file, schemas, parameters, merged):
    """Each parameter of the guide is still one, or is gone; where it went is a parameter, a pool's or ackplan's own."""
    gone = schemas[f"{file}.schema.json"]["x-ack-gone"]
    guide = set(parameters[f"{file.replace('pooled-', '')}.schema.json"])
    assert guide <= set(parameters[f"{file}.schema.json"]) | set(gone)
    assert not set(gone) & set(parameters[f"{file}.schema.json"])
    for name, place in gone.items():
        if place and not place.startswith(("node_pools", "timeouts.")):
            schema = {"properties": parameters[f"{file}.schema.json"]}
            for key in place.split("."):
                schema = merged("definitions.schema.json", schema["properties"][key])
            assert schema["description"], name


def test_what_a_change_is_sent_as_is_a_parameter_of_that_call(schemas, parameters, merged):
    bodies = {"modify_cluster": "modify-cluster"}
    for file in CLUSTERS:
        for name, schema in changeable(merged, parameters[f"{file}.schema.json"]):
            call = schema.get("x-ack-call", "modify_cluster")
            if call == "modify_cluster_tags":
                continue
            found = {"properties": parameters[f"{bodies.get(call, call.replace('_', '-'))}.schema.json"]}
            for place in (schema.get("x-ack-as", name), *schema.get("x-ack-with", ())):
                here = found
                for key in place.split(".") if call == "modify_cluster" else [place.rpartition(".")[2]]:
                    here = here["properties"][key]
                assert here["description"], (file, name, place)


def changeable(merged: Any, found: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every parameter, by its dotted name, that a call changes."""
    for name, raw in found.items():
        schema = merged("definitions.schema.json", raw)
        if "properties" in schema:
            yield from changeable(merged, schema["properties"], f"{path}{name}.")
        elif schema.get("x-ack-effect") == "modify":
            yield f"{path}{name}", schema
