"""A call of the API as a value, what a plan holds, shows and sends; and the sizes that it is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ackplan.core.json_types import Json, JsonObject

_ITEMS: Final = "items"


@dataclass(frozen=True, slots=True)
class Call:
    """One API call as it will be sent, but for secrets: those stand in `body` as `{"env": ...}` or `{"file": ...}`."""

    operation: str
    method: str
    path: str
    region: str
    body: JsonObject | None = None
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> JsonObject | None:
        """The body; of one that is a list of what it is about (`listed`), its only item."""
        items = self.body.get(_ITEMS) if self.body else None
        (item,) = items if isinstance(items, list) and len(items) == 1 else (self.body,)
        return item if isinstance(item, Mapping) else self.body


def listed(item: JsonObject) -> dict[str, Json]:
    """The body of a call that the API takes a list for: `Catalog.payload` is the list."""
    return {_ITEMS: [dict(item)]}


@dataclass(frozen=True, slots=True)
class Pinned:
    """The number of workers that a scaling starts from and ends with, and of the masters that are nodes besides.

    It runs only on a cluster that has exactly `before` workers, and counts as done on one that has `after`.
    """

    before: int
    after: int
    masters: int = 0

    @property
    def moved(self) -> int:
        """How many workers come or go."""
        return abs(self.after - self.before)
