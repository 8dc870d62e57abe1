"""A lock that is lost while a run plans, or stands still before a call: it says so, and sends nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.scenes import SECRETS, spec
from tests.faults.stage import Stage, stage
from tests.faults.victim import Ended, Victims, victims

from .cases import ENVIRONMENT, StoreCase, oss_case, postgres_case

STORES: dict[str, Callable[[], StoreCase]] = {"postgresql": postgres_case, "oss": oss_case}
APPLY = ("apply", "--auto-approve")


@pytest.fixture(params=STORES)
def case(request: pytest.FixtureRequest) -> StoreCase:
    return STORES[request.param]()


@pytest.fixture(scope="module")
def crew() -> Iterator[Victims]:
    with victims() as found:
        yield found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "world.db") as found:
        yield found


def run(crew: Victims, world: Stage, folder: Path, case: StoreCase, *arguments: str) -> Ended:
    folder.mkdir(exist_ok=True)
    (folder / "ackplan.yaml").write_text(spec({"shop": {}}))
    environment = {**ENVIRONMENT, **SECRETS, **world.environment, "ACKPLAN_STATE": case.url}
    return crew.run(folder, environment, arguments or APPLY)


class Meanwhile:
    """Does something once, at the first call of a run, before it is served."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._lock = threading.Lock()
        self._is_done = False

    def __call__(self) -> None:
        with self._lock:
            is_done, self._is_done = self._is_done, True
        if not is_done:
            self._act()


def release(case: StoreCase) -> None:
    workspace = case.workspace()
    holder = workspace.holder()
    assert holder is not None
    workspace.release(holder.id)


def test_a_plan_that_was_made_under_a_lost_lock_is_none(
    tmp_path: Path, case: StoreCase, crew: Victims, world: Stage
) -> None:
    """Another runner took the lock over while this one planned, and made the cluster: this one must not call it strange."""
    machines = [tmp_path / "one", tmp_path / "two"]

    def other() -> None:
        release(case)
        with victims() as others:
            assert run(others, world, machines[1], case).code == 0

    world.hold = Meanwhile(other)
    ended = run(crew, world, machines[0], case)
    assert (ended.code, "ACK3101" in ended.output, "ACK2001" in ended.output) == (1, True, False), ended.output
    assert [effect.operation for effect in world.effects] == ["create"]
    assert "No changes" in run(crew, world, machines[0], case).output
