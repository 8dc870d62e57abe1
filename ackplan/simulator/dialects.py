"""Answers as the API has written them in other years than the guide's: `texts` of 2020, and `2021` and later.

Public captured and documented answers show these forms: null for empty lists, numbers as texts, times of China, JSON as
a text inside of JSON. What the world is stays the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from ackplan.simulator.json_types import Json, JsonObject

_CHINA = timezone(timedelta(hours=8))
_NEVER = "0001-01-01T00:00:00Z"
_SERVICE_TAG = "ack.aliyun.com"
_BARE: JsonObject = {
    "-": "PayByTraffic",
    "capabilities": None,
    "cluster_healthy": "",
    "data_disk_category": "cloud",
    "data_disk_size": 0,
    "docker_version": "19.03.15",
    "enabled_migration": False,
    "gw_bridge": "",
    "instance_type": "",
    "maintenance_info": None,
    "maintenance_window": {"enable": False, "maintenance_time": "", "duration": "", "weekly_period": ""},
    "need_update_agent": False,
    "next_version": "",
    "node_status": "",
    "outputs": None,
    "parameters": None,
    "port": 0,
    "private_link": False,
    "service_discovery_types": None,
    "swarm_mode": False,
    "upgrade_components": None,
    "vswitch_cidr": "",
    "worker_ram_role_name": "",
}
# What answers about tasks have had only since.
_LATER = frozenset({"error", "target", "parameters", "stages", "current_stage", "events"})
_PARAMETERS = {
    "ContainerCIDR": "container_cidr",
    "KeyPair": "key_pair",
    "KubernetesVersion": "kubernetes_version",
    "NumOfNodes": "num_of_nodes",
    "ProxyMode": "proxy_mode",
    "SNatEntry": "snat_entry",
    "ServiceCIDR": "service_cidr",
    "WorkerAutoRenew": "worker_auto_renew",
    "WorkerAutoRenewPeriod": "worker_auto_renew_period",
    "WorkerDataDisk": "worker_data_disk",
    "WorkerInstanceChargeType": "worker_instance_charge_type",
    "WorkerInstanceTypes": "worker_instance_types",
    "WorkerPeriod": "worker_period",
    "WorkerPeriodUnit": "worker_period_unit",
    "WorkerSystemDiskCategory": "worker_system_disk_category",
    "WorkerSystemDiskSize": "worker_system_disk_size",
    "WorkerVSwitchIds": "worker_vswitch_ids",
}


def payload(answers: str, operation: str, said: Json, ordered: Mapping[str, Json]) -> Json:
    """An answer in the words of `answers`. `ordered` is the create body of the cluster that it is about."""
    if answers == "texts" and operation in {"list_clusters", "get_cluster"}:
        return _texts(said)
    return _of_2021(operation, said, ordered) if answers == "2021" else said


def _of_2021(operation: str, said: Json, ordered: Mapping[str, Json]) -> Json:
    match operation, said:
        case "list_clusters", _:
            return _list(said)
        case "list_logs", _:
            return _logs(said)
        case "get_cluster", Mapping():
            return _detail(said, ordered)
        case "list_nodes", Mapping():
            return _nodes(said)
        case "get_task", Mapping():
            return _task(said)
        case "list_node_pools", Mapping():
            return {"nodepools": [_pool(one) for one in _objects(said["nodepools"])] or None}
        case "get_node_pool", Mapping():
            return _pool(said)
        case _:
            return said


def _texts(value: Json) -> Json:
    """Every number and boolean as a text."""
    if isinstance(value, dict):
        return {name: _texts(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_texts(part) for part in value]
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _list(said: Json) -> Json:
    if isinstance(said, Mapping):
        return {**said, "clusters": _list(said["clusters"])}
    return [_cluster(one) for one in _objects(said)] or None


def _objects(said: Json) -> list[Mapping[str, Json]]:
    return [part for part in said if isinstance(part, Mapping)] if isinstance(said, list) else []


def _detail(said: Mapping[str, Json], ordered: Mapping[str, Json]) -> Json:
    parameters = said.get("parameters") or (_parameters(said, ordered) if ordered else None)
    return {**_cluster(said), "parameters": parameters}


def _cluster(said: Mapping[str, Json]) -> JsonObject:
    """A cluster as lists of 2021 show it."""
    begun = said["state"] != "initial"
    own = [] if not begun else [{"key": _SERVICE_TAG, "value": said["cluster_id"]}]
    tags = said.get("tags")
    managed = said.get("cluster_type") == "ManagedKubernetes"
    return {
        **_BARE,
        "cluster_spec": "ack.standard" if managed else "",
        "resource_group_id": "rg-" + _invented(said, 13),
        **{name: value for name, value in said.items() if name != "agent_version"},
        "created": _in_china(said.get("created")),
        "updated": _in_china(said.get("updated")) if begun else _NEVER,
        "master_url": _endpoints(str(said.get("master_url", ""))),
        "meta_data": said.get("meta_data") or json.dumps(_meta_data(said)),
        "tags": [*(tags if isinstance(tags, list) else ()), *own] or None,
    }


def _invented(said: Mapping[str, Json], length: int) -> str:
    return hashlib.sha256(str(said["cluster_id"]).encode()).hexdigest()[:length]


def _in_china(stamp: Json) -> Json:
    try:
        return datetime.fromisoformat(str(stamp)).astimezone(_CHINA).isoformat(timespec="seconds")
    except ValueError:
        return stamp


def _endpoints(url: str) -> str:
    """`master_url` as a text that holds JSON."""
    if not url or url.startswith("{"):
        return url
    return json.dumps({"api_server_endpoint": url, "dashboard_endpoint": "", "intranet_api_server_endpoint": url})


def _meta_data(said: Mapping[str, Json]) -> JsonObject:
    capabilities: JsonObject = {
        "AnyAZ": True,
        "CSI": True,
        "Network": "Flannel",
        "NodeCIDRMask": str(said.get("node_cidr_mask", "25")),
        "ProxyMode": said.get("proxy_mode", "ipvs"),
        "PublicSLB": False,
    }
    return {
        "Addons": [],
        "Capabilities": capabilities,
        "ControlPlaneLogConfig": {"components": None, "log_ttl": ""},
        "ExtraCertSAN": None,
        "SupportPlatforms": None,
        "VersionSpec": None,
        "VpcCidr": "192.168.0.0/16",
    }


def _parameters(said: Mapping[str, Json], ordered: Mapping[str, Json]) -> JsonObject:
    """The parameters of the stack behind a cluster: texts, secrets masked."""
    named = {theirs: _parameter(ordered[ours]) for theirs, ours in _PARAMETERS.items() if ours in ordered}
    disks = [{"category": ordered.get("worker_data_disk_category"), "size": ordered.get("worker_data_disk_size")}]
    return {
        "ALIYUN::Region": str(said.get("region_id", "")),
        "ALIYUN::StackName": f"k8s-for-cs-{said['cluster_id']}",
        "ClusterId": str(said["cluster_id"]),
        "LoginPassword": "******",
        "VpcId": str(said.get("vpc_id", "")),
        "WorkerDataDisks": json.dumps(disks if ordered.get("worker_data_disk") else []),
        "WorkerLoginPassword": "******",
        **named,
    }


def _parameter(value: Json) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def _nodes(said: Mapping[str, Json]) -> Json:
    return {**said, "nodes": [_node(one) for one in _objects(said["nodes"])] or None}


def _node(said: Mapping[str, Json]) -> JsonObject:
    kind = str(said.get("instance_type", "ecs.c5.xlarge"))
    return {
        "error_message": "",
        "expired_time": "2099-12-31T23:59:00+08:00",
        "host_name": f"iZ{str(said['instance_id'])[2:]}Z",
        "image_id": "aliyun_2_1903_x64_20G_alibase_20200529.vhd",
        "instance_name": "",
        "instance_type": kind,
        "instance_type_family": kind.rpartition(".")[0],
        "nodepool_id": "",
        "spot_strategy": "NoSpot",
        **said,
        "creation_time": _in_china(said.get("creation_time")),
        "ip_address": said.get("ip_address") or None,
    }


def _pool(said: Mapping[str, Json]) -> JsonObject:
    """A node pool: null for empty lists (assumed, as of clusters), times of China."""
    groups = {name: _bare(part) for name, part in said.items() if isinstance(part, Mapping)}
    info = dict(groups["nodepool_info"])
    info |= {name: _in_china(info[name]) for name in ("created", "updated")}
    return {**said, **groups, "nodepool_info": info}


def _bare(part: Mapping[str, Json]) -> JsonObject:
    return {name: None if value == [] else value for name, value in part.items()}


def _task(said: Mapping[str, Json]) -> Json:
    """A task that failed is `failed` and does not say why."""
    state = "failed" if said["state"] == "fail" else said["state"]
    results = said.get("task_result", [{"data": said["cluster_id"], "status": state}])
    told = {name: value for name, value in said.items() if name not in _LATER}
    times = {name: _in_china(said[name]) for name in ("created", "updated")}
    return {**told, **times, "state": state, "task_result": results}


def _logs(said: Json) -> Json:
    times = [(line, _in_china(line["created"]), _in_china(line["updated"])) for line in _objects(said)]
    return [{**line, "created": created, "updated": updated} for line, created, updated in times]
