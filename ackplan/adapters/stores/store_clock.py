"""How far the clock of this machine is from that of a store, told by when the store says it wrote something."""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.core.diagnostics import Diagnostic, warning

# Stores tell when they wrote something to the second.
_GRAIN = 1.0
_MUCH = 60.0


def skew_of(modified: float, begun: float, ended: float) -> float:
    """How many seconds this machine is behind at least, negative where it is ahead; 0 where nothing proves either.

    Something was written at `modified` there, between `begun` and `ended` here.
    """
    if modified > ended:
        return modified - ended
    return min(0.0, modified + _GRAIN - begun)


def skew_told(store: str, skew: float) -> Iterator[Diagnostic]:
    """What doctor says of a clock that is far from that of the store."""
    if abs(skew) >= _MUCH:
        yield warning("ACK3112", seconds=round(abs(skew)), way="behind" if skew > 0 else "ahead of", store=store)
