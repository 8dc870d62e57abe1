"""The simulated account: what calls change, and when."""

from __future__ import annotations

from typing import Any

import pytest

from ackplan.simulator import VirtualClock, World
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.refusals import Refusal
from tests.unit.simulator.callers import example

FAILS = Fate(error={"code": "OutOfStock", "message": "no instances left"})
HOUR = 3600.0


def _made(world: World, clock: VirtualClock, kind: str = "managed", **changes: Any) -> str:
    """A running cluster."""
    cluster_id: str = world.create(example(kind, **changes))["cluster_id"]
    clock.advance(HOUR)
    return cluster_id


def _refused(call: Any, *arguments: Any) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value.status, caught.value.code


def _workers(world: World, cluster_id: str) -> list[str]:
    nodes = world.nodes(cluster_id, page_size=100)["nodes"]
    return [node["instance_id"] for node in nodes if node["instance_role"] == "Worker"]


@pytest.mark.parametrize(
    ("kind", "size", "masters"), [("dedicated", 6, 3), ("managed", 3, 0), ("edge", 1, 0), ("serverless", 0, 0)]
)
def test_a_created_cluster_runs_when_its_time_has_come(
    world: World, clock: VirtualClock, kind: str, size: int, masters: int
) -> None:
    accepted = world.create(example(kind))
    cluster_id = accepted["cluster_id"]
    assert world.cluster(cluster_id)["state"] == "initial"
    assert world.cluster(cluster_id)["size"] == size
    assert world.nodes(cluster_id)["nodes"] == []
    assert world.task(accepted["task_id"])["state"] == "running"
    clock.advance(HOUR)
    assert world.cluster(cluster_id)["state"] == "running"
    assert world.task(accepted["task_id"])["state"] == "success"
    roles = [node["instance_role"] for node in world.nodes(cluster_id, page_size=100)["nodes"]]
    assert (len(roles), roles.count("Master")) == (size, masters)


def test_a_cluster_shows_what_the_guide_and_todays_clients_read(world: World, clock: VirtualClock) -> None:
    shown = world.cluster(_made(world, clock, tags=[{"key": "team", "value": "shop"}]))
    guide = {"agent_version", "cluster_id", "created", "external_loadbalancer_id", "master_url", "name"}
    guide |= {"network_mode", "region_id", "security_group_id", "size", "state", "updated", "vpc_id", "vswitch_id"}
    assert guide <= set(shown)
    assert shown["cluster_type"] == "ManagedKubernetes"
    assert shown["vpc_id"] == "vpc-2zegvl5etah5requ09nec"
    assert shown["vswitch_id"] == "vsw-2ze48rkq464rsdts1abcd"
    assert shown["tags"] == [{"key": "team", "value": "shop"}]
    assert shown["master_url"].startswith("https://")
    assert shown["created"] == "2020-09-13T12:26:40Z"


def test_a_dedicated_cluster_shows_the_vswitches_of_its_workers(world: World, clock: VirtualClock) -> None:
    vswitches = ["vsw-one", "vsw-two"]
    shown = world.cluster(_made(world, clock, "dedicated", worker_vswitch_ids=vswitches))
    assert shown["vswitch_id"] == "vsw-one,vsw-two"


def test_a_vpc_is_made_where_none_is_given(world: World) -> None:
    changes = {"vpcid": None, "vswitch_ids": None, "container_cidr": None, "service_cidr": None}
    shown = world.cluster(world.create(example("managed", **changes))["cluster_id"])
    assert shown["vpc_id"].startswith("vpc-")
    assert all(name.startswith("vsw-") for name in shown["vswitch_id"].split(","))
    assert (shown["container_cidr"], shown["service_cidr"]) == ("172.16.0.0/16", "172.19.0.0/20")


def test_a_name_is_taken_until_its_cluster_is_gone(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock)
    assert _refused(world.create, example("managed")) == (400, "ClusterNameAlreadyExist")
    world.delete(cluster_id)
    assert _refused(world.create, example("managed")) == (400, "ClusterNameAlreadyExist")
    clock.advance(HOUR)
    assert world.create(example("managed"))["cluster_id"] != cluster_id


def test_quotas(world: World, clock: VirtualClock) -> None:
    for number in range(50):
        world.create(example("serverless", name=f"c{number}"))
    assert _refused(world.create, example("managed")) == (400, "QuotaExceeded.Cluster")
    clock.advance(HOUR)
    world.delete(world.clusters("c7")[0]["cluster_id"])
    clock.advance(HOUR)
    full = _made(world, clock, num_of_nodes=299)
    assert _refused(world.scale_out, full, {"count": 2}) == (400, "QuotaExceeded.Node")
    world.scale_out(full, {"count": 1})


def test_scale_out_adds_exactly_count_when_it_ends(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock)
    before = _workers(world, cluster_id)
    task = world.scale_out(cluster_id, example("scale-out", count=2))["task_id"]
    assert (world.cluster(cluster_id)["state"], world.cluster(cluster_id)["size"]) == ("scaling", 3)
    clock.advance(HOUR)
    assert (world.cluster(cluster_id)["state"], world.cluster(cluster_id)["size"]) == ("running", 5)
    assert world.task(task)["state"] == "success"
    assert _workers(world, cluster_id)[:3] == before
    assert len(set(_workers(world, cluster_id))) == 5


def test_the_older_scale_call_names_the_total(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock, "dedicated")
    world.scale(cluster_id, {"num_of_nodes": 5})
    clock.advance(HOUR)
    assert world.cluster(cluster_id)["size"] == 8
    assert _refused(world.scale, cluster_id, {"num_of_nodes": 4}) == (400, "InvalidParameter")
    world.scale(cluster_id, {"count": 1})
    clock.advance(HOUR)
    assert len(_workers(world, cluster_id)) == 6


def test_attach_decides_for_each_instance(world: World, clock: VirtualClock) -> None:
    first = _made(world, clock)
    second = _made(world, clock, name="second")
    world.load({"unknown_instances": ["i-unknown"]})
    taken = _workers(world, second)[0]
    answer = world.attach(first, {"instances": ["i-new", taken, "i-unknown"]})
    codes = {result["instanceId"]: result["code"] for result in answer["list"]}
    assert codes == {"i-new": "200", taken: "InstanceAlreadyInCluster", "i-unknown": "InvalidInstanceId.NotFound"}
    assert world.cluster(first)["size"] == 3
    clock.advance(HOUR)
    assert world.cluster(first)["size"] == 4
    assert "i-new" in _workers(world, first)
    assert world.task(answer["task_id"])["state"] == "success"


def test_an_instance_that_joins_one_cluster_can_not_join_another(world: World, clock: VirtualClock) -> None:
    first = _made(world, clock)
    second = _made(world, clock, name="second")
    world.attach(first, {"instances": ["i-new"]})
    answer = world.attach(second, {"instances": ["i-new"]})
    assert answer["list"][0]["code"] == "InstanceAlreadyInCluster"
    assert "task_id" not in answer
    assert world.cluster(second)["state"] == "running"


def test_removed_workers_leave_when_the_task_ends(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock, "dedicated")
    kept, released, *_ = _workers(world, cluster_id)
    world.remove_nodes(cluster_id, {"nodes": [released], "release_node": True})
    assert (world.cluster(cluster_id)["state"], world.cluster(cluster_id)["size"]) == ("removing", 6)
    clock.advance(HOUR)
    assert (world.cluster(cluster_id)["state"], world.cluster(cluster_id)["size"]) == ("running", 5)
    world.remove_nodes(cluster_id, {"nodes": [kept], "release_node": False})
    clock.advance(HOUR)
    codes = [result["code"] for result in world.attach(cluster_id, {"instances": [kept, released]})["list"]]
    assert codes == ["200", "InvalidInstanceId.NotFound"]


def test_nodes_may_be_removed_by_their_names(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock)
    node = world.nodes(cluster_id)["nodes"][0]
    world.remove_nodes(cluster_id, {"nodes": [node["node_name"], node["instance_id"]]})
    clock.advance(HOUR)
    assert node["instance_id"] not in _workers(world, cluster_id)
    assert world.cluster(cluster_id)["size"] == 2


def test_masters_and_strangers_are_not_removed(world: World, clock: VirtualClock) -> None:
    first, second = _made(world, clock, "dedicated"), _made(world, clock)
    master = world.nodes(first)["nodes"][0]
    assert master["instance_role"] == "Master"
    worker = _workers(world, first)[0]
    assert _refused(world.remove_nodes, first, {"nodes": [worker, master["instance_id"]]}) == (400, "ErrorMasterNode")
    assert _refused(world.remove_nodes, first, {"nodes": _workers(world, second)}) == (400, "ErrorNodeNotFound")
    assert _refused(world.remove_nodes, first, {"nodes": ["i-nowhere"]}) == (400, "ErrorNodeNotFound")
    assert world.cluster(first)["state"] == "running"
    assert {node["state"] for node in world.nodes(first)["nodes"]} == {"running"}


def test_a_deleted_cluster_is_seen_deleting_and_then_not_at_all(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock)
    task = world.delete(cluster_id)["task_id"]
    assert world.cluster(cluster_id)["state"] == "deleting"
    assert [cluster["state"] for cluster in world.clusters()] == ["deleting"]
    clock.advance(HOUR)
    assert _refused(world.cluster, cluster_id) == (404, "ErrorClusterNotFound")
    assert _refused(world.delete, cluster_id) == (404, "ErrorClusterNotFound")
    assert world.clusters() == []
    assert world.task(task)["state"] == "success"


def test_deleting_releases_what_was_made_and_leaves_what_was_attached(world: World, clock: VirtualClock) -> None:
    first = _made(world, clock)
    made = _workers(world, first)[0]
    world.attach(first, {"instances": ["i-own"]})
    clock.advance(HOUR)
    world.delete(first)
    clock.advance(HOUR)
    answer = world.attach(_made(world, clock), {"instances": ["i-own", made]})
    assert [result["code"] for result in answer["list"]] == ["200", "InvalidInstanceId.NotFound"]


@pytest.mark.parametrize("call", ["scale_out", "scale", "attach", "remove_nodes", "delete"])
def test_a_busy_cluster_refuses(world: World, clock: VirtualClock, call: str) -> None:
    cluster_id = _made(world, clock)
    node = _workers(world, cluster_id)[0]
    world.scale_out(cluster_id, {"count": 1})
    bodies = {
        "scale_out": [{"count": 1}],
        "scale": [{"num_of_nodes": 9}],
        "attach": [{"instances": ["i-new"]}],
        "remove_nodes": [{"nodes": [node]}],
        "delete": [],
    }
    assert _refused(getattr(world, call), cluster_id, *bodies[call]) == (409, "ErrorClusterState")
    clock.advance(HOUR)
    assert world.cluster(cluster_id)["size"] == 4


def test_serverless_and_swarm_clusters_have_no_workers_to_change(world: World, clock: VirtualClock) -> None:
    serverless = _made(world, clock, "serverless")
    world.load({"clusters": [{"name": "old", "cluster_id": "c1", "cluster_type": "aliyun", "size": 2}]})
    for cluster_id in (serverless, "c1"):
        assert _refused(world.scale_out, cluster_id, {"count": 1}) == (400, "ErrorClusterType")
        assert _refused(world.attach, cluster_id, {"instances": ["i-a"]}) == (400, "ErrorClusterType")
        assert _refused(world.remove_nodes, cluster_id, {"nodes": ["i-a"]}) == (400, "ErrorClusterType")
    assert _refused(world.delete, "c1") == (400, "ErrorClusterType")
    assert {cluster["name"]: cluster["size"] for cluster in world.clusters()} == {"serverless": 0, "old": 2}


def test_lists_are_filtered_by_name_and_type(world: World) -> None:
    for number, kind in enumerate(["managed", "dedicated", "serverless"]):
        world.create(example(kind, name=f"shop-{number}"))
    assert [cluster["name"] for cluster in world.clusters()] == ["shop-0", "shop-1", "shop-2"]
    assert [cluster["name"] for cluster in world.clusters(name="op-1")] == ["shop-1"]
    assert [cluster["name"] for cluster in world.clusters(cluster_type="Ask")] == ["shop-2"]
    page = world.clusters_paged(2, 2, {})
    assert [cluster["name"] for cluster in page["clusters"]] == ["shop-2"]
    assert page["page_info"] == {"page_number": 2, "page_size": 2, "total_count": 3}


def test_nodes_come_in_pages(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock, num_of_nodes=25)
    pages = [world.nodes(cluster_id, number) for number in (1, 2, 3, 4)]
    assert [len(page["nodes"]) for page in pages] == [10, 10, 5, 0]
    assert pages[2]["page"] == {"page_number": 3, "page_size": 10, "total_count": 25}
    seen = [node["instance_id"] for page in pages for node in page["nodes"]]
    assert len(set(seen)) == 25
    assert world.nodes(cluster_id, state="removing")["nodes"] == []


def test_a_failed_creation_leaves_a_failed_cluster_that_can_be_deleted(world: World, clock: VirtualClock) -> None:
    accepted = world.create(example("managed"), FAILS)
    clock.advance(HOUR)
    cluster = world.cluster(accepted["cluster_id"])
    assert (cluster["state"], cluster["size"]) == ("failed", 0)
    task = world.task(accepted["task_id"])
    assert (task["state"], task["error"]) == ("fail", {"code": "OutOfStock", "message": "no instances left"})
    world.delete(accepted["cluster_id"])
    clock.advance(HOUR)
    assert world.clusters() == []


def test_failed_changes_leave_the_cluster_as_it_was(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock)
    node = _workers(world, cluster_id)[0]
    for call, body in [
        (world.scale_out, {"count": 1}),
        (world.attach, {"instances": ["i-new"]}),
        (world.remove_nodes, {"nodes": [node]}),
    ]:
        task = call(cluster_id, body, FAILS)["task_id"]
        clock.advance(HOUR)
        assert world.task(task)["state"] == "fail"
        assert (world.cluster(cluster_id)["state"], world.cluster(cluster_id)["size"]) == ("running", 3)
    assert {shown["state"] for shown in world.nodes(cluster_id)["nodes"]} == {"running"}
    assert world.attach(cluster_id, {"instances": ["i-new"]})["list"][0]["code"] == "200"


def test_a_failed_deletion_is_seen_and_may_be_repeated(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock)
    world.delete(cluster_id, FAILS)
    clock.advance(HOUR)
    assert world.cluster(cluster_id)["state"] == "delete_failed"
    world.delete(cluster_id)
    clock.advance(HOUR)
    assert world.clusters() == []


def test_a_stuck_task_never_ends(world: World, clock: VirtualClock) -> None:
    accepted = world.create(example("managed"), Fate(stuck=True))
    clock.advance(1000 * HOUR)
    assert world.task(accepted["task_id"])["state"] == "running"
    assert world.cluster(accepted["cluster_id"])["state"] == "initial"


def test_a_cluster_that_turns_loses_what_it_was_busy_with(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock)
    task = world.scale_out(cluster_id, {"count": 1})["task_id"]
    world.turn(cluster_id, "unavailable")
    clock.advance(HOUR)
    assert world.cluster(cluster_id)["state"] == "unavailable"
    assert world.task(task)["state"] == "fail"
    assert world.cluster(cluster_id)["size"] == 3


def test_what_fell_due_together_happened_in_its_order(world: World, clock: VirtualClock) -> None:
    slow = world.create(example("dedicated", name="slow"))
    fast = world.create(example("serverless", name="fast"))
    clock.advance(HOUR)
    ends = [world.task(accepted["task_id"])["updated"] for accepted in (fast, slow)]
    assert ends == sorted(ends)
    assert ends[0] != ends[1]


def test_unknown_things_are_not_found(world: World) -> None:
    assert _refused(world.task, "T-nowhere") == (404, "ErrorTaskNotFound")
    for call in (world.cluster, world.nodes, world.kubeconfig, world.certs, world.delete):
        assert _refused(call, "cnowhere") == (404, "ErrorClusterNotFound")
