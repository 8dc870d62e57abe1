"""Fleets out of chance, and a small model of ACK that plans are applied to: pure, and nothing of the planner's in it.

Wanted clusters come from the real reader: each name has a pool of bodies that were read once.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ackplan import spec
from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.work import Attach, Create, Delete, Detach, ScaleIn, ScaleOut
from ackplan.plan.model import Plan, Step
from ackplan.plan.planner import Sides
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import decode_cluster, encode_cluster
from ackplan.spec.desired import Wanted

NAMES = ("a", "b", "c", "商店")
_NODES = {
    "snat_entry": True,
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
    "num_of_nodes": 2,
    "login_password": {"env": "PW"},
}
_MANAGED = {"cluster_type": "ManagedKubernetes", "vpcid": "vpc-a", "vswitch_ids": ["vsw-a"], **_NODES}
_DEDICATED = {
    "cluster_type": "Kubernetes",
    "vpcid": "vpc-a",
    "worker_vswitch_ids": ["vsw-a"],
    "master_vswitch_ids": ["vsw-m"],
    "master_instance_types": ["ecs.c5.xlarge"],
    "master_system_disk_category": "cloud_ssd",
    "master_system_disk_size": 40,
    **_NODES,
}
_BASES = (
    _MANAGED,
    {**_MANAGED, "profile": "Edge"},
    _DEDICATED,
    {**_DEDICATED, "master_count": 5},
    {"cluster_type": "Ask", "vpc_id": "vpc-a", "vswitch_id": "vsw-a"},
)
_EDITS: tuple[dict[str, Any], ...] = (
    {},
    {"num_of_nodes": 0, "scale_in": {"strategy": "newest", "release_node": True}},
    {"num_of_nodes": 4, "scale_in": {"strategy": "oldest"}},
    {"num_of_nodes": 1},
    {"num_of_nodes": 3, "attach": [{"instances": ["i-x1", "i-x2"], "key_pair": "k"}]},
    {"num_of_nodes": 1, "attach": [{"instances": ["i-x2"], "password": {"file": "pw"}}], "scale_in": {"strategy": "newest"}},
    {"snat_entry": False, "lifecycle": {"replace": "allow"}},
    {"snat_entry": False},
    {"timeout_mins": 90, "lifecycle": {"prevent_destroy": True}},
    {"lifecycle": {"ignore_changes": ["num_of_nodes"], "prevent_destroy": False}},
    {"disable_rollback": True, "proxy_mode": "iptables", "lifecycle": {"adopt": True}},
)  # fmt: skip


def _fits(base: Mapping[str, Any], edit: Mapping[str, Any]) -> bool:
    """A serverless cluster takes none of the edits that speak of nodes."""
    return base["cluster_type"] != "Ask" or (set(edit) <= {"lifecycle"} and "num_of_nodes" not in str(edit))


@functools.cache
def pool(name: str) -> tuple[Wanted, ...]:
    """Every base with every edit, under this name; depending on none, one or two of the names before it."""
    earlier = NAMES[: NAMES.index(name)]
    needs: Sequence[tuple[str, ...]] = ((), earlier[-1:], earlier[-2:])
    # An instance belongs to one cluster: each name has its own.
    own = {"i-x1": f"i-{NAMES.index(name)}x1", "i-x2": f"i-{NAMES.index(name)}x2"}
    bodies = [{**base, **edit} for base, edit in itertools.product(_BASES, _EDITS) if _fits(base, edit)]
    found = []
    for number, body in enumerate(bodies):
        text = json.dumps({**body, "depends_on": list(needs[number % 3])})
        for there, mine in own.items():
            text = text.replace(there, mine)
        found.append(_read(name, json.loads(text), earlier))
    return tuple(found)


def _read(name: str, body: Mapping[str, Any], others: Sequence[str]) -> Wanted:
    rest = {other: {"cluster_type": "Ask"} for other in others}
    with tempfile.TemporaryDirectory() as folder:
        document = {"ackplan": 1, "region": "cn-a", "clusters": {**rest, name: body}}
        Path(folder, "ackplan.yaml").write_text(json.dumps(document))
        read = spec.read(spec.Inputs(Path(folder)))
    assert not read.diagnostics, [str(diagnostic) for diagnostic in read.diagnostics]
    # Where it was read from is chance; plans must not hang on it.
    span = dataclasses.replace(read.clusters[name].span, file="f")
    return dataclasses.replace(read.clusters[name], spans={"": span})


@dataclass
class World:
    """What is live: clusters by id, and the nodes of each. Ids are counted."""

    clusters: dict[str, Cluster] = field(default_factory=dict)
    nodes: dict[str, list[Node]] = field(default_factory=dict)
    made: int = 0

    def create(self, name: str, parameters: Mapping[str, Any], kind: catalog.Kind) -> str:
        self.made += 1
        cluster_id = f"id-{self.made}"
        shown = {p.live: parameters[n] for n, p in kind.parameters.items() if p.live and n in parameters}
        shown.update(kind.constants)
        self.nodes[cluster_id] = []
        self.grow(cluster_id, kind.masters(parameters), "Master")
        self.grow(cluster_id, parameters.get("num_of_nodes", 0))
        size = None if "num_of_nodes" not in kind.parameters else 0
        self.clusters[cluster_id] = Cluster(
            cluster_id, name, "running", parameters["region_id"], size, kind.constants["cluster_type"], shown
        )
        return cluster_id

    def grow(self, cluster_id: str, count: int, role: str = "Worker") -> None:
        for _ in range(count):
            self.made += 1
            self.join(cluster_id, f"i-{self.made}n", role)

    def join(self, cluster_id: str, instance: str, role: str = "Worker") -> None:
        created = f"2019-09-16T00:{self.made // 60:02}:{self.made % 60:02}Z"
        self.nodes[cluster_id].append(Node(instance, instance, role, "running", created))

    def leave(self, cluster_id: str, instances: Sequence[str]) -> None:
        left = [node for node in self.nodes[cluster_id] if node.instance_id not in instances]
        assert len(left) == len(self.nodes[cluster_id]) - len(instances), "a node left that was not there"
        gone = [node for node in self.nodes[cluster_id] if node.instance_id in instances]
        assert all(node.role == "Worker" for node in gone), "a master was removed"
        self.nodes[cluster_id] = left

    def live(self) -> list[Cluster]:
        sized = []
        for cluster_id, cluster in self.clusters.items():
            size = None if cluster.size is None else len(self.nodes[cluster_id])
            sized.append(dataclasses.replace(cluster, size=size))
        return sized

    def sides(self, wanted: Mapping[str, Wanted], record: Record) -> Sides:
        return Sides(wanted, record, self.live(), "digest", {i: tuple(n) for i, n in self.nodes.items()})


def applied(plan: Plan, record: Record, world: World) -> Record:
    """The record after every step of the plan was done, in an order that its needs allow; `world` is changed."""
    made: dict[str, str] = {}
    waiting, done = list(plan.steps), set[str]()
    while waiting:
        step = next(step for step in waiting if done.issuperset(step.needs))
        waiting.remove(step)
        done.add(step.id)
        cluster_id = step.cluster_id or made.get(step.name, "")
        cluster_id = _perform(step, cluster_id, world)
        made[step.name] = cluster_id
        if step.after is None:
            record = record.without(step.name)
        else:
            record = record.with_cluster(step.name, dataclasses.replace(step.after, cluster_id=cluster_id))
    return record


def _perform(step: Step, cluster_id: str, world: World) -> str:
    body: Mapping[str, Any] = (step.call.body if step.call else None) or {}
    workers = sum(node.role == "Worker" for node in world.nodes.get(cluster_id, ()))
    if step.size is not None:
        assert step.size.before == workers, "the step would find another size than it was planned on"
    match step.work:
        case Create():
            assert step.after is not None
            return world.create(body["name"], body, step.after.kind)
        case Attach():
            for instance in body["instances"]:
                world.join(cluster_id, instance)
        case ScaleOut():
            world.grow(cluster_id, body["count"])
        case Detach() | ScaleIn():
            world.leave(cluster_id, body["nodes"])
        case Delete():
            del world.clusters[cluster_id]
            del world.nodes[cluster_id]
    return cluster_id


def wanted_fleets() -> st.SearchStrategy[dict[str, Wanted]]:
    """Any of the names, each with any of its bodies; what one depends on is wanted too."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(pool(name)) for name in NAMES}).map(_complete)


def _complete(fleet: Mapping[str, Wanted]) -> dict[str, Wanted]:
    kept: dict[str, Wanted] = {}
    for name in NAMES:
        if name in fleet and set(fleet[name].depends_on) <= set(kept):
            kept[name] = fleet[name]
    return kept


# What may happen to a live cluster behind ackplan's back.
DRIFT = ("grew", "shrank", "lost an instance", "vanished", "failed", "moved", "got busy", "forgotten", "unfinished")


@st.composite
def fleets(draw: st.DrawFn) -> tuple[dict[str, Wanted], Record, World]:
    """A fleet that was applied, drifted since, and whose spec was edited since."""
    before, after = draw(wanted_fleets()), draw(wanted_fleets())
    world, record = World(), Record("lineage", 3)
    for name, wanted in before.items():
        cluster_id = world.create(name, wanted.parameters, wanted.kind)
        for instance in wanted.attached:
            world.join(cluster_id, instance)
        entry = RecordedCluster(cluster_id, wanted.kind, wanted.parameters, wanted.own, wanted.attached)
        record = record.with_cluster(name, decode_cluster(name, encode_cluster(entry)))
    for name in list(record.clusters):
        drift = draw(st.sampled_from((None, None, *DRIFT)))
        if drift:
            record = _drifted(drift, name, record, world)
    return after, record, world


def _drifted(drift: str, name: str, record: Record, world: World) -> Record:
    entry = record.clusters[name]
    cluster_id, cluster = entry.cluster_id, world.clusters[entry.cluster_id]
    workers = [node.instance_id for node in world.nodes[cluster_id] if node.role == "Worker"]
    if drift == "grew" and cluster.size is not None:
        world.grow(cluster_id, 2)
    elif drift == "shrank":
        world.leave(cluster_id, [node for node in workers if node not in entry.attached][:1])
    elif drift == "lost an instance":
        world.leave(cluster_id, list(entry.attached[:1]))
    elif drift == "vanished":
        del world.clusters[cluster_id]
        del world.nodes[cluster_id]
    elif drift == "moved":
        attributes = {**cluster.attributes, "vpc_id": "vpc-z"}
        world.clusters[cluster_id] = dataclasses.replace(cluster, attributes=attributes)
    elif drift == "got busy":
        world.clusters[cluster_id] = dataclasses.replace(cluster, state="scaling")
    elif drift == "failed":
        world.clusters[cluster_id] = dataclasses.replace(cluster, state="failed")
        return record.with_cluster(name, dataclasses.replace(entry, created=False))
    elif drift == "forgotten" and entry.kind.name != "dedicated":
        return record.without(name)
    elif drift == "unfinished":
        return record.with_cluster(name, dataclasses.replace(entry, created=False, attached=()))
    return record
