"""How long operations may take: what a cluster sets under `timeouts`, else the defaults of the spec's schema.

ackplan never stops waiting by default while the API still has the time that it was given (`timeout_mins`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from ackplan.core.catalog.api import Catalog
from ackplan.core.json_types import Json, JsonObject

DURATION = re.compile(r"[1-9][0-9]{0,8}[smh]")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def timeouts(catalog: Catalog, own: JsonObject, parameters: JsonObject) -> Mapping[str, int]:
    """Seconds by operation (`create`, `scale`, `attach`, `remove`, `delete`).

    Where a create parameter gives the API longer than a default is, the default is as long.
    """
    minutes_of = ((operation, _minutes(parameters.get(name))) for name, operation in _granting(catalog))
    granted = tuple((operation, minutes) for operation, minutes in minutes_of if minutes is not None)
    return _timeouts(catalog, _durations(own), granted)


def _minutes(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _durations(own: JsonObject) -> tuple[tuple[str, str], ...]:
    """What is set under `timeouts`. Raises TypeError where that is no object."""
    durations = own.get("timeouts") or {}
    if not isinstance(durations, Mapping):
        raise TypeError("timeouts are no object")
    return tuple(sorted((operation, str(duration)) for operation, duration in durations.items()))


@functools.cache
def _granting(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """The create parameters that give the API minutes for an operation (`x-ack-timeout`)."""
    parameters = (parameter for kind in catalog.kinds for parameter in kind.parameters.values())
    granting = {p.name: p.schema["x-ack-timeout"] for p in parameters if "x-ack-timeout" in p.schema}
    return tuple(granting.items())


@functools.cache
def _timeouts(
    catalog: Catalog, own: tuple[tuple[str, str], ...], granted: tuple[tuple[str, int], ...]
) -> Mapping[str, int]:
    properties = catalog.own_keys["timeouts"].schema["properties"]
    defaults = {name: seconds(str(schema["default"])) for name, schema in properties.items()}
    for operation, minutes in granted:
        defaults[operation] = max(defaults[operation], minutes * _SECONDS["m"])
    return {**defaults, **{name: seconds(duration) for name, duration in own}}


def seconds(duration: str) -> int:
    """`90s`, `30m`, `1h` as seconds."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]
