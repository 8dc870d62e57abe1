"""Workspaces are run some at a time, each behind what it depends on; one that fails stops only those behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan.workspaces.dispatch import Dispatch
from ackplan.workspaces.model import WorkspaceEntry, Workspaces
from ackplan.workspaces.result import Ending, WorkspaceResult
from ackplan.workspaces.runner import Progress, WorkspaceOrder
from ackplan.workspaces.selection import Selection, select


class Runner:
    """Runs by itself: each takes a few turns of the loop."""

    def __init__(self, failing: frozenset[str] = frozenset(), turns: int = 1) -> None:
        self.failing, self.turns = failing, turns
        self.running: set[str] = set()
        self.most = self.interrupts = 0
        self.order: list[str] = []
        self.begun: Callable[[str], None] = lambda _: None

    async def run(self, order: WorkspaceOrder, progress: Progress) -> WorkspaceResult:
        name = order.entry.name
        self.running.add(name)
        self.order.append(name)
        self.most = max(self.most, len(self.running))
        self.begun(name)
        for turn in range(self.turns + len(name)):
            progress(turn, self.turns)
            await asyncio.sleep(0)
        self.running.remove(name)
        if self.interrupts:
            return WorkspaceResult(order.entry, Ending.INTERRUPTED)
        return WorkspaceResult(order.entry, Ending.FAILED if name in self.failing else Ending.CHANGED)

    def interrupt(self) -> None:
        self.interrupts += 1


class View:
    def __init__(self) -> None:
        self.ended_names: list[str] = []

    def started(self, entry: WorkspaceEntry) -> None: ...

    def progress(self, entry: WorkspaceEntry, done: int, steps: int) -> None: ...

    def ended(self, result: WorkspaceResult) -> None:
        self.ended_names.append(result.name)


def selection(**needs: str) -> Selection:
    entries = {name: WorkspaceEntry(name, name, depends_on=tuple(after.split())) for name, after in needs.items()}
    return select(Workspaces(Path(), entries), ())


def endings(chosen: Selection, runner: Runner, jobs: int = 2, view: View | None = None) -> dict[str, Ending]:
    dispatch = Dispatch(chosen, runner, view or View(), jobs)
    results = asyncio.run(dispatch.run(lambda entry: WorkspaceOrder(entry, "plan"), {}))
    return {result.name: result.ending for result in results}


def test_no_more_than_jobs_run_at_a_time() -> None:
    runner = Runner(turns=5)
    assert len(endings(selection(**{f"w{n}": "" for n in range(9)}), runner, jobs=3)) == 9
    assert runner.most == 3


def test_a_failure_stops_what_is_behind_it_and_nothing_else() -> None:
    chosen = selection(a="", b="a", c="b", d="", e="d a")
    ended = endings(chosen, Runner(frozenset({"a"})))
    assert ended == {"a": Ending.FAILED, "b": Ending.SKIPPED, "c": Ending.SKIPPED, "d": Ending.CHANGED,
                     "e": Ending.SKIPPED}  # fmt: skip


def test_what_has_no_order_is_not_run_and_has_the_result_that_is_ready() -> None:
    chosen, runner = selection(a="", b="a"), Runner()
    ready = {"a": WorkspaceResult(chosen.entries[0], Ending.UNCHANGED)}
    dispatch = Dispatch(chosen, runner, View(), 2)
    orders = {"a": None, "b": WorkspaceOrder(chosen.entries[1], "apply")}
    results = asyncio.run(dispatch.run(lambda entry: orders[entry.name], ready))
    assert [result.ending for result in results] == [Ending.UNCHANGED, Ending.CHANGED]
    assert runner.order == ["b"]


def test_after_an_interrupt_nothing_is_begun_and_all_that_runs_hears_of_it() -> None:
    chosen, runner = selection(a="", b="", c="", d="c"), Runner()
    dispatch = Dispatch(chosen, runner, View(), 2)
    runner.begun = lambda name: dispatch.stop() if name == "b" else None
    results = asyncio.run(dispatch.run(lambda entry: WorkspaceOrder(entry, "plan"), {}))
    assert runner.interrupts == 1
    assert runner.order == ["a", "b"]
    assert {result.ending for result in results} <= {Ending.INTERRUPTED, Ending.SKIPPED}


@given(st.data(), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_in_any_graph_each_runs_once_behind_all_it_needs(data: st.DataObject, jobs: int) -> None:
    count = data.draw(st.integers(1, 9))
    names = [f"w{n}" for n in range(count)]
    needs = {
        name: " ".join(data.draw(st.lists(st.sampled_from(names[:number]), unique=True)) if number else [])
        for number, name in enumerate(names)
    }
    failing = frozenset(data.draw(st.lists(st.sampled_from(names), unique=True)))
    chosen, runner, view = selection(**needs), Runner(failing, turns=data.draw(st.integers(0, 3))), View()
    ended = endings(chosen, runner, jobs, view)
    assert runner.most <= jobs
    assert sorted(view.ended_names) == sorted(names)
    behind = {name: {*after.split()} for name, after in needs.items()}
    for name, ending in ended.items():
        stopped = any(ended[need] in {Ending.FAILED, Ending.SKIPPED} for need in behind[name])
        wanted = Ending.SKIPPED if stopped else Ending.FAILED if name in failing else Ending.CHANGED
        assert ending is wanted
        assert (name in runner.order) is not stopped
        for need in behind[name] if name in runner.order else ():
            assert view.ended_names.index(need) < view.ended_names.index(name)
