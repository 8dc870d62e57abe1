"""Today's clusters in the simulated account: what is refused, what faults do, and what stays after a deletion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ackplan.simulator import Traits, VirtualClock, World, bodies, dialects
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import ITEMS, Invocation
from ackplan.simulator.groups import CHANGES, READS
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection.effect import KIND, Fate
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.store import Store
from tests.unit.simulator.callers import NOW, example

HOUR = 3600.0
FAILS = Fate(error={"code": "InternalError", "message": "it did not work"})
BASIC = {
    "name": "shop",
    "region_id": "cn-beijing",
    "cluster_type": "ManagedKubernetes",
    "vpcid": "vpc-2zegvl5etah5requ09nec",
    "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
}
MASTERS = {"instance_types": ["ecs.c7.xlarge"], "key_pair": "ops"}
KINDS = {
    "managed": BASIC,
    "edge": {**BASIC, "profile": "Edge"},
    "serverless": {**BASIC, "profile": "Serverless"},
    "dedicated": {**BASIC, "cluster_type": "Kubernetes", "control_plane_config": MASTERS},
}


def checked(body: dict[str, Any], *, today: bool = False) -> dict[str, Any]:
    return dict(bodies.check(body, "create_cluster", today=today))


def made(world: World, clock: VirtualClock, kind: str = "managed", **changes: Any) -> str:
    """A running cluster."""
    cluster_id: str = world.create(checked({**KINDS[kind], **changes}))["cluster_id"]
    clock.advance(HOUR)
    return cluster_id


def change(world: World, operation: str, cluster_id: str = "", fate: Fate = KIND, **parts: Any) -> Any:
    """A changing call; `body` and `query` are `parts`."""
    call = Invocation(operation, {"id": cluster_id}, fate=fate, **parts)
    return world.alter(CHANGES[operation], call)


def read(world: World, operation: str, cluster_id: str = "", **parts: Any) -> Any:
    return world.read(READS[operation], Invocation(operation, {"id": cluster_id}, **parts))


def refused(call: Any, *arguments: Any, **parts: Any) -> tuple[int, str, str]:
    with pytest.raises(Refusal) as caught:
        call(*arguments, **parts)
    return caught.value.status, caught.value.code, caught.value.message


# What a create call orders


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"vpcid": None}, "InvalidParameter", "vpcid"),
        ({"vswitch_ids": ["vpc-1"]}, "InvalidParameter", "vswitch_ids.0"),
        ({"name": None}, "MissingParameter", "name"),
        ({"cluster_type": "ExternalKubernetes"}, "InvalidParameter", "cluster_type"),
        ({"profile": "Odd"}, "InvalidParameter", "profile"),
        ({"cluster_spec": "ack.huge"}, "InvalidParameter", "cluster_spec"),
        ({"nmae": "x"}, "InvalidParameter", "nmae"),
        ({"master_count": 3}, "InvalidParameter", "master_count"),
        ({"maintenance_window": {"enabled": True}}, "InvalidParameter", "maintenance_window.enabled"),
        ({"container_cidr": "172.19.0.0/16", "service_cidr": "172.19.0.0/20"}, "InvalidParameter", "_cidr"),
        ({"node_port_range": "32000-30000"}, "InvalidParameter", "node_port_range"),
        ({"nodepools": [{"nodepool_info": {"name": ""}}]}, "InvalidParameter", "scaling_group"),
        ({"nodepools": "web"}, "InvalidParameter", "nodepools"),
    ],
)
def test_what_is_wrong_with_an_order_is_named(changes: dict[str, Any], code: str, named: str) -> None:
    body = {name: value for name, value in {**BASIC, **changes}.items() if value is not None}
    _, found, message = refused(checked, body)
    assert (found, named in message) == (code, True)


@pytest.mark.parametrize("today", [False, True])
def test_todays_clients_alone_may_say_what_nobody_knows(today: bool) -> None:
    body = {**BASIC, "brand_new": "yes"}
    if today:
        assert "brand_new" not in checked(body, today=True)
    else:
        assert "brand_new" in refused(checked, body)[2]


@pytest.mark.parametrize("kind", ["managed", "dedicated", "edge"])
def test_a_body_with_workers_is_the_guides(world: World, kind: str) -> None:
    shown = world.cluster(world.create(checked(example(kind, worker_system_disk_size=120)))["cluster_id"])
    assert "meta_data" not in shown
    assert shown["size"] > 0


def test_older_words_mean_todays(world: World, clock: VirtualClock) -> None:
    older = {"custom_san": "a.example,b.example", "enable_rrsa": True, "nat_gateway": True, "load_balancer_spec": "x"}
    body = {name: value for name, value in BASIC.items() if name not in {"vpcid", "vswitch_ids"}}
    cluster_id = world.create(checked({**body, **older, "zone_id": "cn-beijing-b"}))["cluster_id"]
    clock.advance(HOUR)
    shown = world.cluster(cluster_id)
    assert (shown["extra_sans"], shown["rrsa_config"]["enabled"]) == (["a.example", "b.example"], True)
    assert (shown["parameters"]["SNatEntry"], shown["zone_id"]) == ("True", "cn-beijing-b")
    assert shown["vpc_id"].startswith("vpc-")
    assert all(name.startswith("vsw-") for name in shown["vswitch_ids"])


# Changes


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("dedicated", {"enable_rrsa": True}, "InvalidParameter"),
        ("dedicated", {"cluster_spec": "ack.pro.small"}, "InvalidParameter"),
        ("managed", {"control_plane_config": {"size": 5}}, "InvalidParameter"),
        ("managed", {"cluster_name": "taken"}, "ClusterNameAlreadyExist"),
    ],
)
def test_what_a_kind_does_not_have_is_not_changed(
    world: World, clock: VirtualClock, kind: str, body: dict[str, Any], code: str
) -> None:
    made(world, clock, name="taken")
    cluster_id = made(world, clock, kind)
    assert refused(change, world, "modify_cluster", cluster_id, body=body)[1] == code
    assert world.cluster(cluster_id)["name"] == "shop"


def test_a_change_that_fails_leaves_the_cluster_as_it_was(world: World, clock: VirtualClock) -> None:
    cluster_id = made(world, clock)
    task = change(world, "modify_cluster", cluster_id, FAILS, body={"timezone": "UTC", "deletion_protection": True})
    assert world.cluster(cluster_id)["state"] == "updating"
    clock.advance(HOUR)
    shown = world.cluster(cluster_id)
    assert (shown["state"], shown["timezone"], shown["deletion_protection"]) == ("running", "Asia/Shanghai", True)
    assert world.task(task["task_id"])["state"] == "fail"


@pytest.mark.parametrize("state", ["initial", "deleting", "failed"])
def test_no_cluster_changes_while_it_is_made_or_deleted(world: World, clock: VirtualClock, state: str) -> None:
    cluster_id = made(world, clock)
    world.turn(cluster_id, state)
    for body in ({"timezone": "UTC"}, {"deletion_protection": True}):
        assert refused(change, world, "modify_cluster", cluster_id, body=body)[1] == "ErrorClusterState"
    for operation in ("update_control_plane_log", "update_audit"):
        assert refused(change, world, operation, cluster_id, body={})[1] == "ErrorClusterState"


def test_protection_is_taken_away_from_a_busy_cluster(world: World, clock: VirtualClock) -> None:
    cluster_id = made(world, clock, deletion_protection=True)
    change(world, "modify_cluster", cluster_id, body={"timezone": "UTC"})
    change(world, "modify_cluster", cluster_id, body={"deletion_protection": False})
    shown = world.cluster(cluster_id)
    assert (shown["state"], shown["deletion_protection"]) == ("updating", False)


def test_names_of_the_certificate_are_added_or_overwritten(world: World, clock: VirtualClock) -> None:
    cluster_id = made(world, clock, extra_sans=["a"])
    for action, names, expected in (("append", ["b", "a"], ["a", "b"]), ("overwrite", ["c"], ["c"])):
        sans = {"action": action, "subject_alternative_names": names}
        change(world, "modify_cluster", cluster_id, body={"api_server_custom_cert_sans": sans})
        clock.advance(HOUR)
        assert world.cluster(cluster_id)["extra_sans"] == expected


@pytest.mark.parametrize(
    ("operation", "kind", "body"),
    [
        ("update_kms", "dedicated", {"kms_key_id": "k"}),
        ("update_control_plane_log", "dedicated", {}),
        ("migrate_cluster", "edge", {}),
        ("migrate_cluster", "serverless", {}),
    ],
)
def test_a_kind_that_does_not_take_a_call(
    world: World, clock: VirtualClock, operation: str, kind: str, body: dict[str, Any]
) -> None:
    cluster_id = made(world, clock, kind)
    assert refused(change, world, operation, cluster_id, body=body)[1] == "ErrorClusterType"


def test_a_swarm_cluster_takes_none(world: World) -> None:
    world.load({"clusters": [{"name": "swarm", "cluster_id": "c-swarm", "cluster_type": "aliyun", "size": "2"}]})
    for operation, body in (("modify_cluster", {}), ("modify_cluster_tags", {ITEMS: []}), ("update_kms", {})):
        assert refused(change, world, operation, "c-swarm", body=body)[1] == "ErrorClusterType"
    assert read(world, "list_cluster_resources", "c-swarm") == []


def test_encryption_is_turned_off_again(world: World, clock: VirtualClock) -> None:
    cluster_id = made(world, clock, encryption_provider_key="key-1")
    assert json.loads(world.cluster(cluster_id)["meta_data"])["Capabilities"]["EncryptionKMSKeyId"] == "key-1"
    change(world, "update_kms", cluster_id, body={"disable_encryption": True})
    clock.advance(HOUR)
    assert json.loads(world.cluster(cluster_id)["meta_data"])["Capabilities"]["DisableEncryption"] is True


# Tags


def test_tags_of_services_stay(world: World, clock: VirtualClock) -> None:
    service = {"key": "ack.aliyun.com", "value": "x"}
    cluster_id = made(world, clock)
    world.change(cluster_id, tags=[service, {"key": "team", "value": "shop"}])
    change(world, "modify_cluster_tags", cluster_id, body={ITEMS: [{"key": "cost"}]})
    assert world.cluster(cluster_id)["tags"] == [{"key": "cost", "value": ""}, service]
    query = {"region_id": "cn-beijing", "resource_type": "CLUSTER", "resource_ids": json.dumps([cluster_id])}
    change(world, "untag_resources", query={**query, "all": "true"})
    assert world.cluster(cluster_id)["tags"] == [service]


@pytest.mark.parametrize(
    ("query", "code", "named"),
    [
        ({"region_id": ""}, "MissingParameter", "region_id"),
        ({"resource_type": "NODE"}, "InvalidParameter", "resource_type"),
        ({"resource_ids": "[" * 2000}, "InvalidParameter", "resource_ids"),
        ({"resource_ids": '{"a": 1}'}, "InvalidParameter", "resource_ids"),
        ({"resource_ids": json.dumps(["c"] * 51)}, "InvalidParameter", "resource_ids"),
        ({"resource_ids": '["c-none"]'}, "ErrorClusterNotFound", "c-none"),
        ({"next_token": "x"}, "InvalidParameter", "next_token"),
    ],
)
def test_what_is_wrong_with_a_query_about_tags_is_named(
    world: World, clock: VirtualClock, query: dict[str, str], code: str, named: str
) -> None:
    usual = {"region_id": "cn-beijing", "resource_type": "CLUSTER", "resource_ids": json.dumps([made(world, clock)])}
    _, found, message = refused(read, world, "list_tag_resources", query={**usual, **query})
    assert (found, named in message) == (code, True)


def test_many_tags_come_in_pages(world: World, clock: VirtualClock) -> None:
    tags = [{"key": f"k{number}", "value": ""} for number in range(20)]
    ids = [made(world, clock, name=f"shop-{number}", tags=tags) for number in range(6)]
    query = {"region_id": "cn-beijing", "resource_type": "CLUSTER", "resource_ids": json.dumps(ids)}
    first = read(world, "list_tag_resources", query=query)
    rest = read(world, "list_tag_resources", query={**query, "next_token": first["next_token"]})
    pages = [page["tag_resources"]["tag_resource"] for page in (first, rest)]
    assert ([len(page) for page in pages], rest["next_token"]) == ([100, 20], "")
    assert len({(tag["resource_id"], tag["tag_key"]) for page in pages for tag in page}) == 120


# Deletion


@pytest.mark.parametrize(
    "query",
    [
        {"delete_options": "x"},
        {"delete_options": '[{"resource_type": "ECS", "delete_mode": "retain"}]'},
        {"delete_options": '[{"resource_type": "SLB", "delete_mode": "keep"}]'},
        {"delete_options": "[1]"},
        {"retain_resources": "{}"},
        {"retain_all_resources": "maybe"},
        {"keep_slb": "2"},
    ],
)
def test_what_is_wrong_with_a_deletion_is_refused(world: World, clock: VirtualClock, query: dict[str, str]) -> None:
    cluster_id = made(world, clock)
    assert refused(change, world, "delete_cluster", cluster_id, query=query)[1] == "InvalidParameter"
    assert world.cluster(cluster_id)["state"] == "running"


@pytest.mark.parametrize("everything", [True, False])
def test_instances_that_a_deletion_leaves_can_be_attached(world: World, clock: VirtualClock, everything: bool) -> None:
    other = made(world, clock, name="other")
    cluster_id = made(world, clock, "dedicated")
    masters = [node["instance_id"] for node in world.nodes(cluster_id)["nodes"]]
    kept = {"retain_all_resources": "true"} if everything else {"retain_resources": json.dumps(masters[:1])}
    change(world, "delete_cluster", cluster_id, query=kept)
    clock.advance(HOUR)
    answer = world.attach(other, {"instances": masters})
    expected = ["200"] * 3 if everything else ["200", *["InvalidInstanceId.NotFound"] * 2]
    assert [result["code"] for result in answer["list"]] == expected


def left(world: World, cluster_id: str) -> set[str]:
    """The kinds of cloud resources that a deletion left."""
    listed: Any = world.left(cluster_id)
    return {resource["resource_type"] for resource in listed}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"VPC", "VSWITCH"}),
        ({"delete_options": '[{"resource_type": "SLB", "delete_mode": "delete"}]'}, {"VPC", "VSWITCH"}),
        ({"delete_options": '[{"resource_type": "SLB", "delete_mode": "retain"}]'}, {"VPC", "VSWITCH", "SLB"}),
        ({"keep_slb": "true"}, {"VPC", "VSWITCH", "SLB"}),
        ({"retain_all_resources": "true"}, {"VPC", "VSWITCH", "SLB", "SecurityGroup", "ALIYUN::ROS::Stack"}),
    ],
)
def test_a_deletion_leaves_what_it_is_told_to_leave(
    world: World, clock: VirtualClock, query: dict[str, str], expected: set[str]
) -> None:
    cluster_id = made(world, clock)
    assert left(world, cluster_id) == set()
    task_id = change(world, "delete_cluster", cluster_id, query=query)["task_id"]
    assert left(world, cluster_id) >= expected
    assert ("SLB" in left(world, cluster_id)) == ("SLB" in expected)
    told = world.task(task_id)["parameters"]
    assert bool(told) == (query != {})
    clock.advance(HOUR)
    assert left(world, cluster_id) >= expected


def test_a_deletion_leaves_resources_by_their_ids(world: World, clock: VirtualClock) -> None:
    cluster_id = made(world, clock)
    (balancer,) = (
        one["instance_id"] for one in read(world, "list_cluster_resources", cluster_id) if one["resource_type"] == "SLB"
    )
    change(world, "delete_cluster", cluster_id, query={"retain_resources": json.dumps([balancer, "d-1"])})
    assert "SLB" in left(world, cluster_id)


def test_a_deletion_that_a_gateway_gave_up_leaves_what_it_was_to_leave(world: World, clock: VirtualClock) -> None:
    other, cluster_id = made(world, clock, name="other"), made(world, clock, "dedicated")
    masters = [node["instance_id"] for node in world.nodes(cluster_id)["nodes"]]
    world.defer(Invocation("delete_cluster", {"id": cluster_id}, {"retain_all_resources": "true"}), 5.0)
    clock.advance(HOUR)
    assert [result["code"] for result in world.attach(other, {"instances": masters})["list"]] == ["200"] * 3


# Clusters that are not of today


def test_a_live_state_may_have_clusters_of_today(world: World) -> None:
    entry = {"name": "shop", "cluster_id": "c-1", "size": 2, "current_version": "1.32.1-aliyun.1", "timezone": "UTC"}
    world.load({"clusters": [{**entry, "today": True}, {"name": "old", "cluster_id": "c-2", "today": False}]})
    shown = world.cluster("c-1")
    assert (shown["current_version"], shown["timezone"], shown["size"]) == ("1.32.1-aliyun.1", "UTC", 2)
    assert json.loads(shown["meta_data"])["Capabilities"]
    assert "today" not in shown
    assert "meta_data" not in world.cluster("c-2")


def test_a_cluster_of_the_guide_that_is_migrated_is_one_of_today(world: World, clock: VirtualClock) -> None:
    cluster_id = world.create(checked(example("dedicated")))["cluster_id"]
    clock.advance(HOUR)
    workers = world.cluster(cluster_id)["size"] - 3
    change(world, "migrate_cluster", cluster_id, body={})
    clock.advance(HOUR)
    shown = world.cluster(cluster_id)
    assert (shown["cluster_type"], shown["size"]) == ("ManagedKubernetes", workers)
    assert {node["instance_role"] for node in world.nodes(cluster_id, page_size=100)["nodes"]} == {"Worker"}


def test_resources_are_told_from_what_was_there(world: World, clock: VirtualClock) -> None:
    cluster_id = made(world, clock, security_group_id="sg-1", snat_entry=True)
    by_type = {part["resource_type"]: part for part in read(world, "list_cluster_resources", cluster_id)}
    assert (by_type["SecurityGroup"]["creator_type"], by_type["SLB"]["creator_type"]) == ("user", "system")
    assert by_type["ALIYUN::VPC::NatGateway"]["delete_behavior"]["delete_by_default"] is True
    assert "EIP" not in by_type
    fresh = world.create(checked({**BASIC, "name": "new"}))["cluster_id"]
    assert "SLB" not in {part["resource_type"] for part in read(world, "list_cluster_resources", fresh)}
    assert read(world, "get_endpoints", fresh) == {"api_server_endpoint": "", "intranet_api_server_endpoint": ""}


def test_answers_of_2021_keep_what_today_shows() -> None:
    ledger = Ledger(Store(None), VirtualClock(NOW), Identifiers(7), 1.0, 50, 300, Traits(answers="2021"))
    world = World(ledger)
    cluster_id = world.create(checked({**BASIC, "cluster_spec": "ack.pro.small", "rrsa_config": {"enabled": True}}))
    said = world.cluster(cluster_id["cluster_id"])
    shown = dialects.payload("2021", "get_cluster", said, world.ordered(cluster_id["cluster_id"]))
    world.close()
    assert isinstance(shown, dict)
    assert json.loads(str(shown["meta_data"]))["RRSAConfig"]["enabled"] is True
    assert (shown["cluster_spec"], shown["parameters"]) == ("ack.pro.small", said["parameters"])
