"""Reads what the API answers about node pools and their nodes. Trusts nothing of it.

An answer of another shape is an ApiError, as where the client decodes one: no decision may hang on half of a pool.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Final

from ackplan.core.answers import Node
from ackplan.core.catalog import Kind
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.states import Condition, condition, spelled
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.resources.nested.raw_answers import object_of, unreadable

LIST: Final = "list_node_pools"
ONE: Final = "get_node_pool"
NODES: Final = "list_nodes"
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MOST_POOLS, _LONGEST, _PAGE, _MOST_PAGES, _NOT_FOUND = 1000, 255, 100, 50, 404
# Lists of pools are filled, other than those of the oldest clusters: an empty one is a value.
_FILLED: Final[JsonObject] = {"current_version": "-"}
_AT_WORK: Final = Condition("it is at work", settled=True, works=True)


def condition_of(state: str) -> Condition:
    """What a state of a pool means: `active` is a pool's own word, the others it shares with clusters."""
    return _AT_WORK if spelled(state) == "active" else condition(state)


def read_pools(answer: Json, kind: Kind) -> dict[str, LiveResource]:
    """The pools of a cluster by name. Raises ApiError."""
    pools = object_of(answer, LIST).get("nodepools")
    if pools is None:
        return {}
    if not isinstance(pools, list) or len(pools) > _MOST_POOLS:
        raise unreadable(LIST, '"nodepools" is not a list')
    read = [_pool(object_of(pool, LIST), kind, LIST) for pool in pools]
    if len({pool.name for pool in read}) != len(read):
        raise unreadable(LIST, "two pools have the same name")
    return {pool.name: pool for pool in read}


async def read_pool(api: ApiReader, home: tuple[str, str], pool_id: str, kind: Kind) -> LiveResource | None:
    """One pool of a cluster (`home`: its id and region) by its id; None where there is none. Raises ApiError."""
    cluster_id, region = home
    try:
        answer = await api.read(ONE, {"id": cluster_id, kind.place: pool_id}, region)
    except ApiError as fault:
        if fault.missing or fault.http_status != _NOT_FOUND:
            raise
        return None
    pool = _pool(object_of(answer, ONE), kind, ONE)
    if pool.id != pool_id:
        raise unreadable(ONE, "it is about another node pool")
    return pool


def _pool(answer: JsonObject, kind: Kind, operation: str) -> LiveResource:
    info, status = object_of(answer.get("nodepool_info"), operation), object_of(answer.get("status") or {}, operation)
    pool_id, name, state = info.get("nodepool_id"), info.get("name"), status.get("state")
    if not isinstance(pool_id, str) or not _ID.fullmatch(pool_id):
        raise unreadable(operation, '"nodepool_id" is not an id')
    if not isinstance(name, str) or not name or len(name) > _LONGEST:
        raise unreadable(operation, '"name" is not a short text')
    if not isinstance(state, str) or not state or not state.isprintable():
        raise unreadable(operation, '"state" is not a text')
    fields = {**answer, **_FILLED}
    return LiveResource(pool_id, name, state, _Shown(kind, fields, status), condition_of(state), fields)


class _Shown(Mapping[str, Json]):
    """The parameters that an answer shows, read of it once somebody asks: most plans compare its fields alone."""

    def __init__(self, kind: Kind, fields: JsonObject, status: JsonObject) -> None:
        self._answer = (kind, fields, status)

    @functools.cached_property
    def _values(self) -> dict[str, Json]:
        return dict(_values(*self._answer))

    def __getitem__(self, name: str) -> Json:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _values(kind: Kind, fields: JsonObject, status: JsonObject) -> Iterator[tuple[str, Json]]:
    """The parameters that are shown. How many nodes a pool has that scales itself is no value: it moves all day."""
    counting = kind.count_parameter
    for name, sight in kind.sights.items():
        value = sight.value(fields)
        if counting is not None and name == counting.name:
            value = None if scales_itself(kind, fields) else _size(value, status)
        if value is not None:
            yield name, value


def is_default(pool: LiveResource) -> bool:
    """Whether it is the pool that its cluster was made with."""
    info = pool.fields.get("nodepool_info")
    return isinstance(info, Mapping) and info.get("is_default") is True


def scales_itself(kind: Kind, fields: JsonObject) -> bool:
    """Whether a pool with these fields has its size from automatic scaling."""
    counting = kind.count_parameter
    switch = kind.sights.get(counting.unless) if counting is not None else None
    return switch is not None and switch.value(fields) is True


def size_of(pool: LiveResource, kind: Kind) -> int | None:
    """How many nodes a pool has or is on the way to; None where the answer does not tell."""
    counting = kind.count_parameter
    if counting is None:
        return None
    if not pool.fields:
        size = pool.values.get(counting.name)
        return size if isinstance(size, int) else None
    status = pool.fields.get("status")
    return _size(kind.sights[counting.name].value(pool.fields), status if isinstance(status, Mapping) else {})


def _size(desired: Json, status: JsonObject) -> int | None:
    return next((n for n in (desired, status.get("total_nodes")) if _is_count(n) and isinstance(n, int)), None)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


async def read_nodes(api: ApiReader, cluster_id: str, region: str, pool_id: str) -> tuple[Node, ...]:
    """The nodes of a pool, every page of them. Raises ApiError."""
    nodes: dict[str, Node] = {}
    for number in range(1, _MOST_PAGES + 1):
        query = {"nodepool_id": pool_id, "pageNumber": str(number), "pageSize": str(_PAGE)}
        answer = object_of(await api.read(NODES, {"id": cluster_id}, region, query), NODES)
        page = answer.get("nodes")
        if page is not None and not isinstance(page, list):
            raise unreadable(NODES, '"nodes" is not a list')
        read = [_node(object_of(each, NODES)) for each in page or ()]
        nodes.update((node.key, node) for node in read)
        if len(read) < _PAGE:
            return tuple(nodes.values())
    raise unreadable(NODES, f"there are more than {_MOST_PAGES} pages of nodes")


def _node(answer: JsonObject) -> Node:
    texts = {name: value if isinstance(value, str) else "" for name, value in answer.items()}
    node = Node(
        texts.get("instance_id", ""),
        texts.get("node_name", ""),
        texts.get("instance_role", ""),
        texts.get("state", ""),
        texts.get("creation_time", ""),
        texts.get("instance_type", ""),
        texts.get("instance_charge_type", ""),
        texts.get("source", ""),
        texts.get("node_status", ""),
        texts.get("error_message", ""),
    )
    if not node.key or not node.key.isprintable() or len(node.key) > _LONGEST:
        raise unreadable(NODES, "a node has neither an instance nor a name")
    return node
