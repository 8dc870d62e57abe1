"""The three sides of a cluster beside each other: what the spec wants, what is recorded, what is live.

A plan does not hold everything of all three. What it does not tell is UNKNOWN here, never guessed.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ackplan.core import catalog
from ackplan.core.catalog.parameters import Effect
from ackplan.core.values import ABSENT
from ackplan.core.work import Action, Reason, Side
from ackplan.diff import ParameterChange
from ackplan.plan.model import Change
from ackplan.record import RecordedCluster


class _Unknown(enum.Enum):
    UNKNOWN = "unknown"


# Not told: the API does not show it, or the plan does not keep it.
UNKNOWN: Final = _Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter on all sides; a side that has no such cluster has ABSENT."""

    name: str
    wanted: Any
    recorded: Any
    live: Any
    changes: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """All parameters, those that change first, and which sides there are: `yes`, `no` or `unknown`."""

    rows: tuple[Row, ...]
    wanted: str
    recorded: str
    live: str


def sides(
    change: Change, mode: str, recorded: RecordedCluster | None = None, asked: Mapping[str, Any] | None = None
) -> Sides:
    """The sides of one cluster. `recorded` is its record entry where the record that was planned on is at hand.

    `asked` is what the spec says of it, for a plan that does not look at the spec.
    """
    own = _Own(change, mode, recorded, asked)
    changed = {parameter.name: parameter for parameter in change.parameters}
    names = dict.fromkeys([*changed, *(change.after or {}), *(change.before or {})])
    rows = tuple(
        Row(name, own.wanted(name), own.recorded_value(name), own.live(name), name in changed) for name in names
    )
    return Sides(rows, own.is_wanted, own.is_recorded, own.is_live)


@dataclass(frozen=True, slots=True)
class _Own:
    change: Change
    mode: str
    recorded: RecordedCluster | None
    asked: Mapping[str, Any] | None

    def _parameter(self, name: str) -> ParameterChange | None:
        return next((parameter for parameter in self.change.parameters if parameter.name == name), None)

    @property
    def is_wanted(self) -> str:
        if self.asked is not None:
            return "yes"
        if self.mode != "normal":
            return "unknown" if self.mode == "refresh-only" else "no"
        return "yes" if self.change.after is not None else "no"

    @property
    def is_recorded(self) -> str:
        reason = self.change.reason
        if self.recorded is not None:
            return "yes"
        if reason in {Reason.NOT_RECORDED, Reason.MISTAKEN, Reason.UNSEEN} or (
            self.change.action is Action.CREATE and reason is Reason.VANISHED
        ):
            return "unknown"
        return "no" if reason in {Reason.NEW, Reason.ADOPTION} else "yes"

    @property
    def is_live(self) -> str:
        if self.change.seen is not None:
            return "yes"
        gone = self.change.action in {Action.CREATE, Action.FORGET}
        return "no" if gone else "unknown"

    def wanted(self, name: str) -> Any:
        if self.is_wanted != "yes":
            return UNKNOWN if self.is_wanted == "unknown" else ABSENT
        if self.asked is not None:
            return self.asked.get(name, ABSENT)
        parameter = self._parameter(name)
        return parameter.after if parameter else (self.change.after or {}).get(name, ABSENT)

    def recorded_value(self, name: str) -> Any:
        if self.recorded is not None:
            own = self.recorded.own.get(name, ABSENT)
            return self.recorded.parameters.get(name, own)
        if self.is_recorded != "yes":
            return UNKNOWN if self.is_recorded == "unknown" else ABSENT
        parameter = self._parameter(name)
        if parameter is None or name in catalog.DEFAULT.own_keys:
            return parameter.before if parameter else (self.change.before or {}).get(name, ABSENT)
        return self._recorded_of(parameter)

    def _recorded_of(self, parameter: ParameterChange) -> Any:
        """What a change says of the record: `before` is the live value where the API shows one."""
        if self.mode == "refresh-only":
            return parameter.before
        if parameter.side is Side.LIVE:
            return parameter.after
        kept = self.change.action is Action.REPLACE or not self._is_shown(parameter.name)
        return parameter.before if kept else UNKNOWN

    def _is_shown(self, name: str) -> bool:
        """Whether the API shows this parameter of a live cluster."""
        known = self.change.kind.parameters.get(name)
        return known is not None and (bool(known.live) or known.effect is Effect.SCALE)

    def live(self, name: str) -> Any:
        seen = self.change.seen
        if seen is None:
            return ABSENT if self.is_live == "no" else UNKNOWN
        parameter = self._parameter(name)
        if parameter is not None and parameter.side is Side.LIVE:
            return parameter.after if self.mode == "refresh-only" else parameter.before
        return self._seen(name, parameter, seen)

    def _seen(self, name: str, parameter: ParameterChange | None, seen: Mapping[str, Any]) -> Any:
        known = self.change.kind.parameters.get(name)
        if known is None:
            return UNKNOWN
        if known.effect is Effect.SCALE:
            counted = parameter.before if parameter and parameter.effect is Effect.SCALE else self._as_wanted(name)
            return counted if "size" in seen else UNKNOWN
        return seen.get(known.live, UNKNOWN) if known.live else UNKNOWN

    def _as_wanted(self, name: str) -> Any:
        """The size of a cluster that is not scaled: live is what is wanted then. Of one that goes it is not told."""
        settled = self.change.action in {Action.UPDATE, Action.RECORD, Action.ADOPT}
        return (self.change.after or {}).get(name, UNKNOWN) if settled else UNKNOWN
