"""Bodies of today's calls: strict at any depth, and with what today's clients send for unset passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ackplan.simulator import bodies
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import incoming

POOL = {
    "nodepool_info": {"name": "web"},
    "scaling_group": {"vswitch_ids": ["vsw-1"], "instance_types": ["ecs.g7.large"]},
}


def read(operation: str, body: Any, *, typed: bool = True) -> Any:
    """What the simulator takes of a body; `typed`: one of today's clients sends it."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    parsed = bodies.parse(incoming("POST", "/", [], data), operation)
    return bodies.check(parsed, operation, today=typed)


def pool(**group: Any) -> dict[str, Any]:
    return {**POOL, "scaling_group": {**POOL["scaling_group"], **group}}


def refused(operation: str, body: Any, *, typed: bool = True) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        read(operation, body, typed=typed)
    assert caught.value.status == 400
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    "unset",
    [
        {"key_pair": ""},
        {"key_pair": None},
        {"period": 0},
        {"period": None},
        {"system_disk_size": 0},
        {"system_disk_category": ""},
        {"security_group_ids": []},
        {"data_disks": None},
        {"desired_size": None},
    ],
)
def test_what_a_parameter_can_t_be_counts_as_not_given_from_a_typed_client_alone(unset):
    assert read("create_node_pool", pool(**unset)) == POOL
    assert refused("create_node_pool", pool(**unset), typed=False)[0] == "InvalidParameter"


@pytest.mark.parametrize("group", [{"desired_size": 0}, {"tags": [{"key": "a", "value": ""}]}, {"auto_renew": False}])
@pytest.mark.parametrize("typed", [True, False])
def test_what_a_parameter_can_be_is_given(group, typed):
    assert read("create_node_pool", pool(**group), typed=typed) == pool(**group)


def test_empty_items_of_a_list_are_passed_over_and_the_others_are_not():
    disks = [{"category": "cloud_essd", "size": 40}, None, {"category": "", "size": 50, "snapshot_id": ""}, None]
    kept = [{"category": "cloud_essd", "size": 40}, {"size": 50}]
    assert read("create_node_pool", pool(data_disks=disks)) == pool(data_disks=kept)


def test_an_empty_block_changes_nothing():
    body = {"scaling_group": {"desired_size": 4}, "auto_scaling": {}, "management": {"auto_repair_policy": {}}}
    assert read("modify_node_pool", body) == body


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**POOL, "nodepools": []}, "nodepools"),
        (pool(desired_szie=3), "scaling_group.desired_szie"),
        (pool(data_disks=[{"sise": 40}]), "scaling_group.data_disks.0.sise"),
        ({**POOL, "management": {"auto_repair_policy": {"restart": True}}}, "management.auto_repair_policy.restart"),
    ],
)
def test_an_unknown_parameter_is_refused_at_any_depth(body, named, typed):
    code, message = refused("create_node_pool", body, typed=typed)
    assert code == "InvalidParameter"
    assert named in message
    assert "no such parameter" in message


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        ({"scaling_group": POOL["scaling_group"]}, "MissingParameter", "nodepool_info"),
        ({**POOL, "nodepool_info": {"type": "ess"}}, "MissingParameter", "nodepool_info.name"),
        ({**POOL, "nodepool_info": {"name": ""}}, "MissingParameter", "nodepool_info"),
        ({"nodepool_info": {"name": "a"}}, "InvalidParameter", "A pool of instances needs scaling_group"),
        (pool(login_password="short"), "InvalidParameter", "scaling_group.login_password"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_never_quoted(body, code, named):
    assert refused("create_node_pool", body)[0] == code
    assert named in refused("create_node_pool", body)[1]
    assert "short" not in refused("create_node_pool", body)[1].replace("shorter", "")


@pytest.mark.parametrize("body", [b"", b" ", b"{}"])
def test_no_body_at_all_is_an_empty_one(body):
    assert read("modify_node_pool", body) == {}


@pytest.mark.parametrize("body", [b"null", b"[]", b'"a"', b"{"])
def test_a_body_that_is_no_object_is_refused(body):
    assert refused("modify_node_pool", body)[0] == "InvalidRequestBody"


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[1]", b"[[]]", b'["a"]'])
def test_a_body_that_is_no_list_of_objects_is_refused(body):
    assert refused("install_addons", body)[0] == "InvalidRequestBody"


def test_a_bare_list_is_held_against_its_schema_item_by_item():
    assert read("install_addons", [{"name": "a", "version": "v1", "config": ""}])["items"]
    right = {"name": "a", "version": "v1"}
    assert "verison" in refused("install_addons", [right, {**right, "verison": "v1"}])[1]
    assert refused("install_addons", [right, {"name": "b"}])[0] == "MissingParameter"
