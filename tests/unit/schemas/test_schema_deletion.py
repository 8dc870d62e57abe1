"""What a spec may say of the deletion of today's clusters, held against the official client."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from alibabacloud_cs20151215 import models

from ackplan.core.catalog import DEFAULT
from ackplan.core.catalog.deletion import deletion_query, leavings

CLUSTER = {
    "cluster_type": "ManagedKubernetes", "name": "shop", "region_id": "cn-beijing", "vpcid": "vpc-1",
    "vswitch_ids": ["vsw-1"],
}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "pooled-managed": {},
    "pooled-edge": {"profile": "Edge"},
    "pooled-serverless": {"profile": "Serverless"},
}
DELETE = "delete_cluster"
SLB = {"resource_type": "SLB", "delete_mode": "retain"}
ONCE = "Each resource_type stands in delete_options once"
BESIDE = "retain_resources means nothing beside retain_all_resources: true"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "own",
    [
        {"delete_options": [SLB, {"resource_type": "ALB", "delete_mode": "delete"}]},
        {"retain_resources": ["lb-1", "d-2"], "retain_all_resources": False},
        {"retain_all_resources": True, "delete_options": [SLB]},
    ],
)
def test_what_the_call_takes_is_taken(kind, own, refused):
    assert refused(f"spec.schema.json#/$defs/{kind}", {**CLUSTER, **KINDS[kind], **own}) == set()


@pytest.mark.parametrize(
    ("own", "path", "keyword", "rule"),
    [
        ({"delete_options": [SLB, {**SLB, "delete_mode": "delete"}]}, "$.delete_options", "maxContains", ONCE),
        ({"delete_options": [{**SLB, "resource_type": "ECS"}]}, "$.delete_options[0].resource_type", "enum", None),
        ({"delete_options": [{**SLB, "delete_mode": "keep"}]}, "$.delete_options[0].delete_mode", "enum", None),
        ({"delete_options": [{"resource_type": "SLB"}]}, "$.delete_options[0]", "required", None),
        ({"delete_options": [{**SLB, "id": "lb-1"}]}, "$.delete_options[0]", "additionalProperties", None),
        ({"delete_options": []}, "$.delete_options", "minItems", None),
        ({"retain_resources": ["lb 1"]}, "$.retain_resources[0]", "pattern", None),
        ({"retain_resources": ["lb-1", "lb-1"]}, "$.retain_resources", "uniqueItems", None),
        ({"retain_all_resources": "true"}, "$.retain_all_resources", "type", None),
        ({"retain_all_resources": True, "retain_resources": ["lb-1"]}, "$.retain_resources", "not", BESIDE),
    ],
)
def test_what_it_does_not_take_is_refused(own, path, keyword, rule, refused):
    assert refused("spec.schema.json#/$defs/pooled-managed", {**CLUSTER, **own}) == {(path, keyword, rule)}


def test_the_keys_are_those_of_the_official_client():
    keys = {name: key for name, key in DEFAULT.own_keys.items() if key.operation == DELETE}
    of_client = set(inspect.signature(models.DeleteClusterRequest).parameters)
    assert keys.keys() == of_client - {"keep_slb"}  # deprecated there
    parts = keys["delete_options"].schema["items"]["properties"]
    assert parts.keys() == set(inspect.signature(models.DeleteClusterRequestDeleteOptions).parameters)
    source = inspect.getsource(models.DeleteClusterRequestDeleteOptions.__init__)
    kinds, kept = parts["resource_type"]["enum"], parts["resource_type"]["x-ack-kept"]
    for kind in kinds:
        (said,) = (line for line in source.splitlines() if f"`{kind}`" in line)
        assert ("are retained" in said) == (kind in kept), kind
    assert set(parts["resource_type"]["x-ack-words"]) == set(kinds)
    assert sum(line.count("# - `") for line in source.splitlines()) == len(kinds) + len(parts["delete_mode"]["enum"])


def test_what_a_deletion_leaves_is_read_back_from_its_query():
    own = {"delete_options": [SLB, {"resource_type": "ALB", "delete_mode": "delete"}], "retain_resources": ["d-1"]}
    query = deletion_query(DEFAULT, {**own, "lifecycle": {}}, DELETE)
    assert query == {
        "delete_options": '[{"delete_mode":"retain","resource_type":"SLB"},{"delete_mode":"delete","resource_type":"ALB"}]',
        "retain_resources": '["d-1"]',
    }
    left = leavings(DEFAULT, query, DELETE)
    assert left.removed == ("load balancers of ALB Ingress (ALB)",)
    assert (left.named, left.everything, len(left.kept)) == (("d-1",), False, 4)
    assert leavings(DEFAULT, {}, DELETE).removed == ("load balancers of services (SLB)",)
    everything = deletion_query(DEFAULT, {"retain_all_resources": True}, DELETE)
    assert (everything, leavings(DEFAULT, everything, DELETE).everything) == ({"retain_all_resources": "true"}, True)


@pytest.mark.parametrize(
    "query",
    [
        {"force": "true"},
        {"delete_options": "x"},
        {"delete_options": "[1]"},
        {"delete_options": '[{"resource_type": "ECS", "delete_mode": "retain"}]'},
        {"delete_options": '[{"resource_type": "SLB"}]'},
        {"delete_options": '[{"resource_type": "SLB", "delete_mode": "retain", "x": 1}]'},
        {"retain_resources": "[" * 100_000},
    ],
)
def test_a_query_that_no_spec_gives_means_nothing(query):
    with pytest.raises(ValueError):
        leavings(DEFAULT, query, DELETE)
