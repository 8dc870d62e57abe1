"""What sources say differently of the API: shapes of answers, regions, accounts, names of nodes, states and codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ackplan.simulator import Traits, machine
from ackplan.simulator.injection import file
from tests.unit.simulator.callers import example
from tests.unit.simulator.days import FLEET, bad_day, names

_REGIONS = {
    "clusters": [
        {"name": "shop", "cluster_id": "c-shop", "region_id": "cn-beijing", "size": 1},
        {"name": "west", "cluster_id": "c-west", "region_id": "us-west-1", "size": 1},
    ],
    "tasks": [{"task_id": "T-west", "cluster_id": "c-west"}],
}


def test_without_traits_the_guide_holds() -> None:
    assert file.traits_of(None, Traits()) == Traits()
    assert file.traits_of({"faults": []}, Traits(regional=True)) == Traits(regional=True)


def test_a_file_says_traits_alone(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text("traits: {regional: true, answers: '2021'}\n")
    assert file.document_of(tmp_path / "it.yaml") == []
    assert file.traits_of(tmp_path / "it.yaml", Traits()) == Traits(regional=True, answers="2021")


@pytest.mark.parametrize(
    ("traits", "told"),
    [
        ({"answers": "2031"}, "traits.answers"),
        ({"regions": True}, "regions is not known here"),
        ({"accounts": {"a": 1}}, "accounts.a"),
    ],
)
def test_a_wrong_trait_is_told(traits: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        file.check({"traits": traits})


# Regions and accounts


def test_calls_see_their_region_alone() -> None:
    west = {"headers": {"x-acs-region-id": "us-west-1"}}
    with bad_day(traits={"regional": True}, live=_REGIONS) as (running, _, ask):
        assert names(ask) == ["shop"]
        assert [cluster["name"] for cluster in ask("GET", "/clusters", **west).json] == ["west"]
        for method, path in (("GET", ""), ("GET", "/nodes"), ("GET", "/logs"), ("DELETE", "")):
            answer = ask(method, f"/clusters/c-west{path}")
            assert (answer.status, answer.json["code"]) == (404, "ErrorClusterNotFound")
            assert ask(method, f"/clusters/c-west{path}", **west).status < 300
        assert ask("GET", "/tasks/T-west").json["code"] == "ErrorTaskNotFound"
        assert ask("GET", "/tasks/T-west", **west).status == 200
        assert running.world.cluster("c-west")["state"] == "deleting"


def test_a_call_that_names_no_region_sees_all() -> None:
    with bad_day(traits={"regional": True}, live=_REGIONS) as (_, _, ask):
        everywhere = ask("GET", "/clusters", headers={"x-acs-region-id": None}).json
        assert [cluster["name"] for cluster in everywhere] == ["shop", "west"]


def test_regions_do_not_count_unless_told() -> None:
    with bad_day(live=_REGIONS) as (_, _, ask):
        assert names(ask) == ["shop", "west"]
        assert ask("GET", "/clusters/c-west").status == 200


def test_another_key_sees_another_account(tmp_path: Path) -> None:
    keys = {"one": "first", "two": "second", "three": "third"}
    traits = {"accounts": {"two": "2000", "three": "2000"}}
    two, three = {"key": "two", "secret": "second"}, {"key": "three", "secret": "third"}
    setup = {"access_keys": keys, "traits": traits, "db": tmp_path / "world.db"}
    with bad_day(live=FLEET, **setup) as (running, clock, ask):
        one = {"key": "one", "secret": "first"}
        assert len(ask("GET", "/clusters", **one).json) == 3
        assert ask("GET", "/clusters", **two).json == []
        assert ask("GET", "/clusters/c-shop", **two).json["code"] == "ErrorClusterNotFound"
        assert ask("DELETE", "/clusters/c-shop", **two).status == 404
        made = ask("POST", "/clusters", example("managed", name="shop"), **two).json
        clock.advance(3600)
        assert [cluster["cluster_id"] for cluster in ask("GET", "/clusters", **three).json] == [made["cluster_id"]]
        assert ask("GET", f"/clusters/{made['cluster_id']}", **one).status == 404
        assert len(ask("GET", "/clusters", **one).json) == 3
        assert ask("GET", "/clusters", key="two", secret="first").status == 403
    with bad_day(**setup) as (running, _, ask):
        assert len(ask("GET", "/clusters", **two).json) == 1
        assert len(running.world.clusters()) == 3


# Codes and states


@pytest.mark.parametrize("status", [400, 404])
def test_a_missing_cluster_may_have_another_code(status: int) -> None:
    traits = {"not_found": "ErrorQueryCluster", "not_found_status": status}
    with bad_day(traits=traits) as (_, _, ask):
        for method, path in (("GET", ""), ("GET", "/nodes"), ("DELETE", ""), ("GET", "/certs")):
            answer = ask(method, f"/clusters/c-none{path}")
            assert (answer.status, answer.json["code"]) == (status, "ErrorQueryCluster")


@pytest.mark.parametrize("today", [True, False])
def test_a_protected_cluster_is_not_deleted(today: bool) -> None:
    action = {"headers": {"x-acs-action": "CreateCluster"}} if today else {}
    with bad_day(live=FLEET, time_scale=600) as (running, clock, ask):
        body = example("managed", name="new", deletion_protection=True)
        made = ask("POST", "/clusters", body, **action).json["cluster_id"]
        running.world.change("c-shop", deletion_protection=True)
        clock.advance(3600)
        for name in (made, "c-shop"):
            answer = ask("DELETE", f"/clusters/{name}")
            assert (answer.status, answer.json["code"]) == (400, "ErrorClusterDeletionProtection")
            assert ask("GET", f"/clusters/{name}").json["deletion_protection"] is True
            running.world.change(name, deletion_protection=False)
            assert ask("DELETE", f"/clusters/{name}").status == 202


def test_protection_is_true_or_false() -> None:
    with bad_day() as (_, _, ask):
        answer = ask("POST", "/clusters", example("managed", deletion_protection="perhaps"))
    assert (answer.status, answer.json["code"]) == (400, "InvalidParameter")


def test_someone_renames_a_cluster() -> None:
    with bad_day(live=FLEET) as (running, _, ask):
        running.world.change("c-shop", name="mall", tags=[{"key": "by", "value": "hand"}])
        assert names(ask) == ["mall", "web", "data"]
        assert ask("POST", "/clusters", example("managed", name="shop")).status == 202


@pytest.mark.parametrize(
    ("state", "begins"),
    [
        ("running", True),
        ("failed", True),
        ("delete_failed", True),
        ("deleteFailed", True),
        ("stopped", True),
        ("updating_failed", True),
        ("inactive", True),
        ("unavailable", True),
        ("disconnected", True),
        ("waiting", False),
        ("draining", False),
        ("upgrading", False),
        ("updating", False),
        ("initial", False),
        ("deleting", False),
    ],
)
def test_a_cluster_may_be_in_every_state(state: str, begins: bool) -> None:
    with bad_day(live=FLEET) as (running, _, ask):
        running.world.turn("c-shop", state)
        assert ask("GET", "/clusters/c-shop").json["state"] == state
        assert ask("DELETE", "/clusters/c-shop").status == (202 if begins else 409)
        running.world.turn("c-web", state)
        scaled = ask("POST", "/api/v2/clusters/c-web", example("scale-out", count=1)).status
        assert scaled == (202 if state == machine.State.RUNNING else 409)


@pytest.mark.parametrize(
    ("state", "size"),
    [
        ("succeeded", 3),
        ("success", 3),
        ("failed", 2),
        ("error", 2),
        ("canceled", 2),
        ("cancelled", 2),
        ("paused", None),
        ("pending", None),
    ],
)
def test_a_task_may_be_in_every_state(state: str, size: int | None) -> None:
    rule = {"kind": "task_state", "operation": "scale_out", "state": state}
    with bad_day(rule, live=FLEET) as (running, clock, ask):
        task = ask("POST", "/api/v2/clusters/c-shop", example("scale-out", count=1)).json["task_id"]
        begun = ask("GET", f"/tasks/{task}").json["state"]
        clock.advance(3600)
        assert (begun, ask("GET", f"/tasks/{task}").json["state"]) == ("running" if size else state, state)
        cluster = running.world.cluster("c-shop")
        assert (cluster["state"], cluster["size"]) == (("running", size) if size else ("scaling", 2))
        running.world.turn_task(task, "paused")
        assert ask("GET", f"/tasks/{task}").json["state"] == "paused"


def test_a_bare_failure_is_told_by_the_logs() -> None:
    rule = {"kind": "task_fails", "operation": "create_cluster", "code": "OutOfStock", "message": "no c5", "bare": True}
    with bad_day(rule) as (_, clock, ask):
        made = ask("POST", "/clusters", example("managed", name="shop")).json
        clock.advance(3600)
        task = ask("GET", f"/tasks/{made['task_id']}").json
        assert (task["state"], "error" in task, task["task_result"][0]["status"]) == ("fail", False, "failed")
        lines = ask("GET", f"/clusters/{made['cluster_id']}/logs").json
    told = [line["cluster_log"] for line in lines]
    assert told == ["start to cluster_create", "cluster_create failed: OutOfStock: no c5"]


def test_names_that_are_not_unique() -> None:
    with bad_day(traits={"unique_names": False}) as (_, _, ask):
        for _ in range(2):
            assert ask("POST", "/clusters", example("managed", name="shop")).status == 202
        assert names(ask) == ["shop", "shop"]


# Nodes


@pytest.mark.parametrize(("by", "takes"), [("both", {"id", "name"}), ("id", {"id"}), ("name", {"name"})])
def test_nodes_are_named_by_id_and_by_name(by: str, takes: set[str]) -> None:
    with bad_day(traits={"node_names": by}, live=FLEET) as (_, _, ask):
        for name, key, cluster in (("id", "instance_id", "c-shop"), ("name", "node_name", "c-web")):
            node = ask("GET", f"/clusters/{cluster}/nodes").json["nodes"][0]
            assert node["node_name"] == f"cn-beijing.{node['ip_address'][0]}"
            answer = ask("POST", f"/clusters/{cluster}/nodes", example("remove-nodes", nodes=[node[key]]))
            assert answer.status == (202 if name in takes else 400)


def test_an_empty_node_name_is_refused() -> None:
    with bad_day(live=FLEET) as (_, _, ask):
        answer = ask("POST", "/clusters/c-shop/nodes", example("remove-nodes", nodes=[""]))
    assert (answer.status, answer.json["code"]) == (400, "InvalidParameter")


def test_nodes_without_instance_ids() -> None:
    nodes = [{"instance_id": "", "node_name": "edge-7"}, {"instance_id": ""}, {"instance_id": "i-1"}]
    with bad_day(live={"clusters": [{"name": "shop", "cluster_id": "c", "nodes": nodes}]}) as (_, clock, ask):
        shown = ask("GET", "/clusters/c/nodes").json["nodes"]
        assert [node["instance_id"] for node in shown] == ["", "", "i-1"]
        assert ask("POST", "/clusters/c/nodes", example("remove-nodes", nodes=["edge-7"])).status == 202
        clock.advance(3600)
        assert len(ask("GET", "/clusters/c/nodes").json["nodes"]) == 2


def test_nodes_say_what_they_cost_and_where_they_come_from() -> None:
    with bad_day() as (running, clock, ask):
        paid = {"worker_instance_charge_type": "PrePaid", "worker_period": 1, "worker_period_unit": "Month"}
        made = ask("POST", "/clusters", example("managed", num_of_nodes=1, **paid)).json["cluster_id"]
        clock.advance(3600)
        running.world.attach(made, {"instances": ["i-mine"]})
        clock.advance(3600)
        nodes = ask("GET", f"/clusters/{made}/nodes").json["nodes"]
    told = [(node["source"], node["instance_charge_type"], node["is_aliyun_node"]) for node in nodes]
    assert told == [("ess_attach", "PrePaid", True), ("manual", "PostPaid", True)]


# Shapes of answers


def test_answers_of_2021() -> None:
    with bad_day(traits={"answers": "2021"}) as (_, clock, ask):
        assert ask("GET", "/clusters").json is None
        assert ask("GET", "/api/v1/clusters").json["clusters"] is None
        body = example("managed", name="shop", num_of_nodes=2, proxy_mode="iptables", tags=None)
        made = ask("POST", "/clusters", body).json
        fresh = ask("GET", "/clusters").json[0]
        assert (fresh["tags"], fresh["updated"], fresh["master_url"]) == (None, "0001-01-01T00:00:00Z", "")
        clock.advance(3600)
        (listed,) = ask("GET", "/clusters").json
        detail = ask("GET", f"/clusters/{made['cluster_id']}").json
        nodes = ask("GET", f"/clusters/{made['cluster_id']}/nodes").json["nodes"]
    assert (listed["-"], listed["capabilities"], listed["parameters"], listed["size"]) == (
        "PayByTraffic",
        None,
        None,
        2,
    )
    assert listed["created"] == "2020-09-13T20:26:40+08:00"
    assert json.loads(listed["meta_data"])["Capabilities"]["ProxyMode"] == listed["proxy_mode"] == "iptables"
    assert json.loads(listed["master_url"])["api_server_endpoint"].startswith("https://")
    assert listed["tags"] == [{"key": "ack.aliyun.com", "value": made["cluster_id"]}]
    assert detail["parameters"]["NumOfNodes"] == "2"
    assert detail["parameters"]["ProxyMode"] == "iptables"
    assert detail["parameters"]["WorkerLoginPassword"] == "******"
    assert (nodes[0]["error_message"], nodes[0]["creation_time"][-6:]) == ("", "+08:00")


def test_tasks_of_2021_do_not_say_why() -> None:
    rule = {"kind": "task_fails", "operation": "create_cluster"}
    with bad_day(rule, traits={"answers": "2021"}) as (_, clock, ask):
        made = ask("POST", "/clusters", example("managed", name="shop")).json
        clock.advance(3600)
        task = ask("GET", f"/tasks/{made['task_id']}").json
        logs = ask("GET", f"/clusters/{made['cluster_id']}/logs").json
        nodes = ask("GET", f"/clusters/{made['cluster_id']}/nodes").json["nodes"]
    assert (task["state"], task["task_result"][0]["status"], "error" in task) == ("failed", "failed", False)
    assert "OperationFailed" in logs[-1]["cluster_log"]
    assert logs[-1]["created"].endswith("+08:00")
    assert nodes is None


def test_answers_with_texts() -> None:
    with bad_day(traits={"answers": "texts"}, live=FLEET) as (_, _, ask):
        page = ask("GET", "/api/v1/clusters").json
        detail = ask("GET", "/clusters/c-shop").json
    assert page["page_info"] == {"page_number": "1", "page_size": "10", "total_count": "3"}
    assert (detail["size"], page["clusters"][0]["size"]) == ("2", "2")
