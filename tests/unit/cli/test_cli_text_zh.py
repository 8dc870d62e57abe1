"""Plan, apply, drift and show in Chinese; plan files and JSON are the same whatever the language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.running import command_line

SPEC = "ackplan: 1\nregion: cn-beijing\nclusters:\n  商店: {cluster_type: Ask, vpc_id: vpc-1a2b3c4d, vswitch_id: vsw-1a2b3c4d}\n"
CHINESE = {"ACKPLAN_LANG": "zh"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text(SPEC, "utf-8")
    return tmp_path


def test_a_fleet_is_planned_applied_and_shown_in_chinese(folder: Path) -> None:
    planned = command_line(folder, "plan", "--sandbox", environment=CHINESE)
    assert "商店 将被创建" in planned.out
    assert "计划：创建 1，修改 0，替换 0，销毁 0。" in planned.out
    applied = command_line(folder, "apply", "--sandbox", "--auto-approve", environment=CHINESE)
    assert applied.code == 0
    assert "应用完成：创建 1，修改 0，销毁 0。" in applied.out
    drift = command_line(folder, "drift", "--sandbox", environment=CHINESE)
    assert drift.out.startswith("没有漂移。\n")
    assert "Serverless 集群" in command_line(folder, "show", "--sandbox", environment=CHINESE).out
    (folder / "ackplan.yaml").write_text(SPEC.replace("vpc-1a2b3c4d", "vpc-9z8y7x6w"), "utf-8")
    blocked = command_line(folder, "plan", "--sandbox", environment=CHINESE)
    assert blocked.code == 1
    assert "被阻止 ACK2003 vpc_id：参数不支持原地修改" in blocked.out
    for said in (planned, applied, drift, blocked):
        assert not re.search("[。：，；] ", said.out + said.err)


def test_a_plan_file_does_not_depend_on_the_language(folder: Path) -> None:
    said = []
    for language in ("zh", "en"):
        file = f"{language}.plan"
        made = command_line(folder, "plan", "--sandbox", "--out", file, environment={"ACKPLAN_LANG": language})
        assert made.code == 0
        shown = command_line(folder, "show", "--sandbox", "--format", "json", file, environment=CHINESE)
        said.append(re.sub(r'"(?:timestamp|at)":"[^"]*"', "", shown.out))
        done = command_line(folder, "show", "--sandbox", file, environment=CHINESE)
        assert "商店 将被创建" in done.out
    assert said[0] == said[1]
    assert json.loads(shown.out)["resource_changes"][0]["change"]["actions"] == ["create"]
    applied = command_line(folder, "apply", "--sandbox", "zh.plan", environment={"ACKPLAN_LANG": "en"})
    assert "Apply complete" in applied.out
