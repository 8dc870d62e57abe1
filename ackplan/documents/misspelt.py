"""Values that no schema refuses, for the API gets new ones, and that look like a known one misspelt."""

from __future__ import annotations

import functools
import re
from typing import Final

from ackplan.core.catalog.schema_types import Schema

# How alike two values are of which one is the other, misspelt; `cn-beijing-a`, a zone, is like its region.
_ALIKE: Final = 0.85
_NUMBER: Final = re.compile(r"\d+")


def meant_by(value: object, schema: Schema) -> str:
    """The known value that was meant; empty for a known value, and for one that is unlike all of them.

    What is numbered anew (`ap-southeast-4`) is a new value, not a misspelt one.
    """
    if "x-ack-known" not in schema or not isinstance(value, str):
        return ""
    return _meant(value, tuple(map(str, schema["examples"])))


@functools.lru_cache(4096)
def _meant(value: str, values: tuple[str, ...]) -> str:
    if value in values:
        return ""
    import difflib

    near = next(iter(difflib.get_close_matches(value, values, 1, _ALIKE)), "")
    return near if _NUMBER.sub("", near) != _NUMBER.sub("", value) else ""
