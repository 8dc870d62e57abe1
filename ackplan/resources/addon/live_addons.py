"""Reads what the API answers about add-ons. Trusts nothing of it: an answer of another shape is an ApiError."""

from __future__ import annotations

import re
from typing import Final

from ackplan.core.json_types import Json, JsonObject
from ackplan.core.states import Condition, condition, spelled
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.resources.nested.raw_answers import object_of, unreadable

LIST: Final = "list_addon_instances"
ONE: Final = "get_addon_instance"
ENTRY: Final = "get_addon"
ACTIONS: Final = "supported_actions"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MOST, _LONGEST, _NOT_FOUND = 1000, 255, 404
_INSTALLED: Final = Condition("it is installed", settled=True, works=True)
_NO_SETTINGS: Final = "{}"


def condition_of(state: str) -> Condition:
    """What a state of an add-on means: `active` is its own word, the others it shares with clusters."""
    return _INSTALLED if spelled(state) == "active" else condition(state)


async def read_addons(api: ApiReader, home: tuple[str, str]) -> dict[str, LiveResource]:
    """The add-ons of a cluster (`home`: its id and region) by name, without their settings. Raises ApiError.

    One whose name no spec can have is left out.
    """
    cluster_id, region = home
    addons = object_of(await api.read(LIST, {"id": cluster_id}, region), LIST).get("addons")
    if addons is not None and (not isinstance(addons, list) or len(addons) > _MOST):
        raise unreadable(LIST, '"addons" is not a list')
    read = [_addon(object_of(each, LIST), LIST) for each in addons or ()]
    if len({one.name for one in read}) != len(read):
        raise unreadable(LIST, "two add-ons have the same name")
    return {one.name: one for one in read if _NAME.fullmatch(one.name)}


async def read_addon(api: ApiReader, home: tuple[str, str], name: str) -> LiveResource | None:
    """One add-on of a cluster with its settings; None where the cluster does not have it. Raises ApiError.

    That there is none is believed of the list alone: how the API says that it has none of a name is not known.
    """
    cluster_id, region = home
    try:
        answer = await api.read(ONE, {"id": cluster_id, "addon": name}, region)
    except ApiError as fault:
        if fault.missing or fault.http_status != _NOT_FOUND:
            raise
        return (await read_addons(api, home)).get(name)
    read = _addon(object_of(answer, ONE), ONE)
    if read.name != name:
        raise unreadable(ONE, "it is about another add-on")
    return read


def _addon(answer: JsonObject, operation: str) -> LiveResource:
    """An add-on; it has no id but its name. Settings that are empty are none, those that are not told are unknown."""
    name, version, state = (_text(answer, key, operation) for key in ("name", "version", "state"))
    if not name or not state:
        raise unreadable(operation, "an add-on has no name or no state")
    values: dict[str, Json] = {"name": name, "version": version} if version else {"name": name}
    config = answer.get("config")
    settings = {"config": config or _NO_SETTINGS} if isinstance(config, str) else {}
    return LiveResource(name, name, state, values, condition_of(state), {**values, **settings})


async def newest_version(api: ApiReader, home: tuple[str, str], name: str) -> str:
    """The newest version of an add-on that the cluster can have; empty where the catalogue does not say.

    Raises ApiError.
    """
    entry = await entry_of(api, home, name)
    return _text(entry, "version", ENTRY)


async def entry_of(api: ApiReader, home: tuple[str, str], name: str, version: str = "") -> JsonObject:
    """An add-on's entry in the catalogue, of this version where one is named; an empty one where there is none."""
    cluster_id, region = home
    query = {"cluster_id": cluster_id, "region_id": region, "version": version}
    try:
        answer = await api.read(ENTRY, {"addon": name}, region, {key: value for key, value in query.items() if value})
    except ApiError as fault:
        if fault.missing or fault.http_status != _NOT_FOUND:
            raise
        return {}
    return object_of(answer, ENTRY)


def _text(answer: JsonObject, key: str, operation: str) -> str:
    value = answer.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise unreadable(operation, f'"{key}" is not a short text')
    return value
