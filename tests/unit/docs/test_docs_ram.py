"""The rights that the policies of RAM give are those that a plan and an apply need: no call is left out, none is given more."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ackplan.core.catalog import DEFAULT
from tests.running import Simulator, command_line, simulator
from tests.unit.docs.pages import generated

FURTHER = {"cs:DescribeClusterLogs", "cs:DescribeClustersV1"}


@pytest.fixture(scope="module")
def allowed(root):
    return {name: actions(root / "docs" / "ram" / f"{name}.json") for name in ("plan", "apply")}


def actions(path: Path) -> set[str]:
    return {action for statement in json.loads(path.read_text("utf-8"))["Statement"] for action in statement["Action"]}


def test_the_policies_are_up_to_date(root):
    made = generated(root, "ram").render()
    assert made == {name: (root / "docs" / "ram" / name).read_text("utf-8") for name in ("plan.json", "apply.json")}


def test_no_action_is_a_pattern_and_each_is_an_operation(allowed):
    known = {f"cs:{operation.action}" for operation in DEFAULT.operations.values()} | FURTHER
    assert allowed["plan"] < allowed["apply"] <= known


def test_planning_may_change_nothing(allowed):
    changing = {f"cs:{operation.action}" for operation in DEFAULT.operations.values() if operation.changes}
    assert allowed["plan"] & changing == set()


def test_every_call_of_a_fleets_life_is_allowed(allowed, root, tmp_path):
    shutil.copy(root / "examples" / "today" / "ackplan.yaml", tmp_path)
    with simulator(time_scale=60_000) as api:
        assert called(api, tmp_path, "plan") <= allowed["plan"]
        assert called(api, tmp_path, "apply", "--auto-approve") <= allowed["apply"]
        spec = (tmp_path / "ackplan.yaml").read_text("utf-8")
        (tmp_path / "ackplan.yaml").write_text(spec.replace("default: 1.31.9-aliyun.1", "default: 1.32.7-aliyun.1"))
        assert called(api, tmp_path, "plan") <= allowed["plan"]
        made = called(api, tmp_path, "apply", "--auto-approve")
        assert {"cs:UpgradeCluster", "cs:UpgradeClusterNodepool", "cs:RunClusterCheck"} <= made <= allowed["apply"]
        assert called(api, tmp_path, "drift") <= allowed["plan"]


def called(api: Simulator, folder: Path, *arguments: str) -> set[str]:
    """The actions of the calls that a command makes."""
    before = len(api.calls)
    environment = {**api.credentials, "ACK_NODE_PASSWORD": "Only-for-tests-1"}
    ended = command_line(folder, *arguments, "--endpoint", api.url, environment=environment)
    assert ended.code == 0, ended.out + ended.err
    return {f"cs:{DEFAULT.operation(call.operation).action}" for call in api.calls[before:]}


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_only_the_approved_environment_or_branch_gets_the_role_that_applies(platform, root):
    (statement,) = json.loads((root / "docs" / "ram" / f"trust-{platform}-apply.json").read_text("utf-8"))["Statement"]
    assert statement["Condition"]["StringEquals"]["oidc:aud"] == ["sts.aliyuncs.com"]
    (subject,) = statement["Condition"]["StringEquals"]["oidc:sub"]
    assert subject.endswith((":environment:ackplan", ":ref_type:branch:ref:main"))
