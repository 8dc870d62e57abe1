"""Reads raw answers about what is inside of clusters: one that is not what it should be is an error of the API."""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.core.json_types import Json, JsonObject
from ackplan.execute.ports import ApiError


def object_of(value: Json, operation: str) -> JsonObject:
    """The object that an answer of this operation has here. Raises ApiError."""
    if not isinstance(value, Mapping):
        raise unreadable(operation, "it is not an object where one belongs")
    return value


def unreadable(operation: str, why: str) -> ApiError:
    return ApiError("AnswerUnreadable", why, operation=operation)
