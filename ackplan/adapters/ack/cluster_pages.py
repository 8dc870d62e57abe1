"""Today's list of clusters (DescribeClustersV1), which comes in pages. A list may change while it is read.

It is for looking at: what is planned goes by the guide's list, which is one answer, and by the answer for each id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ackplan.adapters.ack.api_errors import Rejected
from ackplan.core.answers import Cluster
from ackplan.core.error_codes import Meaning, error_code

SIZE: Final = 100
_PASSES: Final = 3
_MOST: Final = 200
_ELSEWHERE: Final = frozenset({403, 404, 405})

# Reads a page by its number: its clusters, and how many there are on all pages (None: not told).
Reading = Callable[[int], Awaitable[tuple[Sequence[Cluster], int | None]]]


class _NoPagesError(Exception):
    """The answer does not tell of pages."""


async def read_pages(page: Reading) -> tuple[Cluster, ...] | None:
    """All clusters; None where the endpoint has no such list, or none that stays the same while it is read.

    A pass over the pages counts where every page tells the same number, and so many clusters come, none twice.
    """
    try:
        for _ in range(_PASSES):
            clusters = await _pass(page)
            if clusters is not None:
                return clusters
    except _NoPagesError:
        return None
    except Rejected as fault:
        if not _lacks_it(fault):
            raise
    return None


def _lacks_it(fault: Rejected) -> bool:
    """Whether the endpoint has no such call, or whoever calls no right to it, which the guide's list may need not."""
    meaning = error_code(fault.code).meaning
    return meaning is Meaning.NO_CALL or (fault.http_status in _ELSEWHERE and meaning is not Meaning.MISTIMED)


async def _pass(page: Reading) -> tuple[Cluster, ...] | None:
    clusters: dict[str, Cluster] = {}
    seen, totals = 0, set[int | None]()
    for number in range(1, _MOST + 1):
        listed, total = await page(number)
        seen += len(listed)
        totals.add(total)
        clusters.update((cluster.cluster_id, cluster) for cluster in listed)
        if total is None:
            raise _NoPagesError
        if len(totals) > 1 or seen != len(clusters):
            return None
        if seen >= total or not listed:
            return tuple(clusters.values()) if seen == total else None
    return None
