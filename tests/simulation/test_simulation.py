"""Some hundred stories of whole fleets, and proof that the stories notice when something essential is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest

from ackplan.app import planning
from ackplan.execute import creating, deleting
from ackplan.execute.context import StepContext
from ackplan.model.answers import Accepted
from ackplan.record.journal import Entry, Phase, recover

from .computer import MemoryJournal
from .story import tell

# Told in every run of the suite; `python -m tests.simulation` tells others.
_STORIES, _EACH = 150, 10
# Stories in which the missing thing is needed are rare: enough of them to hold one.
FOUND = range(400)


@pytest.mark.parametrize("first", range(0, _STORIES, _EACH))
def test_every_rule_holds_in_every_story(first: int) -> None:
    broken = [told for told in map(tell, range(first, first + _EACH)) if told.broken]
    assert not broken, "\n".join(f"{told.broken}\n  python -m tests.simulation --seed {told.seed}" for told in broken)


async def _as_answered(_context: StepContext, answer: Accepted) -> Accepted:
    return answer


async def _at_once(*_: Any) -> None:
    pass


async def _look_once(context: StepContext, _task_id: str | None = None) -> Any:
    return await context.look()


async def _without_intents(journal: MemoryJournal, entry: Entry) -> None:
    if entry.phase is not Phase.INTENT:
        journal.append([entry])


def _with_nothing_live(record: Any, flying: Any, _live: Any, _nodes: Any, *, stale: bool) -> Any:
    return recover(record, flying, ())


@pytest.mark.parametrize(
    ("target", "name", "instead", "seeds", "noticed"),
    [
        (creating, "_found", _as_answered, FOUND, "recorded"),
        (MemoryJournal, "write", _without_intents, range(100), "live, but not recorded"),
        (planning, "recover", _with_nothing_live, range(100), "live, but not recorded"),
        (deleting, "gone", _at_once, range(100), "twice"),
        (StepContext, "running", _at_once, range(20), "which it depends on"),
        (StepContext, "rest", _look_once, range(20), "is sent while the cluster is"),
    ],
    ids=[
        "a lost create is looked for",
        "intents are kept",
        "calls in flight are recovered",
        "a delete is waited for",
        "a create is waited for",
        "a task is waited for",
    ],
)
def test_stories_notice_what_is_missing(
    target: Any, name: str, instead: Any, seeds: Sequence[int], noticed: str
) -> None:
    with mock.patch.object(target, name, instead):
        assert any(noticed in tell(seed).broken for seed in seeds)


def test_a_seed_always_tells_the_same_story() -> None:
    here = "\n".join(tell(3).lines)
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.startswith(here)
