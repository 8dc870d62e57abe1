"""What is live, where lists lack something: asked for by id, and believed only so far."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from ackplan.app.observe import Observed, Observer
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Failure
from ackplan.execute.presence import Patience
from ackplan.execute.virtual_clock import VirtualClock
from ackplan.record import Record, RecordedCluster
from tests.unit.execute.cloud import GONE, KIND, REGION, cluster


class Account:
    """Lists show some of the clusters, reads by id show all."""

    def __init__(self, listed: str, there: str) -> None:
        self.listed, self.there = listed, {f"c-{name}": cluster(name) for name in there}
        self.reads: list[str] = []

    async def list_clusters(self, region: str = "") -> tuple[Cluster, ...]:
        return tuple(cluster(name) for name in self.listed)

    async def get_cluster(self, cluster_id: str, region: str = "") -> Cluster:
        self.reads.append(cluster_id)
        if cluster_id not in self.there:
            raise GONE
        return self.there[cluster_id]


def observed(account: Account, recorded: str, *, allow_vanished: bool = False) -> Observed:
    async def driven() -> Observed:
        clock = VirtualClock()
        driver = asyncio.create_task(clock.drive())
        observer = Observer(account, clock, Patience(), "here", allow_vanished)  # type: ignore[arg-type]
        try:
            return await observer.observe(record(recorded))
        finally:
            driver.cancel()

    return asyncio.run(driven())


def record(names: str) -> Record:
    entries: Mapping[str, RecordedCluster] = {
        name: RecordedCluster(f"c-{name}", KIND, {"region_id": REGION}) for name in names
    }
    return Record("l-1", 1, entries)


def codes(seen: Observed) -> list[str]:
    return [diagnostic.code for diagnostic in seen.diagnostics]


def test_what_is_listed_is_not_asked_for() -> None:
    account = Account("abc", "abc")
    assert [one.name for one in observed(account, "abc").live] == ["a", "b", "c"]
    assert account.reads == []


def test_what_no_list_shows_and_is_there_makes_the_list_a_part_of_the_truth() -> None:
    seen = observed(Account("ab", "abc"), "abc")
    assert [one.name for one in seen.live] == ["a", "b", "c"]
    assert codes(seen) == ["ACK2020"]


def test_what_is_gone_is_gone_after_two_reads() -> None:
    account = Account("ab", "ab")
    seen = observed(account, "abc")
    assert [one.name for one in seen.live] == ["a", "b"]
    assert (codes(seen), account.reads) == ([], ["c-c"] * 3)


def test_where_most_is_gone_at_once_the_account_is_doubted() -> None:
    with pytest.raises(Failure) as doubt:
        observed(Account("a", "a"), "abcde")
    assert [diagnostic.code for diagnostic in doubt.value.diagnostics] == ["ACK2021"]
    assert [one.name for one in observed(Account("a", "a"), "abcde", allow_vanished=True).live] == ["a"]


def test_of_many_that_are_not_listed_a_few_are_asked_for_first() -> None:
    names = "".join(chr(ord("a") + number) for number in range(26))
    account = Account("", names)
    with pytest.raises(Failure) as doubt:
        observed(account, names)
    assert [diagnostic.code for diagnostic in doubt.value.diagnostics] == ["ACK2020"]
    assert len(account.reads) == 5
