"""Holds bodies of today's API against their schemas, which have all of its parameters: what is unknown is refused.

Today's clients send empty texts, zeros and nulls for what is not set. Where a parameter can't have such a value, it
counts as not given.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from jsonschema import ValidationError

from ackplan.simulator import bundle, faulty
from ackplan.simulator.group import ITEMS
from ackplan.simulator.json_types import Json, JsonObject, objects
from ackplan.simulator.refusals import Refusal

_EMPTY: Sequence[object] = (None, "", 0, [], {})


def check(body: Mapping[str, Json], name: str, *, lenient: bool) -> Mapping[str, Json]:
    """The body, with `lenient` without what counts as not given. Raises Refusal 400, which names the parameter."""
    if not bundle.is_list_schema(name):
        return _checked(body, name, lenient=lenient)
    if not all(isinstance(item, Mapping) for item in _items(body)):
        raise Refusal(400, "InvalidRequestBody", "The body is not a list of objects.")
    for fault in bundle.validator(name, "").iter_errors(_items(body)):
        if not fault.absolute_path:
            faulty.refuse(fault)
    return {ITEMS: [_checked(item, name, lenient=lenient) for item in objects(body, ITEMS)]}


def _items(body: Mapping[str, Json]) -> Sequence[Json]:
    items = body.get(ITEMS, [])
    return items if isinstance(items, list) else []


def _checked(body: Mapping[str, Json], name: str, *, lenient: bool) -> Mapping[str, Json]:
    strangers = sorted(set(body) - set(bundle.properties(name)))
    if strangers:
        raise faulty.unknown(strangers[0])
    if bundle.passes(name, body):
        return body
    kept: JsonObject = copy.deepcopy(dict(body))
    while faults := _faults(name, kept):
        places = [tuple(fault.absolute_path) for fault in faults if lenient and _is_empty(fault.instance)]
        if not any(places):
            faulty.refuse(faults[0])
        for place in reversed(dict.fromkeys(filter(None, places))):
            _drop(kept, place)
    return kept


def _faults(name: str, body: Mapping[str, Json]) -> list[ValidationError]:
    """By their places; of two in one list, the one that stands nearer to its begin first."""
    faults = bundle.validator(name).iter_errors(body)
    return sorted(faults, key=lambda fault: [(str(part).zfill(6), str(part)) for part in fault.absolute_path])


def _is_empty(value: object) -> bool:
    return value is False or any(value == empty and type(value) is type(empty) for empty in _EMPTY)


def _drop(body: Json, path: Sequence[str | int]) -> None:
    """Takes out a part; nothing where it is gone already."""
    *way, last = path
    for step in way:
        body = _part(body, step)
    if isinstance(body, dict):
        body.pop(last, None)
    elif isinstance(body, list) and isinstance(last, int):
        body[last : last + 1] = []


def _part(body: Json, step: str | int) -> Json:
    if isinstance(body, dict) and isinstance(step, str):
        return body.get(step)
    return body[step] if isinstance(body, list) and isinstance(step, int) and step < len(body) else None
