"""How nodes come to a cluster and leave it."""

from __future__ import annotations

from collections.abc import Sequence

from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.json_types import JsonObject
from ackplan.simulator.records import Cluster, Node

_IMAGE = "aliyun_3_x64_20G_alibase_20240528.vhd"


def joined_node(ledger: Ledger, cluster: Cluster, instance: str, role: str, source: str) -> Node:
    """A node that works. `source` is `manual` for an instance that was attached."""
    instant, number = ledger.now(), ledger.serial("address")
    address = f"192.168.{number // 254 % 256}.{number % 254 + 1}"
    attributes: JsonObject = {
        "node_name": f"{cluster.attributes.get('region_id', '')}.{address}",
        "ip_address": [address],
        "instance_charge_type": "PostPaid",
        "state": "running",
        "node_status": "Ready",
        "instance_status": "Running",
        "creation_time": stamp(instant),
        "is_aliyun_node": True,
        "source": source,
        "host_name": f"iZ{instance[2:]}Z",
        "image_id": _IMAGE,
        "instance_name": f"worker-k8s-for-cs-{cluster.cluster_id}",
        "error_message": "",
        "nodepool_id": "",
        "spot_strategy": "NoSpot",
    }
    return Node(instance, cluster.cluster_id, role, joined=True, attributes=attributes, since=instant)


def take_out(ledger: Ledger, instances: Sequence[str], *, release: bool) -> None:
    """The nodes leave; with `release` their instances cease to exist."""
    for instance in instances:
        ledger.store.drop_node(instance)
        if release:
            ledger.store.release(instance)


def back_to_work(ledger: Ledger, instance: str) -> None:
    """A node that was to leave stays."""
    node = ledger.store.node(instance)
    if node is not None:
        node.attributes["state"] = "running"
        ledger.store.keep_node(node)
