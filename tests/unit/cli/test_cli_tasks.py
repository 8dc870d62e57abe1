"""`ackplan tasks`: what it shows of tasks, and what it does to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from projects import Project

from ackplan.adapters.ack import AckClient
from ackplan.execute.ports import ApiError
from ackplan.simulator import VirtualClock
from ackplan.simulator.upkeep.version_table import steps
from tests.running import simulator

BODY = {
    "cluster_type": "ManagedKubernetes", "name": "web", "region_id": "cn-beijing", "snat_entry": True,
    "num_of_nodes": 2, "worker_instance_types": ["ecs.hfc5.xlarge"], "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120, "login_password": "Node-password-1",
}  # fmt: skip


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def slow(tmp_path: Path, clock: VirtualClock) -> Iterator[Project]:
    """A simulator whose tasks go on until its clock is moved."""
    with simulator(clock=clock) as api:
        yield Project(tmp_path, api)


def begun(project: Project) -> dict[str, Any]:
    """What the answer says that began: the creation of a cluster."""
    done = project.run("api", "POST", "/clusters", "--body", json.dumps(BODY))
    assert done.code == 0, done.err
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def test_a_task_is_shown_with_how_far_it_is(slow: Project) -> None:
    task_id = begun(slow)["task_id"]
    done = slow.run("tasks", task_id)
    assert done.code == 0, done.err
    head, row, _, stages, *_ = done.out.splitlines()
    assert head.split() == ["TASK", "CLUSTER", "TYPE", "STATE", "DONE", "CREATED", "UPDATED"]
    assert row.split()[2:5] == ["cluster_create", "running", "0%"]
    assert stages.split() == ["STAGE", "STATE", "BEGAN"]
    (told,) = json.loads(slow.run("tasks", task_id, "--format", "json").out)
    assert (told["percent"], told["stage"], told["events"][0]["reason"]) == (0, "prepare_vpc", "Started")


def test_the_tasks_of_a_cluster_are_listed_by_its_name(slow: Project) -> None:
    answer = begun(slow)
    done = slow.run("tasks", "list", "web", "--format", "json")
    assert done.code == 0, done.err
    assert [(t["task_id"], t["cluster_id"]) for t in json.loads(done.out)] == [
        (answer["task_id"], answer["cluster_id"])
    ]
    assert answer["task_id"] in slow.run("tasks", "list", answer["cluster_id"]).out
    assert slow.run("tasks", "list", "wen").code == 1


def test_a_task_is_stopped_where_that_is_approved(slow: Project) -> None:
    task_id = begun(slow)["task_id"]
    done = slow.run("tasks", "cancel", task_id)
    assert (done.code, "ACK4006" in done.err) == (1, True), done.err
    with mock.patch("sys.stdin") as stdin, mock.patch("click.prompt", return_value="y"):
        stdin.isatty.return_value = True
        done = slow.run("tasks", "cancel", task_id)
    assert (done.code, "ACK4007" in done.err) == (1, True), done.err
    assert f"Do you want to cancel the task {task_id} (cluster_create, cluster c" in done.err
    assert " running " in slow.run("tasks", task_id).out
    done = slow.run("tasks", "cancel", task_id, "--auto-approve")
    assert (done.code, " canceled " in done.out) == (0, True), done.err


def test_one_that_is_over_is_left_alone(slow: Project) -> None:
    task_id = begun(slow)["task_id"]
    assert slow.run("tasks", "cancel", task_id, "--auto-approve").code == 0
    for verb in ("cancel", "pause", "resume"):
        done = slow.run("tasks", verb, task_id, "--auto-approve")
        assert (done.code, f"task {task_id} is canceled: nothing to {verb}" in done.err) == (1, True), done.err
    assert [c.operation for c in slow.api.calls if c.method == "POST"] == ["create_cluster", "cancel_task"]


def test_what_the_api_cannot_hold_it_says(slow: Project) -> None:
    done = slow.run("tasks", "pause", begun(slow)["task_id"], "--auto-approve")
    assert (done.code, "ErrorTaskState" in done.err) == (1, True), done.err


def test_an_upgrade_is_held_and_goes_on(slow: Project, clock: VirtualClock) -> None:
    cluster = begun(slow)["cluster_id"]
    clock.advance(3600)
    version = json.loads(slow.run("api", "GET", f"/clusters/{cluster}").out)["current_version"]
    body = json.dumps({"next_version": steps(version)[0]})
    done = slow.run("api", "POST", f"/api/v2/clusters/{cluster}/upgrade", "--body", body)
    assert done.code == 0, done.err
    task_id = json.loads(done.out)["task_id"]
    for verb, state in (("pause", "paused"), ("resume", "running"), ("pause", "paused"), ("cancel", "canceled")):
        done = slow.run("tasks", verb, task_id, "--auto-approve")
        assert (done.code, f" {state} " in done.out) == (0, True), (verb, done.out, done.err)


@pytest.mark.parametrize(("taken", "code"), [(True, 0), (False, 1)])
def test_a_lost_answer_is_looked_after(taken: bool, code: int, slow: Project) -> None:
    task_id = begun(slow)["task_id"]
    change = AckClient.change

    async def lost(self: AckClient, *call: Any) -> None:
        if taken:
            await change(self, *call)
        raise ApiError("ConnectionFailed", "reset", uncertain=True, operation="cancel_task")

    with mock.patch.object(AckClient, "change", lost):
        done = slow.run("tasks", "cancel", task_id, "--auto-approve")
    assert (done.code, " canceled " in done.out) == (code, taken), done.err


def test_a_task_that_is_not_there(slow: Project) -> None:
    for words in (("tasks", "T-1"), ("tasks", "cancel", "T-1", "--auto-approve")):
        done = slow.run(*words)
        assert (done.code, "ErrorTaskNotFound" in done.err) == (1, True), done.err
    assert slow.run("tasks").out == "No tasks are known to be running.\n"
    assert slow.run("tasks", "cancel").code == 64
