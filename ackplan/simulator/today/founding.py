"""What a new cluster of today is: the attributes that its answers show, and the settings that they hint at."""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator.account import Ledger
from ackplan.simulator.bodies import redacted
from ackplan.simulator.json_types import Json, JsonObject, inner
from ackplan.simulator.records import Cluster
from ackplan.simulator.upkeep import version_table

_SERVICES = "172.19.0.0/20"
_NO_WINDOW: JsonObject = {"enable": False, "maintenance_time": "", "duration": "", "weekly_period": ""}
_NO_POLICY: JsonObject = {"cluster_auto_upgrade": {"enabled": False, "channel": ""}}
_SECRETS = {"login_password"}


def found(ledger: Ledger, cluster: Cluster, body: Mapping[str, Json], serial: int) -> None:
    """Makes a new cluster one of today's; the caller keeps it."""
    vswitches = [one for one in str(cluster.attributes.get("vswitch_id", "")).split(",") if one]
    cluster.attributes |= {**_attributes(ledger, body, serial), "vswitch_ids": vswitches}
    if "kubernetes_version" not in body:
        newest = version_table.known()[-1]
        cluster.attributes |= {"current_version": newest, "init_version": newest}
    cluster.settings = _settings(body, serial)
    _name_projects(cluster)


def renew(ledger: Ledger, cluster: Cluster) -> None:
    """Makes a cluster of the guide one of today's, as it is; nothing for one that is one already."""
    if cluster.settings or cluster.kind == "foreign":
        return
    shown = dict(cluster.attributes)
    of_the_guide: JsonObject = {"endpoint_public_access": True, "proxy_mode": "iptables"} if cluster.ordered else {}
    region: JsonObject = {name: str(shown.get(name, "")) for name in ("cluster_type", "region_id")}
    found(ledger, cluster, {**region, **of_the_guide, **cluster.ordered}, ledger.serial("renewed"))
    cluster.attributes |= shown
    ledger.store.keep_cluster(cluster)


def _attributes(ledger: Ledger, body: Mapping[str, Json], serial: int) -> JsonObject:
    """What is shown of a cluster besides what the guide's clusters show, by today's defaults."""
    managed = body["cluster_type"] == "ManagedKubernetes"
    chosen = {name: body[name] for name in ("extra_sans", "security_group_id") if name in body}
    zones = body.get("zone_ids")
    return {
        "auto_mode": body.get("auto_mode", {"enable": False}),
        "cluster_domain": body.get("cluster_domain", "cluster.local"),
        "cluster_spec": body.get("cluster_spec", "ack.standard") if managed else "",
        "container_cidr": body.get("container_cidr", ""),
        "control_plane_config": _masters(body) if not managed else None,
        "control_plane_endpoints_config": body.get("control_plane_endpoints_config", {}),
        "docker_version": "",
        "extra_sans": [],
        "ip_stack": body.get("ip_stack", "ipv4"),
        "maintenance_window": {**_NO_WINDOW, **_part(body, "maintenance_window")},
        "next_version": _next(body),
        "node_cidr_mask": body.get("node_cidr_mask", "26"),
        "operation_policy": {**_NO_POLICY, **_part(body, "operation_policy")},
        "proxy_mode": body.get("proxy_mode", "ipvs"),
        "resource_group_id": body.get("resource_group_id", f"rg-{ledger.ids.text('rg', serial, 15)}"),
        "service_cidr": body.get("service_cidr", _SERVICES),
        "subnet_cidr": body.get("container_cidr", ""),
        "timezone": body.get("timezone", "Asia/Shanghai"),
        "worker_ram_role_name": f"KubernetesWorkerRole-{ledger.ids.request(f'role/{serial}').lower()}",
        **({"zone_id": zones[0]} if isinstance(zones, list) and zones else {}),
        **chosen,
    }


def _settings(body: Mapping[str, Json], serial: int) -> JsonObject:
    """What is shown only as a part of something else, or by a call of its own. Never empty."""
    audit, components = _part(body, "audit_log_config"), body.get("controlplane_log_components")
    logging = {"log_project": body.get("controlplane_log_project", ""), "log_ttl": body.get("controlplane_log_ttl", "")}
    log: JsonObject = {"components": components, **{name: value or "" for name, value in logging.items()}}
    return {
        "audit": {"enabled": audit.get("enabled", False), "sls_project_name": audit.get("sls_project_name", "")},
        "kms_key_id": body.get("encryption_provider_key", ""),
        "log": log,
        "private_address": f"192.168.{serial % 250}.{1 + serial % 253}",
        "public_endpoint": body.get("endpoint_public_access", False),
        "rrsa": _part(body, "rrsa_config").get("enabled", False),
        "snat": body.get("snat_entry", False),
    }


def _next(body: Mapping[str, Json]) -> str:
    """The version that comes after the one that was ordered; none after the newest."""
    if "kubernetes_version" not in body:
        return ""
    return next(iter(version_table.steps(str(body["kubernetes_version"]))), "")


def _name_projects(cluster: Cluster) -> None:
    """Names log projects after the cluster where the call named none."""
    project = f"k8s-log-{cluster.cluster_id}"
    log, audit = dict(inner(cluster.settings, "log")), dict(inner(cluster.settings, "audit"))
    if log.get("components"):
        log["log_project"] = log.get("log_project") or project
        log["log_ttl"] = log.get("log_ttl") or "30"
    if audit.get("enabled"):
        audit["sls_project_name"] = audit.get("sls_project_name") or project
    cluster.settings |= {"log": log, "audit": audit}


def masters(body: Mapping[str, Json]) -> Mapping[str, Json]:
    """What a dedicated cluster's body says of its masters."""
    return _part(body, "control_plane_config")


def _masters(body: Mapping[str, Json]) -> JsonObject:
    open_ones = {name: value for name, value in masters(body).items() if name not in _SECRETS}
    usual: JsonObject = {"size": 3, "system_disk_category": "cloud_ssd", "system_disk_size": 120}
    ports = {"node_port_range": body.get("node_port_range", "30000-32767")}
    return {**usual, "charge_type": "PostPaid", **ports, **redacted(open_ones)}


def _part(body: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}
