"""Bodies: what passes, what is refused, and how the refusal names the parameter."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.simulator import bodies
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import incoming
from tests.unit.simulator.callers import example

EXAMPLES = [
    ("dedicated", "create_cluster"),
    ("managed", "create_cluster"),
    ("edge", "create_cluster"),
    ("serverless", "create_cluster"),
    ("scale-out", "scale_out"),
    ("scale", "scale"),
    ("attach", "attach"),
    ("attach-script", "attach_script"),
    ("remove-nodes", "remove_nodes"),
]


DISKS = {
    "system_disk_category": "cloud_essd",
    "system_disk_size": 120,
    "data_disk": True,
    "data_disk_category": "cloud_auto",
}


def _refusal(operation: str, body: dict[str, Any], *, today: bool = False) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        bodies.check(body, operation, today=today)
    assert caught.value.status == 400
    return caught.value.code, caught.value.message


def _parsed(data: bytes, content_type: str, operation: str) -> dict[str, Any]:
    return bodies.parse(incoming("POST", "/", [("Content-Type", content_type)], data), operation)


@pytest.mark.parametrize(("kind", "operation"), EXAMPLES)
def test_the_guides_examples_pass(kind: str, operation: str) -> None:
    bodies.check(example(kind), operation, today=False)
    bodies.check(example(kind), operation, today=True)


# As the guide's tables have them; what depends on something else is tested below.
REQUIRED = {
    "dedicated": "cluster_type name region_id snat_entry num_of_nodes master_instance_types master_system_disk_category "
    "master_system_disk_size worker_instance_types worker_system_disk_category worker_system_disk_size",
    "managed": "cluster_type name region_id snat_entry num_of_nodes worker_system_disk_category worker_system_disk_size",
    "edge": "cluster_type name region_id snat_entry num_of_nodes worker_system_disk_category",
    "serverless": "cluster_type name region_id",
    "scale-out": "count vswitch_ids worker_data_disk worker_instance_types",
    "scale": "num_of_nodes",
    "attach": "instances",
    "attach-script": "options",
    "remove-nodes": "nodes",
}


@pytest.mark.parametrize(
    ("kind", "operation", "name"),
    [(kind, operation, name) for kind, operation in EXAMPLES for name in REQUIRED[kind].split()],
)
def test_a_required_parameter_is_missed_by_name(kind: str, operation: str, name: str) -> None:
    code, message = _refusal(operation, example(kind, **{name: None}))
    assert code == "MissingParameter"
    assert f" {name} " in message


@pytest.mark.parametrize(
    ("kind", "operation", "changes", "code", "named"),
    [
        ("scale-out", "scale_out", {"count": None}, "MissingParameter", "count"),
        ("scale-out", "scale_out", {"count": "3"}, "InvalidParameter", "count"),
        ("scale-out", "scale_out", {"count": 0}, "InvalidParameter", "count"),
        ("scale-out", "scale_out", {"count": True}, "InvalidParameter", "count"),
        ("scale-out", "scale_out", {"worker_data_disk": None}, "MissingParameter", "worker_data_disk"),
        ("scale-out", "scale_out", {"vswitch_ids": ["vpc-1"]}, "InvalidParameter", "vswitch_ids.0"),
        ("scale-out", "scale_out", {"nodes": 3}, "InvalidParameter", "nodes"),
        ("managed", "create_cluster", {"cluster_type": None}, "MissingParameter", "cluster_type"),
        ("managed", "create_cluster", {"cluster_type": "Swarm"}, "InvalidParameter", "cluster_type"),
        ("managed", "create_cluster", {"cluster_type": ["Ask"]}, "InvalidParameter", "cluster_type"),
        ("managed", "create_cluster", {"num_of_nodes": 301}, "InvalidParameter", "num_of_nodes"),
        ("managed", "create_cluster", {"name": "-shop"}, "InvalidParameter", "name"),
        ("managed", "create_cluster", {"name": "shop\n"}, "InvalidParameter", "name"),
        ("managed", "create_cluster", {"key_pair": "k"}, "InvalidParameter", "key_pair, login_password"),
        ("managed", "create_cluster", {"login_password": None}, "InvalidParameter", "key_pair, login_password"),
        ("managed", "create_cluster", {"vpcid": None}, "InvalidParameter", "vpcid"),
        ("managed", "create_cluster", {"nmu_of_nodes": 3}, "InvalidParameter", "nmu_of_nodes"),
        ("managed", "create_cluster", {"service_cidr": "172.20.128.0/20"}, "InvalidParameter", "container_cidr"),
        ("managed", "create_cluster", {"container_cidr": "172.20.0.0/33"}, "InvalidParameter", "container_cidr"),
        ("dedicated", "create_cluster", {"node_port_range": "32767-30000"}, "InvalidParameter", "node_port_range"),
        ("dedicated", "create_cluster", {"node_port_range": "1-2"}, "InvalidParameter", "node_port_range"),
        ("dedicated", "create_cluster", {"master_count": 4}, "InvalidParameter", "master_count"),
        ("edge", "create_cluster", {"endpoint_public_access": False}, "InvalidParameter", "endpoint_public_access"),
        ("attach", "attach", {"instances": []}, "InvalidParameter", "instances"),
        ("attach", "attach", {"instances": ["x-1"]}, "InvalidParameter", "instances.0"),
        ("attach", "attach", {"instances": ["i-1", "i-1"]}, "InvalidParameter", "instances"),
        ("attach", "attach", {"password": None}, "InvalidParameter", "password"),
        ("attach-script", "attach_script", {"options": None}, "MissingParameter", "options"),
        ("attach-script", "attach_script", {"options": "{"}, "InvalidParameter", "options"),
        ("attach-script", "attach_script", {"options": "[" * 900}, "InvalidParameter", "options"),
        ("attach-script", "attach_script", {"options": '{"nodeNameStrategy": "x"}'}, "InvalidParameter", "options"),
        ("remove-nodes", "remove_nodes", {"nodes": None}, "MissingParameter", "nodes"),
        ("remove-nodes", "remove_nodes", {"nodes": [""]}, "InvalidParameter", "nodes.0"),
        ("remove-nodes", "remove_nodes", {"release_node": "yes"}, "InvalidParameter", "release_node"),
        ("scale", "scale", {"num_of_nodes": None}, "MissingParameter", "num_of_nodes"),
    ],
)
def test_refusals_name_the_parameter(kind: str, operation: str, changes: dict[str, Any], code: str, named: str) -> None:
    found, message = _refusal(operation, example(kind, **changes))
    assert found == code
    assert named in message


@pytest.mark.parametrize(("kind", "role"), [("managed", "worker"), ("edge", "worker"), ("dedicated", "master")])
@pytest.mark.parametrize("today", [True, False])
def test_todays_disk_categories_pass(kind: str, role: str, today: bool) -> None:
    essd = {f"{role}_{name}": value for name, value in DISKS.items()}
    bodies.check(example(kind, **essd), "create_cluster", today=today)


NO_VPC = {"managed": ["vpcid", "vswitch_ids"], "edge": ["vpcid", "vswitch_ids"]}
NO_VPC["dedicated"] = ["vpcid", "worker_vswitch_ids", "master_vswitch_ids"]


@pytest.mark.parametrize("kind", NO_VPC)
@pytest.mark.parametrize(
    ("networks", "named"),
    [
        ({"container_cidr": "192.168.0.0/20"}, "container_cidr"),
        ({"container_cidr": "192.168.0.0/16"}, "container_cidr"),
        ({"service_cidr": "192.168.16.0/20"}, "service_cidr"),
        ({"container_cidr": "172.16.0.0/14"}, "container_cidr"),
        ({"service_cidr": "172.16.16.0/20"}, "service_cidr"),
        ({"container_cidr": "10.0.0.0/16", "service_cidr": "192.0.0.0/8"}, "service_cidr"),
        ({"container_cidr": "10.0.0.0/16"}, ""),
        ({"container_cidr": "10.0.0.0/16", "service_cidr": "172.16.16.0/20"}, ""),
        ({"container_cidr": "172.19.0.0/20", "service_cidr": "172.16.0.0/16"}, ""),
    ],
)
def test_no_network_overlaps_what_is_made(kind: str, networks: dict[str, str], named: str) -> None:
    body = example(kind, **{"container_cidr": None, "service_cidr": None, **dict.fromkeys(NO_VPC[kind]), **networks})
    if named:
        assert named in _refusal("create_cluster", body)[1]
    else:
        bodies.check(body, "create_cluster", today=False)


def test_in_a_vpc_of_ones_own_no_network_is_made() -> None:
    networks = {"container_cidr": None, "service_cidr": "172.16.16.0/20"}
    bodies.check(example("managed", **networks), "create_cluster", today=False)


def test_the_guides_swapped_example_does_not_pass() -> None:
    swapped = example("managed", name="test", cluster_type="my-test-Kubernetes-cluster")
    assert _refusal("create_cluster", swapped)[0] == "InvalidParameter"


@pytest.mark.parametrize(
    ("kind", "operation", "changes"),
    [
        ("scale-out", "scale_out", {"worker_data_disk": None, "worker_data_disks": [], "image_id": "x"}),
        ("scale", "scale", {"num_of_nodes": None, "count": 2, "vswitch_ids": ["vsw-1"]}),
        ("attach-script", "attach_script", {"options": None, "arch": "amd64"}),
        ("remove-nodes", "remove_nodes", {"nodes": ["cn-beijing.i-1"], "drain_node": True}),
        ("managed", "create_cluster", {"cluster_spec": "ack.pro.small", "zone_ids": []}),
    ],
)
def test_wider_bodies_of_todays_clients_pass(kind: str, operation: str, changes: dict[str, Any]) -> None:
    bodies.check(example(kind, **changes), operation, today=True)
    assert _refusal(operation, example(kind, **changes))


@pytest.mark.parametrize("count", [0, -1, "two", "0", "", True, 1.5, 10**30, [1], "9" * 5000])
def test_todays_scale_call_needs_a_number(count: Any) -> None:
    code, message = _refusal("scale", example("scale", num_of_nodes=None, count=count), today=True)
    assert (code, " count " in message) == ("InvalidParameter", True)


def test_the_scale_call_needs_one_number_or_the_other() -> None:
    assert _refusal("scale", example("scale", num_of_nodes=None), today=True)[0] == "MissingParameter"


@pytest.mark.parametrize("secret", ["Sh0rt", "alllowercaseletters", "x" * 31, 12345678, ["Secret-123"]])
def test_a_refused_password_is_never_quoted(secret: Any) -> None:
    for kind, operation, name in [("managed", "create_cluster", "login_password"), ("attach", "attach", "password")]:
        code, message = _refusal(operation, example(kind, **{name: secret}))
        assert (code, name in message) == ("InvalidParameter", True)
        assert str(secret) not in message


def test_secrets_are_redacted_wherever_they_stand() -> None:
    body = {"login_password": "a", "list": [{"password": "b", "kept": "c"}], "password": {"env": "d"}}
    assert bodies.redacted(body) == {
        "login_password": "***",
        "list": [{"password": "***", "kept": "c"}],
        "password": "***",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"a": [' + b"{}," * 2000 + b"{}]}",
    ],
)
def test_what_is_no_bounded_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        _parsed(data, "application/json", "create_cluster")
    assert (caught.value.status, caught.value.code) == (400, "InvalidRequestBody")


def test_a_whole_number_may_be_written_with_a_fraction() -> None:
    body = _parsed(b'{"count": 3.0, "half": 0.5, "big": 1e30}', "application/json", "scale_out")
    assert (str(body["count"]), body["half"], body["big"]) == ("3", 0.5, 1e30)


def test_an_empty_body_is_an_empty_object() -> None:
    assert _parsed(b" ", "application/json", "attach") == {}


def test_forms_are_read_as_the_schema_expects() -> None:
    form = {"count": "3", "login_password": "123", "worker_data_disk": "False", "vswitch_ids": "['vsw-a', 'vsw-b']"}
    form |= {"worker_system_disk_size": "large", "unknown": "7"}
    assert _parsed(urlencode(form).encode(), "application/x-www-form-urlencoded", "scale_out") == {
        "count": 3,
        "login_password": "123",
        "worker_data_disk": False,
        "vswitch_ids": ["vsw-a", "vsw-b"],
        "worker_system_disk_size": "large",
        "unknown": "7",
    }


@pytest.mark.parametrize(
    "text", ["nodes=i-a&nodes=i-b", "nodes.1=i-a&nodes.2=i-b", "nodes=%5B%22i-a%22%2C%22i-b%22%5D"]
)
def test_lists_in_forms(text: str) -> None:
    assert _parsed(text.encode(), "application/x-www-form-urlencoded; charset=utf-8", "remove_nodes") == {
        "nodes": ["i-a", "i-b"]
    }


def test_a_form_can_create_a_cluster() -> None:
    body = example("managed", tags=None, addons=None)
    form = _parsed(urlencode(body).encode(), "application/x-www-form-urlencoded", "create_cluster")
    assert form == body


@pytest.mark.parametrize("data", [b"a=\xff", b"a=1&" * 2000, b"cluster_type=Swarm", b"name=x"])
def test_bad_forms_are_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        _parsed(data, "application/x-www-form-urlencoded", "create_cluster")
    assert caught.value.status == 400


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(EXAMPLES), st.data())
def test_any_body_is_taken_or_refused_and_never_breaks(case: tuple[str, str], data: st.DataObject) -> None:
    kind, operation = case
    body = example(kind)
    name = data.draw(st.sampled_from(sorted(body)))
    body[name] = data.draw(_VALUES)
    request = incoming("POST", "/", [], json.dumps(body).encode())
    today = data.draw(st.booleans())
    with contextlib.suppress(Refusal):
        bodies.check(bodies.parse(request, operation), operation, today=today)


@pytest.mark.parametrize("operation", ["create_cluster", "scale_out"])
def test_half_a_surrogate_pair_is_judged_like_other_text(operation: str) -> None:
    tags = [{"key": "\ud800", "value": "x"}]
    body = example("managed" if operation == "create_cluster" else "scale-out", tags=tags)
    assert bodies.check(body, operation, today=False)["tags"] == tags
    code, message = _refusal("create_cluster", example("managed", name="\ud800"))
    assert (code, "parameter name is not valid" in message) == ("InvalidParameter", True)
