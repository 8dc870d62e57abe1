"""What the page of a plan shows, as JSON data: words and values are made here, the page lays them out.

Texts that many clusters share are kept once, in `texts`, and stand as their numbers: values of parameters above all.
No secret is in it, and no time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ackplan import __version__
from ackplan.core import catalog
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.values import ABSENT
from ackplan.core.work import Action
from ackplan.execute.limits import USUAL, Limits
from ackplan.plan.model import Change, Plan, Step
from ackplan.render.facts.compared import sentence
from ackplan.render.facts.formatting import brackets, compared, parts, redacted, written
from ackplan.render.facts.safe import printable
from ackplan.render.facts.summary import alerts, headline, path_in_short, shown_changes, tallies, tone
from ackplan.render.facts.view import Block, Field, View, view
from ackplan.render.facts.words import LEGEND, counted, duration
from ackplan.render.graph.positions import Layout, layout
from ackplan.render.markdown.markup import json_text
from ackplan.render.page.three_sides import UNKNOWN, Sides, sides

_NEW = frozenset({Action.CREATE, Action.REPLACE})
_TITLES = {"normal": "Plan", "destroy": "Plan to destroy", "refresh-only": "Plan to refresh the record"}


@dataclass(slots=True)
class _Texts:
    """Each text once, by number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def plan_data(plan: Plan, limits: Limits = USUAL) -> dict[str, Any]:
    """The page of a plan. The times are expected within `limits`."""
    shown, texts = view(plan, limits), _Texts()
    placed = layout(plan.steps)
    numbers = {step.id: number for number, step in enumerate(plan.steps)}
    facts = _StepFacts(numbers, placed, shown.times.starts, frozenset(shown.times.critical_path), texts)
    return {
        "title": _TITLES.get(plan.mode, "Plan"),
        "mode": plan.mode,
        "headline": headline(plan),
        "tallies": [{"tone": tally.tone, "number": tally.number, "text": str(tally)} for tally in tallies(plan)],
        "facts": _facts(plan, shown),
        "path": list(path_in_short(shown.path)) if len(shown.blocks) > 1 else [],
        "alerts": [
            {"tone": a.tone, "topic": a.topic, "text": a.text, "names": list(a.names)} for a in alerts(plan, shown)
        ],
        "findings": [finding(diagnostic) for diagnostic in plan.diagnostics],
        "legend": dict(LEGEND),
        "clusters": _clusters(plan, shown, texts),
        "steps": [_step(step, change, facts) for change in plan.changes for step in change.steps],
        "graph": {"columns": placed.columns, "rows": placed.rows},
        "seconds": shown.seconds,
        "texts": list(texts.numbers),
    }


def _facts(plan: Plan, shown: View) -> list[list[str]]:
    """Names and texts for the head of the page."""
    found = [["Expected to take", f"about {duration(shown.seconds)}"]] if shown.seconds else []
    found.append(["Clusters", str(len(plan.changes))])
    found.append(["Steps", str(len(plan.steps))])
    found += [list(shown.policies.split(": ", 1))] if shown.policies else []
    found += [["Not managed", counted(shown.unmanaged, "live cluster")]] if shown.unmanaged else []
    found += [["Compared", told.removeprefix("Compared, ")]] if (told := sentence(plan)) else []
    found += [["World", printable(str(plan.pins.world))]] if plan.pins.world else []
    return [*found, ["Record", _serial(plan)], ["ackplan", __version__]]


def _serial(plan: Plan) -> str:
    return f"serial {plan.pins.serial}" if plan.pins.lineage else "none yet"


def finding(diagnostic: Diagnostic) -> dict[str, Any]:
    """An error or a warning with what to do about it."""
    return {
        "severity": diagnostic.severity.value,
        "code": printable(diagnostic.code),
        "cluster": printable(diagnostic.cluster),
        "subject": printable(": ".join(part for part in (diagnostic.cluster, diagnostic.parameter) if part)),
        "summary": printable(diagnostic.summary),
        "detail": printable(diagnostic.detail),
        "cure": printable(diagnostic.cure),
        "place": printable(str(diagnostic.span)) if diagnostic.span else "",
    }


def _clusters(plan: Plan, shown: View, texts: _Texts) -> list[dict[str, Any]]:
    """Every cluster of the plan in its order; one that nothing happens to has no block and says no more than that."""
    blocks = {id(change): block for block, change in shown_changes(plan, shown)}
    found = []
    for change in plan.changes:
        told = _named(change)
        block = blocks.get(id(change))
        if block is not None:
            told |= _block(block, change, texts)
            told["sides"] = _sides(sides(change, plan.mode), texts)
        found.append(told)
    return found


def _named(change: Change) -> dict[str, Any]:
    values = change.after or change.before or {}
    acts = change.action is not Action.NOOP or bool(change.blocked)
    return {
        "name": printable(change.cluster),
        "kind": printable(change.kind.name),
        "region": printable(change.kind.region_of(values)),
        "id": printable(change.cluster_id),
        "state": printable(change.live_state),
        "tone": tone(change) if acts else "no-op",
        "headline": "stays as it is",
        "notes": [printable(note) for note in change.notes],
        "needs": [printable(name) for name in change.depends_on],
    }


def _brief(change: Change) -> str:
    """What a new cluster is, in short."""
    counting = change.kind.count_parameter
    number = (change.after or {}).get(counting.name) if counting and change.action in _NEW else None
    return counted(number, "worker") if isinstance(number, int) else ""


def _block(block: Block, change: Change, texts: _Texts) -> dict[str, Any]:
    return {
        "mark": block.mark,
        "headline": block.headline,
        "brief": _brief(change),
        "reason": block.reason,
        "drift": block.drift,
        "fields": [_field(entry, texts) for entry in block.fields],
        "unchanged": block.unchanged,
        "waits": list(block.waits_for),
        "blocked": [finding(diagnostic) for diagnostic in block.blocked],
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
    return texts(written(value, secret=name in catalog.DEFAULT.secret_names))


@dataclass(frozen=True, slots=True)
class _StepFacts:
    numbers: Mapping[str, int]
    placed: Layout
    starts: Mapping[str, float]
    critical: frozenset[str]
    texts: _Texts


def _step(step: Step, change: Change, facts: _StepFacts) -> dict[str, Any]:
    call = step.call
    needs = [need for need in step.needs if need in facts.numbers]
    return {
        "id": printable(step.id),
        "cluster": printable(step.cluster),
        "kind": step.traits.name,
        "text": step.traits.verb.infinitive,
        "call": printable(f"{call.method} {call.path}") if call else "",
        "region": printable(call.region) if call else "",
        "body": json_text(redacted(call.body)) if call and call.body is not None else "",
        "workers": [step.size.before, step.size.after] if step.size else [None, None],
        "instances": [printable(instance) for instance in step.instances],
        "seconds": step.expected_seconds,
        "expected": duration(step.expected_seconds) if step.expected_seconds else "",
        "timeout": duration(step.timeout),
        "start": facts.starts.get(step.id),
        "place": list(facts.placed.places[step.id]),
        "needs": [facts.numbers[need] for need in needs],
        "ways": [facts.placed.ways.get((need, step.id), ()) for need in needs],
        "critical": step.id in facts.critical and step.expected_seconds > 0,
        "blocked": change.is_blocked,
    }
