"""A run as its reports tell of it: which, by whom, when, and when each of its steps began."""

from __future__ import annotations

from dataclasses import dataclass

from ackplan.execute.outcomes import Outcome, Result


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Which run, by whom, from when to when (as text, RFC 3339; empty: not told), and what it was: `Apply`, ...

    `job` is where the CI job can be looked at that ran it; empty outside of CI.
    """

    run: str = ""
    who: str = ""
    started: str = ""
    ended: str = ""
    what: str = "Apply"
    job: str = ""


def ran(outcome: Outcome) -> bool:
    """Whether a step was begun at all."""
    return outcome.called or outcome.seconds > 0 or outcome.started > 0


def begun(result: Result) -> float:
    """When the first step began, on the run's clock."""
    return min((outcome.started for outcome in result.outcomes.values() if ran(outcome)), default=0.0)
