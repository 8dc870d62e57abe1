"""Each operation's call on the world, with what it reads of the query (guide 2, 3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from ackplan.simulator import dialects, groups, paging, routes
from ackplan.simulator.group import Invocation
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.json_types import Json
from ackplan.simulator.request import Incoming
from ackplan.simulator.view import View
from ackplan.simulator.world import World

# What pages of clusters can be narrowed by.
_WANTED = ("name", "cluster_id", "cluster_type", "cluster_spec", "profile", "region_id")
# What nodes can be narrowed by, and the field of a node that has it.
_NAMED = {"instanceIds": "instance_id", "nodeNames": "node_name", "nodeIps": "ip_address"}
_CHANGES: Mapping[str, Callable[[World, str, Mapping[str, Json], Fate], Json]] = {
    "create_cluster": lambda world, _, body, fate: world.create(body, fate),
    "scale_out": World.scale_out,
    "scale": World.scale,
    "attach": World.attach,
    "attach_script": lambda world, subject, body, _: world.attach_script(subject, body),
    "remove_nodes": World.remove_nodes,
    "delete_cluster": lambda world, subject, _, fate: world.delete(subject, fate),
}
_READS: Mapping[str, Callable[[World, str, View], Json]] = {
    "get_cluster": World.cluster,
    "list_logs": World.logs,
    "certs": lambda world, subject, _: world.certs(subject),
}


def perform(world: World, call: Invocation, request: Incoming) -> tuple[int, Json]:
    """Status and payload. Raises Refusal."""
    name = call.operation
    call = dataclasses.replace(call, view=_view(world, request, call.view))
    if name in groups.CHANGES:
        return routes.STATUS[name], world.alter(groups.CHANGES[name], call)
    if name in _CHANGES:
        return routes.STATUS[name], _CHANGES[name](world, _subject(call), call.body, call.fate)
    said = _read(world, call, request)
    ordered = world.ordered(call.cluster_id) if name == "get_cluster" else {}
    return routes.STATUS[name], dialects.payload(world.traits.answers, name, said, ordered)


def _subject(call: Invocation) -> str:
    return call.places.get("id") or call.places.get("task_id", "")


def _view(world: World, request: Incoming, view: View) -> View:
    """What the caller sees where regions count."""
    region = request.header("x-acs-region-id") if world.traits.regional else ""
    return dataclasses.replace(view, region=region) if region else view


def _read(world: World, call: Invocation, request: Incoming) -> Json:
    query, view = call.query, call.view
    if call.operation in groups.READS:
        return world.read(groups.READS[call.operation], call)
    if call.operation == "list_clusters":
        return _list_clusters(world, query, view, paged=request.path.startswith("/api/v1/"))
    if call.operation == "list_nodes":
        number, size = paging.number(query, "pageNumber", 1), paging.number(query, "pageSize", 10, paging.MOST)
        named = {field: [part for part in query.get(name, "").split(",") if part] for name, field in _NAMED.items()}
        narrowed = dataclasses.replace(view, pool=query.get("nodepool_id", ""), wanted=named)
        return world.nodes(call.cluster_id, number, size, query.get("state", ""), narrowed)
    if call.operation not in _READS:
        raise routes.unknown()
    return _READS[call.operation](world, _subject(call), view)


def _list_clusters(world: World, query: Mapping[str, str], view: View, *, paged: bool) -> Json:
    name = query.get("name", "")
    if not paged:
        return world.clusters(name, query.get("clusterType", ""), view, query.get("resource_group_id", ""))
    number, size = paging.number(query, "page_number", 1), paging.number(query, "page_size", 10, paging.MOST)
    wanted = {field: query.get(field, "") for field in _WANTED}
    return world.clusters_paged(number, size, wanted, view)
