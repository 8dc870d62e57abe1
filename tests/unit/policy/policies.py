"""A fleet and policies for it, judged without a command line."""

from __future__ import annotations

import datetime
import textwrap
from pathlib import Path
from typing import Any

from ackplan import spec
from ackplan.core.answers import Cluster
from ackplan.plan.planner import Options, Sides, plan
from ackplan.policy import PolicyInput, read
from ackplan.policy.judge import judge
from ackplan.record import Record, RecordedCluster
from ackplan.resources.types import BUILT_IN

MONDAY = datetime.datetime(2026, 1, 5, 3, 0, tzinfo=datetime.UTC)
HEADER = """\
ackplan: 1
region: cn-beijing
templates:
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    key_pair: k
    num_of_nodes: 3
clusters:
"""


def wanted(folder: Path, clusters: str) -> dict[str, Any]:
    """The clusters of a spec; `clusters` is what stands below `clusters:`."""
    path = folder / "ackplan.yaml"
    path.write_text(HEADER + textwrap.indent(clusters or "{}", "  "), "utf-8")
    found = spec.read(spec.Inputs(folder, paths=[str(path)]))
    assert not found.diagnostics, "\n".join(map(str, found.diagnostics))
    return dict(found.clusters)


def case(folder: Path, clusters: str, gone: str = "", now: datetime.datetime = MONDAY, **options: Any) -> PolicyInput:
    """A plan that creates `clusters` and deletes those named in `gone`, which are recorded and live."""
    after = wanted(folder, clusters)
    before = wanted(folder, "\n".join(f"{name}: {{extends: web}}" for name in gone.split()))
    entries = {name: RecordedCluster(f"c-{name}", w.kind, w.parameters, w.own) for name, w in before.items()}
    live = [Cluster(f"c-{name}", name, "running", "cn-beijing", 3, "ManagedKubernetes", {}) for name in before]
    sides = Sides(after, Record("l", 1, entries), live, "digest")
    return PolicyInput(plan(sides, Options(**options), BUILT_IN), after, entries, now)


def rules_of(text: str) -> tuple[Any, ...]:
    """The rules of a policy; `text` is what stands below `rules:`."""
    rules, found = read(("ackplan_policy: 1\nrules:\n" + textwrap.indent(text, "  ")).encode(), "p.yaml")
    assert not found, "\n".join(map(str, found))
    return rules


def found(rules: str, judged: PolicyInput) -> list[tuple[str, str, str, str]]:
    """What a policy finds: code, cluster, parameter, and the detail without rule and reason."""
    diagnostics, counts = judge(rules_of(rules), judged)
    assert sum(count.violations for count in counts) == len(diagnostics)
    return [(d.code, d.cluster, d.parameter, detail_of(d)) for d in diagnostics]


def detail_of(diagnostic: Any) -> str:
    assert diagnostic.detail.startswith(f"{diagnostic.rule}: ")
    assert diagnostic.detail.endswith(". because")
    return str(diagnostic.detail.removeprefix(f"{diagnostic.rule}: ").removesuffix(". because"))


def rule(check: str, **more: str) -> str:
    """One rule with this check."""
    lines = [f"r: {{reason: because, {check}", *(f", {key}: {value}" for key, value in more.items()), "}"]
    return "".join(lines)


def problems(text: str) -> list[str]:
    """What is wrong with a whole policy file, one line each."""
    rules, diagnostics = read(text.encode(), "p.yaml")
    assert bool(diagnostics) is not bool(rules)
    return list(map(str, diagnostics))
