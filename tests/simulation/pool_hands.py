"""People in the console, who change what is inside of today's clusters between the runs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from ackplan.simulator.group import ITEMS, Invocation
from ackplan.simulator.groups import CHANGES
from ackplan.simulator.refusals import Refusal

from .account import Account
from .pool_rules import PoolRules, numbers

# What no spec ever has, and ackplan has to leave alone.
GUEST, GUEST_ADDON, MOST = "guest", "ack-node-local-dns", 8
_KINDS = ("scale", "scale", "scale", "label", "upgrade", "pool", "addon")


class PoolHand:
    """`versions` are those that the console offers, in their order. `guests` are what people made, by their addresses."""

    def __init__(self, rng: random.Random, account: Account, rules: PoolRules, versions: tuple[str, ...]) -> None:
        self._rng, self._account, self._rules, self._versions = rng, account, rules, versions
        self.guests: set[str] = set()

    def touch(self, *, calm: bool) -> str:
        """One change; says what it was, and whether the API took it.

        Pools are scaled only where it is `calm`: a call that adds nodes adds them to whatever is there when it arrives.
        """
        clusters = self._account.world.clusters()
        if not clusters:
            return "a hand finds no cluster"
        cluster, kind = self._rng.choice(sorted(clusters, key=lambda one: str(one["name"]))), self._rng.choice(_KINDS)
        kind = kind if calm or kind != "scale" else "label"
        try:
            done = self._change(kind, cluster["cluster_id"], cluster["name"])
        except Refusal as refusal:
            return f"a hand is refused to {kind} in {cluster['name']}: {refusal.code}"
        return f"a hand: {kind} in {cluster['name']}{done}"

    def _change(self, kind: str, cluster_id: str, name: str) -> str:
        """Raises Refusal."""
        if kind == "upgrade":
            return self._upgrade(cluster_id)
        if kind == "pool":
            group = {"instance_types": ["ecs.g7.xlarge"], "vswitch_ids": ["vsw-a"], "desired_size": 1}
            self._call(
                "create_node_pool", {"id": cluster_id}, {"nodepool_info": {"name": GUEST}, "scaling_group": group}
            )
            self._rules.allow(f"{name}/{GUEST}", 1)
            self.guests.add(f"{name}/{GUEST}")
            return ""
        if kind == "addon":
            self._call("install_addons", {"id": cluster_id}, {ITEMS: [{"name": GUEST_ADDON, "version": ""}]})
            self.guests.add(f"{name}/addon/{GUEST_ADDON}")
            return ""
        return self._pool(kind, cluster_id, name)

    def _upgrade(self, cluster_id: str) -> str:
        has = self._account.inside(cluster_id).version
        newer = [version for version in self._versions if numbers(version) > numbers(has)]
        if not newer:
            return ", which is the newest"
        self._call("upgrade_cluster", {"id": cluster_id}, {"next_version": newer[0], "master_only": True})
        return f" to {newer[0]}"

    def _pool(self, kind: str, cluster_id: str, name: str) -> str:
        pools = {pool.name: key for key, pool in self._account.inside(cluster_id).pools.items() if pool.name != GUEST}
        if not pools:
            return ", which has no pools"
        pool, size = self._rng.choice(sorted(pools)), self._rng.randint(0, MOST)
        places = {"id": cluster_id, "node_pool_id": pools[pool]}
        if kind == "label":
            self._call("modify_node_pool", places, {"kubernetes_config": {"labels": [{"key": "role", "value": "z"}]}})
            return f": {pool}"
        self._call("modify_node_pool", places, {"scaling_group": {"desired_size": size}})
        self._rules.allow(f"{name}/{pool}", size)
        return f": {pool} to {size}"

    def _call(self, operation: str, places: Mapping[str, str], body: Mapping[str, Any]) -> None:
        self._account.world.alter(CHANGES[operation], Invocation(operation, places, body=body))
