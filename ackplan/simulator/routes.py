"""Which call a request is: the paths of the contract, those of today's clients among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ackplan.simulator import bundle
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming


@dataclass(frozen=True, slots=True)
class Route:
    """One call. `subject` is the id in the path, of a cluster or a task; empty where there is none."""

    operation: str
    subject: str


# Calls that today's API has and the guide has not.
_NEWER: Sequence[Mapping[str, Any]] = (
    {"id": "list_logs", "method": "GET", "path": "/clusters/{id}/logs", "changes": False, "status": 200},
)
_SAID = (*bundle.operations(), *_NEWER)


def _routes() -> Iterator[tuple[str, re.Pattern[str], str]]:
    for said in _SAID:
        for path in (said["path"], *said.get("also", ())):
            yield said["method"], re.compile(re.sub(r"\{[a-z_]+\}", "([^/]+)", path)), said["id"]


_ROUTES = tuple(_routes())
OPERATIONS = frozenset(said["id"] for said in _SAID)
CHANGING = frozenset(said["id"] for said in _SAID if said["changes"])
WITH_BODY = frozenset(said["id"] for said in bundle.operations() if said.get("bodies"))
STATUS = {said["id"]: int(said["status"]) for said in _SAID}


def find(request: Incoming) -> Route | None:
    """The call, None for one that the API does not have."""
    path = request.path.rstrip("/") or "/"
    for method, pattern, operation in _ROUTES:
        if method == request.method and (found := pattern.fullmatch(path)):
            return Route(operation, found[1] if pattern.groups else "")
    return None


def unknown() -> Refusal:
    return Refusal(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
