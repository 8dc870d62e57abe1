"""Puts a given live state into the world, for scenarios and for `--seed`.

The document, every key optional:

    {"clusters": [{"name": "shop-prod", "cluster_id": "c...", "state": "running", "size": 5,
                   "cluster_type": "ManagedKubernetes", ..., "nodes": [{"instance_id": "i-...", ...}]}],
     "tasks": [{"task_id": "T-...", "cluster_id": "c...", "task_type": "cluster_create", "state": "running"}],
     "unknown_instances": ["i-..."]}

- A cluster needs a `name`; everything else has a default, and every other key is shown in its answers as given.
  `cluster_type: aliyun` makes a Swarm cluster.
- Without `nodes`, a settled Kubernetes cluster gets as many as its `size` says: `master_count` masters (a dedicated
  cluster; 3 unless given), the rest workers. Without `size`, it is the number of `nodes`.
- A node with an empty `instance_id` is shown so.
- `node_pools` of a cluster are bodies of the call that creates one (see `pools.making.sow`); its size then is what they
  and `nodes` sum up to.
- `addons` (`name`, `version`, `config`) are the add-ons that a cluster has; without the key they are those of its kind.
- `findings` (`level`: normal, warning or error, `message`, `group`, `target`) are what every check of it finds; an
  error fails an upgrade, a warning one of a pool. `checks` (`check_id`, `type`, `target`, `finished_at`, and what was
  `found`, as findings) are checks that are over.
- A task that is `running` ends when `ends_in` seconds have passed, or never without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.simulator import groups, refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.joining import joined_node
from ackplan.simulator.json_types import Json, JsonObject, inner, number, objects, text, texts
from ackplan.simulator.machine import Operation, State
from ackplan.simulator.records import MASTER, WORKER, Cluster, Node, Task

_KEYS = {"clusters", "tasks", "unknown_instances"}
_PRIVATE = {"cluster_id", "name", "state", "size", "nodes", "master_count"}
_TASK_KEYS = {"task_id", "cluster_id", "cluster_name", "task_type", "state", "error", "ends_in", "payload"}
_UNBUILT = {State.INITIAL, State.FAILED}


def seed(ledger: Ledger, document: Mapping[str, object]) -> None:
    """Adds what the document describes. Raises ValueError for one that does not describe a world."""
    _check_keys("the document", document, _KEYS)
    for entry in objects(document, "clusters"):
        _seed_cluster(ledger, entry)
    for entry in objects(document, "tasks"):
        _seed_task(ledger, entry)
    for instance in texts(document, "unknown_instances"):
        ledger.store.release(instance)


def _check_keys(where: str, entry: Mapping[str, object], known: set[str]) -> None:
    unknown = sorted(set(entry) - known)
    if unknown:
        raise ValueError(f"{where}: unknown key {unknown[0]}; known are {', '.join(sorted(known))}")


def _seed_cluster(ledger: Ledger, entry: Mapping[str, Json]) -> None:
    name = entry.get("name")
    if not isinstance(name, str):
        raise ValueError("clusters: each needs a name, which is text")
    serial, now = ledger.serial("cluster"), stamp(ledger.now())
    nodes = objects(entry, "nodes")
    cluster = Cluster(
        cluster_id=_text(entry, "cluster_id") or ledger.ids.cluster(serial),
        name=name,
        state=text(entry, "state", "running"),
        size=len(nodes) if "node_pools" in entry else _size(entry, len(nodes)),
        attributes={
            **_defaults(ledger, serial),
            "created": now,
            "updated": now,
            **{key: value for key, value in entry.items() if key not in _PRIVATE | groups.SEEDS.keys()},
        },
    )
    if ledger.store.cluster(cluster.cluster_id) or ledger.store.named(cluster.name):
        raise ValueError(f"clusters: {cluster.name} ({cluster.cluster_id}) is there already")
    ledger.store.keep_cluster(cluster)
    _seed_nodes(
        ledger, cluster, nodes, number(entry, "master_count", 3), given=bool({"nodes", "node_pools"} & set(entry))
    )
    for key, sown in groups.SEEDS.items():
        if key in entry:
            sown(ledger, cluster, entry[key])


def _size(entry: Mapping[str, Json], nodes: int) -> int | str:
    size = entry.get("size", nodes)
    if isinstance(size, bool) or not isinstance(size, int | str) or not str(size).isdecimal():
        raise ValueError(f"clusters: {entry['name']}: size is not a number of nodes")
    return size


def _defaults(ledger: Ledger, serial: int) -> JsonObject:
    return {
        "agent_version": "",
        "cluster_type": "ManagedKubernetes",
        "external_loadbalancer_id": ledger.ids.resource("lb", serial),
        "master_url": f"https://{ledger.ids.address('master', serial)}:6443",
        "network_mode": "vpc",
        "region_id": "cn-beijing",
        "security_group_id": ledger.ids.resource("sg", serial),
        "tags": [],
        "vpc_id": ledger.ids.resource("vpc", serial),
        "vswitch_id": ledger.ids.resource("vsw", serial),
    }


def _seed_nodes(
    ledger: Ledger, cluster: Cluster, nodes: Sequence[Mapping[str, Json]], masters: int, *, given: bool
) -> None:
    if not given:
        nodes = _usual_nodes(ledger, cluster, masters)
    for entry in nodes:
        instance = entry.get("instance_id")
        if not isinstance(instance, str):
            raise ValueError(f"clusters: {cluster.name}: each node needs an instance_id, which is text")
        known = instance or f"unnamed-{ledger.serial('unnamed')}"
        role, source = text(entry, "instance_role", WORKER), text(entry, "source", "ess_attach")
        node = joined_node(ledger, cluster, known, role, source)
        node.unnamed = not instance
        node.attributes |= {k: v for k, v in entry.items() if k not in {"instance_id", "instance_role"}}
        _keep_new_node(ledger, node)


def _keep_new_node(ledger: Ledger, node: Node) -> None:
    if ledger.store.node(node.instance_id):
        raise ValueError(f"nodes: {node.instance_id} is there already")
    ledger.store.keep_node(node)


def _usual_nodes(ledger: Ledger, cluster: Cluster, masters: int) -> list[JsonObject]:
    if cluster.kind in {"foreign", "serverless"} or cluster.state in _UNBUILT:
        return []
    size = int(cluster.size)
    masters = min(masters, size) if cluster.kind == "dedicated" else 0
    roles = [MASTER] * masters + [WORKER] * (size - masters)
    return [{"instance_id": ledger.ids.instance(ledger.serial("instance")), "instance_role": role} for role in roles]


def _seed_task(ledger: Ledger, entry: Mapping[str, Json]) -> None:
    _check_keys("tasks", entry, _TASK_KEYS)
    now, state = ledger.now(), text(entry, "state", "success")
    if "ends_in" in entry:
        _check_end(ledger, entry)
    error = inner(entry, "error") if entry.get("error") is not None else None
    payload = inner(entry, "payload") if "payload" in entry else {}
    ledger.store.keep_task(
        Task(
            task_id=_text(entry, "task_id") or ledger.ids.task(ledger.serial("task")),
            cluster_id=text(entry, "cluster_id", ""),
            cluster_name=text(entry, "cluster_name", ""),
            operation=text(entry, "task_type", Operation.CREATE),
            state=state,
            created=now,
            updated=now,
            due=now + _seconds(entry["ends_in"]) if "ends_in" in entry else None,
            succeeds=error is None,
            error=error,
            payload={**_payload(), **payload},
        )
    )


def _check_end(ledger: Ledger, entry: Mapping[str, Json]) -> None:
    if entry.get("state", "success") != "running":
        raise ValueError("tasks: ends_in is for a task that is running")
    kinds = [*Operation, *groups.ENDS]
    if entry.get("task_type") not in kinds:
        raise ValueError(f"tasks: a task that ends needs a task_type, one of {', '.join(kinds)}")
    try:
        ledger.find(text(entry, "cluster_id", ""))
    except refusals.Refusal:
        raise ValueError("tasks: a task that ends needs the cluster_id of a seeded cluster") from None


def _payload() -> JsonObject:
    return {"masters": 0, "workers": 0, "instances": [], "release": False}


def _text(entry: Mapping[str, Json], name: str) -> str:
    """Empty where there is none."""
    return text(entry, name) if entry.get(name) else ""


def _seconds(value: Json) -> float:
    if not isinstance(value, int | float | str):
        raise ValueError("tasks: ends_in is a number of seconds")
    return float(value)
