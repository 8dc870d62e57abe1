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


@dataclass(frozen=True)
class Scene:
    """`before` was applied; `after` is what a run, killed or not, has to bring about. Clusters by name."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]


def spec(clusters: dict[str, Any]) -> str:
    """A spec of these clusters, each an extension of one common template."""
    fleet = {name: {"extends": "web", **cluster} for name, cluster in clusters.items()}
    document = {"ackplan": 1, "region": "cn-beijing", "templates": {"web": _WEB}, "clusters": fleet}
    return yaml.safe_dump(document, sort_keys=False)


def attached(*instances: str) -> dict[str, Any]:
    return {"instances": list(instances), "password": {"env": "ECS_ROOT_PASSWORD"}}


_NEWEST = {"strategy": "newest", "release_node": True}
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
    Scene("scale-in", {"shop": {"num_of_nodes": 5}}, {"shop": {"num_of_nodes": 3, "scale_in": _NEWEST}}),
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
            "shop": {"num_of_nodes": 3, "scale_in": _NEWEST},
            "swap": {"lifecycle": {"replace": "allow"}, "proxy_mode": "ipvs"},
            "new": {"depends_on": ["base"], "attach": [attached("i-three")]},
            "same": {},
        },
    ),
]
SCENES = {scene.name: scene for scene in _SCENES}
