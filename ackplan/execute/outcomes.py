"""How steps end, and what a run tells while it goes on."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.core.answers import Retry
from ackplan.core.diagnostics import Diagnostic
from ackplan.plan.model import Step


class Status(enum.Enum):
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"
    NOT_STARTED = "not started"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one step. `seconds` are of the run's clock.

    `request_ids` are those of its changing calls and of the call that failed it, `retries` the tries repeated.
    """

    status: Status
    diagnostics: tuple[Diagnostic, ...] = ()
    cluster_id: str = ""
    request_ids: tuple[str, ...] = ()
    task_ids: tuple[str, ...] = ()
    called: bool = False
    started: float = 0.0
    seconds: float = 0.0
    retries: tuple[Retry, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its id, the steps that an earlier run of the same plan did, the clusters it created, by name.

    `accepted` is when these were accepted (ISO 8601). `tried` are operations and clusters that an earlier run may have
    sent calls for without hearing of their effect, and until when (seconds since 1970) it may show.
    """

    id: str
    done: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)
    tried: Mapping[tuple[str, str], float] = field(default_factory=dict)


class Moment(enum.Enum):
    """What an event tells: a step started, still goes on, ended, or something that is worth a line.

    `EARLIER`: an interrupted run of the same plan did the step; it is not begun again.
    """

    STARTED = "started"
    PROGRESS = "progress"
    ENDED = "ended"
    NOTE = "note"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Event:
    moment: Moment
    step: Step | None
    seconds: float = 0.0
    detail: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a run: every step's outcome, in the order in which they ended.

    `errors` are what ended the run, or kept it from beginning, besides its steps.
    """

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    seconds: float = 0.0
    interrupted: bool = False
    errors: tuple[Diagnostic, ...] = ()

    def count(self, status: Status) -> int:
        return sum(outcome.status is status for outcome in self.outcomes.values())

    @property
    def complete(self) -> bool:
        return not self.interrupted and not self.errors and all(o.status is Status.DONE for o in self.outcomes.values())
