"""Reads what the run of a workspace tells of itself (`ackplan.render.facts.workspace_summary`).

The process is ours, what it tells quotes strangers' specs and the API's answers: every shape is checked, and what does
not have its shape is no summary.
"""

from __future__ import annotations

import json

from ackplan.core.diagnostics import Diagnostic, Severity, Span
from ackplan.core.json_types import Json, JsonObject, items, mapping, texts
from ackplan.workspaces.result import Caution, ClusterChange, Ending, KeptPlan, PlanFacts, StepCounts, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder

FORMAT = 1
INTERRUPTED = 130


def progress_of(line: bytes) -> tuple[int, int] | None:
    """How far an apply says to be; None for another line."""
    document = _decoded(line)
    if document is None or "steps" not in document or "done" not in document:
        return None
    try:
        return _whole(document["done"]), _whole(document["steps"])
    except TypeError:
        return None


def result_of(order: WorkspaceOrder, code: int, line: bytes) -> WorkspaceResult | None:
    """What came of a workspace, by its process's exit code and the summary that it ended with."""
    document = _decoded(line)
    if document is None or document.get("ackplan_summary") != FORMAT:
        return None
    try:
        return _result(order, code, document)
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _decoded(line: bytes) -> JsonObject | None:
    try:
        document: Json = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _result(order: WorkspaceOrder, code: int, document: JsonObject) -> WorkspaceResult:
    plan = _plan(mapping(document["plan"])) if "plan" in document else PlanFacts()
    steps = _steps(mapping(document["steps"])) if "steps" in document else None
    kept = texts(document["kept"]) if "kept" in document else ()
    return WorkspaceResult(
        order.entry,
        _ending(order, code, steps),
        plan,
        KeptPlan(kept[0], kept[1]) if kept else None,
        steps,
        tuple(map(_diagnostic, items(document["diagnostics"]))),
        _whole(document["findings"]),
    )


def _ending(order: WorkspaceOrder, code: int, steps: StepCounts | None) -> Ending:
    if code == INTERRUPTED:
        return Ending.INTERRUPTED
    if code not in {0, 2}:
        return Ending.FAILED
    if order.verb == "apply":
        return Ending.APPLIED if steps and steps.done else Ending.UNCHANGED
    if code == 0:
        return Ending.UNCHANGED
    return Ending.DRIFTED if order.verb == "drift" else Ending.CHANGED


def _plan(plan: JsonObject) -> PlanFacts:
    pairs = [items(pair) for pair in items(plan["counts"])]
    added, removed = map(_whole, items(plan.get("workers", [0, 0])))
    return PlanFacts(
        str(plan["headline"]),
        tuple((str(tone), _whole(number)) for tone, number in pairs),
        tuple(map(_change, map(mapping, items(plan["changes"])))),
        _whole(plan["changing"]),
        _whole(plan["clusters"]),
        _whole(plan["unmanaged"]),
        tuple(map(_caution, map(mapping, items(plan["cautions"])))),
        texts(plan["omitted"]),
        _seconds(plan["seconds"]),
        account=str(plan["account"]),
        endpoint=str(plan["endpoint"]),
        region=str(plan["region"]),
        workers_added=added,
        workers_removed=removed,
        regions=texts(plan.get("regions", [])),
        sandbox=plan.get("sandbox") is True,
    )


def _change(change: JsonObject) -> ClusterChange:
    name, tone, reason = (str(change[key]) for key in ("name", "tone", "reason"))
    return ClusterChange(name, tone, reason, texts(change["parameters"]), _whole(change["more"]))


def _caution(caution: JsonObject) -> Caution:
    return Caution(str(caution["tone"]), str(caution["text"]), texts(caution["names"]), _whole(caution["number"]))


def _steps(steps: JsonObject) -> StepCounts:
    done, failed, skipped = (_whole(steps[name]) for name in ("done", "failed", "skipped"))
    return StepCounts(done, failed, skipped, str(steps["run"]))


def _diagnostic(value: Json) -> Diagnostic:
    finding = mapping(value)
    summary, detail, cure = texts(finding["texts"])
    cluster, parameter, rule = texts(finding["names"])
    return Diagnostic(
        Severity(finding["severity"]),
        str(finding["code"]),
        texts=(summary, detail, cure),
        span=_span(finding["span"]),
        cluster=cluster,
        parameter=parameter,
        rule=rule,
    )


def _span(value: Json) -> Span | None:
    if value is None:
        return None
    file, line, column = items(value)
    return Span(str(file), _whole(line), _whole(column))


def _whole(value: Json) -> int:
    if not isinstance(value, int):
        raise TypeError("a whole number is expected")
    return value


def _seconds(value: Json) -> float:
    if not isinstance(value, int | float):
        raise TypeError("a number is expected")
    return float(value)
