"""The steps of a page: what each calls, when it runs, and where its box and its arrows lie in the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ackplan.core.language import phrase
from ackplan.plan.model import Change, Plan, Step
from ackplan.render.facts.safe import printable
from ackplan.render.facts.view import View
from ackplan.render.facts.words import duration, estimate
from ackplan.render.graph.positions import Layout
from ackplan.render.markdown.body_text import BodyTexts
from ackplan.render.page.compact import Data, compact


@dataclass(frozen=True, slots=True)
class _Graph:
    numbers: Mapping[str, int]
    placed: Layout
    starts: Mapping[str, float]
    critical: frozenset[str]
    body: BodyTexts


def step_data(plan: Plan, shown: View, placed: Layout) -> list[Data]:
    """Every step of the plan in its order."""
    numbers = {step.id: number for number, step in enumerate(plan.steps)}
    graph = _Graph(numbers, placed, shown.times.starts, frozenset(shown.times.critical_path), BodyTexts())
    return [_step(step, change, graph) for change in plan.changes for step in change.steps]


def _step(step: Step, change: Change, graph: _Graph) -> Data:
    needs = [need for need in step.needs if need in graph.numbers]
    column, row = graph.placed.places[step.id]
    return compact(
        {
            "cluster": printable(step.name),
            "kind": step.traits.name,
            "tone": "blocked" if change.is_blocked else step.traits.tone,
            "text": phrase(step.traits.verb.infinitive),
            **_call(step, graph.body),
            "workers": _workers(step),
            "instances": [printable(instance) for instance in step.instances],
            "seconds": step.expected_seconds,
            "expected": estimate(step.expected_seconds) if step.expected_seconds else "",
            "timeout": duration(step.timeout),
            "start": graph.starts.get(step.id),
            "place": {"column": column, "row": row},
            "needs": [graph.numbers[need] for need in needs],
            "bends": _bends(step, needs, graph),
            "critical": step.id in graph.critical and step.expected_seconds > 0,
        }
    )


def _call(step: Step, text_of: BodyTexts) -> Data:
    if step.call is None:
        return {}
    body = text_of(step.call.body) if step.call.body is not None else ""
    return {"call": printable(f"{step.call.method} {step.call.path}"), "body": body}


def _workers(step: Step) -> Data | None:
    return {"before": step.size.before, "after": step.size.after} if step.size else None


def _bends(step: Step, needs: list[str], graph: _Graph) -> Data:
    """The free places that arrows to this step go through, by the number of the step that each comes from."""
    return {
        str(graph.numbers[need]): [{"column": column, "row": row} for column, row in places]
        for need in needs
        if (places := graph.placed.ways.get((need, step.id)))
    }
