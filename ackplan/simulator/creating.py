"""The create call (guide 2.1, 2.2, 2.4, 3.4): a cluster in state `initial`, and the task that will finish it.

The size that a cluster shows while it is made is the one it was ordered with, masters included.
"""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import bundle, machine
from ackplan.simulator.account import Ledger
from ackplan.simulator.bodies import redacted
from ackplan.simulator.clock import stamp
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.json_types import Json, JsonObject, number, objects, text, texts
from ackplan.simulator.machine import Operation
from ackplan.simulator.pools.making import make_pools
from ackplan.simulator.quotas import check_clusters, check_workers
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.today import founding
from ackplan.simulator.today.ordering import MARK

_DEFAULT_VERSION = "1.14.6-aliyun.1"
_MADE_VSWITCHES = 3
# Create parameters that today's API shows again, under the same names.
_SHOWN = ("container_cidr", "service_cidr", "proxy_mode", "node_cidr_mask", "node_port_range", "cpu_policy")


def create(ledger: Ledger, body: Mapping[str, Json], fate: Fate, *, looked: bool = False) -> Task:
    """Makes a cluster out of a body that the schemas have passed. Raises Refusal 400 for a name that is taken.

    `looked`: whether the name is free was found out earlier.
    """
    name = text(body, "name")
    if not looked and ledger.traits.unique_names and ledger.store.named(name):
        raise Refusal(400, "ClusterNameAlreadyExist", f"cluster name {name} already exist in your clusters")
    workers = number(body, "num_of_nodes", 0)
    check_clusters(ledger)
    check_workers(ledger, workers)
    serial = ledger.serial("cluster")
    todays = MARK in body
    body = {parameter: value for parameter, value in body.items() if parameter != MARK}
    masters = _masters(body)
    cluster = Cluster(
        cluster_id=ledger.ids.cluster(serial),
        name=name,
        state=machine.begin(None, Operation.CREATE),
        size=masters + workers,
        attributes=_attributes(ledger, body, serial),
        ordered=redacted(body),
    )
    if todays:
        founding.found(ledger, cluster, body, serial)
    ledger.store.keep_cluster(cluster)
    make_pools(ledger, cluster, objects(body, "nodepools"))
    payload: JsonObject = {
        "masters": masters,
        "workers": workers,
        "master_types": body.get("master_instance_types") or founding.masters(body).get("instance_types", []),
        "worker_types": body.get("worker_instance_types", []),
        "charged": body.get("worker_instance_charge_type", "PostPaid"),
    }
    return ledger.start(cluster, Operation.CREATE, payload, fate)


def _masters(body: Mapping[str, Json]) -> int:
    """How many masters a dedicated cluster is ordered with."""
    if body["cluster_type"] != "Kubernetes":
        return 0
    return number(body, "master_count", number(founding.masters(body), "size", 3))


def _attributes(ledger: Ledger, body: Mapping[str, Json], serial: int) -> JsonObject:
    now = stamp(ledger.now())
    version = body.get("kubernetes_version", _DEFAULT_VERSION)
    return {
        "agent_version": "",
        "cluster_type": body["cluster_type"],
        "profile": body.get("profile", "Default"),
        "created": now,
        "updated": now,
        "current_version": version,
        "init_version": version,
        "deletion_protection": body.get("deletion_protection", False),
        "external_loadbalancer_id": "",
        "master_url": "",
        "network_mode": "vpc",
        "private_zone": str(body.get("private_zone", False)).lower() == "true",
        "region_id": body["region_id"],
        "security_group_id": ledger.ids.resource("sg", serial),
        "tags": body.get("tags", []),
        "zone_id": f"{body['region_id']}-a",
        **_network(ledger, body, serial),
        **{name: body[name] for name in _SHOWN if name in body},
    }


def _network(ledger: Ledger, body: Mapping[str, Json], serial: int) -> JsonObject:
    """The VPC and the vswitches of the workers: given, or made together with their networks (guide 2.1)."""
    vpc = body.get("vpcid") or body.get("vpc_id")
    if vpc:
        vswitches = texts(body, "worker_vswitch_ids") or texts(body, "vswitch_ids") or [text(body, "vswitch_id", "")]
        return {"vpc_id": vpc, "vswitch_id": ",".join(vswitches), "subnet_cidr": body.get("container_cidr", "")}
    count = 1 if body["cluster_type"] == "Ask" else _MADE_VSWITCHES
    made = [ledger.ids.resource("vsw", f"{serial}/{number}") for number in range(count)]
    networks = bundle.made_networks()
    pods = body.get("container_cidr", networks["container_cidr"])
    return {
        "vpc_id": ledger.ids.resource("vpc", serial),
        "vswitch_id": ",".join(made),
        "vpc_cidr": networks["vpc_id"],
        "container_cidr": pods,
        "subnet_cidr": pods,
        "service_cidr": body.get("service_cidr", networks["service_cidr"]),
    }
