"""The Terraform provider for Alibaba Cloud as its calls arrive: the SDK for Go signs as ACS3, its older client HMAC-SHA1.

Bodies are as version 1.286.0 of it sends them. Of a structure the older client sends every field, set or not, and never
says which action it means.
"""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

from tests.unit.simulator.callers import Request

VPC, VSWITCH = "vpc-2zegvl5etah5requ09nec", "vsw-2ze48rkq464rsdts1abcd"
REGION = "cn-beijing"
RUNTIME = {"name": "", "version": "", "exist": False}
WINDOW = {"enable": False, "maintenance_time": "", "duration": "", "weekly_period": ""}


@dataclass(frozen=True)
class Provider:
    """Makes calls on a simulator at `port`."""

    port: int

    def sdk(self, action: str, method: str, path: str, body: Any = None, **query: str) -> Any:
        """A call of the SDK for Go. Returns its answer; an error's is that of its body."""
        return self._send(method, path, body, query, action)[1]

    def older(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the older client for Go."""
        return self._send(method, path, body, {}, "")[1]

    def status(self, action: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and error code of a call."""
        status, answer = self._send(method, path, body, {}, action)
        return status, answer.get("code", "") if isinstance(answer, dict) else ""

    def _send(self, method: str, path: str, body: Any, query: dict[str, str], action: str) -> tuple[int, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        kind = {"content-type": "application/json; charset=utf-8"} if body is not None else {}
        named = {"x-acs-action": action, **kind} if action else {}
        request = Request(method, path, query, content, headers=named, now=time.time())
        headers = request.current() if action else request.classic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, request.target, content or None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text else None


def managed(**changes: Any) -> dict[str, Any]:
    """What `alicloud_cs_managed_kubernetes` creates."""
    return {
        "name": "managed",
        "cluster_type": "ManagedKubernetes",
        "profile": "Default",
        "region_id": REGION,
        "vpcid": VPC,
        "vswitch_ids": [VSWITCH],
        "cluster_spec": "ack.pro.small",
        "container_cidr": "172.20.0.0/16",
        "service_cidr": "172.21.0.0/20",
        "node_cidr_mask": "24",
        "proxy_mode": "ipvs",
        "snat_entry": True,
        "endpoint_public_access": False,
        "deletion_protection": False,
        "load_balancer_spec": "slb.s1.small",
        "is_enterprise_security_group": True,
        "cluster_domain": "cluster.local",
        "ip_stack": "ipv4",
        "enable_rrsa": False,
        "api_audiences": "https://kubernetes.default.svc,sts",
        "service_account_issuer": "https://kubernetes.default.svc",
        "custom_san": "a.example,b.example",
        "addons": [{"name": "flannel", "config": "", "version": "", "disabled": False}],
        "maintenance_window": {"enable": True, "maintenance_time": "03:00:00Z", "duration": "3h"},
        "operation_policy": {"cluster_auto_upgrade": {"enabled": False, "channel": ""}},
        "audit_log_config": {"enabled": True, "sls_project_name": ""},
        "controlplane_log_ttl": "30",
        "controlplane_log_project": "",
        "controlplane_log_components": ["apiserver", "kcm", "scheduler", "ccm"],
        "auto_mode": {"enable": False},
        "tags": [{"key": "team", "value": "shop"}],
        **changes,
    }


def serverless(**changes: Any) -> dict[str, Any]:
    """What `alicloud_cs_serverless_kubernetes` creates."""
    return {
        "name": "serverless",
        "cluster_type": "ManagedKubernetes",
        "profile": "Serverless",
        "region_id": REGION,
        "vpcid": VPC,
        "vswitch_ids": [VSWITCH],
        "cluster_spec": "ack.pro.small",
        "kubernetes_version": "",
        "resource_group_id": "",
        "security_group_id": "",
        "service_cidr": "172.21.0.0/20",
        "snat_entry": True,
        "nat_gateway": True,
        "endpoint_public_access": True,
        "deletion_protection": False,
        "load_balancer_spec": "",
        "logging_type": "",
        "service_discovery_types": ["CoreDNS"],
        "timezone": "",
        "addons": [{"name": "nginx-ingress-controller", "config": "", "version": "", "disabled": True}],
        "tags": [],
        **changes,
    }


def _structure(**changes: Any) -> dict[str, Any]:
    """The older client's structure of a cluster with nothing set."""
    texts = (
        *("name", "cluster_type", "profile", "kubernetes_version", "node_cidr_mask", "user_ca", "os_type", "platform"),
        *("user_data", "node_port_range", "node_name_mode", "image_id", "login_password", "key_pair", "region_id"),
        *("vpcid", "container_cidr", "service_cidr", "security_group_id", "load_balancer_spec", "proxy_mode"),
        *("resource_group_id", "cluster_spec", "timezone", "cluster_domain", "encryption_provider_key"),
        *("controlplane_log_project", "controlplane_log_ttl"),
    )
    truths = (
        *("deletion_protection", "cloud_monitor_flags", "is_enterprise_security_group", "endpoint_public_access"),
        *("snat_entry", "disable_rollback"),
    )
    nothing = (
        *("pod_vswitch_ids", "addons", "tags", "taints", "rds_instances", "controlplane_log_components"),
        *("soc_enabled", "cis_enabled"),
    )
    return {
        "timeout_mins": 0,
        **dict.fromkeys(texts, ""),
        **dict.fromkeys(truths, False),
        **dict.fromkeys(nothing),
        "maintenance_window": WINDOW,
        **_nodes("master"),
        "master_count": 0,
        "master_hpc_cluster_id": "",
        "master_deploymentset_id": "",
        "master_deletion_protection": None,
        **_nodes("worker"),
        "num_of_nodes": 0,
        "worker_data_disk": False,
        "worker_hpc_cluster_id": "",
        "worker_deploymentset_id": "",
        "worker_deletion_protection": None,
        "runtime": RUNTIME,
        **changes,
    }


def _nodes(role: str) -> dict[str, Any]:
    fields = {
        "vswitch_ids": None,
        "instance_types": None,
        "instance_charge_type": "",
        "period": 0,
        "period_unit": "",
        "auto_renew": False,
        "auto_renew_period": 0,
        "system_disk_category": "",
        "system_disk_size": 0,
        "system_disk_performance_level": "",
        "system_disk_snapshot_policy_id": "",
        "data_disks": None,
    }
    return {f"{role}_{name}": value for name, value in fields.items()}


_BOTH = {
    "disable_rollback": True,
    "region_id": REGION,
    "vpcid": VPC,
    "node_cidr_mask": "24",
    "container_cidr": "172.20.0.0/16",
    "service_cidr": "172.21.0.0/20",
    "is_enterprise_security_group": True,
    "endpoint_public_access": True,
    "snat_entry": True,
    "proxy_mode": "ipvs",
    "login_password": "Node-1234",
    "addons": [{"name": "flannel", "version": "", "config": "", "disabled": False}],
    "os_type": "Linux",
    "platform": "CentOS",
    "cluster_domain": "cluster.local",
}


def dedicated() -> dict[str, Any]:
    """What `alicloud_cs_kubernetes` creates: masters, and no workers."""
    return _structure(
        **_BOTH,
        name="dedicated",
        cluster_type="Kubernetes",
        master_count=3,
        master_vswitch_ids=[VSWITCH] * 3,
        master_instance_types=["ecs.c7.xlarge"] * 3,
        master_system_disk_category="cloud_essd",
        master_system_disk_size=120,
        master_instance_charge_type="PostPaid",
    )


def edge() -> dict[str, Any]:
    """What `alicloud_cs_edge_kubernetes` creates: two workers."""
    return _structure(
        **_BOTH,
        name="edge",
        cluster_type="ManagedKubernetes",
        profile="Edge",
        cluster_spec="ack.pro.small",
        num_of_nodes=2,
        worker_vswitch_ids=[VSWITCH],
        worker_instance_types=["ecs.c7.xlarge"],
        worker_system_disk_category="cloud_efficiency",
        worker_system_disk_size=120,
        worker_instance_charge_type="PostPaid",
    )


def scaling(count: int) -> dict[str, Any]:
    """How the edge resource scales out."""
    return {
        **_nodes("worker"),
        "login_password": "Node-1234",
        "key_pair": "",
        "worker_vswitch_ids": [VSWITCH],
        "worker_instance_types": ["ecs.c7.xlarge"],
        "worker_system_disk_category": "cloud_efficiency",
        "worker_system_disk_size": 120,
        "worker_data_disk": False,
        "tags": None,
        "taints": None,
        "image_id": "",
        "user_data": "",
        "count": count,
        "cpu_policy": "",
        "runtime": RUNTIME,
        "cloud_monitor_flags": False,
        "rds_instances": None,
    }


def pool(**changes: Any) -> dict[str, Any]:
    """What `alicloud_cs_kubernetes_node_pool` creates."""
    return {
        "nodepool_info": {"name": "web", "resource_group_id": ""},
        "scaling_group": {
            "vswitch_ids": [VSWITCH],
            "instance_types": ["ecs.c7.xlarge"],
            "desired_size": 2,
            "system_disk_category": "cloud_essd",
            "system_disk_size": 120,
            "login_password": "Node-1234",
            "instance_charge_type": "PostPaid",
            "tags": [],
            "data_disks": [],
        },
        "kubernetes_config": {"cms_enabled": True, "labels": [], "taints": []},
        "auto_scaling": {"enable": False},
        "management": {"enable": False},
        **changes,
    }
