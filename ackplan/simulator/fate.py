"""What an injected fault has in store for the effect of one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Fate:
    """`stuck`: the task never ends. `error` (`code`, `message`): it fails. `leaves`: the state the cluster ends in.

    `spoilt` are patterns of instance ids whose attachment fails, with `spoilt_code`. The task takes `seconds` longer.
    """

    stuck: bool = False
    error: dict[str, str] | None = None
    leaves: str | None = None
    spoilt: Sequence[str] = ()
    spoilt_code: str = "InternalError"
    seconds: float = 0.0

    def spoils(self, instance_id: str) -> bool:
        return any(fnmatchcase(instance_id, pattern) for pattern in self.spoilt)


KIND = Fate()
