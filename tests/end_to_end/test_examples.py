"""Every example is applied to the embedded API as it stands, and a second plan finds nothing to do."""

from __future__ import annotations

import json
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


def test_a_fleet_in_several_files(tmp_path: Path, api: Simulator) -> None:
    shutil.copytree(EXAMPLES / "fleet" / "fleet", tmp_path / "fleet")
    apply_and_settle(tmp_path, api)
    assert ackplan(tmp_path, api, "state", "list").out.count("\n") == 12
    destroyed = ackplan(tmp_path, api, "destroy", "--auto-approve")
    assert destroyed.code == 0, destroyed.out + destroyed.err
    assert ackplan(tmp_path, api, "api", "GET", "/clusters").out == "[]\n"


def test_many_workspaces(tmp_path: Path, api: Simulator) -> None:
    shutil.copytree(EXAMPLES / "workspaces", tmp_path, dirs_exist_ok=True)
    rehearsal = ("--sandbox", "--time-scale", "60000")
    applied = ackplan(tmp_path, api, "fleet", "apply", "--auto-approve", *rehearsal)
    assert applied.code == 0, applied.out + applied.err
    assert "3 workspaces: 3 applied" in applied.out
    again = ackplan(tmp_path, api, "fleet", "plan", "--detailed-exitcode", *rehearsal)
    assert (again.code, "3 without changes" in again.out) == (0, True), again.out


def test_every_example_is_run_here() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {*SINGLE, *PAIRS, "fleet", "workspaces"}


def test_a_run_speaks_json_lines(tmp_path: Path, api: Simulator) -> None:
    shutil.copy(EXAMPLES / "managed" / "ackplan.yaml", tmp_path)
    done = ackplan(tmp_path, api, "apply", "--auto-approve", "--format", "json")
    kinds = [json.loads(line)["type"] for line in done.out.splitlines()]
    assert done.code == 0
    assert (kinds[0], kinds[-2:]) == ("version", ["change_summary", "outputs"])
    assert {"planned_change", "change_summary", "apply_start", "apply_complete"} <= set(kinds)
    assert PASSWORDS["ACK_NODE_PASSWORD"] not in done.out
    refused = ackplan(tmp_path, api, "apply", "--format", "json", "-f", "nowhere")
    assert (refused.code, [json.loads(line)["type"] for line in refused.out.splitlines()]) == (
        1,
        ["version", "diagnostic"],
    )


def test_a_live_cluster_is_imported_and_then_nothing_changes(tmp_path: Path, api: Simulator) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(EXAMPLES / "dedicated" / "ackplan.yaml", other)
    apply_and_settle(other, api)
    shutil.copy(EXAMPLES / "dedicated" / "ackplan.yaml", tmp_path)
    name = "my-test-kubernetes-cluster"
    assert "ACK2001" in ackplan(tmp_path, api, "plan").out
    calls = len([call for call in api.calls if call.method != "GET"])
    assert ackplan(tmp_path, api, "import", name).code == 0
    assert ackplan(tmp_path, api, "plan", "--detailed-exitcode").code == 0
    assert len([call for call in api.calls if call.method != "GET"]) == calls


def test_a_rehearsal_touches_nothing(tmp_path: Path, api: Simulator) -> None:
    shutil.copytree(EXAMPLES / "fleet" / "fleet", tmp_path / "fleet")
    ackplan(tmp_path, api, "plan", "--out", "it.plan")
    before = len(api.calls)
    rehearsed = command_line(tmp_path, "rehearse", "it.plan", "--format", "json")
    told = json.loads(rehearsed.out)
    assert (rehearsed.code, told["complete"], len(told["steps"])) == (0, True, 12)
    assert told["critical_path"][0] == "create:data-beijing"
    assert told["seconds"] > 40 * 60
    assert len(api.calls) == before
    (tmp_path / "faults.json").write_text(
        json.dumps({"faults": [{"kind": "task_fails", "operation": "create_cluster", "cluster": "web-beijing"}]})
    )
    failed = command_line(tmp_path, "rehearse", "it.plan", "--faults", "faults.json")
    assert failed.code == 1
    assert "web-beijing" in failed.out
    assert "1 failed, 1 were skipped" in failed.out
