"""How long operations may take: what a cluster sets under `timeouts`, else the defaults of the spec's schema."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from ackplan.catalog.kinds import own_keys

DURATION = re.compile(r"[1-9][0-9]{0,8}[smh]")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def timeouts(own: Mapping[str, Any]) -> Mapping[str, int]:
    """Seconds by operation (`create`, `scale`, `attach`, `remove`, `delete`)."""
    return _timeouts(tuple(sorted((own.get("timeouts") or {}).items())))


@functools.cache
def _timeouts(given: tuple[tuple[str, str], ...]) -> Mapping[str, int]:
    properties = own_keys()["timeouts"].schema["properties"]
    return {name: seconds(dict(given).get(name, schema["default"])) for name, schema in properties.items()}


def seconds(duration: str) -> int:
    """`90s`, `30m`, `1h` as seconds."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]
