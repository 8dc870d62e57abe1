"""Arguments that nobody means: empty ones, devices, pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from projects import WEB, Project

from ackplan.__main__ import given


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("apply", "--auto-approve", ""), "--auto-approve"),
        (("plan", "--same-as", ""), "--same-as"),
        (("plan", "--same-as="), "--same-as="),
        (("plan", "-f", ""), "-f"),
        (("show", ""), "show"),
        (("",), "ackplan"),
    ],
)
def test_an_empty_argument_is_taken_for_nothing_else(arguments: tuple[str, ...], named: str, project: Project) -> None:
    (project.folder / "ackplan.yaml").write_text(WEB, "utf-8")
    refused = project.run(*arguments)
    assert (refused.code, refused.out) == (64, "")
    assert f"Empty argument: {named}. Is a variable of your shell not set?" in refused.err
    assert not project.changing()


@pytest.mark.parametrize("link", [False, True])
def test_a_pipe_is_not_replaced_by_a_file(link: bool, project: Project) -> None:
    """As /dev/null would be in a container, where one is root."""
    (project.folder / "ackplan.yaml").write_text(WEB, "utf-8")
    pipe = project.folder / "pipe"
    os.mkfifo(pipe)
    if link:
        (project.folder / "link").symlink_to(pipe)
    refused = project.run("plan", "--out", "link" if link else "pipe")
    assert refused.code == 1
    assert "ACK3010" in refused.err
    assert "is a device or a pipe" in refused.err
    assert pipe.is_fifo()
    assert (project.folder / "link").is_symlink() == link


@pytest.mark.parametrize("command", [("show",), ("apply",), ("rehearse",), ("state", "push"), ("plan", "--same-as")])
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(command: tuple[str, ...], project: Project) -> None:
    (project.folder / "ackplan.yaml").write_text(WEB, "utf-8")
    os.mkfifo(project.folder / "pipe")
    refused = project.run(*command, "pipe")
    assert refused.code == 1
    assert "ACK3011" in refused.err


@pytest.mark.parametrize("name", ["a folder", "bytes", "nothing"])
@pytest.mark.parametrize("command", [("show",), ("apply",), ("rehearse",), ("state", "push"), ("validate", "-f"),
                                     ("plan", "--policy"), ("import", "--from-terraform"), ("fmt",)])  # fmt: skip
def test_what_is_no_such_file_is_named(command: tuple[str, ...], name: str, project: Project) -> None:
    (project.folder / "ackplan.yaml").write_text(WEB, "utf-8")
    if name == "a folder":
        (project.folder / name).mkdir()
    elif name == "bytes":
        (project.folder / name).write_bytes(bytes(range(256)))
    refused = project.run(*command, name)
    assert refused.code == 1
    assert name in refused.err
    assert "ACK9001" not in refused.err
    assert Path(project.folder / "ackplan.yaml").read_text("utf-8") == WEB


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_fault(closed: str, project: Project) -> None:
    (project.folder / "ackplan.yaml").write_text(WEB, "utf-8")
    program = f'"$0" -m ackplan validate -C "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", program, sys.executable, str(project.folder)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_arguments_are_utf_8_whatever_the_locale_is(monkeypatch: pytest.MonkeyPatch) -> None:
    read_as_ascii = "集群".encode().decode("ascii", "surrogateescape")
    monkeypatch.setattr("sys.argv", ["ackplan", "state", "show", read_as_ascii, "订单", "\udcff"])
    assert given() == ["state", "show", "集群", "订单", "\udcff"]
