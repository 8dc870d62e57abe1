"""Today's list of clusters, whose pages may change while they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from ack_double import Reply, played

from ackplan.adapters.ack.cluster_pages import SIZE, read_pages
from ackplan.adapters.ack.paging_client import PagingClient
from ackplan.core.answers import Cluster

CLUSTER = {"cluster_id": "c1", "name": "shop", "state": "running", "region_id": "cn-beijing"}


def clusters(*numbers: int) -> list[Cluster]:
    return [Cluster(f"c{n}", f"shop-{n}", "running", "cn-beijing", 1, "ManagedKubernetes") for n in numbers]


def listed(passes: Sequence[Sequence[tuple[list[int], int | None]]]) -> list[str] | None:
    """The ids that come of these pages, each with the total that it tells, pass by pass."""
    pages = iter([page for each in passes for page in each])

    async def page(_number: int) -> tuple[list[Cluster], int | None]:
        numbers, total = next(pages)
        return clusters(*numbers), total

    found = asyncio.run(read_pages(page))
    return None if found is None else [cluster.cluster_id for cluster in found]


WHOLE = [([1, 2], 3), ([3], 3)]


@pytest.mark.parametrize(
    ("passes", "expected"),
    [
        ([[([], 0)]], []),
        ([WHOLE], ["c1", "c2", "c3"]),
        ([[([1, 2], 3), ([2], 3)], WHOLE], ["c1", "c2", "c3"]),
        ([[([1, 2], 4), ([4], 3)], WHOLE], ["c1", "c2", "c3"]),
        ([[([1, 2], 4), ([], 4)], WHOLE], ["c1", "c2", "c3"]),
        ([[([1, 2], 3), ([3, 4], 3)], WHOLE], ["c1", "c2", "c3"]),
        ([[([1, 2], 3), ([2], 3)]] * 3, None),
        ([[([1], None)]], None),
    ],
    ids=["none", "whole", "came between", "went between", "ends early", "too many", "never still", "no pages"],
)
def test_only_a_list_that_holds_still_is_taken(
    passes: list[list[tuple[list[int], int | None]]], expected: list[str] | None
) -> None:
    assert listed(passes) == expected


def page(*clusters: dict[str, str], total: int) -> Reply:
    return Reply(200, {"clusters": list(clusters), "page_info": {"total_count": total, "page_number": 1}})


def asked(*replies: Reply) -> tuple[list[str], list[str]]:
    """The ids that a client lists that gets these replies, and what it asked for."""
    result, stage = played(lambda s: PagingClient.of(s.client).list_clusters("cn-beijing"), *replies)
    return [cluster.cluster_id for cluster in result], [call.target for call in stage.seen]


def test_pages_are_asked_for_until_all_are_there() -> None:
    other = {**CLUSTER, "cluster_id": "c2"}
    found, seen = asked(page(CLUSTER, total=2), page(other, total=2))
    assert found == ["c1", "c2"]
    assert seen == [f"/api/v1/clusters?page_number={n}&page_size={SIZE}" for n in (1, 2)]


@pytest.mark.parametrize(
    "reply",
    [Reply(404, {"code": "InvalidAction.NotFound"}), Reply(403, {"code": "Forbidden.RAM"}), Reply(200, [CLUSTER])],
    ids=["no such call", "no right to it", "the guide's answer"],
)
def test_where_there_are_no_pages_the_guides_list_is_asked_for(reply: Reply) -> None:
    found, seen = asked(reply, Reply(200, [CLUSTER]))
    assert (found, seen) == (["c1"], [f"/api/v1/clusters?page_number=1&page_size={SIZE}", "/clusters"])
