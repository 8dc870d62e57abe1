"""Values read from a file that nobody vouches for: each is what it should be, or TypeError or ValueError."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ackplan.core.address import Address, parse
from ackplan.record.codec import CLUSTER_ID

MAX_SECONDS = 1e9
_DIGEST = re.compile(r"[0-9a-f]{64}")

# JSON data as it was read, and as it is made.
Data = Mapping[str, Any]
Json = dict[str, Any]

T = TypeVar("T")


def optional(value: Any, read: Callable[[Any], T]) -> T | None:
    return None if value is None else read(value)


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def name(value: Any) -> str:
    """Text that can be written down: half a surrogate pair can't."""
    text(value).encode()
    return str(value)


def address(value: Any) -> Address:
    """The address of a resource by its short form."""
    return parse(name(value))


def digest(value: Any) -> str:
    """A SHA-256 in hexadecimal digits."""
    if not _DIGEST.fullmatch(text(value)):
        raise ValueError("digest")
    return str(value)


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("list expected")
    return tuple(map(text, value))


def cluster_id(value: Any) -> str:
    if not CLUSTER_ID.fullmatch(text(value)):
        raise ValueError("cluster id")
    return str(value)


def seconds(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MAX_SECONDS:
        raise ValueError("seconds")
    return float(value)


def whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("whole number expected")
    return value


def mapping(value: Any) -> Json:
    if not isinstance(value, dict):
        raise TypeError("mapping expected")
    return value
