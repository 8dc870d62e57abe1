"""The server of a store is killed with -9 while a run writes down its calls: what was acknowledged is there, once."""

from __future__ import annotations

import asyncio

from ackplan.app.workspace import Workspace
from ackplan.record import Record
from ackplan.record.journal import Entry, Phase
from ackplan.record.unsettled import Unsettled, head_on

from .cases import StoreCase, s3_case
from .weed import Weed

AT_ONCE = 8
FEW = 5 * AT_ONCE


def test_a_bucket_whose_server_is_killed_loses_nothing() -> None:
    server = Weed()
    server.start()
    try:
        case = s3_case(server.url)
        written = asyncio.run(_run(case, case.workspace(ttl=60.0, patience=120.0), server))
        record, leftover = case.workspace(patience=60.0).snapshot()
    finally:
        server.kill()
    assert record.serial == 2
    names = [entry.name for entry in leftover.entries]
    assert len(written) >= 2 * FEW
    assert sorted(names) == sorted(written)


async def _run(case: StoreCase, workspace: Workspace, server: Weed) -> list[str]:
    """A run that goes on writing while its server is killed and started again: what was acknowledged."""
    acknowledged: asyncio.Queue[str] = asyncio.Queue()
    is_over = asyncio.Event()

    async def write(writer: int) -> None:
        number = 0
        while not is_over.is_set():
            name = f"c{writer}-{number}"
            await workspace.journal.write(Entry("run", name, name, Phase.INTENT))
            acknowledged.put_nowait(name)
            number += 1

    async with workspace.lock("test"):
        first = workspace.record.write(Record(""), expect=workspace.record.read())
        workspace.journal.open(head_on(first, "run", "plan"))
        writers = [asyncio.create_task(write(writer)) for writer in range(AT_ONCE)]
        names = [await acknowledged.get() for _ in range(FEW)]
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        names += [await acknowledged.get() for _ in range(FEW)]
        is_over.set()
        await asyncio.gather(*writers)
        while not acknowledged.empty():
            names.append(acknowledged.get_nowait())
        kept = Unsettled("run", case.workspace(patience=60.0).snapshot()[1].entries)
        workspace.conclude(Record(first.lineage), kept, expect=first)
        workspace.journal.close()
    return names
