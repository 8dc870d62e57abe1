"""What the states of clusters and the ends of tasks mean, in every spelling that answers have had since 2015.

One table for all: plans, waits, imports and exports ask it. A state that it does not have is unknown: it is shown as it
came, ends no wait before the wait's own time is up, and takes no call that changes nodes.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a cluster's state means.

    `settled`: the cluster stays so until somebody acts; else it is `busy`, and leaves the state by itself. `works`: it
    takes calls that change its nodes. `leaving`: it is going or gone. `says` explains the state in words.
    """

    says: str
    settled: bool = False
    works: bool = False
    leaving: bool = False
    known: bool = True

    @property
    def busy(self) -> bool:
        return not self.settled


def _busy(says: str) -> Condition:
    return Condition(says)


def _ill(says: str) -> Condition:
    return Condition(says, settled=True)


# The state of a cluster that was accepted a moment ago and that no read shows yet. No answer of the API has it.
HIDDEN: Final = "not visible yet"
_HIDDEN: Final = _busy("its creation was accepted a moment ago")
UNKNOWN: Final = Condition("a state that ackplan does not know", known=False)

CONDITIONS: Final[Mapping[str, Condition]] = {
    "running": Condition("it works", settled=True, works=True),
    "initial": _busy("it is still being created"),
    "updating": _busy("its parameters are being changed"),
    "upgrading": _busy("its version is being raised"),
    "scaling": _busy("its nodes are being changed"),
    "removing": _busy("nodes are being removed"),
    "draining": _busy("nodes are being emptied"),
    "waiting": _busy("it waits to be connected"),
    "deleting": Condition("it is being deleted", leaving=True),
    "failed": _ill("its creation failed"),
    "updating_failed": _ill("a change of its parameters failed"),
    "delete_failed": _ill("its deletion failed, and parts of it may be gone"),
    "stopped": _ill("it was stopped"),
    "inactive": _ill("it does not work"),
    "unavailable": _ill("it can't be reached"),
    "disconnected": _ill("its connection is lost"),
    "deleted": Condition("it is deleted", settled=True, leaving=True),
}
# Whatever else ends so has failed: `upgrading_failed`, `scaling_failed`.
_FAILED: Final = "failed"


@functools.lru_cache(256)
def spelled(state: str) -> str:
    """A state in the spelling that this table has: `deleteFailed` and `DELETE_FAILED` are `delete_failed`."""
    snake = state if state.isupper() else _HUMP.sub("_", state)
    return snake.replace("-", "_").strip().lower()


def condition(state: str) -> Condition:
    """What this state of a cluster means."""
    known = _HIDDEN if state == HIDDEN else CONDITIONS.get(spelled(state))
    if known is not None:
        return known
    return _ill("something failed") if spelled(state).endswith(_FAILED) else UNKNOWN


class End(enum.Enum):
    """How a task ended. Whoever paused one has to resume it: nothing goes on by itself."""

    SUCCESS = "success"
    FAIL = "fail"
    CANCELED = "canceled"
    PAUSED = "paused"


_ENDS: Final[Mapping[str, End]] = {
    "success": End.SUCCESS,
    "succeeded": End.SUCCESS,
    "successful": End.SUCCESS,
    "fail": End.FAIL,
    "failed": End.FAIL,
    "failure": End.FAIL,
    "error": End.FAIL,
    "canceled": End.CANCELED,
    "cancelled": End.CANCELED,
    "paused": End.PAUSED,
}


def task_end(state: str) -> End | None:
    """How a task in this state ended; None where it goes on (`running`, `pending`), or the state is unknown."""
    return _ENDS.get(spelled(state))
