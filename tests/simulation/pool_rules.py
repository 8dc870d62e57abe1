"""What holds of node pools, versions and add-ons whenever a changing call arrives.

Each call is held against the spec that its run goes by and against what it found, never against the product's own plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ackplan.record import Record
from ackplan.spec.desired import Wanted

from .account import Account, Effect, Inside, SeenPool
from .computer import Life

SIZE, VERSION = "scaling_group.desired_size", "kubernetes_version"
_MEANT_FOR_ONE = frozenset({"modify_node_pool", "scale_node_pool", "remove_node_pool_nodes", "upgrade_node_pool"})


@dataclass
class PoolRules:
    """`ever` are the names of all that any spec wanted so far, `most` how many nodes a spec or a person wanted of a pool.

    `versions` are the newest that each cluster, by its id, and the nodes of each pool were seen or ordered with.
    """

    account: Account
    ever: set[str] = field(default_factory=set)
    most: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def want(self, wanted: Mapping[str, Wanted]) -> None:
        """A spec is saved."""
        self.ever |= wanted.keys()
        for name, one in wanted.items():
            if SIZE in one.parameters:
                self.allow(name, _size(one))

    def allow(self, name: str, size: int) -> None:
        """A person makes a pool so large."""
        self.most[name] = max(size, self.most.get(name, 0))

    def broken(self, effect: Effect) -> Iterator[str]:
        """What is wrong with a call that was not refused, and with the account before and after it."""
        life: Life = effect.sender
        if effect.operation == "delete_cluster":
            yield "nobody asked for that"
        if effect.operation == "create_node_pool":
            yield from self._created(effect, life.wanted)
        if effect.operation == "uninstall_addons":
            yield from self._uninstalled(effect, life.wanted)
        if effect.inside is not None:
            if effect.operation == "upgrade_cluster":
                yield from _upgraded(effect, effect.inside, life.wanted)
            if (pool := effect.inside.pools.get(effect.places.get("node_pool_id", ""))) is not None:
                yield from self._of_pool(effect, pool, effect.inside, life.wanted)
            yield from self._alike(effect.name, effect.before.cluster_id if effect.before else "", effect.inside)
        yield from self.now()

    def now(self) -> Iterator[str]:
        """What is wrong at this moment."""
        for cluster in self.account.world.clusters():
            yield from self._alike(cluster["name"], cluster["cluster_id"], self.account.inside(cluster["cluster_id"]))

    def done(self, wanted: Mapping[str, Wanted], record: Record, *, stuck: bool) -> Iterator[str]:
        """What is wrong after a run that says that all is done. `stuck`: tasks may have been that never end."""
        for cluster in self.account.world.clusters():
            name, inside = cluster["name"], self.account.inside(cluster["cluster_id"])
            for pool in inside.pools.values():
                address = f"{name}/{pool.name}"
                if address not in self.ever:
                    continue
                if address not in wanted or address not in record.nested:
                    yield f"{address} is still there: {pool.state}"
                elif pool.state in {"initial", "deleting"} or (pool.state != "active" and not stuck):
                    yield f"{address} is {pool.state}"
                elif pool.size != _size(wanted[address]):
                    yield f"{address} has {pool.size} nodes, wanted are {_size(wanted[address])}"

    def _alike(self, name: str, cluster_id: str, inside: Inside) -> Iterator[str]:
        """No pool has more nodes than anybody wanted, no two have one name, and no version goes down."""
        names = sorted(pool.name for pool in inside.pools.values())
        if len({*names}) != len(names):
            yield f"two pools have one name: {names}"
        for pool in inside.pools.values():
            most = self.most.get(f"{name}/{pool.name}", 0)
            if pool.size > most:
                yield f"{pool.name} has {pool.size} nodes, and nobody wanted more than {most}"
        yield from self._no_older(cluster_id, inside.version)

    def _no_older(self, subject: str, version: str) -> Iterator[str]:
        before = self.versions.get(subject, version)
        if numbers(version) < numbers(before):
            yield f"the version goes down from {before} to {version}"
        self.versions[subject] = version

    def _created(self, effect: Effect, wanted: Mapping[str, Wanted]) -> Iterator[str]:
        name, size = effect.body["nodepool_info"]["name"], effect.body.get("scaling_group", {}).get("desired_size", 0)
        one = wanted.get(f"{effect.name}/{name}")
        if one is None:
            yield f"nobody wants {name}"
        elif size > _size(one):
            yield f"{name} with {size} nodes, wanted are {_size(one)}"

    def _uninstalled(self, effect: Effect, wanted: Mapping[str, Wanted]) -> Iterator[str]:
        items: Any = effect.body
        for item in items:
            address = f"{effect.name}/addon/{item['name']}"
            if address in wanted or address not in self.ever:
                yield f"nobody asked to uninstall {item['name']}"

    def _of_pool(self, effect: Effect, pool: SeenPool, inside: Inside, wanted: Mapping[str, Wanted]) -> Iterator[str]:
        address = f"{effect.name}/{pool.name}"
        one = wanted.get(address)
        if effect.operation == "delete_node_pool":
            # One whose creation failed is made anew.
            if address not in self.ever or (one is not None and pool.state not in {"failed", "delete_failed"}):
                yield f"nobody asked to delete {pool.name}"
        elif one is None:
            if effect.operation in _MEANT_FOR_ONE:
                yield f"nobody wants {pool.name}"
        else:
            yield from _resized(effect, pool, _size(one))
            if effect.operation == "upgrade_node_pool":
                yield from self._nodes_upgraded(effect, one, inside)

    def _nodes_upgraded(self, effect: Effect, one: Wanted, inside: Inside) -> Iterator[str]:
        version = effect.body[VERSION]
        if numbers(version) > min(numbers(str(one.parameters[VERSION])), numbers(inside.version)):
            yield f"nodes to {version}: wanted is {one.parameters[VERSION]}, the cluster has {inside.version}"
        yield from self._no_older(effect.places["node_pool_id"], version)


def _upgraded(effect: Effect, inside: Inside, wanted: Mapping[str, Wanted]) -> Iterator[str]:
    version, most = effect.body["next_version"], wanted[effect.name].parameters[VERSION]
    if not numbers(inside.version) < numbers(version) <= numbers(str(most)):
        yield f"from {inside.version} to {version}, wanted is {most}"


def _resized(effect: Effect, pool: SeenPool, size: int) -> Iterator[str]:
    """Growing ends at the size that is wanted, and so does giving up."""
    if effect.operation == "scale_node_pool" and pool.size + effect.body["count"] > size:
        yield f"{effect.body['count']} nodes more for {pool.name}, which has {pool.size}; wanted are {size}"
    if effect.operation == "remove_node_pool_nodes":
        leaving = pool.instances & {*json.loads(effect.query.get("instance_ids", "[]"))}
        if pool.size - len(leaving) < size:
            yield f"{len(leaving)} of {pool.size} nodes leave {pool.name}; wanted are {size}"
    ordered = effect.body.get("scaling_group", {}) if effect.operation == "modify_node_pool" else {}
    if ordered.get("desired_size", pool.size) not in {pool.size, size}:
        yield f"{pool.name} is to have {ordered['desired_size']} nodes; wanted are {size}"


def _size(one: Wanted) -> int:
    size: Any = one.parameters[SIZE]
    return int(size)


def numbers(version: str) -> tuple[int, ...]:
    """A Kubernetes version, to be compared."""
    return tuple(int(part) for part in version.partition("-")[0].split("."))
