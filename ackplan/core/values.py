"""Values that are not there, and values that must not be shown."""

from __future__ import annotations

import enum
from typing import Final


class _Absent(enum.Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


# Not set: neither null, nor false, nor zero, nor empty.
ABSENT: Final = _Absent.ABSENT

SENSITIVE: Final = "(sensitive value)"
