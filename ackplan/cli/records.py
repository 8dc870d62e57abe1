"""The record, for commands that read it without planning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ackplan.cli.options import Settings

if TYPE_CHECKING:
    from ackplan.app.baseline import Baseline
    from ackplan.app.worlds import Here
    from ackplan.record import Record


def baseline_now(settings: Settings, here: Here | None = None) -> Baseline:
    """The record and what an interrupted run left. It must be of the world that is `here`."""
    from ackplan.app.baseline import of_workspace
    from ackplan.project.wiring import workspace

    return of_workspace(workspace(settings), here)


def on_record(settings: Settings) -> Record:
    """What is recorded; nothing where the record can't be used: what is live does not hang on it."""
    from ackplan.core.diagnostics import Failure
    from ackplan.record import Record

    try:
        return baseline_now(settings).record
    except Failure:
        return Record("")
