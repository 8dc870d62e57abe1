"""Connections to a database that are cut: before a statement is done, and between its commit and its answer."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ackplan.app.workspace import Workspace
from ackplan.record import Record
from ackplan.record.journal import Entry, Phase
from ackplan.record.unsettled import Unsettled, head_on

from .cases import StoreCase, opened, postgres_case
from .cutting_proxy import cutting

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def database() -> StoreCase:
    return postgres_case()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: that of a socket has at most a hundred characters."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def entry(name: str) -> Entry:
    return Entry("run", name, name, Phase.INTENT)


def a_run(url: str, workspace_name: str) -> None:
    """A version of the record, a run of three entries, and its end with one entry that stays."""
    workspace = opened(url, workspace_name, ttl=30.0)

    async def main() -> None:
        async with workspace.lock("test"):
            record = workspace.record.write(Record(""), expect=workspace.record.read())
            workspace.journal.open(head_on(record, "run", "plan"))
            for name in NAMES:
                await workspace.journal.write(entry(name))
            assert [each.name for each in workspace.journal.read().entries] == [*NAMES]
            workspace.conclude(dataclasses.replace(record), Unsettled("run", (entry("b"),)), expect=record)
            workspace.journal.close()

    asyncio.run(main())


def server_of(database: StoreCase) -> Path:
    return Path(parse_qs(urlsplit(database.url).query)["host"][0])


def test_whichever_answer_is_lost_all_is_there_once(database: StoreCase, folder: Path) -> None:
    url = re.sub(r"host=[^&]*", f"host={folder}", database.url)
    with cutting(server_of(database), folder) as cuts:
        cuts.begin(0)
        a_run(url, "undisturbed")
        number = cuts.answers.value
        assert number > 10
        for before in (True, False):
            for at in range(1, number + 1):
                cuts.begin(at, before=before)
                a_run(url, name := f"cut-{before:d}-{at}")
                check_whole(opened(database.url, name), f"{name} of {number}")
                assert cuts.at.value == 0, f"{name}: nothing was cut"


def check_whole(workspace: Workspace, name: str) -> None:
    record, leftover = workspace.snapshot()
    assert record.serial == 2, name
    assert [each.name for each in leftover.entries] == ["b"], name
    assert leftover.head == head_on(record, "run"), name
    assert [version.serial for version in workspace.history(9)] == [2, 1], name
