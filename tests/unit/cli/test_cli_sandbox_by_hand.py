"""`ackplan sandbox`: drift and faults made by hand, and a new beginning."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ackplan.adapters.local.folder_workspace import FolderWorkspace
from tests.running import Command, command_line

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: 3
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {env: ACK_NODE_PASSWORD}
    scale_in: {strategy: newest}
"""
POOLED = """\
ackplan: 1
region: cn-beijing
clusters:
  api:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    node_pools:
      general:
        scaling_group:
          vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
          instance_types: [ecs.g6.large]
          system_disk_category: cloud_essd
          system_disk_size: 120
          desired_size: 2
"""
# So fast that what is just made is believed to be gone as soon as it is.
QUICK = {"ACK_NODE_PASSWORD": "Node-password-1", "ACKPLAN_TIME_SCALE": "100000"}


class Sandbox:
    """A project in whose sandbox the spec is applied."""

    def __init__(self, folder: Path, spec: str) -> None:
        self.folder = folder
        (folder / "ackplan.yaml").write_text(spec, "utf-8")
        done = self.apply()
        assert done.code == 0, done.out + done.err

    def run(self, *words: str) -> Command:
        return command_line(self.folder, *words, environment=QUICK)

    def apply(self) -> Command:
        return self.run("apply", "--auto-approve", "--sandbox")

    def drift(self) -> Command:
        return self.run("drift", "--sandbox")

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.run("sandbox", "status", "--format", "json").out)
        return status


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path, SPEC)


@pytest.mark.parametrize("workers", [0, 1, 5])
def test_workers_that_somebody_scaled_are_drift_and_are_put_back(sandbox: Sandbox, workers: int) -> None:
    told = sandbox.run("sandbox", "scale", "web", str(workers))
    assert (told.code, "before: 3" in told.out, "ackplan drift --sandbox" in told.out) == (0, True, True)
    drifted = sandbox.drift()
    assert (drifted.code, f"num_of_nodes = 3 -> {workers}" in drifted.out) == (2, True)
    assert sandbox.apply().code == 0
    assert sandbox.drift().code == 0
    assert sandbox.status()["clusters"][0]["workers"] == [{"pool": "", "count": 3, "state": "active"}]


def test_a_pool_is_scaled_by_its_address(tmp_path: Path) -> None:
    pooled = Sandbox(tmp_path, POOLED)
    assert pooled.run("sandbox", "scale", "api/general", "4").code == 0
    drifted = pooled.drift()
    assert (drifted.code, "api/general" in drifted.out) == (2, True)
    assert "api/general  4" in pooled.run("sandbox", "status").out
    for name in ("api", "api/other"):
        refused = pooled.run("sandbox", "scale", name, "1")
        assert (refused.code, "api/general" in refused.err) == (1, True)


def test_a_renamed_cluster_is_told_and_named_back(sandbox: Sandbox) -> None:
    assert sandbox.run("sandbox", "rename", "web", "订单").code == 0
    assert "ACK2023" in sandbox.run("plan", "--sandbox").out
    assert sandbox.run("sandbox", "rename", "订单", "web").code == 0
    assert sandbox.drift().code == 0


def test_a_deleted_cluster_is_created_again(sandbox: Sandbox) -> None:
    assert sandbox.run("sandbox", "delete", "web").code == 0
    assert sandbox.status()["clusters"] == []
    assert "web is gone" in sandbox.drift().out
    assert sandbox.apply().code == 0
    assert sandbox.drift().code == 0


@pytest.mark.parametrize(("how", "code"), [("error", "ACK5001"), ("task", "ACK5013")])
def test_a_fault_fails_so_many_calls_and_no_more(sandbox: Sandbox, how: str, code: str) -> None:
    sandbox.run("sandbox", "scale", "web", "1")
    ordered = sandbox.run("sandbox", "fail", "scale_out", "w*", "--how", how, "--times", "2")
    assert (ordered.code, "each of the next 2 calls about w*" in ordered.out) == (0, True)
    for left in (1, 0):
        failed = sandbox.apply()
        assert (failed.code, code in failed.out + failed.err) == (1, True), failed.out + failed.err
        assert [fault["left"] for fault in sandbox.status()["faults"]] == [left] * left
    assert sandbox.apply().code == 0


@pytest.mark.parametrize(("how", "code"), [("throttle", 0), ("reset", 1)])
def test_a_run_goes_on_behind_what_may_be_sent_again(sandbox: Sandbox, how: str, code: int) -> None:
    sandbox.run("sandbox", "scale", "web", "1")
    assert sandbox.run("sandbox", "fail", "scale_out", "--how", how).code == 0
    assert sandbox.apply().code == code
    assert sandbox.status()["faults"] == []
    assert sandbox.apply().code == 0


def test_faults_about_others_wait_and_can_be_taken_back(sandbox: Sandbox) -> None:
    sandbox.run("sandbox", "scale", "web", "1")
    sandbox.run("sandbox", "fail", "scale_out", "api", "--code", "QuotaExceeded")
    assert sandbox.apply().code == 0
    assert "about api is refused (QuotaExceeded)" in sandbox.run("sandbox", "fail", "--list").out
    assert sandbox.run("sandbox", "fail", "--clear").out == "Removed 1 fault.\n"
    assert sandbox.run("sandbox", "fail", "--list").out == "No faults are planned.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scale", "wbe", "1"), "web"),
        (("scale", "web", "999"), "ACK7004"),
        (("rename", "web", "a/b"), "ACK7004"),
        (("rename", "web", "web"), "already"),
        (("delete", "wbe"), "web"),
        (("fail", "list_clusters", "--how", "task"), "begins no task"),
    ],
)
def test_what_can_not_be_done_is_refused_and_changes_nothing(
    sandbox: Sandbox, words: tuple[str, ...], told: str
) -> None:
    before = sandbox.status()
    refused = sandbox.run("sandbox", *words)
    assert (refused.code, told in refused.err, "ackplan sandbox status" in refused.err) == (1, True, True)
    assert sandbox.status() == before


def test_an_unknown_operation_is_wrong_usage_with_a_suggestion(sandbox: Sandbox) -> None:
    refused = sandbox.run("sandbox", "fail", "crate_cluster")
    assert (refused.code, "Did you mean 'create_cluster'" in refused.err) == (64, True)
    for words in ((), ("scale_out", "--list"), ("--list", "--clear")):
        assert sandbox.run("sandbox", "fail", *words).code == 64


@pytest.mark.parametrize(
    "words", [("status",), ("reset",), ("scale", "a", "1"), ("rename", "a", "b"), ("delete", "a"), ("fail", "--list")]
)
def test_without_a_sandbox_nothing_is_made(tmp_path: Path, words: tuple[str, ...]) -> None:
    refused = command_line(tmp_path, "sandbox", *words)
    assert (refused.code, "ACK7003" in refused.err, "ackplan apply --sandbox" in refused.err) == (1, True, True)
    assert not list(tmp_path.iterdir())


def test_a_reset_begins_anew(sandbox: Sandbox) -> None:
    sandbox.run("sandbox", "fail", "create_cluster")
    assert sandbox.run("sandbox", "reset").code == 0
    assert sandbox.status() == {"clusters": [], "faults": []}
    assert sandbox.run("state", "list", "--sandbox").out == ""
    assert sandbox.apply().code == 0


def test_a_world_that_can_not_be_read_is_reset(sandbox: Sandbox) -> None:
    for path in (sandbox.folder / ".ackplan/sandbox").glob("world.db-*"):
        path.unlink()
    (sandbox.folder / ".ackplan/sandbox/world.db").write_bytes(b"no database, but long enough to be looked at" * 100)
    assert "ACK7004" in sandbox.run("sandbox", "status").err
    assert sandbox.run("sandbox", "reset").code == 0
    assert sandbox.apply().code == 0


def test_a_reset_waits_for_no_run(sandbox: Sandbox) -> None:
    folder = sandbox.folder / ".ackplan/sandbox"

    async def beside_a_run() -> Command:
        async with FolderWorkspace("default", folder, folder).lock("apply"):
            return await asyncio.to_thread(sandbox.run, "sandbox", "reset")

    refused = asyncio.run(beside_a_run())
    assert (refused.code, "ACK3021" in refused.err) == (1, True)
    assert len(sandbox.status()["clusters"]) == 1


def test_a_world_outside_of_the_project_is_left_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    project = tmp_path / "clone"
    (project / ".ackplan").mkdir(parents=True)
    (project / ".ackplan/sandbox").symlink_to(tmp_path / ".ackplan/sandbox")
    assert command_line(project, "sandbox", "delete", "web").code == 1
    assert len(sandbox.status()["clusters"]) == 1


def test_by_hand_beside_a_running_apply_nothing_is_lost(tmp_path: Path) -> None:
    """The apply meets the fault that was ordered meanwhile; drift that was made meanwhile is seen after it."""
    second = SPEC[SPEC.index("  web:") :].replace("  web:", "  later:") + "    depends_on: [web]\n"
    (tmp_path / "ackplan.yaml").write_text(SPEC + second, "utf-8")
    password = {"ACK_NODE_PASSWORD": "Node-password-1"}
    environment = {**password, "PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    command = [sys.executable, "-u", "-m", "ackplan", "apply", "--sandbox", "--auto-approve", "--time-scale", "120"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as applying:
        said = ""
        for line in applying.stdout or ():
            said += line
            if "web: creating" in line:
                assert command_line(tmp_path, "sandbox", "fail", "scale_out").code == 0
            if "web: created" in line:
                planned = command_line(tmp_path, "plan", "--sandbox")
                assert "ACK3035 warning: An apply is running" in planned.out
                assert command_line(tmp_path, "sandbox", "scale", "web", "5").code == 0
                assert command_line(tmp_path, "sandbox", "fail", "delete_cluster").code == 0
    assert applying.returncode == 0, said
    assert "later: created" in said
    drifted = command_line(tmp_path, "drift", "--sandbox", environment=password)
    assert (drifted.code, "num_of_nodes = 3 -> 5" in drifted.out) == (2, True), drifted.out
    status = command_line(tmp_path, "sandbox", "status")
    assert "scale_out" in status.out
    assert "delete_cluster" in status.out
