"""Fleets before and after an edit: what runs are killed over. Each covers changing calls that the others lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

SECRETS = {"ACK_NODE_PASSWORD": "Node-password-1", "ECS_ROOT_PASSWORD": "Root-password-1"}
_WEB = {
    "cluster_type": "ManagedKubernetes",
    "snat_entry": True,
    "vpcid": "vpc-2zeshop00000000001",
    "vswitch_ids": ["vsw-2zeshop00000000001"],
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
    "login_password": {"env": "ACK_NODE_PASSWORD"},
    "num_of_nodes": 2,
}
_POOLED = {
    "cluster_type": "ManagedKubernetes",
    "vpcid": "vpc-2zeshop00000000001",
    "vswitch_ids": ["vsw-2zeshop00000000001"],
    "node_pools": {},
}


@dataclass(frozen=True)
class Scene:
    """`before` was applied; `after` is what a run, killed or not, has to bring about. Clusters by name."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]


def spec(clusters: dict[str, Any]) -> str:
    """A spec of these clusters, each an extension of one common template, or of the one that it names."""
    fleet = {name: {"extends": "web", **cluster} for name, cluster in clusters.items()}
    document = {"ackplan": 1, "region": "cn-beijing", "templates": {"web": _WEB, "pooled": _POOLED}, "clusters": fleet}
    return yaml.safe_dump(document, sort_keys=False)


def attached(*instances: str) -> dict[str, Any]:
    return {"instances": list(instances), "password": {"env": "ECS_ROOT_PASSWORD"}}


def pooled(**pools: dict[str, Any]) -> dict[str, Any]:
    """A cluster of today with these pools; what is no key of ackplan's is one of `scaling_group`."""
    own = ("attach", "scale_in", "lifecycle", "kubernetes_config", "depends_on")
    bodies = {
        name: {
            **{key: pool[key] for key in own if key in pool},
            "scaling_group": {**_GROUP, **{key: value for key, value in pool.items() if key not in own}},
        }
        for name, pool in pools.items()
    }
    return {"extends": "pooled", "node_pools": bodies}


def label(value: str) -> dict[str, Any]:
    return {"labels": [{"key": "role", "value": value}]}


_GROUP = {
    "instance_types": ["ecs.g7.xlarge"],
    "vswitch_ids": ["vsw-2zeshop00000000001"],
    "login_password": {"env": "ACK_NODE_PASSWORD"},
    "desired_size": 2,
}
CIDRS = {"container_cidr": "172.20.0.0/16", "service_cidr": "172.21.0.0/20"}
_WINDOW = {"enable": True, "maintenance_time": "03:00:00Z", "duration": "3h"}
NEWEST = {"strategy": "newest", "release_node": True}
_SCENES = [
    Scene(
        "create",
        {},
        {
            "base": {},
            "shop": {
                "depends_on": ["base"],
                "attach": [attached("i-one", "i-two"), attached("i-three")],
            },
            "side": {"depends_on": ["shop"]},
        },
    ),
    Scene("attach", {"shop": {}}, {"shop": {"attach": [attached("i-one", "i-two")]}}),
    Scene("scale-out", {"shop": {}}, {"shop": {"num_of_nodes": 5}}),
    Scene("scale-in", {"shop": {"num_of_nodes": 5}}, {"shop": {"num_of_nodes": 3, "scale_in": NEWEST}}),
    Scene(
        "detach",
        {"shop": {"attach": [attached("i-one", "i-two", "i-three")]}},
        {"shop": {"attach": [attached("i-three")]}},
    ),
    Scene(
        "replace",
        {"shop": {"lifecycle": {"replace": "allow"}}, "side": {"depends_on": ["shop"]}},
        {
            "shop": {"lifecycle": {"replace": "allow"}, "proxy_mode": "ipvs", "attach": [attached("i-one")]},
            "side": {"depends_on": ["shop"], "num_of_nodes": 3},
        },
    ),
    Scene("delete", {"base": {}, "shop": {"depends_on": ["base"]}, "side": {}}, {"side": {}}),
    Scene(
        "mixed",
        {
            "base": {"attach": [attached("i-one")]},
            "shop": {"num_of_nodes": 4},
            "old": {"depends_on": ["base"]},
            "swap": {"lifecycle": {"replace": "allow"}},
            "same": {},
        },
        {
            "base": {"num_of_nodes": 4, "attach": [attached("i-two")]},
            "shop": {"num_of_nodes": 3, "scale_in": NEWEST},
            "swap": {"lifecycle": {"replace": "allow"}, "proxy_mode": "ipvs"},
            "new": {"depends_on": ["base"], "attach": [attached("i-three")]},
            "same": {},
        },
    ),
    Scene(
        "pools",
        {
            "shop": pooled(
                web={},
                batch={"desired_size": 4, "attach": [attached("i-one")]},
                old={},
                swap={"security_group_id": "sg-a"},
            ),
            "gone": pooled(web={}),
        },
        {
            "shop": pooled(
                web={"desired_size": 5, "kubernetes_config": label("web")},
                batch={"desired_size": 3, "scale_in": NEWEST, "attach": [attached("i-two")]},
                swap={"security_group_id": "sg-b", "lifecycle": {"replace": "allow"}},
                new={"attach": [attached("i-three")], "depends_on": ["shop/web"]},
            ),
        },
    ),
    Scene(
        "settings",
        {
            "shop": {**pooled(web={}), "maintenance_window": {**_WINDOW, "weekly_period": "Monday"}},
            "side": {**pooled(web={}), "tags": [{"key": "team", "value": "shop"}], "depends_on": ["shop"]},
        },
        {
            "shop": {
                **pooled(web={"kubernetes_config": label("web")}),
                "maintenance_window": {**_WINDOW, "weekly_period": "Sunday"},
                "deletion_protection": True,
                "tags": [{"key": "team", "value": "shop"}],
                "controlplane_log_components": ["apiserver"],
            },
            "side": {**pooled(web={}), "tags": [{"key": "team", "value": "web"}], "depends_on": ["shop"]},
        },
    ),
    Scene(
        "upgrades",
        {
            "shop": {**pooled(web={}, batch={}), "kubernetes_version": "1.31.9-aliyun.1"},
            "side": {**pooled(web={}), "kubernetes_version": "1.32.7-aliyun.1", "depends_on": ["shop"]},
        },
        {
            "shop": {**pooled(web={"desired_size": 3}, batch={}), "kubernetes_version": "1.33.3-aliyun.1"},
            "side": {**pooled(web={}), "kubernetes_version": "1.33.3-aliyun.1", "depends_on": ["shop"]},
        },
    ),
    Scene(
        "addons",
        {
            "shop": {
                **pooled(),
                **CIDRS,
                "addons": [
                    {"name": "flannel"},
                    {"name": "metrics-server"},
                    {"name": "nginx-ingress-controller"},
                ],
            }
        },
        {
            "shop": {
                **pooled(web={}),
                **CIDRS,
                "addons": [
                    {"name": "flannel"},
                    {"name": "metrics-server", "config": '{"replicas": 2}'},
                    {"name": "ack-node-problem-detector"},
                ],
            }
        },
    ),
]
SCENES = {scene.name: scene for scene in _SCENES}
