"""What the page of a run shows, as JSON data: that of its plan, and what became of each step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from ackplan import __version__
from ackplan.execute import schedule
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.plan.model import Change, Plan
from ackplan.render.facts.run import RunFacts, begun, ran
from ackplan.render.facts.safe import printable
from ackplan.render.facts.summary import path_in_short
from ackplan.render.facts.view import clusters_of
from ackplan.render.facts.words import DONE, duration, headline
from ackplan.render.page.data import finding, plan_data

_STATUS = ("failed", "interrupted", "skipped", "not started", "done")


def report_data(plan: Plan, result: Result, facts: RunFacts) -> dict[str, Any]:
    """The page of a run: that of its plan, and what became of each step."""
    data = plan_data(_with_errors(plan, result))
    start = begun(result)
    if result.errors and not result.outcomes:
        result = dataclasses.replace(result, outcomes={step.id: Outcome(Status.NOT_STARTED) for step in plan.steps})
    ends = [_ending(result.outcomes.get(step.id), start) for step in plan.steps]
    for told, end in zip(data["steps"], ends, strict=True):
        told["end"] = end
    by_cluster: dict[str, list[str]] = {}
    for step, end in zip(plan.steps, ends, strict=True):
        by_cluster.setdefault(step.cluster, []).append(end["status"])
    for told, change in zip(data["clusters"], plan.changes, strict=True):
        told["status"] = _worst(by_cluster.get(change.cluster, []))
        told["became"] = _became(told["status"], change)
    statuses = [told["status"] for told in data["clusters"]]
    data |= {
        "title": f"{_what(plan, facts)} {_how(result)}",
        "headline": ", ".join(f"{statuses.count(s)} {s}" for s in _STATUS if s in statuses) or _nothing(result),
        "complete": result.complete,
        "statuses": [{"tone": s, "number": statuses.count(s), "text": s} for s in _STATUS if s in statuses],
        "facts": _facts(plan, result, facts),
        "seconds": max((end["start"] + end["seconds"] for end in ends if end["start"] is not None), default=0.0),
        "run": True,
    }
    return data | _path(plan, result, data)


def _path(plan: Plan, result: Result, data: dict[str, Any]) -> dict[str, Any]:
    """The critical path as it was, where the plan's data has the expected one."""
    times = schedule.actual(plan.steps, result.outcomes, begun(result))
    for step, told in zip(plan.steps, data["steps"], strict=True):
        told["critical"] = step.id in times.critical_path
    clusters = clusters_of(times, {step.id: step.cluster for step in plan.steps})
    return {"path": list(path_in_short(clusters)) if len(clusters) > 1 else []}


def _with_errors(plan: Plan, result: Result) -> Plan:
    """The plan with what ended its run among what is said first."""
    new = [e for e in result.errors if e not in plan.diagnostics and not any(e in c.blocked for c in plan.changes)]
    return dataclasses.replace(plan, diagnostics=(*plan.diagnostics, *new))


def _nothing(result: Result) -> str:
    return "nothing was done" if result.errors else "nothing to do"


def _what(plan: Plan, facts: RunFacts) -> str:
    return "Destroy" if plan.mode == "destroy" and facts.what == "Apply" else facts.what


def _how(result: Result) -> str:
    return "complete" if result.complete else "interrupted" if result.interrupted else "incomplete"


def _facts(plan: Plan, result: Result, facts: RunFacts) -> list[list[str]]:
    earlier = sum(step.id not in result.outcomes for step in plan.steps)
    counted_steps = [(result.count(status), status.value) for status in Status] + [(earlier, "by an earlier run")]
    counts = ", ".join(f"{number} {what}" for number, what in counted_steps if number)
    retries = sum(len(outcome.retries) for outcome in result.outcomes.values())
    given = (("Run", facts.run), ("By", facts.who), ("From", facts.started), ("To", facts.ended))
    known = [[name, printable(text)] for name, text in given if text]
    found = [["Steps", counts or "none"], ["Took", duration(result.seconds)]]
    found += [["Retries", str(retries)]] if retries else []
    return [*found, *known, ["ackplan", __version__]]


def _ending(outcome: Outcome | None, start: float) -> dict[str, Any]:
    """What became of a step. One without an outcome was done by an earlier run of the same plan."""
    if outcome is None:
        return {"status": "done", "start": None, "seconds": 0, "took": "", "note": "done by an earlier run"}
    has_run = ran(outcome)
    return {
        "status": outcome.status.value,
        "start": round(outcome.started - start, 3) if has_run else None,
        "seconds": round(outcome.seconds, 3),
        "took": duration(outcome.seconds) if has_run else "",
        "id": printable(outcome.cluster_id),
        "requests": [printable(request) for request in outcome.request_ids],
        "tasks": [printable(task) for task in outcome.task_ids],
        "retries": [[printable(r.code), printable(r.request_id), round(r.pause, 1)] for r in outcome.retries],
        "errors": [finding(diagnostic) for diagnostic in outcome.diagnostics],
    }


def _became(status: str, change: Change) -> str:
    """What is said of a cluster, behind its name, once the run is over."""
    if status == "done":
        return DONE[change.action]
    return headline(change.action, change.reason, blocked=True).replace("would", "was to") if status != "no-op" else ""


def _worst(statuses: Iterable[str]) -> str:
    found = set(statuses)
    return next((status for status in _STATUS if status in found), "no-op")
