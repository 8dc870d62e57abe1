"""How many nodes a pool may have, and which are its own to give up."""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.json_types import Json, inner, number
from ackplan.simulator.pools.finding import workers_wanted
from ackplan.simulator.pools.pool import Pool, nodes_of
from ackplan.simulator.quotas import check_workers
from ackplan.simulator.records import Cluster


def check_bounds(settings: Mapping[str, Json]) -> None:
    """Raises Refusal where automatic scaling has a lower bound above its upper one."""
    low, high = _bounds(settings)
    if low > high:
        raise refusals.invalid("auto_scaling.max_instances", "it is below min_instances")


def check_size(settings: Mapping[str, Json], size: int, parameter: str) -> None:
    """Raises Refusal for a size that automatic scaling does not allow."""
    low, high = _bounds(settings)
    if scales_itself(settings) and not low <= size <= high:
        raise refusals.invalid(parameter, "it is not within the bounds of auto_scaling")


def scales_itself(settings: Mapping[str, Json]) -> bool:
    return _scaling(settings).get("enable") is True


def within_bounds(settings: Mapping[str, Json], size: int) -> int:
    """The size that automatic scaling makes of one; the same where it is off."""
    low, high = _bounds(settings)
    return min(max(size, low), high) if scales_itself(settings) else size


def check_room(ledger: Ledger, cluster: Cluster, more: int) -> None:
    """Raises Refusal for more workers than a cluster may have."""
    check_workers(ledger, workers_wanted(ledger, cluster) + more)


def given_up(ledger: Ledger, pool: Pool, count: int) -> list[str]:
    """The nodes that leave when a pool shrinks: the oldest that were made for it, before any that was attached."""
    nodes = sorted(nodes_of(ledger, pool), key=lambda node: node.attached)
    return [node.instance_id for node in nodes[:count]]


def _scaling(settings: Mapping[str, Json]) -> Mapping[str, Json]:
    return inner(settings, "auto_scaling") if "auto_scaling" in settings else {}


def _bounds(settings: Mapping[str, Json]) -> tuple[int, int]:
    scaling = _scaling(settings)
    return number(scaling, "min_instances", 0), number(scaling, "max_instances", 0)
