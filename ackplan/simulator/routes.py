"""Which call a request is: the paths of the contract, those of today's clients among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ackplan.simulator import bundle
from ackplan.simulator.bundle import Contract
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming


@dataclass(frozen=True, slots=True)
class Route:
    """One call. `subject` is the id in the path, of a cluster or a task; empty where there is none."""

    operation: str
    subject: str


# Calls that today's API has and the guide has not.
_NEWER = (Contract("list_logs", "GET", "/clusters/{id}/logs", also=(), changes=False, status=200, bodies=()),)
_CALLS = (*bundle.operations(), *_NEWER)


def _routes() -> Iterator[tuple[str, re.Pattern[str], str]]:
    for call in _CALLS:
        for path in (call.path, *call.also):
            yield call.method, re.compile(re.sub(r"\{[a-z_]+\}", "([^/]+)", path)), call.id


_ROUTES = tuple(_routes())
OPERATIONS = frozenset(call.id for call in _CALLS)
CHANGING = frozenset(call.id for call in _CALLS if call.changes)
WITH_BODY = frozenset(call.id for call in _CALLS if call.bodies)
STATUS = {call.id: call.status for call in _CALLS}


def find(request: Incoming) -> Route | None:
    """The call, None for one that the API does not have."""
    path = request.path.rstrip("/") or "/"
    for method, pattern, operation in _ROUTES:
        if method == request.method and (found := pattern.fullmatch(path)):
            return Route(operation, found[1] if pattern.groups else "")
    return None


def unknown() -> Refusal:
    return Refusal(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
