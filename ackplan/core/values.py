"""Values that are not there, values that must not be shown, and values that are written alike."""

from __future__ import annotations

import enum
import json
from typing import Final


class Absent(enum.Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


# Not set: neither null, nor false, nor zero, nor empty.
ABSENT: Final = Absent.ABSENT

SENSITIVE: Final = "(sensitive value)"


def content_key(value: object) -> object:
    """A key for a JSON value, or ABSENT, that is equal for those alone that are written alike, keys in one order."""
    return value if type(value) is str else (repr(value),)


def alike(one: object, other: object) -> bool:
    """Whether two JSON values, or ABSENT, are written alike, whatever the order of their keys.

    1, 1.0 and true are equal, and are not alike.
    """
    if one is other:
        return True
    if one is ABSENT or other is ABSENT or one != other:
        return False
    if isinstance(one, str | int):
        return type(one) is type(other)
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
