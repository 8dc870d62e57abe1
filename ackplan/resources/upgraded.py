"""The parameter that an upgrade changes, of clusters and of what follows them."""

from __future__ import annotations

import functools

from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect, Parameter


@functools.cache
def upgraded_parameter(kind: Kind) -> Parameter | None:
    """The parameter that an upgrade changes; None for a kind that no call upgrades."""
    return next((p for p in kind.parameters.values() if p.effect is Effect.UPGRADE), None)
