"""Fleets of today's clusters, five node pools and two add-ons each, and what is recorded and live of them.

Record and answers are those of one cluster that was made in the sandbox, said of each: they are as large as real ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEAD = "ackplan: 1\nregion: cn-beijing\nclusters:\n"
POOLS = ("web", "api", "batch", "cache", "spare")
ADDONS = ("terway-eniip", "metrics-server")
# What changes, and what is created, of each cluster of a shape where that is more than itself.
CHANGED, CREATED = {"today": len(POOLS)}, {"today": 1 + len(POOLS) + len(ADDONS)}
_CLUSTER = f"""\
    cluster_type: ManagedKubernetes
    cluster_spec: ack.pro.small
    kubernetes_version: 1.31.9-aliyun.1
    vpcid: vpc-2zebeijing0000000001
    vswitch_ids: [vsw-2zebeijing0000000001]
    pod_vswitch_ids: [vsw-2zebeijing0000000002]
    service_cidr: 172.21.0.0/20
    deletion_protection: true
    maintenance_window: {{enable: true, maintenance_time: "03:00:00Z", duration: 3h, weekly_period: "Monday,Thursday"}}
    tags: [{{key: team, value: shop}}]
    addons: [{", ".join(f"{{name: {addon}}}" for addon in ADDONS)}]
    node_pools:
"""
_POOL = """\
        scaling_group:
          instance_types: [ecs.g7.xlarge, ecs.g6.xlarge]
          vswitch_ids: [vsw-2zebeijing0000000001]
          desired_size: {size}
          instance_charge_type: PostPaid
          image_type: AliyunLinux3
          system_disk_category: cloud_essd
          system_disk_size: 120
          data_disks: [{{category: cloud_essd, size: 200}}]
          tags: [{{key: pool, value: {name}}}]
          login_password: {{env: ACK_NODE_PASSWORD}}
        kubernetes_config:
          runtime: containerd
          cms_enabled: true
          labels: [{{key: role, value: {name}}}]
          taints: [{{key: role, value: {name}, effect: NoSchedule}}]
        management: {{enable: true, auto_repair: true}}
"""
# A name and ids that no cluster of a fleet has, of the length that ids have.
_ONE = "cluster-only1"


def cluster(name: str, size: int) -> str:
    """One cluster of the spec; each of its pools is to have so many nodes."""
    pools = "".join(f"      {pool}:\n{_POOL.format(size=size, name=pool)}" for pool in POOLS)
    return f"  {name}:\n{_CLUSTER}{pools}"


def write_sides(folder: Path, names: list[str], size: int) -> None:
    """The record and the answers of a fleet whose pools have so many nodes."""
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as made:
        one = _make_one(Path(made), size)
    record: dict[str, Any] = {**json.loads(one["record"]), "clusters": {}, "resources": {}}
    del record["world"]
    answers: dict[str, dict[str, Any]] = {}
    listed = []
    for name in names:
        each = {part: json.loads(text) for part, text in _renamed(one, name).items()}
        cluster_id = each["list"][0]["cluster_id"]
        for part in ("clusters", "resources"):
            record[part] |= each["record"][part]
        answers[cluster_id] = {part: each[part] for part in ("cluster", "pools", "addons")} | _nodes(each["nodes"])
        listed += each["list"]
    (folder / "default.json").write_text(json.dumps(record), "utf-8")
    (folder / "live.answer").write_text(json.dumps(listed), "utf-8")
    (folder / "inside.answer").write_text(json.dumps(answers), "utf-8")


def _nodes(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The nodes of each pool, as the API answers them when it is asked for those of one pool."""
    pools: dict[str, Any] = {}
    for node in answer["nodes"]:
        pools.setdefault(f"nodes{node['nodepool_id']}", {"nodes": []})["nodes"].append(node)
    return pools


def _renamed(one: Mapping[str, str], name: str) -> dict[str, str]:
    """The texts of the one cluster as if they were of another: its name and all ids."""
    cluster_id = json.loads(one["list"])[0]["cluster_id"]
    pool_ids = [pool["nodepool_info"]["nodepool_id"] for pool in json.loads(one["pools"])["nodepools"]]
    number = name[-5:]
    renamed = {part: text.replace(_ONE, name).replace(cluster_id, cluster_id[:-5] + number)
               for part, text in one.items()}  # fmt: skip
    for pool_id in pool_ids:
        renamed = {part: text.replace(pool_id, pool_id[:-5] + number) for part, text in renamed.items()}
    return renamed


def _make_one(folder: Path, size: int) -> dict[str, str]:
    """The record and the answers about one cluster, as the sandbox makes it."""
    (folder / "ackplan.yaml").write_text(HEAD + cluster(_ONE, size), "utf-8")
    _run(folder, "apply", "--auto-approve")
    (record,) = (folder / ".ackplan/sandbox").glob("default.json")
    listed = json.loads(_run(folder, "api", "GET", "/clusters"))
    at = f"/clusters/{listed[0]['cluster_id']}"
    reads = {"cluster": at, "pools": f"{at}/nodepools", "addons": f"{at}/addon_instances", "nodes": f"{at}/nodes"}
    answers = {part: _run(folder, "api", "GET", path) for part, path in reads.items()}
    return {"record": record.read_text("utf-8"), "list": json.dumps(listed), **answers}


def _run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "ackplan", *arguments, "--sandbox", "-C", str(folder)]
    environment = {**os.environ, "ACK_NODE_PASSWORD": "Bench-2026", "ACKPLAN_TIME_SCALE": "100000"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
