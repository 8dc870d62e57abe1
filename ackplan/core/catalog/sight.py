"""How a live cluster shows its parameters: in which fields, in which form, and which values say the same.

An answer may show a value under several names, as a number or as text, as JSON inside of a text, with what services put
there by themselves, or not at all. Null, an empty text and one that is masked are no values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ackplan.core.catalog.json_text import common_part, from_json, is_part
from ackplan.core.catalog.parameters import Parameter
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.values import ABSENT, Absent

_MASKED: Final = "***"
_DATED: Final = "current_version"


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a live cluster shows one parameter. `field` is the best of its places, `rest` are the others.

    A place is the name of a field, or `FIELD.KEY...`, a part of one; in `rest` it is the field and its keys. `form` is
    how what is shown may differ from what was given: a `version` may be fuller, an object may say more than the `part`
    of it that was given; without one it may not.
    """

    parameter: Parameter
    field: str
    rest: tuple[tuple[str, tuple[str, ...]], ...]
    form: str | None

    def shows(self, attributes: JsonObject) -> Json:
        """The value as the answer has it, of the first place that has one; None where none has."""
        value = attributes.get(self.field)
        if value is not None and _tells(value, attributes):
            return value
        for field, keys in self.rest:
            value = attributes.get(field)
            if value is not None:
                value = _below(value, keys)
                if value is not None and _tells(value, attributes):
                    return value
        return None

    def value(self, attributes: JsonObject, *others: Json | Absent) -> Json:
        """The value that is shown, in the form that a spec has it in; None where none is.

        Where it says the same as one of `others`, the most important first, it is that one.
        """
        there = self.shows(attributes)
        shown = self.read(there, others) if there is not None else None
        if shown is None or not others:
            return shown
        same = (other for other in others if other is not ABSENT and self._says(shown, other))
        return next(same, common_part(shown, _first(others)) if self.form == "part" else shown)

    def read(self, shown: Json, others: tuple[Json | Absent, ...] = ()) -> Json:
        """What an answer shows, in the form that a spec has it in; None for what is no value of the parameter."""
        value = self.parameter.read(shown) if shown is not None else None
        if isinstance(value, list):
            return self.parameter.canonical(self._own(value, others))
        if self.form == "part":
            return self.parameter.canonical(value)
        if isinstance(value, str) and "," in value and not self._takes(value):
            several = [part.strip() for part in value.split(",") if part.strip()]
            return next(
                (other for other in others if isinstance(other, str) and other in several), next(iter(several), None)
            )
        if isinstance(value, str) and self.form == "version":
            return _plain(value)
        return value

    def _takes(self, text: str) -> bool:
        """Whether this text is one value: days of the week have commas, ids have none."""
        pattern = self.parameter.schema.get("pattern", "")
        return re.search(pattern, text) is not None

    def _own(self, items: Sequence[Json], others: tuple[Json | Absent, ...]) -> Sequence[Json]:
        """The items without what services put there, where nobody asked for it; of tags only what a tag has."""
        reserved = self.parameter.reserved
        if not reserved:
            return items
        keys = {_tag(item).get("key") for tags in others if isinstance(tags, list) for item in tags}
        return [
            tag for tag in map(_tag, items) if tag.get("key") in keys or not is_reserved(tag.get("key", ""), reserved)
        ]

    def _says(self, shown: Json, other: Json) -> bool:
        if isinstance(other, str) and isinstance(shown, str) and self.form == "version":
            wanted = _plain(other)
            return shown == wanted or shown.startswith((f"{wanted}.", f"{wanted}-"))
        return is_part(other, shown) if self.form == "part" else bool(shown == other)


def at(attributes: JsonObject, place: str) -> Json:
    """What stands at a place of an answer; a field may hold JSON as a text."""
    field, *keys = place.split(".")
    return _below(attributes.get(field), keys)


def _below(value: Json, keys: Sequence[str]) -> Json:
    for key in keys:
        value = from_json(value) if isinstance(value, str) else value
        if not isinstance(value, dict | Mapping):
            return None
        value = value.get(key)
    return value


def _first(others: Sequence[Json | Absent]) -> Json:
    return next((other for other in others if other is not ABSENT), None)


def _tells(value: Json, attributes: JsonObject) -> bool:
    """Whether this is a value. The oldest answers, which tell no version, have lists that are never filled."""
    if isinstance(value, str):
        return value != "" and _MASKED not in value
    return value != [] or bool(attributes.get(_DATED))


def _plain(version: str) -> str:
    return version[1:] if version[:1] == "v" and version[1:2].isdigit() else version


def _tag(item: Json) -> dict[str, str]:
    """What a tag has, of whatever stands where one should."""
    parts = item if isinstance(item, Mapping) else {}
    return {name: str(parts[name]) for name in ("key", "value") if parts.get(name) is not None}


def is_reserved(key: str, reserved: tuple[str, ...]) -> bool:
    """Whether a tag with this key, or without one, is none that somebody put there."""
    return not key or key.lower().startswith(reserved)


def sights_of(parameters: Mapping[str, Parameter]) -> dict[str, Sight]:
    """Those of these parameters that a live cluster shows."""
    return {name: _sight(parameter) for name, parameter in parameters.items() if parameter.places}


def _sight(parameter: Parameter) -> Sight:
    best, *others = parameter.places if "." not in parameter.places[0] else (parameter.places[0], *parameter.places)
    rest = tuple((field, tuple(keys)) for field, *keys in (place.split(".") for place in others))
    return Sight(parameter, best, rest, parameter.schema.get("x-ack-live-form"))
