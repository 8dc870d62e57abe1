"""Live fleets that nobody manages yet, for tests of adoption."""

from __future__ import annotations

from typing import Any

# One of each kind, named as awkwardly as the API allows, and with what the API formats by itself.
LIVE: list[dict[str, Any]] = [
    {
        "name": "shop",
        "cluster_id": "cshop0001",
        "size": 3,
        "vpc_id": "vpc-2zeshop00000000001",
        "vswitch_id": "vsw-2zeshop00000000001,vsw-2zeshop00000000002",
        "proxy_mode": "ipvs",
        "tags": [{"key": "team", "value": "no: #1"}, {"key": "ack.aliyun.com", "value": "cshop0001"}],
        "nodes": [
            {"instance_id": "i-shop1", "instance_type": "ecs.c5.xlarge"},
            {"instance_id": "i-shop2", "instance_type": "ecs.hfc5.xlarge"},
            {"instance_id": "i-shop3", "instance_type": "ecs.c5.xlarge"},
        ],
    },
    {
        "name": "商店",
        "cluster_id": "cstore001",
        "cluster_type": "Kubernetes",
        "region_id": "cn-hangzhou",
        "size": "8",
        "master_count": 5,
        "vpc_id": "vpc-2zestore0000000001",
        "vswitch_id": "vsw-2zestore0000000001",
        "container_cidr": "172.20.0.0/16",
        "node_cidr_mask": 25,
        "init_version": "1.14.6-aliyun.1",
        "current_version": "1.16.9-aliyun.1",
    },
    {
        "name": "rim",
        "cluster_id": "crim00001",
        "profile": "Edge",
        "size": 2,
        "vpc_id": "vpc-2zerim000000000001",
        "vswitch_id": "vsw-2zerim000000000001",
    },
    {
        "name": "012",
        "cluster_id": "cjobs0001",
        "cluster_type": "Ask",
        "vpc_id": "vpc-2zejobs00000000001",
        "vswitch_id": "vsw-2zejobs00000000001",
        "private_zone": "true",
        "size": 0,
    },
]
# What stays outside: another product's, one that failed, one that is on its way out, one that no spec can name.
OUTSIDE: list[dict[str, Any]] = [
    {"name": "swarm", "cluster_id": "cswarm001", "cluster_type": "aliyun", "size": 1},
    {"name": "broken", "cluster_id": "cbroken01", "state": "failed"},
    {"name": "leaving", "cluster_id": "cleaving1", "state": "deleting", "size": 1},
    {"name": "no name!", "cluster_id": "cnoname01", "size": 1},
]
