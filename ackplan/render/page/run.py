"""What the page of a run shows, as JSON data: that of its plan, and what became of each step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from ackplan import __version__
from ackplan.core.answers import Retry
from ackplan.core.language import ENGLISH, phrase, speaking
from ackplan.core.provenance import link_of
from ackplan.execute import schedule
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.plan.model import Change, Plan
from ackplan.render.facts.run import RunFacts, begun, ran
from ackplan.render.facts.safe import printable
from ackplan.render.facts.summary import path_in_short, tone
from ackplan.render.facts.view import clusters_of
from ackplan.render.facts.words import DONE, duration, headline
from ackplan.render.page.compact import Data, PageData, compact
from ackplan.render.page.data import facts_data, origin_facts, plan_data
from ackplan.render.page.finding import finding_data

_UNDONE = ("failed", "interrupted", "skipped", "not started")
_STATUS = (*_UNDONE, "done")
_DID = {
    "create": "created",
    "scale": "scaled out",
    "scale-in": "scaled in",
    "update": "changed",
    "replace": "replaced",
    "delete": "destroyed",
    "adopt": "adopted",
    "forget": "forgotten",
    "record": "recorded",
}


def report_data(plan: Plan, result: Result, facts: RunFacts) -> PageData:
    """The page of a run: that of its plan, and what became of each step."""
    data = plan_data(_with_errors(plan, result))
    start = begun(result)
    if result.errors and not result.outcomes:
        result = dataclasses.replace(result, outcomes={step.id: Outcome(Status.NOT_STARTED) for step in plan.steps})
    ends = [result.outcomes.get(step.id) for step in plan.steps]
    for step, end in zip(data["steps"], ends, strict=True):
        step["end"] = _ending(end, start)
    statuses = _statuses(plan, ends)
    for cluster, change, status in zip(data["clusters"], plan.changes, statuses, strict=True):
        cluster.update(compact({"status": status, "became": _became(status, change)}))
    counts = [(status, f"{statuses.count(status)} {phrase(status)}") for status in _STATUS if status in statuses]
    whole: PageData = {
        **data,
        "title": phrase(f"{_what(plan, facts)} {_how(result)}"),
        "headline": phrase(", ").join(text for _, text in counts) or _nothing(result),
        "filters": _filters(plan, statuses, data["filters"]),
        "facts": facts_data(_facts(plan, result, facts)),
        "seconds": max((_start(end, start) + _seconds(end) for end in ends if end and ran(end)), default=0.0),
        "run": True,
    }
    return {**whole, "path": _path(plan, result, data["steps"])}


def _filters(plan: Plan, statuses: Sequence[str], planned: Sequence[Data]) -> list[Data]:
    """What clusters can be filtered by: what was not done, and what was, in words for what is over."""
    undone: list[Data] = [{"tone": status, "text": phrase(status)} for status in _UNDONE if status in statuses]
    done = {tone(change) for change, status in zip(plan.changes, statuses, strict=True) if status in {"done", "no-op"}}
    did: list[Data] = [
        {"tone": each["tone"], "text": phrase(_DID.get(str(each["tone"]), str(each["text"])))}
        for each in planned
        if each["tone"] in done or each["tone"] in {"drift", "no-op"}
    ]
    return undone + did


def _statuses(plan: Plan, ends: Iterable[Outcome | None]) -> list[str]:
    """What became of each cluster: the worst of its steps; `no-op` where it has none."""
    by_cluster: dict[str, set[str]] = {}
    for step, end in zip(plan.steps, ends, strict=True):
        by_cluster.setdefault(step.name, set()).add(end.status.value if end else "done")
    return [_worst(by_cluster.get(change.name, set())) for change in plan.changes]


def _path(plan: Plan, result: Result, shown_steps: Iterable[Data]) -> list[str]:
    """The critical path as it was; the steps, which have the expected one, are marked anew."""
    times = schedule.actual(plan.steps, result.outcomes, begun(result))
    for step, shown in zip(plan.steps, shown_steps, strict=True):
        shown.pop("critical", None)
        if step.id in times.critical_path:
            shown["critical"] = True
    clusters = clusters_of(times, {step.id: step.name for step in plan.steps})
    return list(path_in_short(clusters)) if len(clusters) > 1 else []


def _with_errors(plan: Plan, result: Result) -> Plan:
    """The plan with what ended its run among what is said first."""
    new = [e for e in result.errors if e not in plan.diagnostics and not any(e in c.blocked for c in plan.changes)]
    return dataclasses.replace(plan, diagnostics=(*plan.diagnostics, *new))


def _nothing(result: Result) -> str:
    return phrase("nothing was done" if result.errors else "nothing to do")


def _what(plan: Plan, facts: RunFacts) -> str:
    return "Destroy" if plan.mode == "destroy" and facts.what == "Apply" else facts.what


def _how(result: Result) -> str:
    return "complete" if result.complete else "interrupted" if result.interrupted else "incomplete"


def _facts(plan: Plan, result: Result, facts: RunFacts) -> list[tuple[str, str]]:
    """Names and texts for the head of the page."""
    earlier = sum(step.id not in result.outcomes for step in plan.steps)
    counted_steps = [(result.count(status), status.value) for status in Status] + [(earlier, "by an earlier run")]
    counts = phrase(", ").join(f"{number} {phrase(what)}" for number, what in counted_steps if number)
    retries = sum(len(outcome.retries) for outcome in result.outcomes.values())
    named = [
        ("Steps", counts or phrase("none")),
        ("Took", duration(result.seconds)),
        ("Retries", str(retries) if retries else ""),
        ("Run", printable(facts.run)),
        ("By", printable(facts.who)),
        ("From", printable(facts.started)),
        ("To", printable(facts.ended)),
        ("Run in", link_of(facts.job)),
    ]
    ran_by = [(phrase(name), text) for name, text in named if text]
    return [*ran_by, *((name, text) for name, text in origin_facts(plan) if text), ("ackplan", __version__)]


def _ending(outcome: Outcome | None, start: float) -> Data:
    """What became of a step. One without an outcome was done by an earlier run of the same plan."""
    if outcome is None:
        return {"status": "done", "seconds": 0, "note": phrase("done by an earlier run")}
    has_run = ran(outcome)
    return compact(
        {
            "status": outcome.status.value,
            "start": _start(outcome, start) if has_run else None,
            "seconds": _seconds(outcome),
            "took": duration(outcome.seconds) if has_run else "",
            "id": printable(outcome.cluster_id),
            "requests": [printable(request) for request in outcome.request_ids],
            "tasks": [printable(task) for task in outcome.task_ids],
            "retries": [_retry(retry) for retry in outcome.retries],
            "errors": [finding_data(diagnostic) for diagnostic in outcome.diagnostics],
        }
    )


def _start(outcome: Outcome, start: float) -> float:
    """Seconds since the run's first step began."""
    return round(outcome.started - start, 3)


def _seconds(outcome: Outcome) -> float:
    return round(outcome.seconds, 3)


def _retry(retry: Retry) -> Data:
    return compact(
        {"code": printable(retry.code), "request": printable(retry.request_id), "pause": round(retry.pause, 1)}
    )


def _became(status: str, change: Change) -> str:
    """What is said of a cluster, behind its name, once the run is over."""
    if status == "done":
        return phrase(DONE[change.action])
    with speaking(ENGLISH):
        planned = headline(change.action, change.reason, blocked=True)
    return phrase(planned.replace("would", "was to")) if status != "no-op" else ""


def _worst(statuses: set[str]) -> str:
    return next((status for status in _STATUS if status in statuses), "no-op")
