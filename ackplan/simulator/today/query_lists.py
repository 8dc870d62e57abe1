"""Lists in a query, which today's clients send as JSON in a text."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ackplan.simulator import refusals
from ackplan.simulator.group import Invocation
from ackplan.simulator.json_types import Json


def values(call: Invocation, name: str, most: int) -> Sequence[Json]:
    """A list of at most so many values; empty where there is none. Raises Refusal 400."""
    try:
        listed = json.loads(call.query.get(name) or "[]")
    except (ValueError, RecursionError):
        raise refusals.invalid(name, "it does not hold JSON") from None
    if not isinstance(listed, list) or len(listed) > most:
        raise refusals.invalid(name, f"a list of at most {most} is expected")
    return listed
