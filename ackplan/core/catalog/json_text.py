"""Values that stand as JSON inside of a text, as settings of add-ons do."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Final

from ackplan.core.json_types import Json, JsonObject

# JSON inside of a text is a few KiB long; what is far longer is not read.
_LONGEST: Final = 256 * 1024


@functools.lru_cache(64)
def from_json(text: str) -> Json:
    """The value that a text holds; None for one that is no JSON, or no Unicode."""
    try:
        value: Json = json.loads(text) if len(text) <= _LONGEST else None
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value


def is_part(part: Json, whole: Json) -> bool:
    """Whether all that an object says, another one says too; other values are compared as they are."""
    if isinstance(part, Mapping) and isinstance(whole, Mapping):
        return all(key in whole and is_part(value, whole[key]) for key, value in part.items())
    return part == whole


def common_part(whole: Json, other: Json) -> Json:
    """What an object says of that which another one says something of; other values as they are."""
    if isinstance(whole, Mapping) and isinstance(other, Mapping):
        return {key: common_part(value, other[key]) for key, value in whole.items() if key in other}
    return whole


def laid_over(below: JsonObject, above: JsonObject) -> dict[str, Json]:
    """An object with what another one says put over it, key by key; what that does not say stays."""
    laid = dict(below)
    for key, value in above.items():
        under = laid.get(key)
        laid[key] = laid_over(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return laid
