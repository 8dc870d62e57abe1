"""What a run of one workspace tells whoever runs many: one JSON object on one line, however large the fleet is.

`ackplan.workspaces.summary_reader` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from ackplan.core.actions import Action
from ackplan.core.diagnostics import Diagnostic
from ackplan.execute.limits import Limits
from ackplan.execute.outcomes import Result, Status
from ackplan.plan.model import Change, Plan
from ackplan.plan.worker_totals import worker_totals
from ackplan.render.facts import summary
from ackplan.render.facts.plan_origin import regions_of
from ackplan.render.facts.safe import printable
from ackplan.render.facts.view import View, view

FORMAT = 1
# The first of each; how many there are is told besides.
_CHANGES, _DIAGNOSTICS, _NAMES, _PARAMETERS = 500, 50, 20, 8
# Of a text from outside.
_LONGEST = 500


def plan_summary(plan: Plan, limits: Limits, *, drift: bool = False, kept: tuple[str, str] | None = None) -> str:
    """Of a plan, or of drift. `kept` is where its plan file is, and its SHA-256."""
    findings = (*plan.diagnostics, *(d for change in plan.blocked for d in change.blocked))
    return _line({"plan": _plan(plan, limits, drift=drift), **_findings(findings), **_kept(kept)})


def run_summary(plan: Plan, result: Result, run: str, limits: Limits) -> str:
    """Of an apply."""
    failed = (d for outcome in result.outcomes.values() for d in outcome.diagnostics)
    return _line({"plan": _plan(plan, limits), "steps": _steps(result, run), **_findings((*result.errors, *failed))})


def failure_summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Of a command that could not go on."""
    return _line(_findings(tuple(diagnostics)))


def progress_line(done: int, steps: int) -> str:
    """How far an apply is."""
    return _text({"done": done, "steps": steps})


def _line(facts: dict[str, object]) -> str:
    return _text({"ackplan_summary": FORMAT, **facts})


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _plan(plan: Plan, limits: Limits, *, drift: bool = False) -> dict[str, object]:
    acting = [change for change in plan.changes if change.action is not Action.NOOP or change.is_blocked]
    shown = view(plan, limits) if acting else None
    drifted = [("drifted", len(acting))] if acting else []
    world, workers = plan.pins.world, worker_totals(plan)
    return {
        "headline": _headline(len(acting)) if drift else summary.headline(plan),
        "counts": drifted if drift else [(tally.tone, tally.number) for tally in summary.tallies(plan)],
        "changes": [_change(change, drift=drift) for change in acting[:_CHANGES]],
        "changing": len(acting),
        "clusters": len(plan.changes),
        "unmanaged": plan.unmanaged,
        "workers": [0, 0] if drift else [workers.added, workers.removed],
        "cautions": list(_cautions(plan, shown)) if shown and not drift else [],
        "omitted": [text[:_LONGEST] for text in summary.omitted(plan)],
        "seconds": shown.seconds if shown else 0.0,
        "account": world.account,
        "endpoint": world.endpoint,
        "region": world.region,
        "regions": list(regions_of(plan)),
        "sandbox": plan.provenance.sandbox,
        "applicable": plan.applicable,
    }


def _headline(number: int) -> str:
    return f"{number} drifted" if number else "No drift"


def _change(change: Change, *, drift: bool) -> dict[str, object]:
    names = dict.fromkeys(moved.name for moved in change.parameters) if change.action is Action.UPDATE or drift else ()
    parameters = [printable(name)[:_LONGEST] for name in list(names)[:_PARAMETERS]]
    tone = "drifted" if drift else summary.tone(change)
    return {
        "name": printable(change.name),
        "tone": tone,
        "reason": change.reason.value,
        "parameters": parameters,
        "more": len(names) - len(parameters),
    }


def _cautions(plan: Plan, shown: View) -> Iterator[dict[str, object]]:
    for alert in summary.alerts(plan, shown):
        yield {"tone": alert.tone, "text": alert.text, "names": list(alert.names[:_NAMES]), "number": len(alert.names)}


def _steps(result: Result, run: str) -> dict[str, object]:
    skipped = sum(result.count(status) for status in (Status.SKIPPED, Status.NOT_STARTED, Status.INTERRUPTED))
    return {
        "done": result.count(Status.DONE),
        "failed": result.count(Status.FAILED),
        "skipped": skipped,
        "run": run,
        "interrupted": result.interrupted,
    }


def _findings(findings: tuple[Diagnostic, ...]) -> dict[str, object]:
    first = sorted(findings, key=lambda finding: not finding.is_error)[:_DIAGNOSTICS]
    return {"findings": len(findings), "diagnostics": [_diagnostic(finding) for finding in first]}


def _diagnostic(finding: Diagnostic) -> dict[str, object]:
    span = finding.span
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "texts": [text[: 4 * _LONGEST] for text in (finding.summary, finding.detail, finding.cure)],
        "span": [span.file, span.line, span.column] if span else None,
        "names": [name[:_LONGEST] for name in (finding.cluster, finding.parameter, finding.rule)],
    }


def _kept(kept: tuple[str, str] | None) -> dict[str, object]:
    return {"kept": list(kept)} if kept else {}
