"""A rehearsal as JSON: one object on one line."""

from __future__ import annotations

from ackplan.app.rehearse import Rehearsal
from ackplan.execute import schedule
from ackplan.render.facts.safe import json_text


def dumps(rehearsal: Rehearsal) -> str:
    """`complete`, `seconds`, `critical_path` as it was, and each step's status, start, seconds and errors."""
    result = rehearsal.result
    steps = [
        {
            "step": name,
            "status": outcome.status.value,
            "start": round(outcome.started - rehearsal.started, 3) if outcome.called or outcome.seconds else None,
            "seconds": round(outcome.seconds, 3),
            "errors": [str(diagnostic) for diagnostic in outcome.diagnostics],
        }
        for name, outcome in result.outcomes.items()
    ]
    path = schedule.actual(rehearsal.plan.steps, result.outcomes, rehearsal.started).critical_path
    data = {
        "complete": result.complete,
        "seconds": round(result.seconds, 3),
        "critical_path": list(path),
        "steps": steps,
    }
    return json_text(data)
