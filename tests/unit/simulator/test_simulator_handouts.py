"""What a cluster hands out."""

from __future__ import annotations

import base64
import json
import shlex

import pytest
import yaml

from ackplan.simulator import VirtualClock, World
from ackplan.simulator.refusals import Refusal
from tests.unit.simulator.callers import example


def _made(world: World, clock: VirtualClock, kind: str) -> str:
    cluster_id: str = world.create(example(kind))["cluster_id"]
    clock.advance(3600)
    return cluster_id


def test_the_kubeconfig_is_one(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock, "managed")
    config = yaml.safe_load(world.kubeconfig(cluster_id)["config"])
    assert (config["apiVersion"], config["kind"]) == ("v1", "Config")
    context = next(entry for entry in config["contexts"] if entry["name"] == config["current-context"])
    cluster = next(entry for entry in config["clusters"] if entry["name"] == context["context"]["cluster"])
    user = next(entry for entry in config["users"] if entry["name"] == context["context"]["user"])
    assert cluster["cluster"]["server"] == world.cluster(cluster_id)["master_url"]
    certificate = base64.b64decode(cluster["cluster"]["certificate-authority-data"], validate=True)
    assert certificate.startswith(b"-----BEGIN CERTIFICATE-----\n")
    key = base64.b64decode(user["user"]["client-key-data"], validate=True)
    assert key.endswith(b"-----END RSA PRIVATE KEY-----\n")


def test_certificates(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock, "dedicated")
    parts = world.certs(cluster_id)
    assert set(parts) == {"config", "ca", "cert", "key"}
    assert parts["config"] == world.kubeconfig(cluster_id)["config"]
    assert parts["ca"] != parts["cert"]
    assert "PRIVATE KEY" in parts["key"]


def test_the_join_script_of_an_edge_cluster(world: World, clock: VirtualClock) -> None:
    cluster_id = _made(world, clock, "edge")
    scripts = [world.attach_script(cluster_id, {"options": '{"nodeNameStrategy": "random"}'}) for _ in range(2)]
    words = shlex.split(scripts[0])
    assert words[0] == "wget"
    assert "./edgeadm" in words
    spec = next(word.partition("=")[2] for word in words if word.startswith("--node-spec="))
    assert json.loads(spec)["nodeNameStrategy"] == "random"
    tokens = [word for script in scripts for word in shlex.split(script) if word.startswith("--openapi-token=")]
    assert len(set(tokens)) == 2
    assert "assumeYes" in world.attach_script(cluster_id, {})


def test_other_clusters_have_no_join_script(world: World, clock: VirtualClock) -> None:
    with pytest.raises(Refusal, match="ErrorClusterType"):
        world.attach_script(_made(world, clock, "managed"), {"options": "{}"})


def test_nothing_is_handed_out_before_the_cluster_runs(world: World) -> None:
    cluster_id = world.create(example("edge"))["cluster_id"]
    for call in (world.kubeconfig, world.certs):
        with pytest.raises(Refusal, match="ErrorClusterState"):
            call(cluster_id)
    with pytest.raises(Refusal, match="ErrorClusterState"):
        world.attach_script(cluster_id, {"options": "{}"})


def test_a_swarm_cluster_hands_out_nothing(world: World) -> None:
    world.load({"clusters": [{"name": "old", "cluster_id": "c1", "cluster_type": "aliyun"}]})
    with pytest.raises(Refusal, match="ErrorClusterType"):
        world.kubeconfig("c1")
