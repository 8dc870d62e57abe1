"""Fleets as users have them: a spec in YAML, what an earlier spec left recorded and live, and the plan between them."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ackplan import spec
from ackplan.core.answers import Cluster, Node
from ackplan.plan.model import Change, Plan
from ackplan.plan.planner import Options, Sides, plan
from ackplan.record import Record, RecordedCluster
from ackplan.render.text import plan_text
from ackplan.resources.types import BUILT_IN
from ackplan.spec.desired import Wanted

TEMPLATES = """\
ackplan: 1
region: cn-beijing
templates:
  web:
    cluster_type: ManagedKubernetes
    kubernetes_version: 1.12.6-aliyun.1
    snat_entry: true
    endpoint_public_access: false
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    vpcid: vpc-a
    vswitch_ids: [vsw-a]
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: 3
    addons: [{name: flannel}, {name: nginx-ingress-controller}]
    tags: [{key: team, value: shop}]
    login_password: {env: ACK_NODE_PASSWORD}
clusters:
"""


def wanted(text: str, *, header: str = TEMPLATES) -> dict[str, Wanted]:
    """The clusters of a spec. `text` is what stands below `clusters:`, two spaces indented."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "fleet.yaml").write_text(header + (text or "  {}\n"), encoding="utf-8")
        read = spec.read(spec.Inputs(Path(folder), paths=[str(Path(folder, "fleet.yaml"))]))
    assert not read.diagnostics, "\n".join(map(str, read.diagnostics))
    return dict(read.clusters)


def record_of(clusters: Mapping[str, Wanted]) -> Record:
    """What an apply of these clusters leaves."""
    entries = {
        name: RecordedCluster(f"c-{name}", w.kind, w.parameters, w.own, attached=w.attached)
        for name, w in clusters.items()
    }
    return Record("lineage-1", 7, entries)


def live_of(record: Record) -> dict[str, Cluster]:
    """The clusters of a record, live as they are recorded."""
    return {name: _live(name, entry) for name, entry in record.clusters.items()}


def _live(name: str, entry: RecordedCluster) -> Cluster:
    kind = entry.kind
    counting = kind.count_parameter
    size = None
    if counting is not None:
        size = entry.parameters[counting.name] + kind.masters(entry.parameters) + len(entry.attached)
    shown = {p.live: entry.parameters[n] for n, p in kind.parameters.items() if p.live and n in entry.parameters}
    cluster_type = str(kind.constants["cluster_type"])
    region = str(entry.parameters["region_id"])
    return Cluster(entry.cluster_id, name, "running", region, size, cluster_type, {**shown, **kind.constants})


def workers(*ids: str) -> tuple[Node, ...]:
    """Workers, the oldest first."""
    return tuple(Node(i, f"node-{i}", "Worker", "running", f"2024-01-{n:02}") for n, i in enumerate(ids, 1))


@dataclasses.dataclass(frozen=True)
class Fleet:
    """What was applied last (`before`), what is wanted now (`after`), and what moved meanwhile on the live side.

    `moved` replaces fields of live clusters by name; None takes the cluster away. `unrecorded` names are live only.
    """

    before: str = ""
    after: str = ""
    moved: Mapping[str, Mapping[str, Any] | None] = dataclasses.field(default_factory=dict)
    unrecorded: frozenset[str] = frozenset()
    nodes: Mapping[str, Sequence[Node]] = dataclasses.field(default_factory=dict)
    others: Sequence[Cluster] = ()
    entries: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)

    @property
    def record(self) -> Record:
        whole = record_of(wanted(self.before))
        kept = {
            name: dataclasses.replace(entry, **self.entries.get(name, {}))
            for name, entry in whole.clusters.items()
            if name not in self.unrecorded
        }
        return dataclasses.replace(whole, clusters=kept)

    def plan(self, **options: Any) -> Plan:
        live = live_of(record_of(wanted(self.before)))
        for name, fields in self.moved.items():
            cluster = live.pop(name)
            if fields is not None:
                attributes = {**cluster.attributes, **fields.get("attributes", {})}
                live[name] = dataclasses.replace(cluster, **{**fields, "attributes": attributes})
        nodes = {f"c-{name}": found for name, found in self.nodes.items()}
        sides = Sides(wanted(self.after), self.record, [*live.values(), *self.others], "digest", nodes)
        return plan(sides, Options(**options), BUILT_IN)

    def change(self, **options: Any) -> Change:
        (change,) = self.plan(**options).changes
        return change


def shown(planned: Plan) -> str:
    """The text, with the folder of a refusal's place left out: it is a temporary one."""
    return re.sub(r"at \S+/fleet\.yaml", "at fleet.yaml", plan_text(planned, color=False))


WEB = "  shop: {extends: web}\n"
CREATE = Fleet(after=WEB)
SAME = Fleet(before=WEB, after=WEB)
SCALE_OUT = Fleet(before=WEB, after="  shop: {extends: web, num_of_nodes: 5}\n")
SCALE_IN = Fleet(
    before=WEB,
    after="  shop: {extends: web, num_of_nodes: 1, scale_in: {strategy: newest, release_node: true}}\n",
    nodes={"shop": workers("i-old", "i-mid", "i-new")},
)
SCALE_IN_UNNAMED = Fleet(before=WEB, after="  shop: {extends: web, num_of_nodes: 1}\n")
ATTACH = Fleet(
    before=WEB,
    after="  shop: {extends: web, attach: [{instances: [i-a, i-b], password: {env: ECS_ROOT_PASSWORD}}]}\n",
    nodes={"shop": workers("i-old", "i-mid", "i-new")},
)
DETACH = Fleet(
    before="  shop: {extends: web, attach: [{instances: [i-a, i-b], password: {env: ECS_ROOT_PASSWORD}}]}\n",
    after="  shop: {extends: web, attach: [{instances: [i-a], password: {env: ECS_ROOT_PASSWORD}}]}\n",
    nodes={"shop": workers("i-old", "i-mid", "i-new", "i-a", "i-b")},
)
REPLACE = Fleet(before=WEB, after="  shop: {extends: web, container_cidr: 172.24.0.0/16}\n")
DELETE = Fleet(before=WEB)
PROTECTED = Fleet(before="  shop: {extends: web, lifecycle: {prevent_destroy: true}}\n")
ADOPT = Fleet(before=WEB, after=WEB, unrecorded=frozenset({"shop"}))
ADOPT_SMALLER = dataclasses.replace(ADOPT, moved={"shop": {"size": 2}})
FORGET = Fleet(before=WEB, moved={"shop": None})
VANISHED = Fleet(before=WEB, after=WEB, moved={"shop": None})
RECORD_ONLY = Fleet(before=WEB, after="  shop: {extends: web, timeout_mins: 90, lifecycle: {prevent_destroy: true}}\n")
DRIFT = Fleet(before=WEB, after=WEB, moved={"shop": {"size": 2}})
SPEC_AND_DRIFT = Fleet(before=WEB, after="  shop: {extends: web, timeout_mins: 90}\n", moved={"shop": {"size": 2}})
FAILED = Fleet(before=WEB, after=WEB, moved={"shop": {"state": "failed"}}, entries={"shop": {"created": False}})
UNFINISHED = Fleet(before=WEB, after=WEB, moved={"shop": {"state": "initial"}}, entries={"shop": {"created": False}})
KIND_CHANGED = Fleet(
    before=WEB,
    after="  shop: {extends: web, profile: Edge, endpoint_public_access: true, addons: null, kubernetes_version: null}\n",
)
STRANGER = Cluster("c-stranger", "stranger", "running", "cn-beijing", 3, "ManagedKubernetes", {})
