"""A given live state, put into the world."""

from __future__ import annotations

from typing import Any

import pytest

from ackplan.simulator import VirtualClock, World


def test_clusters_with_what_the_document_says(world: World) -> None:
    world.load(
        {
            "clusters": [
                {"name": "shop", "cluster_id": "c1", "state": "running", "size": 2, "vpc_id": "vpc-a", "extra": [1]},
                {"name": "old", "cluster_id": "c2", "cluster_type": "aliyun", "size": "4", "state": "inactive"},
                {"name": "odd", "state": "hibernating"},
            ]
        }
    )
    shop, old, odd = world.clusters()
    assert (shop["cluster_id"], shop["name"], shop["state"], shop["size"]) == ("c1", "shop", "running", 2)
    assert (shop["vpc_id"], shop["extra"], shop["cluster_type"]) == ("vpc-a", [1], "ManagedKubernetes")
    assert (old["cluster_type"], old["size"], old["state"]) == ("aliyun", "4", "inactive")
    assert (odd["state"], odd["size"], odd["cluster_id"][0]) == ("hibernating", 0, "c")


def test_nodes_follow_from_the_size(world: World) -> None:
    world.load(
        {
            "clusters": [
                {"name": "a", "cluster_id": "c1", "cluster_type": "Kubernetes", "size": 5},
                {"name": "b", "cluster_id": "c2", "cluster_type": "Kubernetes", "size": 6, "master_count": 5},
                {"name": "c", "cluster_id": "c3", "size": "2"},
                {"name": "d", "cluster_id": "c4", "cluster_type": "aliyun", "size": 2},
                {"name": "e", "cluster_id": "c5", "state": "initial", "size": 2},
            ]
        }
    )
    roles = {
        cluster["name"]: [node["instance_role"] for node in world.nodes(cluster["cluster_id"])["nodes"]]
        for cluster in world.clusters()
    }
    assert roles == {
        "a": ["Master"] * 3 + ["Worker"] * 2,
        "b": ["Master"] * 5 + ["Worker"],
        "c": ["Worker"] * 2,
        "d": [],
        "e": [],
    }


def test_given_nodes_make_the_size(world: World) -> None:
    nodes = [{"instance_id": "i-m", "instance_role": "Master"}, {"instance_id": "i-w", "state": "failed"}]
    world.load({"clusters": [{"name": "a", "cluster_id": "c1", "nodes": nodes}]})
    assert world.cluster("c1")["size"] == 2
    shown = {node["instance_id"]: node for node in world.nodes("c1")["nodes"]}
    assert (shown["i-m"]["instance_role"], shown["i-w"]["instance_role"]) == ("Master", "Worker")
    assert shown["i-w"]["state"] == "failed"


def test_a_size_in_text_goes_on_as_a_number(world: World, clock: VirtualClock) -> None:
    world.load({"clusters": [{"name": "a", "cluster_id": "c1", "size": "2"}]})
    world.scale_out("c1", {"count": 1})
    clock.advance(3600)
    assert world.cluster("c1")["size"] == 3


def test_tasks(world: World, clock: VirtualClock) -> None:
    world.load(
        {
            "clusters": [{"name": "a", "cluster_id": "c1", "state": "deleting"}],
            "tasks": [
                {"task_id": "T-1", "cluster_id": "c1", "task_type": "cluster_create"},
                {"task_id": "T-2", "cluster_id": "c1", "state": "running"},
                {"task_id": "T-3", "state": "fail", "error": {"code": "Broken", "message": "it broke"}},
                {"task_id": "T-4", "cluster_id": "c1", "task_type": "cluster_delete", "state": "running", "ends_in": 5},
            ],
        }
    )
    clock.advance(4)
    assert [world.task(name)["state"] for name in ("T-1", "T-2", "T-3", "T-4")] == [
        "success",
        "running",
        "fail",
        "running",
    ]
    assert world.task("T-3")["error"]["code"] == "Broken"
    clock.advance(1)
    assert world.task("T-4")["state"] == "success"
    assert world.task("T-2")["state"] == "running"
    assert world.clusters() == []


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"cluster": []}, "unknown key cluster"),
        ({"clusters": {}}, "clusters: a list of objects"),
        ({"clusters": ["a"]}, "clusters: a list of objects"),
        ({"clusters": [{"state": "running"}]}, "each needs a name"),
        ({"clusters": [{"name": "a"}, {"name": "a"}]}, "a (c"),
        ({"clusters": [{"name": "a", "cluster_id": "c1"}, {"name": "b", "cluster_id": "c1"}]}, "b (c1) is there"),
        ({"clusters": [{"name": "a", "size": "many"}]}, "size is not a number"),
        ({"clusters": [{"name": "a", "size": -1}]}, "size is not a number"),
        ({"clusters": [{"name": "a", "size": True}]}, "size is not a number"),
        ({"clusters": [{"name": "a", "nodes": [{}]}]}, "each node needs an instance_id"),
        ({"clusters": [{"name": "a", "nodes": [{"instance_id": "i-1"}] * 2}]}, "i-1 is there already"),
        ({"tasks": [{"id": "T-1"}]}, "unknown key id"),
        ({"tasks": [{"state": "success", "ends_in": 1}]}, "ends_in is for a task that is running"),
        ({"tasks": [{"state": "running", "ends_in": 1}]}, "needs a task_type"),
        ({"tasks": [{"state": "running", "ends_in": 1, "task_type": "cluster_delete"}]}, "needs the cluster_id"),
    ],
)
def test_a_wrong_document_adds_nothing(world: World, document: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError) as caught:
        world.load(document)
    assert told in str(caught.value)
    assert world.clusters() == []
