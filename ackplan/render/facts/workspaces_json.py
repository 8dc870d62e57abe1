"""Many workspaces as JSON, for programs: `fleet plan --format json` and the report of `fleet apply`."""

from __future__ import annotations

from ackplan import __version__
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.provenance import encode_provenance
from ackplan.render.facts import fleet_words
from ackplan.render.facts.safe import json_text
from ackplan.workspaces.result import FleetResult, KeptPlan, WorkspaceResult

FORMAT = "1.0"


def fleet_json(fleet: FleetResult) -> str:
    """On one line."""
    return json_text(fleet_data(fleet))


def fleet_data(fleet: FleetResult) -> dict[str, object]:
    """Everything of it as plain values. Readers ignore keys that they don't know; none is taken away in a version."""
    return {
        "format_version": FORMAT,
        "ackplan_version": __version__,
        "command": fleet.verb,
        "headline": fleet_words.headline(fleet),
        "complete": fleet.complete,
        "failed": fleet.failed,
        "changed": fleet.changed,
        "interrupted": fleet.interrupted,
        "commit": fleet.commit,
        **({"made": encode_provenance(fleet.provenance)} if fleet.provenance else {}),
        "counts": dict(fleet.counts()),
        "workers": dict(zip(("added", "removed"), fleet.workers, strict=True)),
        "workspaces": {result.name: _workspace(result) for result in fleet.results},
        "taken_along": list(fleet.selection.along),
        "left_out": dict(fleet.selection.left_out),
        "notes": list(fleet.selection.notes),
        "index": _kept(fleet.index),
        "seconds": round(fleet.seconds, 3),
        "jobs": fleet.jobs,
    }


def _workspace(result: WorkspaceResult) -> dict[str, object]:
    plan, steps = result.plan, result.steps
    return {
        "result": result.ending.value,
        "path": result.entry.path,
        "depends_on": list(result.entry.depends_on),
        "skipped_for": list(result.behind),
        "world": {"account": plan.account, "endpoint": plan.endpoint, "region": plan.region, "sandbox": plan.sandbox},
        "regions": list(plan.regions),
        "counts": dict(plan.counts),
        "workers": {"added": plan.workers_added, "removed": plan.workers_removed},
        "clusters": plan.clusters,
        "changing": plan.changing,
        "unmanaged": plan.unmanaged,
        "changes": [
            {"cluster": c.name, "action": c.tone, "reason": c.reason, "parameters": list(c.parameters)}
            for c in plan.changes
        ],
        "cautions": [{"tone": c.tone, "text": c.text, "clusters": list(c.names)} for c in plan.cautions],
        "omitted": list(plan.omitted),
        "expected_seconds": plan.expected_seconds,
        "plan": _kept(result.kept),
        "steps": {"done": steps.done, "failed": steps.failed, "not_done": steps.skipped} if steps else None,
        "run": steps.run if steps else "",
        "diagnostics": [_diagnostic(finding) for finding in result.diagnostics],
        "findings": result.findings,
        "output": result.said,
        "seconds": round(result.seconds, 3),
    }


def _kept(kept: KeptPlan | None) -> dict[str, str] | None:
    return {"location": kept.location, "sha256": kept.digest} if kept else None


def _diagnostic(finding: Diagnostic) -> dict[str, object]:
    span = finding.span
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "summary": finding.summary,
        "detail": finding.detail,
        "cure": finding.cure,
        "cluster": finding.cluster,
        "parameter": finding.parameter,
        "rule": finding.rule,
        "place": {"file": span.file, "line": span.line, "column": span.column} if span else None,
    }
