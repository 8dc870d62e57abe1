"""The fuzzer's targets take all that they begin with, and notice what must not happen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ackplan.adapters.ack import classify, decode
from ackplan.core import diagnostics
from ackplan.simulator import bodies
from tests import plan_files

from .targets import CANARY, TARGETS


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_nothing_is_wrong_with_what_a_target_begins_with(target: str) -> None:
    seeds = list(TARGETS[target].seeds())
    assert len(seeds) >= 5
    for seed in seeds:
        TARGETS[target].run(seed)


def _raises(*_: Any, **__: Any) -> Any:
    raise KeyError("here")


@pytest.mark.parametrize(
    ("target", "data", "where", "name", "instead"),
    [
        ("spec", b'ackplan: 1\nclusters:\n  "a\\e[2J": {}\n', diagnostics, "printable", str),
        ("plan", b'{"ackplan_plan": 1}', plan_files, "resealed", _raises),
        ("answers", b"\x01{}", decode, "cluster_of", _raises),
        ("errors", b"\x00" + CANARY.encode(), classify, "blanked", lambda text, _: text),
        ("requests", b"POST /clusters\n\n{}", bodies, "parse", _raises),
    ],
)
def test_a_target_notices(target: str, data: bytes, where: Any, name: str, instead: Any) -> None:
    TARGETS[target].run(data)
    with mock.patch.object(where, name, instead), pytest.raises(Exception):  # noqa: B017 - whatever it is
        TARGETS[target].run(data)


def test_a_failing_input_is_kept_and_can_be_given_again(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"\x00[]")
    command = [sys.executable, "-m", "tests.fuzzing", "answers", str(tmp_path / "input")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "nothing is wrong" in done.stdout
