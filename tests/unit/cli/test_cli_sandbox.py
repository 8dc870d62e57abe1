"""The sandbox is a world of its own, with a record, a journal and a lock of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import command_line, simulator

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  a:
    cluster_type: Ask
    nat_gateway: "true"
"""
FAST = ("--sandbox", "--time-scale", "100000")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text(SPEC)
    return tmp_path


def test_it_leaves_the_real_record_alone(project: Path) -> None:
    with simulator(time_scale=100_000) as served:
        real = {**served.credentials, "ACKPLAN_ENDPOINT": served.url}
        assert command_line(project, "apply", "--auto-approve", environment=real).code == 0
        kept = {path: path.read_bytes() for path in (project / "state").iterdir()}
        (project / "ackplan.yaml").write_text(SPEC.replace("  a:\n", "  b:\n"))
        assert command_line(project, "apply", "--auto-approve", *FAST).code == 0
        assert {path: path.read_bytes() for path in (project / "state").iterdir()} == kept
        (project / "ackplan.yaml").write_text(SPEC)
        assert command_line(project, "plan", "--detailed-exitcode", environment=real).code == 0
        assert command_line(project, "state", "list", environment=real).out == "a\n"
        assert command_line(project, "state", "list", "--sandbox").out == "b\n"


@pytest.mark.parametrize("record", ["{", '{"version": 99}'])
def test_it_does_not_even_read_the_real_record(project: Path, record: str) -> None:
    (project / "state").mkdir()
    (project / "state/default.json").write_text(record)
    for command in (("apply", "--auto-approve"), ("plan", "--detailed-exitcode"), ("drift",)):
        assert command_line(project, *command, *FAST).code == 0
    assert (project / "state/default.json").read_text() == record


def test_all_of_it_lies_in_one_folder(project: Path) -> None:
    assert command_line(project, "apply", "--auto-approve", *FAST).code == 0
    assert command_line(project, "apply", "--auto-approve", "--workspace", "other", *FAST).code == 1
    assert {path.name for path in project.iterdir()} == {"ackplan.yaml", ".ackplan"}
    assert {path.name for path in (project / ".ackplan").iterdir()} == {"sandbox"}
    names = {path.name for path in (project / ".ackplan/sandbox").iterdir()}
    assert {"world.db", "default.json", "default.journal", "default.lock", "other.lock"} <= names
    world = json.loads((project / ".ackplan/sandbox/default.json").read_text())["world"]
    assert world == {"endpoint": "loopback"}


@pytest.mark.parametrize(
    ("command", "out"),
    [
        (("state", "list"), "a\n"),
        (("state", "show", "a"), 'serverless cluster "a"'),
        (("state", "pull"), '"lineage"'),
        (("state", "history"), "now"),
        (("show",), 'serverless cluster "a"'),
        (("export", "a"), "cluster_type: Ask"),
        (("doctor",), "1 cluster at serial 1"),
        (("state", "rm", "a"), "Forgot a"),
    ],
)
def test_every_command_that_knows_a_record_knows_the_sandbox_s(
    project: Path, command: tuple[str, ...], out: str
) -> None:
    assert command_line(project, "apply", "--auto-approve", *FAST).code == 0
    assert out not in command_line(project, *command).out
    assert out in command_line(project, *command, "--sandbox").out
    assert not (project / "state").exists()


def test_a_run_of_the_sandbox_stands_in_no_real_run_s_way(project: Path) -> None:
    refused = command_line(project, "unlock", "--sandbox", "x")
    assert "ACK3022" in refused.err
    assert not (project / ".ackplan/default.lock").exists()


def test_another_record_is_none_of_the_sandbox_s(project: Path) -> None:
    refused = command_line(project, "plan", "--sandbox", "--state", "records")
    assert (refused.code, "--state" in refused.err) == (64, True)
    planned = command_line(project, "apply", "--auto-approve", *FAST, environment={"ACKPLAN_STATE": "records"})
    assert planned.code == 0
    assert not (project / "records").exists()
