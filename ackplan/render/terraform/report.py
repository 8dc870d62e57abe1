"""The report of a run as JSON: what was done, by whom, when, with each call's request id."""

from __future__ import annotations

from ackplan.core import language
from ackplan.execute.outcomes import Outcome, Result
from ackplan.plan.model import Plan, Step
from ackplan.record import Record
from ackplan.render.facts.plan_origin import world_facts
from ackplan.render.facts.run import RunFacts, begun, ran
from ackplan.render.facts.safe import json_text


@language.speaking(language.ENGLISH)
def dumps(plan: Plan, result: Result, facts: RunFacts, record: Record) -> str:
    """The report, indented, with a line end. `record` is the one after the run; steps stand as they ended.

    `made` tells of the plan that was carried out.
    """
    steps = {step.id: step for step in plan.steps}
    start = begun(result)
    report = {
        "run": facts.run,
        "who": facts.who,
        "started": facts.started,
        "ended": facts.ended,
        **({"job": facts.job} if facts.job else {}),
        **world_facts(plan),
        "complete": result.complete,
        "interrupted": result.interrupted,
        "serial": record.serial,
        "errors": [str(diagnostic) for diagnostic in result.errors],
        "steps": [_step(name, outcome, steps.get(name), start) for name, outcome in result.outcomes.items()],
    }
    return json_text(report, indent=2) + "\n"


def _step(name: str, outcome: Outcome, step: Step | None, start: float) -> dict[str, object]:
    """One step. `start` and `seconds` are seconds; `start` counts from when the run's first step began."""
    call = step.call if step else None
    return {
        "step": name,
        "status": outcome.status.value,
        "call": f"{call.method} {call.path}" if call else None,
        "cluster_id": outcome.cluster_id,
        "request_ids": list(outcome.request_ids),
        "task_ids": list(outcome.task_ids),
        "retries": [{"code": r.code, "request_id": r.request_id, "pause": round(r.pause, 3)} for r in outcome.retries],
        "start": round(outcome.started - start, 3) if ran(outcome) else None,
        "seconds": round(outcome.seconds, 3),
        "errors": [str(diagnostic) for diagnostic in outcome.diagnostics],
    }
