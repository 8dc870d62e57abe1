"""Two runs at once: the second is refused and told who holds the lock, or waits; a killed holder leaves none."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.scenes import SECRETS, spec
from tests.faults.stage import Stage, stage
from tests.faults.victim import NONE, Ended, Victims, victims


class Pair:
    """Two crews in one world: the first run is held at its first call until it is let go."""

    def __init__(self, crews: tuple[Victims, Victims], world: Stage, folder: Path) -> None:
        self._crews = crews
        self.world = world
        self.folder = folder
        self._pool = ThreadPoolExecutor(2)
        self.held, self.let_go = threading.Event(), threading.Event()
        world.hold = self._hold

    def _hold(self) -> None:
        self.world.hold = None
        self.held.set()
        self.let_go.wait()

    def start(self, crew: int, *arguments: str, environment: Mapping[str, str] | None = None) -> Future[Ended]:
        given = {**self.world.environment, **SECRETS, **(environment or {})}
        born = self.world.born if crew == 0 else lambda _pid: None
        return self._pool.submit(self._crews[crew].run, self.folder, given, arguments, NONE, born)

    def close(self) -> None:
        self.let_go.set()
        self._pool.shutdown()


@pytest.fixture(scope="module")
def crews() -> Iterator[tuple[Victims, Victims]]:
    with victims() as first, victims() as second:
        yield first, second


@pytest.fixture
def pair(crews: tuple[Victims, Victims], tmp_path: Path) -> Iterator[Pair]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec({"shop": {}}))
    with stage(tmp_path / "world.db") as world:
        found = Pair(crews, world, folder)
        try:
            yield found
        finally:
            found.close()


_APPLY = ("apply", "--auto-approve")


def _names(pair: Pair) -> list[str]:
    return [effect.cluster for effect in pair.world.effects]


@pytest.mark.parametrize("second", [_APPLY, ("destroy", "--auto-approve"), ("apply", "it.plan")])
def test_second_is_refused_and_told_who_holds_the_lock(pair: Pair, second: tuple[str, ...]) -> None:
    first = pair.start(0, *_APPLY)
    pair.held.wait()
    refused = pair.start(1, *second).result()
    assert refused.code == 1
    assert "ACK3021" in refused.output
    assert f"process {pair.world.victim}" in refused.output
    assert "ackplan apply" in refused.output
    assert re.search(r"since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", refused.output)
    assert "--lock-timeout" in refused.output
    pair.let_go.set()
    assert first.result().code == 0
    assert _names(pair) == ["shop"]


def test_second_waits_when_told_to(pair: Pair) -> None:
    first = pair.start(0, *_APPLY)
    pair.held.wait()
    second = pair.start(1, *_APPLY, "--lock-timeout", "5m")
    pair.let_go.set()
    assert first.result().code == 0
    assert second.result().code == 0, second.result().output
    assert _names(pair) == ["shop"]


def test_killed_holder_leaves_no_lock(pair: Pair) -> None:
    first = pair.start(0, *_APPLY)
    pair.held.wait()
    pair.world.kill()
    assert first.result().code == -9
    pair.let_go.set()
    again = pair.start(1, *_APPLY).result()
    assert again.code == 0, again.output
    assert _names(pair) == ["shop"]


def test_plan_is_not_held_up(pair: Pair) -> None:
    first = pair.start(0, *_APPLY)
    pair.held.wait()
    assert pair.start(1, "plan").result().code == 0
    pair.let_go.set()
    assert first.result().code == 0


def test_other_workspace_is_not_held_up(pair: Pair) -> None:
    first = pair.start(0, *_APPLY)
    pair.held.wait()
    other = pair.start(1, "destroy", "--auto-approve", "--workspace", "other").result()
    assert other.code == 0, other.output
    pair.let_go.set()
    assert first.result().code == 0


def test_lock_file_that_is_a_link_is_not_written_through(pair: Pair, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    (pair.folder / ".ackplan").mkdir()
    (pair.folder / ".ackplan" / "default.lock").symlink_to(target)
    refused = pair.start(1, *_APPLY).result()
    assert refused.code == 1
    assert "ACK3020" in refused.output
    assert target.read_text() == "mine"
    assert (pair.folder / ".ackplan" / "default.lock").readlink() == target
