"""Each operation's call on the world, with what it reads of the query, and the status of its success (guide 2, 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ackplan.simulator import refusals
from ackplan.simulator.fate import Fate
from ackplan.simulator.incoming import Incoming
from ackplan.simulator.routes import Route
from ackplan.simulator.world import World

_MAX_PAGE = 100
_CHANGES: dict[str, Callable[[World, str, Mapping[str, Any], Fate], Any]] = {
    "create_cluster": lambda world, _, body, fate: world.create(body, fate),
    "scale_out": World.scale_out,
    "scale": World.scale,
    "attach": World.attach,
    "attach_script": lambda world, subject, body, _: world.attach_script(subject, body),
    "remove_nodes": World.remove_nodes,
    "delete_cluster": lambda world, subject, _, fate: world.delete(subject, fate),
}


def perform(world: World, route: Route, request: Incoming, body: Mapping[str, Any], fate: Fate) -> tuple[int, Any]:
    """Status and payload. Raises Refusal."""
    if route.operation in _CHANGES:
        return 202, _CHANGES[route.operation](world, route.subject, body, fate)
    return 200, _read(world, route, request.parameters())


def _read(world: World, route: Route, query: Mapping[str, str]) -> Any:
    match route.operation:
        case "list_clusters":
            return world.clusters(query.get("name", ""), query.get("clusterType", ""))
        case "list_nodes":
            number, size = _page(query, "pageNumber", 1), _page(query, "pageSize", 10)
            if size > _MAX_PAGE:
                raise refusals.invalid("pageSize", f"it is above {_MAX_PAGE}")
            return world.nodes(route.subject, number, size, query.get("state", ""))
        case "get_cluster":
            return world.cluster(route.subject)
        case "certs":
            return world.certs(route.subject)
        case "kubeconfig":
            return world.kubeconfig(route.subject)
        case _:
            return world.task(route.subject)


def _page(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise refusals.invalid(name, "a number of at least 1 is expected")
    return int(text)
