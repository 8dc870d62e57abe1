"""What the page of a plan or of a run shows, as JSON data: words and values are made here, the page lays them out.

Texts that many clusters share are kept once, in `texts`, and stand as their numbers: values of parameters above all.
No secret is in it, and no time but a run's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ackplan import __version__
from ackplan.diagnostics import Diagnostic
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.model.actions import Action
from ackplan.model.values import ABSENT
from ackplan.plan import graph
from ackplan.plan.model import Change, Plan, Step
from ackplan.record import Record
from ackplan.render.layout import Layout, layout
from ackplan.render.markup import json_text
from ackplan.render.resources import known_kind
from ackplan.render.safe import printable
from ackplan.render.sides import UNKNOWN, Sides, sides
from ackplan.render.summary import alerts, headline, path_in_short, shown_changes, tallies, tone
from ackplan.render.values import brackets, compared, parts, redacted, secret_names, written
from ackplan.render.view import Block, Field, View, view
from ackplan.render.words import LEGEND, VERBS, counted, duration

_TITLES = {"normal": "Plan", "destroy": "Plan to destroy", "refresh-only": "Plan to refresh the record"}
_STATUS = ("failed", "interrupted", "skipped", "not started", "done")


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Which run, by whom, from when to when (as text, RFC 3339)."""

    run: str
    who: str
    started: str
    ended: str


@dataclass(slots=True)
class _Texts:
    """Each text once, by number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def plan_data(plan: Plan, record: Record | None = None) -> dict[str, Any]:
    """The page of a plan. `record` is the one that it was made on, where that is at hand."""
    shown, texts = view(plan), _Texts()
    free = [step for change in plan.changes if not change.is_blocked for step in change.steps]
    times = graph.schedule(graph.build(free))
    placed = layout(plan.steps)
    numbers = {step.id: number for number, step in enumerate(plan.steps)}
    facts = _StepFacts(numbers, placed, times.starts, frozenset(times.critical_path), texts)
    return {
        "title": _TITLES.get(plan.mode, "Plan"),
        "mode": plan.mode,
        "headline": headline(plan),
        "tallies": [{"tone": tally.tone, "number": tally.number, "text": str(tally)} for tally in tallies(plan)],
        "facts": _facts(plan, shown),
        "path": list(path_in_short(shown.path)) if len(shown.path) > 1 else [],
        "alerts": [
            {"tone": a.tone, "topic": a.topic, "text": a.text, "names": list(a.names)} for a in alerts(plan, shown)
        ],
        "findings": [_finding(diagnostic) for diagnostic in plan.diagnostics],
        "legend": dict(LEGEND),
        "clusters": _clusters(plan, shown, record, texts),
        "steps": [_step(step, change, facts) for change in plan.changes for step in change.steps],
        "graph": {"columns": placed.columns, "rows": placed.rows},
        "seconds": times.seconds,
        "texts": list(texts.numbers),
    }


def report_data(plan: Plan, result: Result, facts: RunFacts, record: Record | None = None) -> dict[str, Any]:
    """The page of a run: that of its plan, and what became of each step. `record` is the one before the run."""
    data = plan_data(plan, record)
    begun = min((o.started for o in result.outcomes.values() if _ran(o)), default=0.0)
    ends = [_ending(result.outcomes.get(step.id), begun) for step in plan.steps]
    for told, end in zip(data["steps"], ends, strict=True):
        told["end"] = end
    by_cluster: dict[str, list[str]] = {}
    for step, end in zip(plan.steps, ends, strict=True):
        by_cluster.setdefault(step.cluster, []).append(end["status"])
    for told, change in zip(data["clusters"], plan.changes, strict=True):
        told["status"] = _worst(by_cluster.get(change.cluster, []))
    statuses = [told["status"] for told in data["clusters"]]
    verb = "Destroy" if plan.mode == "destroy" else "Apply"
    data |= {
        "title": f"{verb} {'complete' if result.complete else 'interrupted' if result.interrupted else 'incomplete'}",
        "headline": ", ".join(f"{statuses.count(s)} {s}" for s in _STATUS if s in statuses) or "nothing to do",
        "complete": result.complete,
        "statuses": [{"tone": s, "number": statuses.count(s), "text": s} for s in _STATUS if s in statuses],
        "facts": _run_facts(result, facts),
        "seconds": max((end["start"] + end["seconds"] for end in ends if end["start"] is not None), default=0.0),
        "run": True,
    }
    return data


def _facts(plan: Plan, shown: View) -> list[list[str]]:
    """Names and texts for the head of the page."""
    found = [["Expected to take", f"about {duration(shown.seconds)}"]] if shown.seconds else []
    found.append(["Clusters", str(len(plan.changes))])
    found.append(["Steps", str(len(plan.steps))])
    found += [["Not managed", counted(shown.unmanaged, "live cluster")]] if shown.unmanaged else []
    return [*found, ["Record", _serial(plan)], ["ackplan", __version__]]


def _serial(plan: Plan) -> str:
    return f"serial {plan.pins.serial}" if plan.pins.lineage else "none yet"


def _run_facts(result: Result, facts: RunFacts) -> list[list[str]]:
    counts = ", ".join(f"{result.count(status)} {status.value}" for status in Status if result.count(status))
    given = (("Run", facts.run), ("By", facts.who), ("From", facts.started), ("To", facts.ended))
    known = [[name, printable(text)] for name, text in given if text]
    return [["Steps", counts or "none"], ["Took", duration(result.seconds)], *known, ["ackplan", __version__]]


def _finding(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity.value,
        "code": printable(diagnostic.code),
        "subject": printable(": ".join(part for part in (diagnostic.cluster, diagnostic.parameter) if part)),
        "summary": printable(diagnostic.summary),
        "detail": printable(diagnostic.detail),
        "cure": printable(diagnostic.cure),
        "place": printable(str(diagnostic.span)) if diagnostic.span else "",
    }


def _clusters(plan: Plan, shown: View, record: Record | None, texts: _Texts) -> list[dict[str, Any]]:
    """Every cluster of the plan in its order; one that nothing happens to has no block and says no more than that."""
    blocks = {id(change): block for block, change in shown_changes(plan, shown)}
    recorded = record.clusters if record else {}
    found = []
    for change in plan.changes:
        told = _named(change)
        block = blocks.get(id(change))
        if block is not None:
            told |= _block(block, texts)
            told["sides"] = _sides(sides(change, plan.mode, recorded.get(change.cluster)), texts)
        found.append(told)
    return found


def _named(change: Change) -> dict[str, Any]:
    values = change.after or change.before or {}
    known = known_kind(change.kind)
    region = values.get(known.filled_from("region") or "", "") if known else ""
    acts = change.action is not Action.NOOP or bool(change.blocked)
    return {
        "name": printable(change.cluster),
        "kind": printable(change.kind),
        "region": printable(str(region)),
        "id": printable(change.cluster_id),
        "state": printable(change.live_state),
        "tone": tone(change) if acts else "no-op",
        "headline": "stays as it is",
        "notes": [printable(note) for note in change.notes],
        "needs": [printable(name) for name in change.depends_on],
    }


def _block(block: Block, texts: _Texts) -> dict[str, Any]:
    return {
        "mark": block.mark,
        "headline": block.headline,
        "reason": block.reason,
        "drift": block.drift,
        "fields": [_field(entry, texts) for entry in block.fields],
        "unchanged": block.unchanged,
        "waits": list(block.waits_for),
        "blocked": [_finding(diagnostic) for diagnostic in block.blocked],
        "seconds": sum(step.seconds for step in block.steps),
    }


def _field(entry: Field, texts: _Texts) -> list[Any]:
    """Mark, name, before, after, notes, and where both sides have parts, the parts with their marks."""
    before, after = (
        None if side is ABSENT else texts(written(side, secret=entry.secret)) for side in (entry.before, entry.after)
    )
    told = [entry.mark, texts(entry.name), before, after, list(entry.notes)]
    both = brackets(entry.before)[0] and brackets(entry.before) == brackets(entry.after)
    if both and not entry.secret:
        told.append([[mark, texts(part)] for mark, part in compared(parts(entry.before), parts(entry.after))])
    return told


def _sides(found: Sides, texts: _Texts) -> dict[str, Any]:
    rows = [
        [
            texts(printable(row.name)),
            *(_side(row.name, v, texts) for v in (row.wanted, row.recorded, row.live)),
            row.changes,
        ]
        for row in found.rows
    ]
    return {"wanted": found.wanted, "recorded": found.recorded, "live": found.live, "rows": rows}


def _side(name: str, value: Any, texts: _Texts) -> int | None:
    if value is ABSENT:
        return None
    if value is UNKNOWN:
        return -1
    return texts(written(value, secret=name in secret_names()))


@dataclass(frozen=True, slots=True)
class _StepFacts:
    numbers: Mapping[str, int]
    placed: Layout
    starts: Mapping[str, float]
    critical: frozenset[str]
    texts: _Texts


def _step(step: Step, change: Change, facts: _StepFacts) -> dict[str, Any]:
    call = step.call
    return {
        "id": printable(step.id),
        "cluster": printable(step.cluster),
        "kind": step.kind.value,
        "text": VERBS[step.kind].infinitive,
        "call": printable(f"{call.method} {call.path}") if call else "",
        "region": printable(call.region) if call else "",
        "body": json_text(redacted(call.body)) if call and call.body is not None else "",
        "workers": [step.workers_before, step.workers_after],
        "instances": [printable(instance) for instance in step.instances],
        "seconds": step.expected_seconds,
        "expected": duration(step.expected_seconds) if step.expected_seconds else "",
        "timeout": duration(step.timeout),
        "start": facts.starts.get(step.id),
        "place": list(facts.placed.places[step.id]),
        "needs": [facts.numbers[need] for need in step.needs if need in facts.numbers],
        "critical": step.id in facts.critical,
        "blocked": change.is_blocked,
    }


def _ran(outcome: Outcome) -> bool:
    return outcome.called or outcome.seconds > 0 or outcome.started > 0


def _ending(outcome: Outcome | None, begun: float) -> dict[str, Any]:
    """What became of a step. One without an outcome was done by an earlier run of the same plan."""
    if outcome is None:
        return {"status": "done", "start": None, "seconds": 0, "took": "", "note": "done by an earlier run"}
    ran = _ran(outcome)
    return {
        "status": outcome.status.value,
        "start": round(outcome.started - begun, 3) if ran else None,
        "seconds": round(outcome.seconds, 3),
        "took": duration(outcome.seconds) if ran else "",
        "id": printable(outcome.cluster_id),
        "requests": [printable(request) for request in outcome.request_ids],
        "tasks": [printable(task) for task in outcome.task_ids],
        "errors": [_finding(diagnostic) for diagnostic in outcome.diagnostics],
    }


def _worst(statuses: Iterable[str]) -> str:
    found = set(statuses)
    return next((status for status in _STATUS if status in found), "no-op")
