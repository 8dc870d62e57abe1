"""What differs of one parameter."""

from __future__ import annotations

from dataclasses import dataclass

from ackplan.core.actions import Side
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import Json
from ackplan.core.values import Absent


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """One parameter's change. `before` and `after` may be ABSENT; those of a secret are references, never values."""

    name: str
    before: Json | Absent
    after: Json | Absent
    effect: Effect
    side: Side
    secret: bool = False
