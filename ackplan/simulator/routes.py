"""Which call a request is: the paths of the contract, those of today's clients among them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ackplan.simulator import bundle
from ackplan.simulator.bundle import Contract
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming


@dataclass(frozen=True, slots=True)
class Route:
    """One call. `places` are the ids in its path, by their names in the contract."""

    operation: str
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The id of the cluster that the call is about, or of the task; empty for neither."""
        return self.places.get("id") or self.places.get("task_id", "")


# Calls that the contract does not have: a log of today's API, and where an older client makes clusters of a group.
_BESIDE = (
    Contract("list_logs", "GET", "/clusters/{id}/logs", also=(), changes=False, status=200, bodies=()),
    *(
        dataclasses.replace(call, path="/resource_groups/{resource_group}/clusters", also=())
        for call in bundle.operations()
        if call.id == "create_cluster"
    ),
)
_CALLS = (*bundle.operations(), *_BESIDE)


def _routes() -> Iterator[tuple[str, re.Pattern[str], str]]:
    for call in _CALLS:
        for path in (call.path, *call.also):
            yield call.method, re.compile(re.sub(r"\{([a-z_]+)\}", r"(?P<\1>[^/]+)", path)), call.id


# Of two that fit, the one with fewer places counts.
_ROUTES = sorted(_routes(), key=lambda route: route[1].groups)
OPERATIONS = frozenset(call.id for call in _CALLS)
CHANGING = frozenset(call.id for call in _CALLS if call.changes)
WITH_BODY = frozenset(call.id for call in _CALLS if call.bodies)
STATUS = {call.id: call.status for call in _CALLS}


def find(request: Incoming) -> Route | None:
    """The call, None for one that the API does not have."""
    path = request.path.rstrip("/") or "/"
    for method, pattern, operation in _ROUTES:
        if method == request.method and (found := pattern.fullmatch(path)):
            return Route(operation, found.groupdict())
    return None


def unknown() -> Refusal:
    return Refusal(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
