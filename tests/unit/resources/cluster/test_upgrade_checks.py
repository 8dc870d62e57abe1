"""The API's own check before an upgrade: what a plan says of the last one, and a new one where that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.core.upgrade_check import ago, check_in
from tests.faults.virtual import Bench, bench
from tests.running import Command

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    kubernetes_version: VERSION
    node_pools: {}
"""
FULL_DISK = {"level": "error", "message": "node-1 has no space left", "target": "node-1"}
OLD_API = {"level": "warning", "message": "policy/v1beta1 is gone in 1.32", "target": "default"}


def project(folder: Path, *findings: dict[str, str]) -> Iterator[Bench]:
    """A cluster of 1.31 of which every check has these findings, and a spec that wants 1.32."""
    cluster = {
        "name": "shop",
        "cluster_id": "cshop0001",
        "state": "running",
        "size": 0,
        "cluster_type": "ManagedKubernetes",
        "region_id": "cn-beijing",
        "vpc_id": "vpc-2zegvl5etah5requ09nec",
        "vswitch_id": "vsw-2ze48rkq464rsdts1abcd",
        "current_version": "1.31.9-aliyun.1",
        "today": True,
        "findings": [*findings],
    }
    (folder / "ackplan.yaml").write_text(SPEC.replace("VERSION", "1.31.9-aliyun.1"))
    with bench(folder, live={"clusters": [cluster]}) as opened:
        assert opened.run("import", "shop").code == 0
        (folder / "ackplan.yaml").write_text(SPEC.replace("VERSION", "1.32.7-aliyun.1"))
        yield opened


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield from project(tmp_path, *getattr(request, "param", ()))


def checks(world: Bench) -> int:
    return sum(call.method == "POST" and call.path.endswith("/checks") for call in list(world.calls))


def notes(said: Command) -> list[str]:
    (change,) = json.loads(said.out)["ackplan"]["changes"]
    return list(change["notes"])


def codes(said: Command) -> list[str]:
    return [each["code"] for each in json.loads(said.out)["ackplan"]["diagnostics"]]


def test_a_plan_begins_no_check_and_says_how_to_see_one(world: Bench) -> None:
    said = world.run("plan", "--format", "json")
    assert said.code == 0, said.err
    assert checks(world) == 0
    (note,) = notes(said)
    assert "ackplan plan --check-upgrades" in note


@pytest.mark.parametrize("world", [(OLD_API,)], indirect=True)
def test_a_check_that_is_asked_for_is_run_and_waited_for(world: Bench) -> None:
    said = world.run("plan", "--format", "json", "--check-upgrades")
    assert said.code == 0, said.err
    assert checks(world) == 1
    first, finding = notes(said)
    assert first.endswith("found 1:")
    assert finding == "warning: policy/v1beta1 is gone in 1.32 (default)"
    assert codes(said) == []
    assert notes(world.run("plan", "--format", "json"))[1:] == [finding]
    assert checks(world) == 1


@pytest.mark.parametrize("world", [(FULL_DISK, OLD_API)], indirect=True)
def test_an_error_is_a_warning_that_apply_will_stop(world: Bench) -> None:
    said = world.run("plan", "--format", "json", "--check-upgrades", "--out", "it.plan")
    assert said.code == 0, said.err
    assert codes(said) == ["ACK2040"]
    assert "node-1 has no space left" in world.run("show", "it.plan").out
    ended = world.run("apply", "it.plan")
    assert ended.code == 1
    assert "node-1 has no space left" in ended.out + ended.err
    assert not any(call.path.endswith("/upgrade") for call in list(world.calls))


@pytest.mark.parametrize("world", [(OLD_API,)], indirect=True)
def test_what_a_check_warns_of_is_said_by_apply_too(world: Bench) -> None:
    ended = world.run("apply", "--auto-approve")
    assert ended.code == 0, ended.err
    assert "policy/v1beta1 is gone in 1.32" in ended.out + ended.err


def test_the_age_of_a_check_makes_no_other_plan(world: Bench) -> None:
    assert world.run("plan", "--out", "it.plan", "--check-upgrades").code == 0
    world.skip(7200.0)
    assert world.run("plan", "--same-as", "it.plan").code == 0


def test_without_a_look_there_is_no_check(world: Bench) -> None:
    said = world.run("plan", "--check-upgrades", "--no-refresh")
    assert said.code == 64
    assert "--check-upgrades asks the API" in said.err


@pytest.mark.parametrize("status", [403, 404])
def test_checks_that_may_not_be_read_do_not_stop_a_plan(world: Bench, status: int) -> None:
    def refused(call: ApiCall, answer: Answer) -> Answer:
        body = b'{"code": "ForbiddenListChecks", "message": "no"}'
        return replace(answer, status=status, body=body) if call.operation == "list_checks" else answer

    world.wire.answers = refused
    said = world.run("plan", "--format", "json")
    assert said.code == 0, said.err
    assert "--check-upgrades" in notes(said)[0]


def test_a_check_that_does_not_end_is_given_up(world: Bench) -> None:
    def runs(call: ApiCall, answer: Answer) -> Answer:
        return replace(answer, body=b'{"status": "Running"}') if call.operation == "get_check" else answer

    world.wire.answers = runs
    said = world.run("plan", "--check-upgrades")
    assert said.code == 1
    assert "ACK2041" in said.err


@pytest.mark.parametrize(
    ("answer", "failed", "findings"),
    [
        pytest.param({"status": "Succeeded"}, False, [], id="nothing found"),
        pytest.param({"status": "Failed", "message": "task failed"}, True, ["error: task failed"], id="no reason"),
        pytest.param({"status": "Failed"}, True, ["error: the check failed"], id="no words"),
        pytest.param(
            {"status": "Succeeded", "check_items": {"a": [{"level": "Error", "message": "m"}, {"level": "normal"}]}},
            True,
            ["error: m"],
            id="level and message beside each other",
        ),
        pytest.param(
            {
                "status": "succeeded",
                "check_items": {"a": [{"Level": {"warning": {"Message": "m", "Targets": [{"Target": "t"}, 3]}}}]},
            },
            False,
            ["warning: m (t)"],
            id="a level with what it found",
        ),
        pytest.param(
            {"status": "Succeeded", "check_items": {"a": [3, {"Level": 3}, {"level": [], "message": {}}], "b": 4}},
            False,
            [],
            id="no findings at all",
        ),
        pytest.param({"status": "Succeeded", "check_items": [1]}, False, [], id="no groups"),
        pytest.param(
            {"status": "Succeeded", "check_items": {"a": [{"level": "warning", "message": "a\x1b[2Jb"}]}},
            False,
            ["warning: a\\x1b[2Jb"],
            id="what would move a terminal",
        ),
    ],
)
def test_an_answer_is_read_in_both_shapes_and_trusted_in_none(answer: Any, failed: bool, findings: list[str]) -> None:
    check = check_in(answer)
    assert check is not None
    assert (check.failed, [str(each) for each in check.findings]) == (failed, findings)


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"status": "Running"}])
def test_a_check_that_goes_on_is_none(answer: Any) -> None:
    assert check_in(answer) is None


@pytest.mark.parametrize(("seconds", "words"), [(0, "0s"), (59.9, "59s"), (60, "1m"), (3600, "1h"), (200_000, "2d")])
def test_ages_are_told_in_their_largest_unit(seconds: float, words: str) -> None:
    assert ago(seconds) == words
