"""What is noted about a workspace in its store, for the board: a drift check, how a run ended, a plan that is kept."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Final

from ackplan.adapters.local import clock
from ackplan.adapters.local.process import this_process
from ackplan.core.actions import Action
from ackplan.core.diagnostics import Failure, printable
from ackplan.execute.outcomes import Status
from ackplan.project import wiring
from ackplan.record.notes import (
    CHECK,
    RUN,
    Author,
    Basis,
    DriftCheck,
    DriftedCluster,
    LastRun,
    MovedParameter,
    PlanNote,
    encode_note,
    plan_name,
)
from ackplan.render.facts.formatting import written

_INTERRUPTED: Final = 130

if TYPE_CHECKING:
    from ackplan.app.drift import Drift
    from ackplan.app.run_view import RunEnd
    from ackplan.app.workspace import Store
    from ackplan.plan.model import Change, Plan
    from ackplan.plan.parameter_change import ParameterChange
    from ackplan.project.project_settings import ProjectSettings


def keep_check(settings: ProjectSettings, drift: Drift) -> str:
    """Keeps what a drift check saw, in the place of the one before; what the store is called. Raises Failure."""
    plan = drift.plan
    complete = not plan.narrowed and not plan.skipped
    drifted = tuple(map(_drifted, drift.moved))
    check = DriftCheck(_author(), _basis(plan), complete, len(plan.changes), len(drifted), drifted)
    store = wiring.store(settings)
    store.keep_note(settings.workspace, CHECK, encode_note(check))
    return store.address


def keep_run(settings: ProjectSettings, end: RunEnd, verb: str, started: str) -> None:
    """Keeps how a run ended. A store that does not take it now changes nothing of that: it is not waited for."""
    result = end.result
    counts = (result.count(Status.DONE), result.count(Status.FAILED), result.count(Status.SKIPPED))
    code = _INTERRUPTED if result.interrupted else int(not result.complete)
    run = LastRun(_author(), end.run, f"ackplan {verb}", started, clock.timestamp(), code, *counts)
    with contextlib.suppress(Failure):
        store = wiring.store(settings, patient=False)
        store.keep_note(settings.workspace, RUN, encode_note(run))


def note_plan(settings: ProjectSettings, store: Store, digest: str, plan: Plan) -> None:
    """Notes a plan file that the store keeps. Raises Failure."""
    actions = Counter(change.action.value for change in plan.acting)
    complete = not plan.narrowed and not plan.skipped
    note = PlanNote(_author(), _basis(plan), digest, plan.mode, complete, dict(actions), len(plan.blocked))
    store.keep_note(settings.workspace, plan_name(plan.pins.serial, digest), encode_note(note))


def _author() -> Author:
    process = this_process("", clock.timestamp(), wiring.environment())
    return Author(process.who, process.job)


def _basis(plan: Plan) -> Basis:
    return Basis(plan.pins.lineage, plan.pins.serial, plan.pins.record)


def _drifted(change: Change) -> DriftedCluster:
    moved = tuple(_moved(parameter) for parameter in change.parameters)
    notes = tuple(printable(note) for note in change.notes)
    return DriftedCluster(change.name, change.action is Action.FORGET, moved, notes)


def _moved(parameter: ParameterChange) -> MovedParameter:
    before, after = (written(value, secret=parameter.secret) for value in (parameter.before, parameter.after))
    return MovedParameter(parameter.name, before, after)
