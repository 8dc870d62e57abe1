"""The three sides of a fleet, made by hand: what a spec wants, what is recorded, what is live.

`wanted` goes through the real reader, so that a test holds what a user would have written.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ackplan import spec
from ackplan.core.answers import Cluster, Node
from ackplan.plan.model import Change, Plan, Step
from ackplan.plan.planner import Options, Sides, plan
from ackplan.record import Record, RecordedCluster
from ackplan.resources.cluster.share import nodes_needed
from ackplan.resources.types import BUILT_IN
from ackplan.spec.desired import Wanted

REGION = "cn-beijing"
PASSWORD = {"env": "NODE_PASSWORD"}
MANAGED: dict[str, Any] = {
    "cluster_type": "ManagedKubernetes",
    "snat_entry": True,
    "vpcid": "vpc-a",
    "vswitch_ids": ["vsw-a"],
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
    "num_of_nodes": 3,
    "login_password": PASSWORD,
}
EDGE = {**MANAGED, "profile": "Edge"}
SERVERLESS: dict[str, Any] = {"cluster_type": "Ask", "vpc_id": "vpc-a", "vswitch_id": "vsw-a"}
DEDICATED: dict[str, Any] = {
    **{key: value for key, value in MANAGED.items() if key != "vswitch_ids"},
    "cluster_type": "Kubernetes",
    "master_vswitch_ids": ["vsw-m"],
    "worker_vswitch_ids": ["vsw-w"],
    "master_instance_types": ["ecs.c5.xlarge"],
    "master_system_disk_category": "cloud_ssd",
    "master_system_disk_size": 40,
}


def want(**clusters: Mapping[str, Any]) -> dict[str, Wanted]:
    """The clusters as a spec with these bodies wants them; a key with None is left out of its body."""
    written = {name: {k: v for k, v in body.items() if v is not None} for name, body in clusters.items()}
    with tempfile.TemporaryDirectory() as folder:
        document = {"ackplan": 1, "region": REGION, "clusters": written}
        Path(folder, "ackplan.yaml").write_text(json.dumps(document))
        read = spec.read(spec.Inputs(Path(folder)))
    assert not read.diagnostics, [str(diagnostic) for diagnostic in read.diagnostics]
    return dict(read.clusters)


def one(body: Mapping[str, Any], name: str = "c", **changes: Any) -> Wanted:
    """One cluster of a spec: `body` with `changes`."""
    return want(**{name: {**body, **changes}})[name]


def recorded(wanted: Wanted, **changes: Any) -> RecordedCluster:
    """The record entry that a finished apply of `wanted` leaves."""
    entry = RecordedCluster(f"id-{wanted.name}", wanted.kind, wanted.parameters, wanted.own, attached=wanted.attached)
    return dataclasses.replace(entry, **changes)


def live(wanted: Wanted, **changes: Any) -> Cluster:
    """The live cluster that a finished apply of `wanted` leaves; `attributes` are added to what it shows."""
    kind = wanted.kind
    values = wanted.parameters
    size = kind.masters(values) + values["num_of_nodes"] + len(wanted.attached) if "num_of_nodes" in values else None
    shown = {p.live: values[name] for name, p in kind.parameters.items() if p.live and name in values}
    shown.update(kind.constants)
    cluster = Cluster(f"id-{wanted.name}", wanted.name, "running", REGION, size, values["cluster_type"], shown)
    attributes = {**shown, **changes.pop("attributes", {})}
    return dataclasses.replace(cluster, attributes=attributes, **changes)


def nodes(*workers: str, masters: Sequence[str] = (), created: Mapping[str, str] | None = None) -> tuple[Node, ...]:
    """Nodes by instance id; workers are as old as their place in the list says, the first the oldest."""
    times = {name: f"2019-09-{day:02}T00:00:00Z" for day, name in enumerate(workers, 1)} | dict(created or {})
    return tuple(
        [Node(name, f"node-{name}", "Master", "running", "2019-09-01T00:00:00Z") for name in masters]
        + [Node(name, f"node-{name}", "Worker", "running", times[name]) for name in workers]
    )


def sides(
    wanted: Iterable[Wanted] = (),
    record: Mapping[str, RecordedCluster] | None = None,
    live_clusters: Sequence[Cluster] = (),
    nodes_of: Mapping[str, Sequence[Node]] | None = None,
) -> Sides:
    return Sides(
        {w.name: w for w in wanted},
        Record("lineage", 7, dict(record or {})),
        live_clusters,
        "digest",
        nodes_of or {},
    )


def settled(*wanted: Wanted) -> tuple[dict[str, RecordedCluster], list[Cluster]]:
    """Record and live side of a fleet that was applied."""
    return {w.name: recorded(w) for w in wanted}, [live(w) for w in wanted]


def plan_of(given: Sides, **options: Any) -> Plan:
    """The plan; fails where the planner would have looked at nodes that it did not ask for."""
    chosen = Options(**options)
    unasked = set(given.nodes) - set(nodes_needed(given, chosen))
    assert not unasked, f"these nodes would not have been read: {unasked}"
    return plan(given, chosen, BUILT_IN)


def change_of(
    wanted: Wanted | None,
    entry: RecordedCluster | None,
    cluster: Cluster | None,
    shown: Sequence[Node] | None = None,
    **options: Any,
) -> Change:
    """What happens to a single cluster."""
    name = wanted.name if wanted else "c"
    given = sides(
        [wanted] if wanted else [],
        {name: entry} if entry else {},
        [cluster] if cluster else [],
        {cluster.cluster_id: shown} if cluster and shown is not None else {},
    )
    (change,) = plan_of(given, **options).changes
    return change


def calls(steps: Iterable[Step]) -> list[tuple[str, str, Any]]:
    """Method, path and body of each call."""
    return [(s.call.method, s.call.path, s.call.body) for s in steps if s.call is not None]


def ids(steps: Iterable[Step]) -> list[str]:
    return [step.id for step in steps]
