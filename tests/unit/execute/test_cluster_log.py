"""A failed task that does not say why: the reason is looked up, and told where the run says that it failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ackplan.core.answers import LogLine
from ackplan.execute.cluster_log import telling
from tests.running import command_line, simulator

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  jobs: {cluster_type: Ask, vpc_id: vpc-2zejobs00000000001, vswitch_id: vsw-2zejobs00000000001}
"""


def line(created: str, text: str) -> LogLine:
    return LogLine(created, "0004", text)


def test_the_last_lines_that_tell_of_trouble() -> None:
    lines = [line(f"2020-09-11T10:0{n}:00+08:00", f"step {n} failed") for n in range(5)]
    assert telling(reversed(lines)) == "step 2 failed; step 3 failed; step 4 failed"


def test_a_log_without_trouble_tells_nothing() -> None:
    assert telling([line("2020-09-11T10:11:51+08:00", "start to update cluster status to CREATE_COMPLETE")]) == ""
    assert telling([]) == ""


def test_the_same_trouble_is_told_once() -> None:
    assert telling([line(str(n), "Quota exceeded") for n in range(9)]) == "Quota exceeded"


@pytest.mark.parametrize("bare", [True, False])
def test_a_failed_apply_says_why_the_task_failed(bare: bool, tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(SPEC)
    rule: dict[str, Any] = {"kind": "task_fails", "operation": "create_cluster", "first": 1, "bare": bare}
    rule |= {"code": "InvalidVSwitchId.IpNotEnough", "message": "no free address"}
    with simulator(time_scale=60_000, faults={"faults": [rule]}) as api:
        done = command_line(
            tmp_path, "apply", "--auto-approve", environment={**api.credentials, "ACKPLAN_ENDPOINT": api.url}
        )
        reads = [call.path for call in api.calls if call.path.endswith("/logs")]
    assert done.code == 1
    assert "ACK5013" in done.out + done.err
    assert "InvalidVSwitchId.IpNotEnough" in done.out + done.err
    assert bool(reads) == bare
