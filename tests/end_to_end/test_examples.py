"""Every example is applied to the embedded API as it stands, and a second plan finds nothing to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Command, Simulator, command_line, simulator

EXAMPLES = Path(__file__).parents[2] / "examples"
PASSWORDS = {"ACK_NODE_PASSWORD": "Node-password-1", "ECS_ROOT_PASSWORD": "Root-password-1"}
SINGLE = sorted(path.parent.name for path in EXAMPLES.glob("*/ackplan.yaml"))
PAIRS = sorted(path.parent.name for path in EXAMPLES.glob("*/after.yaml"))


@pytest.fixture
def api() -> Iterator[Simulator]:
    with simulator(time_scale=60_000) as served:
        yield served


def ackplan(folder: Path, api: Simulator, *arguments: str) -> Command:
    environment = {**api.credentials, **PASSWORDS, "ACKPLAN_ENDPOINT": api.url}
    return command_line(folder, *arguments, environment=environment)


def apply_and_settle(folder: Path, api: Simulator, *spec: str) -> None:
    applied = ackplan(folder, api, "apply", "--auto-approve", *spec)
    assert applied.code == 0, applied.out + applied.err
    again = ackplan(folder, api, "plan", "--detailed-exitcode", *spec)
    assert (again.code, again.out.splitlines()[0][:11]) == (0, "No changes."), again.out


@pytest.mark.parametrize("name", SINGLE)
def test_an_example_is_applied_whole(name: str, tmp_path: Path, api: Simulator) -> None:
    shutil.copy(EXAMPLES / name / "ackplan.yaml", tmp_path)
    apply_and_settle(tmp_path, api)


@pytest.mark.parametrize("name", PAIRS)
def test_an_example_changes_what_is_there(name: str, tmp_path: Path, api: Simulator) -> None:
    for stage in ("before.yaml", "after.yaml"):
        shutil.copy(EXAMPLES / name / stage, tmp_path)
        apply_and_settle(tmp_path, api, "-f", stage)


def test_the_fleet_of_the_demo(tmp_path: Path, api: Simulator) -> None:
    shutil.copytree(EXAMPLES / "fleet" / "fleet", tmp_path / "fleet")
    apply_and_settle(tmp_path, api)
    assert ackplan(tmp_path, api, "state", "list").out.count("\n") == 12
    destroyed = ackplan(tmp_path, api, "destroy", "--auto-approve")
    assert destroyed.code == 0, destroyed.out + destroyed.err
    assert ackplan(tmp_path, api, "api", "GET", "/clusters").out == "[]\n"


def test_every_example_is_run_here() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {*SINGLE, *PAIRS, "fleet"}
