"""The API's operations, from `schemas/operations.json`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.core.catalog.schema_types import OperationEntry

# A place in a path that an id fills.
_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `path` has a place for each id that it needs (`/clusters/{id}/attach`); `places` are their names.

    `action` is the name of it that ACS3 signs; `bodies_today` are bodies of today's API beside those of the guide.
    `expected_seconds` is how long it usually takes to settle, `task_types` are those of the tasks that it begins.
    """

    id: str
    section: str
    method: str
    path: str
    places: frozenset[str]
    bodies: tuple[str, ...]
    changes: bool
    expected_seconds: float
    expected_by_body: Mapping[str, float] = field(default_factory=dict)
    bodies_today: tuple[str, ...] = ()
    action: str = ""
    task_types: frozenset[str] = frozenset()

    def path_of(self, ids: Mapping[str, str]) -> str:
        """The path with each id in the place of its name. Raises ValueError for a name too few or too many."""
        if ids.keys() != self.places:
            raise ValueError(f"{self.id} takes {sorted(self.places)}, not {sorted(ids)}")
        return _PLACE.sub(lambda place: ids[place[1]], self.path)

    def path_with(self, ids: Mapping[str, str]) -> str:
        """The path with those ids in their places that are known: what is to be made has none yet."""
        return _PLACE.sub(lambda place: ids.get(place[1]) or place[0], self.path)

    def expected(self, body_file: str | None = None) -> float:
        return self.expected_by_body.get(body_file or "", self.expected_seconds)


def operation_from(entry: OperationEntry) -> Operation:
    """One operation, from its entry in the file."""
    return Operation(
        id=entry["id"],
        section=entry["section"],
        method=entry["method"],
        path=entry["path"],
        places=frozenset(_PLACE.findall(entry["path"])),
        bodies=tuple(entry.get("bodies", ())),
        changes=entry["changes"],
        expected_seconds=float(entry.get("expected_seconds", 0)),
        expected_by_body={f: float(s) for f, s in entry.get("expected_seconds_by_body", {}).items()},
        bodies_today=tuple(entry.get("bodies_today", ())),
        action=entry.get("action", ""),
        task_types=frozenset(entry.get("task_types", ())),
    )
