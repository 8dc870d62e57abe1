"""Which tasks tell that a call arrived whose answer was lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ackplan.core.answers import Task
from ackplan.execute.lost_calls import NOTHING, Trace, running_task
from ackplan.execute.ports import ApiError

SENT = 1_767_225_600.0  # 2026-01-01T00:00:00Z
TRACE = Trace("c-shop", "cn-beijing", frozenset({"nodepool_scaleout"}), frozenset({"np-web", "web"}), SENT)
TASK = Task("T-1", "c-shop", "nodepool_scaleout", "running", "2026-01-01T00:00:01Z", "", "", "", target="np-web")
REFUSED = ApiError("InvalidAction.NotFound", "no such call", http_status=404)


@dataclass
class Tasks:
    """An API that has these tasks."""

    tasks: tuple[Task, ...]
    fault: ApiError | None = None
    calls: list[str] = field(default_factory=list)

    async def list_tasks(self, cluster_id: str, region: str = "") -> tuple[Task, ...]:
        self.calls.append(f"list {cluster_id} {region}")
        if self.fault:
            raise self.fault
        return tuple(replace(task, target="", subjects=()) for task in self.tasks)

    async def get_task(self, task_id: str, region: str = "") -> Task:
        return next(task for task in self.tasks if task.task_id == task_id)


def found(*tasks: Task, trace: Trace = TRACE, fault: ApiError | None = None) -> str | None:
    api: Any = Tasks(tasks, fault)
    task = asyncio.run(running_task(api, trace))
    return task.task_id if task else None


def test_a_task_that_runs_and_fits_tells_that_the_call_arrived() -> None:
    assert found(TASK) == "T-1"
    assert found(TASK, replace(TASK, task_id="T-2", target="np-other")) == "T-1"
    assert found(replace(TASK, target="", subjects=("web",))) == "T-1"
    assert found(replace(TASK, created="2025-12-31T23:59:45Z")) == "T-1", "clocks differ a little"
    assert found(replace(TASK, created="2026-01-01T08:00:01+08:00")) == "T-1"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "success"},
        {"state": "fail"},
        {"state": "paused"},
        {"task_type": "nodepool_create"},
        {"target": "np-other"},
        {"target": ""},
        {"created": "2025-12-31T23:50:00Z"},
        {"created": "a while ago"},
        {"created": ""},
    ],
    ids=lambda change: "-".join(*change.items()),
)
def test_another_task_tells_nothing(change: dict[str, str]) -> None:
    assert found(replace(TASK, **change)) is None  # type: ignore[arg-type]


def test_what_can_not_be_told_apart_tells_nothing() -> None:
    assert found(TASK, replace(TASK, task_id="T-2")) is None
    assert found(*(replace(TASK, task_id=f"T-{n}", target="np-web" if n == 1 else "") for n in range(1, 9))) is None


def test_a_list_that_is_empty_or_refused_tells_nothing() -> None:
    assert found() is None
    assert found(TASK, fault=REFUSED) is None


def test_a_call_about_the_cluster_needs_no_name() -> None:
    upgrade = replace(TASK, task_type="cluster_upgrade", target="")
    trace = Trace("c-shop", "", frozenset({"cluster_upgrade"}), frozenset(), SENT)
    assert found(upgrade, trace=trace) == "T-1"


def test_nobody_is_asked_about_a_call_that_begins_no_known_task() -> None:
    api: Any = Tasks((TASK,))
    for trace in (NOTHING, replace(TRACE, types=frozenset()), replace(TRACE, home="")):
        assert asyncio.run(running_task(api, trace)) is None
    assert api.calls == []
