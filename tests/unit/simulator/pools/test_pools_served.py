"""Node pools over the network: faults that are about them, and answers of 2021."""

from __future__ import annotations

from typing import Any

from tests.unit.simulator.callers import example
from tests.unit.simulator.days import bad_day

LIVE = {
    "clusters": [
        {"name": "shop", "cluster_id": "c1", "node_pools": [{**example("create-node-pool"), "nodepool_id": "np1"}]}
    ]
}
POOLS, WEB = "/clusters/c1/nodepools", "/clusters/c1/nodepools/np1"


def state(ask: Any, path: str = WEB) -> tuple[str, int]:
    pool = ask("GET", path).json
    return pool["status"]["state"], pool["scaling_group"]["desired_size"]


def test_a_task_of_a_pool_fails_where_a_fault_says_so() -> None:
    rule = {"kind": "task_fails", "operation": "scale_node_pool", "cluster": "sh*", "code": "OutOfStock", "nth": 1}
    with bad_day(rule, live=LIVE) as (_, clock, ask):
        for left in (2, 5):
            begun = ask("POST", WEB, {"count": 3}).json
            assert state(ask) == ("scaling", 5)
            clock.advance(3600)
            assert state(ask) == ("active", left)
            assert ask("GET", f"/tasks/{begun['task_id']}").json["state"] == ("fail" if left == 2 else "success")


def test_a_task_that_is_stuck_leaves_its_pool_at_it() -> None:
    with bad_day({"kind": "task_stuck", "operation": "modify_node_pool"}, live=LIVE) as (_, clock, ask):
        ask("PUT", WEB, {"scaling_group": {"desired_size": 1}})
        clock.advance(10**6)
        assert state(ask) == ("scaling", 1)
        assert ask("POST", WEB, {"count": 1}).json["code"] == "ErrorNodePoolState"


def test_a_call_that_a_gateway_gave_up_makes_its_pool_later() -> None:
    rule = {"kind": "late_commit", "operation": "create_node_pool", "seconds": 60}
    with bad_day(rule, live=LIVE) as (_, clock, ask):
        assert ask("POST", POOLS, example("create-node-pool", nodepool_info={"name": "db"})).status == 504
        assert len(ask("GET", POOLS).json["nodepools"]) == 1
        clock.advance(3600)
        later = ask("GET", POOLS).json["nodepools"][1]
        assert (later["nodepool_info"]["name"], later["status"]["state"]) == ("db", "active")


def test_a_list_may_leave_pools_out() -> None:
    rule = {"kind": "partial", "operation": "list_node_pools", "names": ["we*"]}
    with bad_day(rule, live=LIVE) as (_, _, ask):
        assert ask("GET", POOLS).json["nodepools"] == []
        assert state(ask) == ("active", 2)


def test_the_answer_to_a_change_of_a_pool_may_be_spoilt() -> None:
    rule = {
        "kind": "error",
        "operation": "delete_node_pool",
        "when": "after",
        "status": 503,
        "code": "ServiceUnavailable",
    }
    with bad_day(rule, live=LIVE) as (_, clock, ask):
        assert ask("DELETE", WEB, query={"force": "true"}).status == 503
        clock.advance(3600)
        assert ask("GET", WEB).json["code"] == "ErrorNodePoolNotFound"


def test_answers_of_2021() -> None:
    with bad_day(traits={"answers": "2021"}, live=LIVE) as (_, _, ask):
        (listed,) = ask("GET", POOLS).json["nodepools"]
        assert ask("GET", WEB).json == listed
        assert ask("GET", POOLS, query={"NodepoolName": "db"}).json["nodepools"] is None
    assert listed["nodepool_info"]["created"] == "2020-09-13T20:26:40+08:00"
    assert (listed["kubernetes_config"]["labels"], listed["scaling_group"]["rds_instances"]) == (None, None)
    assert listed["kubernetes_config"]["taints"] == example("create-node-pool")["kubernetes_config"]["taints"]
