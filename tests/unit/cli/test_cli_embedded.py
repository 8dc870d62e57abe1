"""What the embedded API is set up with: files and ports that it can't work with end in one clear line."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.running import Command, command_line


def refused(folder: Path, *arguments: str) -> str:
    end: Command = command_line(folder, *arguments)
    assert end.code == 1
    assert (end.out, end.err.count("\n")) == ("", 1)
    return end.err


@pytest.fixture
def planfile(tmp_path: Path) -> str:
    (tmp_path / "ackplan.yaml").write_text("ackplan: 1\nclusters: {}\n")
    assert command_line(tmp_path, "plan", "--sandbox", "--out", "it.plan").code == 0
    return "it.plan"


WRONG_FAULTS = [
    ("nowhere.yaml", "there is no such file"),
    ("/dev/zero", "not a regular file"),
    ("wrong.yaml", "faults[0].kind: explode is none of"),
]


@pytest.mark.parametrize(("name", "why"), WRONG_FAULTS)
@pytest.mark.parametrize("command", ["rehearse", "simulator"])
def test_a_file_of_faults_that_is_none(tmp_path: Path, planfile: str, command: str, name: str, why: str) -> None:
    (tmp_path / "wrong.yaml").write_text("faults: [{kind: explode}]")
    arguments = ("rehearse", planfile) if command == "rehearse" else ("simulator",)
    told = refused(tmp_path, *arguments, "--faults", name)
    assert told.startswith("ACK7001 Can't start the simulator")
    assert why in told


@pytest.mark.parametrize(
    ("name", "code"), [("nowhere.json", "ACK7001"), ("/dev/zero", "ACK3011"), ("half.json", "ACK7001")]
)
def test_a_world_to_begin_with_that_is_none(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "half.json").write_text("[1")
    assert refused(tmp_path, "simulator", "--seed", name).startswith(code)


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("text")
    assert "ACK7001" in refused(tmp_path, "simulator", "--db", "no.db")
    assert "ACK7001" in refused(tmp_path, "simulator", "--db", "nowhere/world.db")


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = refused(tmp_path, "simulator", "--port", str(port))
    assert "address already in use" in told


def test_a_body_from_a_file_is_read_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text(json.dumps({"name": "x"}))
    call = ("api", "POST", "/clusters", "--sandbox", "--body")
    assert "ACK3011" in refused(tmp_path, *call, "@/dev/zero")
    wrong = command_line(tmp_path, *call, "@nowhere.json")
    assert (wrong.code, "there is no file nowhere.json" in wrong.err) == (64, True)
    answered = command_line(tmp_path, *call, "@body.json")
    assert "MissingParameter" in answered.out + answered.err
