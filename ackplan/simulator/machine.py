"""The life of a cluster as a pure state machine: what may begin when, how it is seen meanwhile, and how it ends.

    create:            -> initial  -> running | failed
    scale out, attach: running -> scaling  -> running
    remove nodes:      running -> removing -> running
    delete:            any settled state -> deleting -> deleted | delete_failed

States come from today's clients; the guide names only `running`. Time and chance come from outside.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """States that the simulator itself puts clusters in. A seeded cluster may be in any other one, too."""

    INITIAL = "initial"
    RUNNING = "running"
    SCALING = "scaling"
    REMOVING = "removing"
    UPDATING = "updating"
    DELETING = "deleting"
    DELETED = "deleted"
    FAILED = "failed"
    DELETE_FAILED = "delete_failed"
    INACTIVE = "inactive"
    UNAVAILABLE = "unavailable"
    DISCONNECTED = "disconnected"
    STOPPED = "stopped"
    UPDATING_FAILED = "updating_failed"
    DELETE_FAILED_EARLIER = "deleteFailed"


class Operation(StrEnum):
    """Calls that take time. The value is the task's `task_type`."""

    CREATE = "cluster_create"
    SCALE_OUT = "cluster_scaleout"
    ATTACH = "cluster_attach"
    REMOVE = "cluster_node_remove"
    DELETE = "cluster_delete"


class NotAllowed(Exception):
    """The operation can't begin in this state."""


_SETTLED = frozenset(
    {
        State.RUNNING,
        State.FAILED,
        State.DELETE_FAILED,
        State.INACTIVE,
        State.UNAVAILABLE,
        State.DISCONNECTED,
        State.STOPPED,
        State.UPDATING_FAILED,
        State.DELETE_FAILED_EARLIER,
    }
)
_BEGINS: dict[Operation, frozenset[str]] = {
    Operation.CREATE: frozenset(),
    Operation.SCALE_OUT: frozenset({State.RUNNING}),
    Operation.ATTACH: frozenset({State.RUNNING}),
    Operation.REMOVE: frozenset({State.RUNNING}),
    Operation.DELETE: _SETTLED,
}
_MEANWHILE = {
    Operation.CREATE: State.INITIAL,
    Operation.SCALE_OUT: State.SCALING,
    Operation.ATTACH: State.SCALING,
    Operation.REMOVE: State.REMOVING,
    Operation.DELETE: State.DELETING,
}
_ENDS = {
    Operation.CREATE: (State.RUNNING, State.FAILED),
    Operation.SCALE_OUT: (State.RUNNING, State.RUNNING),
    Operation.ATTACH: (State.RUNNING, State.RUNNING),
    Operation.REMOVE: (State.RUNNING, State.RUNNING),
    Operation.DELETE: (State.DELETED, State.DELETE_FAILED),
}
_CREATE_MINUTES = {"dedicated": 15.0, "managed": 10.0, "edge": 10.0, "serverless": 3.0}
_MINUTES = {Operation.SCALE_OUT: 5.0, Operation.ATTACH: 5.0, Operation.REMOVE: 4.0, Operation.DELETE: 5.0}
_JITTER = 0.1


def begin(state: str | None, operation: Operation) -> State:
    """The state while `operation` runs. `state` is None where there is no cluster yet. Raises NotAllowed."""
    if state is None and operation is Operation.CREATE:
        return _MEANWHILE[operation]
    if state not in _BEGINS[operation]:
        raise NotAllowed(f"{operation} can't begin while the cluster is {state}")
    return _MEANWHILE[operation]


def end(operation: Operation, *, succeeded: bool) -> State:
    """The state that `operation` leaves a cluster in."""
    success, failure = _ENDS[operation]
    return success if succeeded else failure


def duration(operation: Operation, kind: str, chance: float) -> float:
    """Seconds that an operation takes. `chance` in [0, 1) spreads it by a tenth around the usual time."""
    minutes = _CREATE_MINUTES.get(kind, 10.0) if operation is Operation.CREATE else _MINUTES[operation]
    return spread(minutes, chance)


def spread(minutes: float, chance: float) -> float:
    """Seconds of what usually takes so many minutes. `chance` in [0, 1) spreads it by a tenth."""
    return 60.0 * minutes * (1.0 + _JITTER * (2.0 * chance - 1.0))
