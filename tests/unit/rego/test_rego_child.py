"""The process that evaluates Rego: it keeps its limits by itself, ends with its parent, and nobody waits for it in vain."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import regopy

from ackplan.rego import child

SPEC = "ackplan: 1\nclusters:\n  a: {cluster_type: Ask, region_id: cn-beijing}\n"
CATASTROPHIC = f'package main\ndeny[m] {{ regex.match("^(a+)+$", "{"a" * 60}b"); m := "x" }}\n'
ENDLESS = """\
package main
import rego.v1
deny contains "x" if {
\tsome a in numbers.range(1, 5000)
\tsome b in numbers.range(1, 5000)
\tsome c in numbers.range(1, 5000)
\ta + b + c == 0
}
"""
ENGINE = str(Path(regopy.__file__).parent.parent)

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for processes as Linux alone can")


def request(source: str) -> bytes:
    asked = {"modules": [["a.rego", source]], "calls": [], "data": {}, "input": {}, "paths": ["data.main.deny"]}
    return json.dumps(asked).encode()


def alone(source: str, *, memory: int = 1 << 32, seconds: float = 300.0, parent: int = 0) -> int:
    """The exit code of the process where nobody watches over it."""
    words = (ENGINE, str(memory), str(seconds), str(parent or os.getpid()))
    command = [sys.executable, "-I", str(Path(child.__file__)), *words]
    return subprocess.run(command, input=request(source), capture_output=True, env={}, check=False).returncode


@pytest.mark.parametrize("source", [ENDLESS, CATASTROPHIC])
def test_it_keeps_its_time_by_itself(source: str) -> None:
    assert alone(source, seconds=0.2) == child.TOO_MUCH_TIME


def test_it_keeps_its_memory_by_itself() -> None:
    assert alone(ENDLESS, memory=40 << 20) == child.TOO_MUCH_MEMORY


def test_the_kernel_keeps_its_time_too() -> None:
    """Where the thread that watches is not let in."""
    code = "import ackplan.rego.child as c, threading, os, sys; c._watch = lambda *_: None; c.main()"
    words = ("-c", code, ENGINE, str(1 << 32), "-0.5", str(os.getpid()))
    root = str(Path(child.__file__).parents[2])
    done = subprocess.run([sys.executable, *words], input=request(ENDLESS), env={"PYTHONPATH": root}, check=False)
    assert done.returncode in {-signal.SIGXCPU, -signal.SIGKILL}


def test_it_does_not_begin_without_its_parent() -> None:
    assert alone(ENDLESS, parent=1) == child.ALONE


@contextlib.contextmanager
def planning(folder: Path, source: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`ackplan plan` once it waits for its policy, and a handle of the process that it waits for."""
    (folder / "ackplan.yaml").write_text(SPEC, "utf-8")
    (folder / "a.rego").write_text(source, "utf-8")
    command = [sys.executable, "-m", "ackplan", "plan", "--no-refresh", "--policy", "a.rego"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as plan:
        child = _engine_of(plan)
        handle = os.pidfd_open(child)
        try:
            yield plan, handle
        finally:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
            plan.kill()


def _engine_of(plan: subprocess.Popen[bytes]) -> int:
    """The child that has loaded the engine: it is at work, or about to be. Others, such as git, come and go."""
    children = Path(f"/proc/{plan.pid}/task/{plan.pid}/children")
    while True:
        assert plan.poll() is None, plan.stderr
        for number in children.read_text().split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if "regopy" in Path(f"/proc/{number}/maps").read_text():
                    return int(number)


def ended(handle: int) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(60_000))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_command_that_started_it(number: int, tmp_path: Path) -> None:
    with planning(tmp_path, ENDLESS) as (plan, handle):
        plan.send_signal(number)
        assert plan.wait() == -number
        assert ended(handle)


@pytest.mark.parametrize("source", [ENDLESS, CATASTROPHIC])
def test_ctrl_c_does_not_wait_for_it(source: str, tmp_path: Path) -> None:
    with planning(tmp_path, source) as (plan, handle):
        plan.send_signal(signal.SIGINT)
        _, told = plan.communicate()
        assert (plan.returncode, told.strip()) == (130, b"Interrupted.")
        assert ended(handle)
