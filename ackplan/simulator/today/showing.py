"""How today's API shows a cluster: one as `GET /clusters/{id}` has it, and one of a list.

What a cluster is stands in its attributes under the names of the answer; what the API only shows as a part of JSON in a
text, such as whether its API server is public, stands in `Cluster.settings`. A cluster without settings is one of the
guide's and is shown as that has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ackplan.simulator.json_types import Json, JsonObject, inner
from ackplan.simulator.records import Cluster

# What no list has, and what only a list without pages has not.
_OF_ONE = frozenset({"auto_mode", "control_plane_config", "control_plane_endpoints_config", "extra_sans"})
_LATER = frozenset(
    {
        *("cluster_domain", "cluster_spec", "container_cidr", "ip_stack", "maintenance_window", "next_version"),
        *("operation_policy", "proxy_mode", "service_cidr", "timezone", "vswitch_ids"),
    }
)


def detail(cluster: Cluster) -> JsonObject:
    """One cluster by its id."""
    if not cluster.settings:
        return cluster.answer()
    said = {**_shared(cluster), "parameters": _parameters(cluster), "rrsa_config": rrsa(cluster)}
    return {**said, "vswitch_id": ",".join(_vswitches(cluster))}


def listed(cluster: Cluster, *, page: bool = False) -> JsonObject:
    """One of a list; `page`: of one that comes in pages, which tells more."""
    if not cluster.settings:
        return cluster.answer()
    left_out = {*_OF_ONE, "node_cidr_mask", *(() if page else _LATER)}
    return {name: value for name, value in _shared(cluster).items() if name not in left_out}


def fits(cluster: Cluster, wanted: Mapping[str, str]) -> bool:
    """Whether a cluster has these values, of which empty ones count for nothing; of its name they are a part."""
    said = {**cluster.answer(), "name": wanted.get("name", "") if wanted.get("name", "") in cluster.name else None}
    return all(said.get(name) == value for name, value in wanted.items() if value)


def _shared(cluster: Cluster) -> JsonObject:
    texts = {"master_url": json.dumps(endpoints(cluster)), "meta_data": json.dumps(_meta_data(cluster))}
    return {**cluster.answer(), **texts}


def endpoints(cluster: Cluster) -> JsonObject:
    """The addresses of the API server; empty while it has none."""
    address = str(cluster.attributes.get("master_url", ""))
    if address.startswith("{"):
        said: JsonObject = json.loads(address)
        return {"api_server_endpoint": "", "intranet_api_server_endpoint": "", **said}
    private = f"https://{cluster.settings.get('private_address', '192.168.0.1')}:6443" if address else ""
    public = address if not cluster.settings or cluster.settings.get("public_endpoint") else ""
    return {"api_server_endpoint": public, "intranet_api_server_endpoint": private}


def rrsa(cluster: Cluster) -> JsonObject:
    """RAM roles for service accounts, as `rrsa_config` has them."""
    if cluster.settings.get("rrsa") is not True:
        return {"enabled": False}
    region, owner = str(cluster.attributes.get("region_id", "")), "1000000000000001"
    issuer = f"https://oidc-ack-{region}.oss-{region}.aliyuncs.com/{cluster.cluster_id}"
    name = f"ack-rrsa-{cluster.cluster_id}"
    return {
        "enabled": True,
        "issuer": issuer,
        "oidc_name": name,
        "oidc_arn": f"acs:ram::{owner}:oidc-provider/{name}",
        "audience": "sts.aliyuncs.com",
        "max_oidc_token_expiration": "12h",
        "jwks_url": f"{issuer}/keys.json",
        "open_api_configuration_url": f"{issuer}/.well-known/openid-configuration",
    }


def _meta_data(cluster: Cluster) -> JsonObject:
    key = str(cluster.settings.get("kms_key_id", ""))
    capabilities: JsonObject = {
        "AnyAZ": True,
        "CSI": True,
        "DisableEncryption": not key,
        "EncryptionKMSKeyId": key,
        "Network": _network(cluster),
        "NodeCIDRMask": cluster.attributes.get("node_cidr_mask", ""),
        "ProxyMode": cluster.attributes.get("proxy_mode", ""),
        "PublicSLB": bool(cluster.settings.get("public_endpoint")),
    }
    audit = inner(cluster.settings, "audit") if cluster.settings.get("audit") else {}
    return {
        "Addons": cluster.ordered.get("addons", []),
        "AuditProjectName": audit.get("sls_project_name", ""),
        "Capabilities": capabilities,
        "ControlPlaneLogConfig": cluster.settings.get("log", {"components": None, "log_project": "", "log_ttl": ""}),
        "ExtraCertSAN": cluster.attributes.get("extra_sans") or None,
        "RRSAConfig": rrsa(cluster),
        "ResourceGroupId": cluster.attributes.get("resource_group_id", ""),
        "SubClass": "default",
    }


def _network(cluster: Cluster) -> str:
    names = [str(addon.get("name", "")) for addon in _addons(cluster)]
    terway = any(name.startswith("terway") for name in names)
    return "terway-eniip" if terway else "Flannel"


def _addons(cluster: Cluster) -> Sequence[Mapping[str, Json]]:
    addons = cluster.ordered.get("addons", [])
    return [addon for addon in addons if isinstance(addon, Mapping)] if isinstance(addons, list) else []


def _vswitches(cluster: Cluster) -> list[str]:
    vswitches = cluster.attributes.get("vswitch_ids", [])
    return [str(one) for one in vswitches] if isinstance(vswitches, list) else []


def _parameters(cluster: Cluster) -> JsonObject:
    """The parameters of the stack behind a cluster: texts, secrets masked."""
    said, shown = cluster.ordered, cluster.attributes
    workers = {name: str(said.get(_snake(name), usual)) for name, usual in _WORKERS.items()}
    return {
        "ALIYUN::Region": str(shown.get("region_id", "")),
        "ALIYUN::StackName": f"k8s-for-cs-{cluster.cluster_id}",
        "ClusterId": cluster.cluster_id,
        "ContainerCIDR": str(shown.get("container_cidr", "")),
        "CloudMonitorFlags": str(said.get("cloud_monitor_flags", False)),
        "KeyPair": str(said.get("key_pair", "")),
        "KubernetesVersion": str(shown.get("init_version", "")),
        "LoginPassword": "******",
        "NumOfNodes": str(said.get("num_of_nodes", 0)),
        "ProxyMode": str(shown.get("proxy_mode", "")),
        "SNatEntry": str(cluster.settings.get("snat", False)),
        "ServiceCIDR": str(shown.get("service_cidr", "")),
        "VpcId": str(shown.get("vpc_id", "")),
        "WorkerDataDisk": "False",
        "WorkerVSwitchIds": ",".join(_vswitches(cluster)),
        **workers,
        **(_master_parameters(cluster) if cluster.kind == "dedicated" else {}),
    }


# Parameters of workers of which the API shows a value even where there are none.
_WORKERS = {
    "WorkerInstanceChargeType": "PostPaid",
    "WorkerSystemDiskCategory": "cloud_efficiency",
    "WorkerSystemDiskSize": 120,
}


def _snake(name: str) -> str:
    """`worker_system_disk_size` for `WorkerSystemDiskSize`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _master_parameters(cluster: Cluster) -> JsonObject:
    masters = inner(cluster.attributes, "control_plane_config")
    types = masters.get("instance_types", [])
    return {
        "MasterCount": str(masters.get("size", 3)),
        "MasterInstanceChargeType": str(masters.get("charge_type", "PostPaid")),
        "MasterInstanceTypes": ",".join(map(str, types)) if isinstance(types, list) else "",
        "MasterKeyPair": str(masters.get("key_pair", "")),
        "MasterSystemDiskCategory": str(masters.get("system_disk_category", "cloud_ssd")),
        "MasterSystemDiskSize": str(masters.get("system_disk_size", 120)),
        "MasterVSwitchIds": ",".join(_vswitches(cluster)),
        "SSHFlags": str(cluster.ordered.get("ssh_flags", False)),
    }
