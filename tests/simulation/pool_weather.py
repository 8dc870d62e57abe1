"""The faults of stories of today's clusters."""

from __future__ import annotations

import random
from typing import Any

_CHANGES = (
    "create_cluster",
    "create_node_pool",
    "modify_node_pool",
    "scale_node_pool",
    "remove_node_pool_nodes",
    "delete_node_pool",
    "modify_cluster",
    "modify_cluster_tags",
    "upgrade_cluster",
    "upgrade_node_pool",
    "install_addons",
    "modify_addon",
    "uninstall_addons",
)
_READS = ("list_clusters", "get_cluster", "list_node_pools", "list_addon_instances", "get_task")


def pool_fault(rng: random.Random) -> dict[str, Any]:
    """One fault, as the simulator's rules have it."""
    operation = rng.choice((*_CHANGES, *_READS, "*"))
    kinds: list[dict[str, Any]] = [
        {"kind": "error", "when": rng.choice(("before", "after")), "status": rng.choice((500, 502, 503))},
        {"kind": "error", "status": 403, "code": "Forbidden.Today"},
        {"kind": "reset", "when": rng.choice(("before", "after"))},
        {"kind": "hang", "when": rng.choice(("before", "after")), "seconds": rng.choice((1.0, 20.0, 50.0))},
        {"kind": "throttle"},
        {"kind": rng.choice(("garbage", "truncated", "html"))},
    ]
    if operation in _CHANGES:
        kinds += [{"kind": "task_fails", "code": "OutOfStock"}, {"kind": "task_stuck"}]
        kinds += [{"kind": "late_commit", "seconds": rng.choice((3.0, 10.0))}]
    trigger = rng.choice(({"nth": rng.randint(1, 4)}, {"first": rng.randint(1, 3)}, {"probability": 0.3}))
    return {"operation": operation, **trigger, **rng.choice(kinds)}
