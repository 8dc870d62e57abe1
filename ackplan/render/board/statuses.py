"""How a workspace is, at a glance: the words and tones for it, the gravest first."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from ackplan.app.survey import WorkspaceSurvey
from ackplan.core.language import phrase


class WorkspaceStatus(enum.Enum):
    """What can be said of a workspace; `value` is its name in data. In the order of how grave it is."""

    UNREADABLE = "unreadable"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    DRIFTED = "drifted"
    RUNNING = "running"
    HELD = "held"
    PENDING = "plan pending"
    UNCHECKED = "not checked"
    EMPTY = "empty"
    IN_ORDER = "in order"

    @property
    def tone(self) -> str:
        return _TONES[self]

    @property
    def words(self) -> str:
        return phrase(_WORDS.get(self, self.value))


_WORDS = {
    WorkspaceStatus.UNREADABLE: "can't be read",
    WorkspaceStatus.FAILED: "last run failed",
    WorkspaceStatus.EMPTY: "nothing recorded",
}
_TONES = {
    WorkspaceStatus.UNREADABLE: "error",
    WorkspaceStatus.INTERRUPTED: "interrupted",
    WorkspaceStatus.FAILED: "failed",
    WorkspaceStatus.DRIFTED: "drift",
    WorkspaceStatus.RUNNING: "update",
    WorkspaceStatus.HELD: "record",
    WorkspaceStatus.PENDING: "scale",
    WorkspaceStatus.UNCHECKED: "no-op",
    WorkspaceStatus.EMPTY: "no-op",
    WorkspaceStatus.IN_ORDER: "done",
}


def statuses_of(seen: WorkspaceSurvey, now: float, check_age: float) -> tuple[WorkspaceStatus, ...]:
    """All that holds of a workspace, the gravest first. A check is too old after `check_age` seconds."""
    if seen.faults:
        return (WorkspaceStatus.UNREADABLE,)
    holding = {*_holding(seen, now, check_age)}
    return tuple(status for status in WorkspaceStatus if status in holding) or (WorkspaceStatus.IN_ORDER,)


def _holding(seen: WorkspaceSurvey, now: float, check_age: float) -> Iterator[WorkspaceStatus]:
    holder = seen.holder
    if holder:
        yield WorkspaceStatus.HELD if holder.hold else WorkspaceStatus.RUNNING
    if seen.head and (holder is None or holder.hold):
        yield WorkspaceStatus.INTERRUPTED
    if seen.run and seen.run.value.exit and not seen.head:
        yield WorkspaceStatus.FAILED
    if seen.plans:
        yield WorkspaceStatus.PENDING
    if seen.check and seen.check_holds and seen.check.value.total:
        yield WorkspaceStatus.DRIFTED
    if not seen.record.entries:
        yield WorkspaceStatus.EMPTY
    elif unchecked(seen, now, check_age):
        yield WorkspaceStatus.UNCHECKED


def unchecked(seen: WorkspaceSurvey, now: float, check_age: float) -> str:
    """Why nothing can be said of drift; empty where the last check says it."""
    if seen.check is None:
        return "never checked for drift"
    if not seen.check_holds:
        return "the record was written since"
    if now - seen.check.kept_at > check_age:
        return "the check is too old"
    return "" if seen.check.value.complete else "not all was looked at"
