"""`--parallelism` bounds what is at work; what only waits for the cloud holds up nobody. In virtual time."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.scenes import spec
from tests.faults.virtual import Bench, bench

MANY = 40
NAMES = [f"shop-{number:03}" for number in range(MANY)]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "ackplan.yaml").write_text(spec({name: {} for name in NAMES}))
    with bench(tmp_path) as found:
        yield found


def applied(at: Bench, *options: str) -> int:
    run = at.run("apply", "--auto-approve", *options)
    assert "Traceback" not in run.err, run.err
    return run.code


def created(at: Bench) -> list[str]:
    return [call.body["name"] for call in at.calls if call.operation == "create_cluster" and call.status < 300]


def test_what_waits_for_the_cloud_holds_up_nobody(tmp_path: Path) -> None:
    """All are created in the time that one of them takes, however few may be at work: not one after the other."""
    took = {}
    for parallelism, names in (("1", NAMES[:1]), ("1", NAMES), ("3", NAMES)):
        folder = tmp_path / f"{len(names)}-{parallelism}"
        folder.mkdir()
        (folder / "ackplan.yaml").write_text(spec({name: {} for name in names}))
        with bench(folder) as at:
            begun = at.clock.now()
            assert applied(at, "--parallelism", parallelism) == 0
            assert sorted(created(at)) == names
            took[folder.name] = at.clock.now() - begun
    assert all(0 < seconds <= 2 * took["1-1"] for seconds in took.values()), took


@pytest.mark.parametrize(("parallelism", "most"), [("1", 1), ("3", 3), ("1000", MANY)])
def test_so_many_calls_at_once(parallelism: str, most: int, at: Bench) -> None:
    under_way, seen = set(), set()

    def before(operation: str, number: int) -> None:
        if operation == "create_cluster":
            under_way.add(number)
            seen.add(len(under_way))

    at.wire.before = before
    at.wire.after = lambda _operation, number: under_way.discard(number)
    assert applied(at, "--parallelism", parallelism) == 0
    assert max(seen) == most


@pytest.mark.parametrize("times", [1, 2])
def test_stopped_while_many_wait_and_many_have_not_begun(times: int, at: Bench) -> None:
    at.wire.before = _once("create_cluster", MANY // 2, lambda: [os.kill(os.getpid(), signal.SIGINT)] * times)
    assert applied(at, "--parallelism", "2") == 130
    begun = created(at)
    assert MANY // 2 - 1 <= len(begun) < MANY
    recorded = json.loads((at.folder / "state" / "default.json").read_text())["clusters"]
    assert set(begun) <= set(recorded)
    at.wire.before = lambda _operation, _number: None
    assert applied(at, "--parallelism", "2") == 0
    assert sorted(created(at)) == NAMES


def _once(operation: str, number: int, act: Callable[[], object]) -> Callable[[str, int], None]:
    def hook(name: str, count: int) -> None:
        if (name, count) == (operation, number):
            act()

    return hook


def test_after_a_failure_nothing_new_is_begun(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(spec({name: {} for name in NAMES}))
    rule = {"kind": "error", "operation": "create_cluster", "nth": 5, "status": 400, "code": "Refused", "message": "no"}
    with bench(tmp_path, faults={"faults": [rule]}) as at:
        assert applied(at, "--parallelism", "1", "--fail-fast") == 1
        assert at.wire.sent.count("create_cluster") == 5
        assert len(at.world.clusters()) == 4
        assert {cluster["state"] for cluster in at.world.clusters()} == {"running"}


def test_many_that_wait_do_not_fill_the_output(tmp_path: Path) -> None:
    """Two lines for each cluster, and those that say how far all is: no more of 120 than of 30."""
    lines = {}
    for number in (30, 120):
        folder = tmp_path / str(number)
        folder.mkdir()
        names = [f"shop-{n:03}" for n in range(number)]
        (folder / "ackplan.yaml").write_text(spec({name: {} for name in names}))
        rule = {"kind": "task_slow", "operation": "create_cluster", "seconds": 1200}
        with bench(folder, faults={"faults": [rule]}) as at:
            run = at.run("apply", "--auto-approve", "--parallelism", "4")
            assert run.code == 0, run.err
            told = [line for line in run.out.splitlines() if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", line)]
            assert len([line for line in told if line.endswith(": creating...")]) == number
            assert len([line for line in told if ": created after " in line]) == number
            lines[number] = len(told) - 2 * number
    assert lines[120] < 1.5 * lines[30] + 2, lines
