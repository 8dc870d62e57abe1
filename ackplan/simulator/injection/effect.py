"""What an injected fault has in store for the effect of one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

# The states in which a task has ended, as clients of all years know them.
SUCCEEDED = ("success", "succeeded")
FAILED = ("fail", "failed", "error", "canceled", "cancelled")


@dataclass(frozen=True, slots=True)
class Fate:
    """`stuck`: the task never ends. `error` (`code`, `message`): it fails. `leaves`: the state the cluster ends in.

    `spoilt` are patterns of instance ids whose attachment fails, with `spoilt_code`. The task takes `seconds` longer.

    `called` is the task's state at its end; by its meaning the task succeeds, fails, or never ends. One that is `bare`
    has no error in its answer.
    """

    stuck: bool = False
    error: dict[str, str] | None = None
    leaves: str | None = None
    spoilt: Sequence[str] = ()
    spoilt_code: str = "InternalError"
    seconds: float = 0.0
    called: str = ""
    bare: bool = False

    @property
    def endless(self) -> bool:
        return self.stuck or self.called not in {"", *SUCCEEDED, *FAILED}

    @property
    def succeeds(self) -> bool:
        return self.error is None and self.called not in FAILED

    def spoils(self, instance_id: str) -> bool:
        return any(fnmatchcase(instance_id, pattern) for pattern in self.spoilt)


KIND = Fate()
