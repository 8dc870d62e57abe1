"""Pools come into the world: by a call of their own, with their cluster, or in a live state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.joining import joined_node
from ackplan.simulator.json_types import Json, JsonObject, inner, number, text, texts
from ackplan.simulator.pools.finding import pools_of
from ackplan.simulator.pools.pool import ACTIVE, MEANWHILE, Doing, Pool, drop, keep
from ackplan.simulator.pools.pool_sizes import check_bounds, check_room, check_size, within_bounds
from ackplan.simulator.pools.workers_of_guide import leave_out, takes_pools
from ackplan.simulator.records import WORKER, Cluster
from ackplan.simulator.refusals import Refusal

# Not settings: they are kept apart, or say something of one call alone.
_APART = frozenset({"nodepool_info", "count", "concurrency", "update_nodes"})
_SECRETS = frozenset({"login_password"})


def make_pools(ledger: Ledger, cluster: Cluster, bodies: Sequence[Mapping[str, Json]]) -> list[Pool]:
    """The pools that a create call of today orders with its cluster: `initial` until the cluster runs.

    `bodies` have passed the schema of a pool's create call. Raises Refusal. `set_up` makes their nodes.
    """
    return [make_pool(ledger, cluster, body) for body in bodies]


def make_pool(ledger: Ledger, cluster: Cluster, body: Mapping[str, Json]) -> Pool:
    """A pool in state `initial`, written down. Raises Refusal."""
    if not takes_pools(cluster):
        raise refusals.wrong_kind(cluster.cluster_id, Doing.CREATE)
    info, settings = inner(body, "nodepool_info"), settings_of(body)
    check_name(ledger, cluster, text(info, "name"))
    check_bounds(settings)
    size = _ordered_size(body, settings)
    check_room(ledger, cluster, size)
    now = stamp(ledger.now())
    pool = Pool(
        pool_id="np" + ledger.ids.digest("node pool", ledger.serial("node pool")).hex()[:32],
        cluster_id=cluster.cluster_id,
        name=text(info, "name"),
        state=MEANWHILE[Doing.CREATE],
        created=now,
        updated=now,
        type=text(info, "type", "ess"),
        resource_group=text(info, "resource_group_id", ""),
        target=size,
        settings=settings,
    )
    keep(ledger, pool)
    return pool


def settings_of(body: Mapping[str, Json]) -> JsonObject:
    """What of a body is kept: neither its name, nor its size, nor a secret."""
    settings: JsonObject = {name: part for name, part in body.items() if name not in _APART}
    group = inner(body, "scaling_group") if "scaling_group" in body else {}
    if group:
        settings["scaling_group"] = {k: v for k, v in group.items() if k not in {"desired_size", *_SECRETS}}
    return settings


def check_name(ledger: Ledger, cluster: Cluster, name: str, but: str = "") -> None:
    """Raises Refusal for a name that a pool of the cluster has, other than the one with the id `but`."""
    if any(pool.name == name and pool.pool_id != but for pool in pools_of(ledger, cluster)):
        raise Refusal(400, "NodePoolNameAlreadyExist", "another node pool of the cluster has the name")


def _ordered_size(body: Mapping[str, Json], settings: Mapping[str, Json]) -> int:
    group = inner(body, "scaling_group") if "scaling_group" in body else {}
    if "desired_size" in group:
        check_size(settings, number(group, "desired_size"), "scaling_group.desired_size")
    return within_bounds(settings, number(group, "desired_size", number(body, "count", 0)))


def set_up(ledger: Ledger, cluster: Cluster) -> None:
    """Finishes the pools that were ordered with a cluster, once it runs."""
    for pool in pools_of(ledger, cluster):
        if pool.state == MEANWHILE[Doing.CREATE] and not pool.default:
            finish(ledger, cluster, pool)


def finish(ledger: Ledger, cluster: Cluster, pool: Pool) -> None:
    """A new pool gets its nodes and is at work."""
    add_nodes(ledger, cluster, pool, pool.target or 0)
    pool.state, pool.target = ACTIVE, None
    keep(ledger, pool)


def add_nodes(ledger: Ledger, cluster: Cluster, pool: Pool, count: int) -> None:
    """New instances become nodes of the pool."""
    group = inner(pool.settings, "scaling_group") if "scaling_group" in pool.settings else {}
    types = texts(group, "instance_types")
    for place in range(count):
        instance = ledger.ids.instance(ledger.serial("instance"))
        node = joined_node(ledger, cluster, instance, WORKER, "ess_attach")
        node.attributes["nodepool_id"] = pool.pool_id
        node.attributes["instance_charge_type"] = group.get("instance_charge_type", "PostPaid")
        if types:
            node.attributes["instance_type"] = types[place % len(types)]
        ledger.store.keep_node(node)
    cluster.grow(count)
    ledger.store.keep_cluster(cluster)


def sow(ledger: Ledger, cluster: Cluster, pools: Json) -> None:
    """Pools of a live state: `node_pools` of a cluster, a list of bodies of the create call.

    Each may say besides its `nodepool_id`, its `state`, and its `nodes`, as those of a cluster; otherwise it has as
    many as `desired_size` says. A cluster that has the key has no default pool.
    """
    if not isinstance(pools, list) or not all(isinstance(entry, Mapping) for entry in pools):
        raise ValueError("clusters: node_pools is a list of bodies")
    leave_out(ledger, cluster)
    for entry in pools:
        try:
            _sow_pool(ledger, cluster, entry)
        except Refusal as refusal:
            raise ValueError(f"clusters: {cluster.name}: node_pools: {refusal.message}") from None


def _sow_pool(ledger: Ledger, cluster: Cluster, entry: Mapping[str, Json]) -> None:
    own = {"nodepool_id", "state", "nodes"}
    pool = make_pool(ledger, cluster, {name: part for name, part in entry.items() if name not in own})
    if "nodepool_id" in entry:
        drop(ledger, pool)
        pool.pool_id = text(entry, "nodepool_id")
    if "nodes" in entry:
        _sow_nodes(ledger, cluster, pool, entry["nodes"])
        pool.target = 0
    finish(ledger, cluster, pool)
    pool.state = text(entry, "state", ACTIVE)
    keep(ledger, pool)


def _sow_nodes(ledger: Ledger, cluster: Cluster, pool: Pool, nodes: Json) -> None:
    for entry in nodes if isinstance(nodes, list) else ():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("instance_id"), str):
            raise ValueError(f"clusters: {cluster.name}: each node of a pool needs an instance_id, which is text")
        source = text(entry, "source", "ess_attach")
        node = joined_node(ledger, cluster, text(entry, "instance_id"), WORKER, source)
        node.attributes |= {**{k: v for k, v in entry.items() if k != "instance_id"}, "nodepool_id": pool.pool_id}
        ledger.store.keep_node(node)
        cluster.grow(1)
    ledger.store.keep_cluster(cluster)
