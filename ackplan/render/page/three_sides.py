"""The three sides of a cluster beside each other: what the spec wants, what is recorded, what is live.

A plan does not hold everything of all three. What it does not tell is UNKNOWN here, never guessed.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import Json
from ackplan.core.values import ABSENT, Absent
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change
from ackplan.plan.parameter_change import ParameterChange


class _Unknown(enum.Enum):
    UNKNOWN = "unknown"


# Not told: the API does not show it, or the plan does not keep it.
UNKNOWN: Final = _Unknown.UNKNOWN
SideValue: TypeAlias = "Json | Absent | _Unknown"


class Row(NamedTuple):
    """One parameter on all sides; a side that has no such cluster has ABSENT."""

    name: str
    wanted: SideValue
    recorded: SideValue
    live: SideValue
    changes: bool


@dataclass(frozen=True, slots=True)
class ThreeSides:
    """All parameters, those that change first, and which sides there are: `yes`, `no` or `unknown`."""

    rows: tuple[Row, ...]
    wanted: str
    recorded: str
    live: str


def sides(change: Change, mode: str) -> ThreeSides:
    """The sides of one cluster, as a plan of this mode was made on them."""
    changed = {parameter.name: parameter for parameter in change.parameters}
    names = dict.fromkeys([*changed, *(change.after or {}), *(change.before or {})])
    look = _Look(change, mode == "refresh-only", changed)
    tells = (look.is_wanted, look.is_recorded, look.is_live)
    # A side that is not there says the same of every parameter.
    wanted, recorded, live = (
        [read(name) for name in names] if there == "yes" else itertools.repeat(read(""))
        for there, read in zip(tells, (look.wanted, look.recorded, look.live), strict=True)
    )
    every = zip(names, wanted, recorded, live, strict=False)
    rows = (Row(name, spec, record, there, name in changed) for name, spec, record, there in every)
    return ThreeSides(tuple(rows), *tells)


@dataclass(frozen=True, slots=True)
class _Look:
    """Where a parameter stands on each side. A refresh need not look at what is wanted, and calls what is live new."""

    change: Change
    refresh: bool
    changed: Mapping[str, ParameterChange]

    @property
    def is_wanted(self) -> str:
        if self.change.desired is not None:
            return "yes"
        return "unknown" if self.refresh else "no"

    @property
    def is_recorded(self) -> str:
        """A plan file of format 1 does not tell what of a cluster is recorded."""
        if self.change.recorded is not None:
            return "yes"
        there = self.change.before is not None or self.change.reason is Reason.VANISHED
        return "unknown" if there and self.change.reason is not Reason.ADOPTION else "no"

    @property
    def is_live(self) -> str:
        if self.change.live is not None:
            return "yes"
        return "no" if self.change.action in {Action.CREATE, Action.FORGET} else "unknown"

    def wanted(self, name: str) -> SideValue:
        desired = self.change.desired
        if desired is None:
            return UNKNOWN if self.refresh else ABSENT
        if self.refresh:
            return {**desired.own, **desired.parameters}.get(name, ABSENT)
        changed = self.changed.get(name)
        return changed.after if changed else (self.change.after or {}).get(name, ABSENT)

    def recorded(self, name: str) -> SideValue:
        recorded = self.change.recorded
        if recorded is None:
            return UNKNOWN if self.is_recorded == "unknown" else ABSENT
        return recorded.parameters.get(name, recorded.own.get(name, ABSENT))

    def live(self, name: str) -> SideValue:
        live, changed = self.change.live, self.changed.get(name)
        if live is None:
            return ABSENT if self.is_live == "no" else UNKNOWN
        if changed is not None and changed.side is Side.LIVE:
            return changed.after if self.refresh else changed.before
        if isinstance(live, LiveResource):
            return live.values.get(name, UNKNOWN)
        known = self.change.kind.parameters.get(name)
        if known is None:
            return UNKNOWN
        if known.effect is Effect.SCALE:
            return self._size(name, changed) if live.cluster.size is not None else UNKNOWN
        return live.facts.get(known.live, UNKNOWN) if known.live else UNKNOWN

    def _size(self, name: str, changed: ParameterChange | None) -> SideValue:
        """That of a cluster that is not scaled is the one wanted; that of one that goes is not kept."""
        if changed is not None and changed.effect is Effect.SCALE:
            return changed.before
        stays = self.change.action in {Action.UPDATE, Action.RECORD, Action.ADOPT}
        return (self.change.after or {}).get(name, UNKNOWN) if stays else UNKNOWN
