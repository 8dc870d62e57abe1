"""Answers of a bucket's server that are lost, late or not there: what was asked is done once all the same."""

from __future__ import annotations

import asyncio

import pytest

from ackplan.core.diagnostics import Failure
from ackplan.record import Record
from ackplan.record.journal import Entry, Phase
from ackplan.record.unsettled import head_on

from .bucket_server import Buckets, serve
from .cases import StoreCase

SERVERS = {"oss": Buckets, "s3": lambda: Buckets(checks_signatures=False, refusal=0, keeps=True)}
NAMES = ["a", "b", "c"]
LOST, BUSY, AWAY, BROKEN = 0, 429, 503, 500


def case_of(scheme: str, buckets: Buckets) -> StoreCase:
    case = StoreCase(f"{scheme}://bucket/team?region=cn-hangzhou&endpoint={serve(buckets)}")
    case.workspace().set_up()
    return case


async def run(case: StoreCase, buckets: Buckets, faults: list[int], patience: float = 60.0) -> None:
    """Each slot of a run meets these faults."""
    workspace = case.workspace(ttl=60.0, patience=patience)
    async with workspace.lock("test"):
        buckets.faults[:] = faults
        first = workspace.record.write(Record(""), expect=workspace.record.read())
        buckets.faults[:] = faults
        workspace.journal.open(head_on(first, "run", "plan"))
        for name in NAMES:
            buckets.faults[:] = faults
            await workspace.journal.write(Entry("run", name, name, Phase.INTENT))
        workspace.journal.close()


@pytest.mark.parametrize("faults", [[LOST], [LOST, LOST], [AWAY, BROKEN], [LOST, AWAY]], ids=str)
@pytest.mark.parametrize("scheme", SERVERS)
def test_what_was_asked_is_done_once(scheme: str, faults: list[int]) -> None:
    buckets = SERVERS[scheme]()
    case = case_of(scheme, buckets)
    asyncio.run(run(case, buckets, faults))
    record, leftover = case.workspace().snapshot()
    assert (record.serial, [entry.name for entry in leftover.entries]) == (1, NAMES)
    assert sum("/record/" in key for key in buckets.objects) == 1


@pytest.mark.parametrize("scheme", SERVERS)
def test_a_server_that_only_asks_for_patience_gets_it(scheme: str) -> None:
    buckets = SERVERS[scheme]()
    case = case_of(scheme, buckets)
    faults = [BUSY] if scheme == "s3" else [AWAY]
    asyncio.run(run(case, buckets, faults))
    with pytest.raises(Failure, match="ACK3100"):
        asyncio.run(run(case, buckets, faults * 100, patience=0.0))
