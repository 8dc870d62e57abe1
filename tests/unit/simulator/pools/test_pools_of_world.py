"""Node pools in a world: their states, their nodes, what becomes of calls on them, and what outlives a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ackplan.simulator import VirtualClock, World
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Invocation
from ackplan.simulator.groups import CHANGES, READS
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection.effect import KIND, Fate
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.store import Store
from ackplan.simulator.view import View
from tests.unit.simulator.callers import example

HOUR = 3600.0
GROUP = {"vswitch_ids": ["vsw-a"], "instance_types": ["ecs.g7.large", "ecs.g7.xlarge"]}
TODAY = {"clusters": [{"name": "shop", "cluster_id": "c1", "node_pools": []}]}


def body(name: str = "web", size: int | None = 2, **parts: Any) -> dict[str, Any]:
    group = {**GROUP, **({} if size is None else {"desired_size": size}), **parts.pop("scaling_group", {})}
    return {"nodepool_info": {"name": name}, "scaling_group": group, **parts}


class Calls:
    """Calls about pools of one cluster."""

    def __init__(self, world: World, clock: VirtualClock, cluster: str = "c1") -> None:
        self.world, self.clock, self.cluster = world, clock, cluster

    def change(self, name: str, pool: str = "", sent: Any = None, fate: Fate = KIND, **query: str) -> Any:
        places = {"id": self.cluster, **({"node_pool_id": pool} if pool else {})}
        return self.world.alter(CHANGES[name], Invocation(name, places, query, sent or {}, fate))

    def read(self, name: str, pool: str = "", view: View | None = None, **query: str) -> Any:
        places = {"id": self.cluster, **({"node_pool_id": pool} if pool else {})}
        return self.world.read(READS[name], Invocation(name, places, query, view=view or View()))

    def create(self, **parts: Any) -> str:
        return str(self.change("create_node_pool", sent=body(**parts))["nodepool_id"])

    def made(self, **parts: Any) -> str:
        pool = self.create(**parts)
        self.later()
        return pool

    def pool(self, pool: str) -> Any:
        return self.read("get_node_pool", pool)

    def state(self, pool: str) -> tuple[str, int, int]:
        """Its state, the nodes that it should have, and those that it has."""
        seen = self.pool(pool)
        return seen["status"]["state"], seen["scaling_group"]["desired_size"], len(self.nodes(pool))

    def nodes(self, pool: str = "") -> list[Any]:
        found: list[Any] = self.world.nodes(self.cluster, page_size=100, view=View(pool=pool))["nodes"]
        return found

    def names(self) -> list[str]:
        return [pool["nodepool_info"]["name"] for pool in self.read("list_node_pools")["nodepools"]]

    def size(self) -> Any:
        return self.world.cluster(self.cluster)["size"]

    def later(self) -> None:
        self.clock.advance(HOUR)


@pytest.fixture
def today(world: World, clock: VirtualClock) -> Calls:
    """A cluster of today's sort, without a pool."""
    world.load(TODAY)
    return Calls(world, clock)


# Creation


def test_a_pool_is_initial_until_its_nodes_have_come(today):
    pool = today.create(kubernetes_config={"labels": [{"key": "tier", "value": "web"}]})
    assert today.state(pool) == ("initial", 2, 0)
    assert today.pool(pool)["status"] | {"state": ""} == {
        "failed_nodes": 0,
        "healthy_nodes": 0,
        "initial_nodes": 2,
        "offline_nodes": 0,
        "removing_nodes": 0,
        "serving_nodes": 0,
        "state": "",
        "total_nodes": 2,
    }
    assert today.size() == 0
    today.later()
    assert today.state(pool) == ("active", 2, 2)
    assert today.size() == 2
    nodes = today.nodes(pool)
    assert [node["instance_type"] for node in nodes] == GROUP["instance_types"]
    assert {node["nodepool_id"] for node in nodes} == {pool}
    assert all(node["ip_address"] for node in nodes)
    shown = today.pool(pool)
    assert shown["nodepool_info"]["name"] == "web"
    assert shown["kubernetes_config"]["labels"] == [{"key": "tier", "value": "web"}]
    assert shown["scaling_group"]["vswitch_ids"] == ["vsw-a"]


def test_the_cluster_runs_on_while_a_pool_is_made(today):
    today.create()
    assert today.world.cluster("c1")["state"] == "running"


@pytest.mark.parametrize(("parts", "nodes"), [({"size": None, "count": 3}, 3), ({"size": None}, 0), ({"size": 0}, 0)])
def test_the_size_of_a_new_pool(today, parts, nodes):
    assert today.state(today.made(**parts)) == ("active", nodes, nodes)


def test_a_pool_whose_creation_fails_is_failed_and_can_be_deleted(today):
    error = {"code": "InvalidVSwitchId.IpNotEnough", "message": "no free address"}
    made = today.change("create_node_pool", sent=body(), fate=Fate(error=error))
    today.later()
    assert today.state(made["nodepool_id"]) == ("failed", 0, 0)
    assert today.world.task(made["task_id"])["error"] == error
    today.change("delete_node_pool", made["nodepool_id"])
    today.later()
    assert today.names() == []


def test_a_task_says_which_pool_it_is_about(today):
    made = today.change("create_node_pool", sent=body())
    task = today.world.task(made["task_id"])
    assert (task["task_type"], task["cluster_id"]) == ("nodepool_create", "c1")
    assert task["target"] == {"id": made["nodepool_id"], "type": "nodepool"}


def test_no_secret_is_kept_or_shown(world, clock, tmp_path):
    ledger = Ledger(Store(tmp_path / "world.db"), clock, Identifiers(7), 1.0, max_clusters=50, max_workers=300)
    kept = World(ledger)
    kept.load(TODAY)
    calls = Calls(kept, clock)
    pool = calls.made(scaling_group={"login_password": "Hunter-2222"})
    calls.change("modify_node_pool", pool, {"scaling_group": {"login_password": "Hunter-3333"}})
    calls.later()
    calls.change("attach_to_node_pool", pool, {"instances": ["i-a"], "password": "Hunter-4444"})
    assert "login_password" not in calls.pool(pool)["scaling_group"]
    kept.close()
    assert b"Hunter" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


# Change


def test_a_change_lays_what_is_sent_over_what_there_is(today):
    pool = today.made(
        kubernetes_config={"cms_enabled": True, "labels": [{"key": "a", "value": "1"}]},
        management={"enable": True, "auto_repair": True, "auto_repair_policy": {"restart_node": False}},
    )
    sent = {
        "nodepool_info": {"name": "front", "resource_group_id": "rg-1"},
        "kubernetes_config": {"labels": [{"key": "b", "value": "2"}]},
        "management": {"auto_repair_policy": {"approval_required": True}},
        "scaling_group": {},
    }
    before = today.pool(pool)
    today.change("modify_node_pool", pool, sent)
    assert today.state(pool)[0] == "updating"
    today.later()
    after = today.pool(pool)
    assert after["status"]["state"] == "active"
    assert (after["nodepool_info"]["name"], after["nodepool_info"]["resource_group_id"]) == ("front", "rg-1")
    config = before["kubernetes_config"]
    assert after["kubernetes_config"] == {**config, "labels": [{"key": "b", "value": "2"}], "cms_enabled": True}
    policy = {"restart_node": False, "approval_required": True}
    assert after["management"] == {"enable": True, "auto_repair": True, "auto_repair_policy": policy}
    assert after["scaling_group"] == before["scaling_group"]


@pytest.mark.parametrize(("size", "state"), [(5, "scaling"), (1, "scaling"), (0, "scaling"), (2, "updating")])
def test_another_size_scales(today, size, state):
    pool = today.made()
    today.change("modify_node_pool", pool, {"scaling_group": {"desired_size": size}})
    assert today.state(pool) == (state, size, 2)
    today.later()
    assert today.state(pool) == ("active", size, size)
    assert today.size() == size


def test_the_oldest_leave_first_and_those_that_were_attached_last(today):
    pool = today.made()
    old = {node["instance_id"] for node in today.nodes(pool)}
    today.change("attach_to_node_pool", pool, {"instances": ["i-mine"]})
    today.later()
    today.change("scale_node_pool", pool, {"count": 1})
    today.later()
    today.change("modify_node_pool", pool, {"scaling_group": {"desired_size": 2}})
    assert {node["instance_id"] for node in today.nodes(pool) if node["state"] == "removing"} == old
    assert today.pool(pool)["status"]["removing_nodes"] == 2
    today.later()
    assert "i-mine" in {node["instance_id"] for node in today.nodes(pool)}


def test_scaling_adds(today):
    pool = today.made()
    today.change("scale_node_pool", pool, {"count": 3})
    assert today.state(pool) == ("scaling", 5, 2)
    today.later()
    assert today.state(pool) == ("active", 5, 5)


def test_scaling_that_fails_leaves_the_nodes_that_were_there(today):
    pool = today.made()
    for sent in ({"scaling_group": {"desired_size": 7}}, {"scaling_group": {"desired_size": 1}}):
        today.change("modify_node_pool", pool, sent, Fate(error={"code": "a", "message": "b"}))
        today.later()
        assert today.state(pool) == ("active", 2, 2)
        assert {node["state"] for node in today.nodes(pool)} == {"running"}


def test_settings_of_nodes_are_shown_as_the_create_call_names_them(today):
    pool = today.made(node_config={"kubelet_configuration": {"maxPods": 64, "eventBurst": 5}})
    sent = {
        "kubelet_config": {"maxPods": 110},
        "os_config": {"sysctl": {"vm.max_map_count": 262144}},
        "containerd_config": {"limitCore": 0},
        "node_names": [today.nodes(pool)[0]["node_name"]],
    }
    today.change("modify_node_config", pool, sent)
    today.later()
    shown = today.pool(pool)
    assert shown["node_config"] == {
        "kubelet_configuration": {"maxPods": 110, "eventBurst": 5},
        "node_os_config": {"sysctl": {"vm.max_map_count": 262144}},
    }
    assert "containerd_config" not in shown


# Automatic scaling


BOUNDS = {"enable": True, "min_instances": 1, "max_instances": 4}


@pytest.mark.parametrize(("size", "nodes"), [(None, 1), (3, 3)])
def test_automatic_scaling_keeps_a_new_pool_within_its_bounds(today, size, nodes):
    assert today.state(today.made(size=size, auto_scaling=BOUNDS)) == ("active", nodes, nodes)


@pytest.mark.parametrize(
    ("bounds", "nodes"), [({"min_instances": 3, "max_instances": 9}, 3), ({"max_instances": 1}, 1)]
)
def test_bounds_that_are_set_later_move_the_size(today, bounds, nodes):
    pool = today.made()
    today.change("modify_node_pool", pool, {"auto_scaling": {"enable": True, **bounds}})
    today.later()
    assert today.state(pool) == ("active", nodes, nodes)


# Nodes


@pytest.mark.parametrize(("by", "named"), [("instance_ids", "instance_id"), ("nodes", "node_name")])
@pytest.mark.parametrize(("release", "left"), [("true", False), ("false", True), ("", True)])
def test_nodes_are_removed_by_instance_or_name(today, by, named, release, left):
    pool = today.made(size=3)
    gone = today.nodes(pool)[1]
    query = {by: f'["{gone[named]}"]', "release_node": release, "drain_node": "true"}
    today.change("remove_node_pool_nodes", pool, **query)
    assert today.state(pool) == ("removing", 3, 3)
    today.later()
    assert today.state(pool) == ("active", 2, 2)
    assert today.size() == 2
    again = {"instances": [gone["instance_id"]]}
    if left:
        assert today.change("attach_to_node_pool", pool, again)["task_id"]
    else:
        with pytest.raises(Refusal, match="does not exist"):
            today.change("attach_to_node_pool", pool, again)


def test_a_node_that_is_named_twice_is_removed_once(today):
    pool = today.made(size=3)
    node = today.nodes(pool)[0]
    today.change("remove_node_pool_nodes", pool, instance_ids=node["instance_id"], nodes=node["node_name"])
    today.later()
    assert today.state(pool) == ("active", 2, 2)


def test_attached_instances_are_nodes_of_the_pool_and_outlive_it(today):
    pool, other = today.made(), today.made(name="db", size=1)
    today.change("attach_to_node_pool", pool, {"instances": ["i-mine"]})
    assert today.state(pool) == ("scaling", 2, 2)
    today.later()
    assert today.state(pool) == ("active", 3, 3)
    today.change("delete_node_pool", pool, force="true")
    assert today.state(pool)[0] == "deleting"
    today.later()
    assert (today.names(), today.size()) == (["db"], 1)
    today.change("attach_to_node_pool", other, {"instances": ["i-mine"]})
    today.later()
    assert today.state(other) == ("active", 2, 2)


def test_an_instance_that_can_t_be_attached_makes_the_task_fail_and_stays_free(today):
    pool = today.made(size=0)
    sent = {"instances": ["i-a", "i-b"]}
    begun = today.change("attach_to_node_pool", pool, sent, Fate(spoilt=("i-b",), spoilt_code="OutOfStock"))
    today.later()
    assert today.world.task(begun["task_id"])["error"]["code"] == "OutOfStock"
    assert today.state(pool) == ("active", 0, 0)
    today.change("attach_to_node_pool", pool, sent)
    today.later()
    assert today.state(pool) == ("active", 2, 2)


def test_deleting_that_fails_leaves_the_pool(today):
    pool = today.made()
    today.change("delete_node_pool", pool, fate=Fate(error={"code": "a", "message": "b"}), force="true")
    today.later()
    assert today.state(pool) == ("delete_failed", 2, 2)
    today.change("delete_node_pool", pool, force="true")
    today.later()
    assert today.size() == 0


# What is refused


def refusal(act: Any) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.status, caught.value.code


REFUSED: list[tuple[str, Any, dict[str, str], int, str]] = [
    ("create_node_pool", body("web"), {}, 400, "NodePoolNameAlreadyExist"),
    ("create_node_pool", body("db", 299), {}, 400, "QuotaExceeded.Node"),
    (
        "create_node_pool",
        body("db", auto_scaling={"min_instances": 3, "max_instances": 2}),
        {},
        400,
        "InvalidParameter",
    ),
    ("create_node_pool", body("db", 5, auto_scaling=BOUNDS), {}, 400, "InvalidParameter"),
    ("modify_node_pool", {"nodepool_info": {"name": "default"}}, {}, 400, "NodePoolNameAlreadyExist"),
    ("modify_node_pool", {"scaling_group": {"desired_size": 301}}, {}, 400, "QuotaExceeded.Node"),
    ("modify_node_pool", {"auto_scaling": {"min_instances": 1}}, {}, 400, "InvalidParameter"),
    ("scale_node_pool", {"count": 299}, {}, 400, "QuotaExceeded.Node"),
    ("attach_to_node_pool", {"instances": ["i-gone"]}, {}, 400, "InvalidInstanceId.NotFound"),
    ("attach_to_node_pool", {"instances": ["i-taken"]}, {}, 400, "InstanceAlreadyInCluster"),
    ("remove_node_pool_nodes", {}, {}, 400, "MissingParameter"),
    ("remove_node_pool_nodes", {}, {"instance_ids": "[]"}, 400, "MissingParameter"),
    ("remove_node_pool_nodes", {}, {"instance_ids": "[1]"}, 400, "InvalidParameter"),
    ("remove_node_pool_nodes", {}, {"instance_ids": "["}, 400, "InvalidParameter"),
    ("remove_node_pool_nodes", {}, {"instance_ids": '["i-taken"]'}, 400, "ErrorNodeNotFound"),
    ("remove_node_pool_nodes", {}, {"nodes": '["a"]', "release_node": "yes"}, 400, "InvalidParameter"),
    ("modify_node_config", {"node_names": ["none"]}, {}, 400, "ErrorNodeNotFound"),
    ("delete_node_pool", {}, {}, 400, "ErrorNodePoolNotEmpty"),
    ("delete_node_pool", {}, {"force": "2"}, 400, "InvalidParameter"),
]


@pytest.mark.parametrize(("operation", "sent", "query", "status", "code"), REFUSED)
def test_what_is_refused_changes_nothing(today, operation, sent, query, status, code):
    seed = {
        "clusters": [{"name": "other", "cluster_id": "c2", "nodes": [{"instance_id": "i-taken"}]}],
        "unknown_instances": ["i-gone"],
    }
    today.world.load(seed)
    pool, _ = today.made(), today.made(name="default", size=0)
    nodes = [node["instance_id"] for node in today.nodes(pool)]
    if query.get("nodes") == '["a"]':
        query = {**query, "nodes": nodes[0]}
    before = today.read("list_node_pools"), today.nodes()
    aimed = "" if operation == "create_node_pool" else pool
    assert refusal(lambda: today.change(operation, aimed, sent, **query)) == (status, code)
    today.later()
    assert (today.read("list_node_pools"), today.nodes()) == before


def test_a_pool_that_is_busy_takes_no_other_call(today):
    pool = today.create()
    for operation, sent in [("scale_node_pool", {"count": 1}), ("modify_node_pool", {}), ("delete_node_pool", {})]:
        assert refusal(lambda o=operation, s=sent: today.change(o, pool, s)) == (409, "ErrorNodePoolState")
    assert today.made(name="db")


@pytest.mark.parametrize("operation", ["get_node_pool", "modify_node_pool", "delete_node_pool"])
def test_a_pool_that_is_not_there(today, operation):
    act = today.read if operation in READS else today.change
    assert refusal(lambda: act(operation, "np-none")) == (404, "ErrorNodePoolNotFound")
    today.cluster = "c-none"
    assert refusal(lambda: act(operation, "np-none")) == (404, "ErrorClusterNotFound")


def test_a_cluster_that_is_busy_or_of_another_kind_takes_no_pool(today):
    today.world.turn("c1", "upgrading")
    assert refusal(today.create) == (409, "ErrorClusterState")
    today.world.load({"clusters": [{"name": "ask", "cluster_id": "c3", "cluster_type": "Ask", "size": 0}]})
    today.cluster = "c3"
    assert refusal(today.create) == (400, "ErrorClusterType")
    assert today.names() == []


# Clusters of the guide's sort


@pytest.mark.parametrize("kind", ["managed", "dedicated", "edge"])
def test_the_workers_of_a_guides_cluster_are_its_default_pool(world, clock, kind):
    sent = example(kind, num_of_nodes=3)
    calls = Calls(world, clock, world.create(sent)["cluster_id"])
    assert calls.names() == ["default-nodepool"]
    assert calls.read("list_node_pools")["nodepools"][0]["status"]["state"] == "initial"
    clock.advance(HOUR)
    (pool,) = calls.read("list_node_pools")["nodepools"]
    assert (pool["status"]["state"], pool["status"]["total_nodes"]) == ("active", 3)
    assert pool["nodepool_info"]["is_default"] is True
    assert pool["scaling_group"]["instance_types"] == sent.get("worker_instance_types", [])
    assert pool["scaling_group"]["desired_size"] == 3
    workers = [node for node in calls.nodes() if node["instance_role"] == "Worker"]
    assert {node["nodepool_id"] for node in workers} == {pool["nodepool_info"]["nodepool_id"]}
    assert {node["nodepool_id"] for node in calls.nodes() if node["instance_role"] == "Master"} <= {""}


def test_calls_of_the_guide_and_of_today_see_the_same_workers(world, clock):
    world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "size": 2}]})
    calls = Calls(world, clock)
    pool = calls.read("list_node_pools")["nodepools"][0]["nodepool_info"]["nodepool_id"]
    world.scale_out("c1", example("scale-out", count=2))
    assert calls.state(pool)[0] == "scaling"
    assert refusal(lambda: calls.change("scale_node_pool", pool, {"count": 1})) == (409, "ErrorClusterState")
    clock.advance(HOUR)
    assert calls.state(pool) == ("active", 4, 4)
    calls.change(
        "modify_node_pool", pool, {"scaling_group": {"desired_size": 3}, "kubernetes_config": {"unschedulable": True}}
    )
    clock.advance(HOUR)
    assert (calls.state(pool), calls.size()) == (("active", 3, 3), 3)
    world.scale_out("c1", example("scale-out", count=1))
    assert calls.state(pool)[0] == "scaling"
    clock.advance(HOUR)
    assert (calls.state(pool), calls.size()) == (("active", 4, 4), 4)
    world.remove_nodes("c1", {"nodes": [calls.nodes()[0]["instance_id"]]})
    clock.advance(HOUR)
    assert (calls.state(pool), calls.size()) == (("active", 3, 3), 3)
    assert calls.pool(pool)["kubernetes_config"]["unschedulable"] is True
    assert refusal(lambda: calls.change("delete_node_pool", pool, force="true")) == (400, "ErrorNodePoolDefault")


def test_a_cluster_of_today_has_its_own_pools_alone(today):
    assert today.names() == []
    today.made()
    assert today.names() == ["web"]


# The world around


def test_a_live_state_has_pools_with_their_nodes(world, clock):
    pools = [
        {**body("web", 2), "nodepool_id": "np1"},
        {**body("db", None), "nodes": [{"instance_id": "i-db", "node_name": "db-1"}], "state": "failed"},
    ]
    world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "node_pools": pools}]})
    calls = Calls(world, clock)
    assert (calls.names(), calls.size()) == (["web", "db"], 3)
    assert calls.state("np1") == ("active", 2, 2)
    db = calls.read("list_node_pools", NodepoolName="db")["nodepools"][0]
    assert db["status"]["state"] == "failed"
    assert [node["node_name"] for node in calls.nodes(db["nodepool_info"]["nodepool_id"])] == ["db-1"]


@pytest.mark.parametrize("pools", [3, [1], [body(), body()], [{**body(), "nodes": [{}]}]])
def test_a_live_state_that_is_wrong_is_refused(world, pools):
    with pytest.raises(ValueError, match="clusters"):
        world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "node_pools": pools}]})
    assert world.clusters() == []


def test_pools_outlive_a_restart_and_go_with_their_cluster(clock: VirtualClock, tmp_path: Path) -> None:
    def opened() -> World:
        return World(Ledger(Store(tmp_path / "world.db"), clock, Identifiers(7), 1.0, max_clusters=50, max_workers=300))

    world = opened()
    world.load(TODAY)
    pool = Calls(world, clock).create()
    world.close()
    clock.advance(HOUR)
    world = opened()
    calls = Calls(world, clock)
    assert calls.state(pool) == ("active", 2, 2)
    calls.change("scale_node_pool", pool, {"count": 1})
    world.delete("c1")
    assert calls.state(pool)[0] == "deleting"
    clock.advance(HOUR)
    assert world.clusters() == []
    world.load(TODAY)
    assert calls.names() == []
    world.close()


def test_a_call_that_takes_effect_late_is_carried_out(today):
    pool = today.made()
    places = {"id": "c1", "node_pool_id": pool}
    today.world.defer(
        Invocation("remove_node_pool_nodes", places, {"instance_ids": today.nodes(pool)[0]["instance_id"]}), 60
    )
    today.world.defer(Invocation("create_node_pool", {"id": "c1"}, {}, body("db", 1)), 30)
    assert today.state(pool) == ("active", 2, 2)
    today.later()
    assert today.state(pool) == ("active", 1, 1)
    assert today.names() == ["web", "db"]


def test_a_young_pool_is_not_seen_where_reads_lag(today):
    old = today.made()
    young = today.create(name="db")
    today.clock.advance(10)
    view = View([{"kind": "lag", "seconds": 30.0}])
    seen = today.read("list_node_pools", view=view)["nodepools"]
    assert [pool["nodepool_info"]["nodepool_id"] for pool in seen] == [old]
    assert refusal(lambda: today.read("get_node_pool", young, view)) == (404, "ErrorNodePoolNotFound")
    assert young in {pool["nodepool_info"]["nodepool_id"] for pool in today.read("list_node_pools")["nodepools"]}


def test_a_state_out_of_the_blue_ends_what_pools_were_busy_with(today):
    pool = today.made()
    today.change("scale_node_pool", pool, {"count": 1})
    today.world.turn("c1", "unavailable")
    assert today.state(pool) == ("active", 2, 2)
