"""What typed clients send for what nobody has set: empty texts, zeros, nulls, false, and objects of nothing else.

An older typed client sends its whole structure, with parameters that the guide does not have. A body with several of
those that are unset is such a client's: what is unset in it counts as not given.
"""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import bundle
from ackplan.simulator.json_types import Json, JsonObject

# So many are no accident.
_SIGNS = 3
# What older typed clients call of today's API.
_OLDER = frozenset({"modify_cluster"})
# A parameter that older clients call otherwise than the guide.
_NAMED = {"worker_vswitch_ids": "vswitch_ids"}


def unset(value: Json) -> bool:
    """Whether a value says nothing."""
    if isinstance(value, Mapping):
        return all(unset(part) for part in value.values())
    if isinstance(value, list):
        return all(unset(part) for part in value)
    return value is None or value in ("", 0, False)


def is_typed(body: Mapping[str, Json], schema: str) -> bool:
    """Whether a body is that of a typed client: it has unset parameters that its schema does not know."""
    parameters = bundle.properties(schema)
    return sum(unset(value) for name, value in body.items() if name not in parameters) >= _SIGNS


def is_blank(body: Mapping[str, Json], operation: str) -> bool:
    """Whether an older typed client sent a body of today's API: it knows few of those calls, and leaves much empty."""
    return operation in _OLDER and _blanks(body) >= _SIGNS


def _blanks(value: Json) -> int:
    if isinstance(value, Mapping):
        return sum(_blanks(part) for part in value.values())
    if isinstance(value, list):
        return sum(_blanks(part) for part in value)
    return int(value is None or value == "")


def meant(body: Mapping[str, Json], schema: str) -> JsonObject:
    """A typed client's body without what is unset, but for what is required and for false where true is the default."""
    parameters, required = bundle.properties(schema), bundle.required(schema)
    kept: JsonObject = {}
    for called, value in body.items():
        name = _usual(called, body, parameters)
        if not unset(value):
            kept[name] = pruned(value)
        elif name in required or name not in parameters or (value is False and bundle.defaults_to_true(schema, name)):
            kept[name] = value
    return kept


def _usual(name: str, body: Mapping[str, Json], parameters: Mapping[str, Json]) -> str:
    """What the schema calls a parameter that a client calls otherwise."""
    usual = _NAMED.get(name, name)
    return usual if name not in parameters and usual in parameters and unset(body.get(usual)) else name


def pruned(value: Json) -> Json:
    """A value without those parts of the objects in it that say nothing."""
    if isinstance(value, Mapping):
        return {name: pruned(part) for name, part in value.items() if not unset(part)}
    return [pruned(part) for part in value] if isinstance(value, list) else value
