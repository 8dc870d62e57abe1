"""What a worker takes of a run that came from an engine, which others may write to."""

from __future__ import annotations

import dataclasses

import pytest

from ackplan.core.diagnostics import Failure
from ackplan.workspaces.engine_run import EngineRun, EngineTask, EngineTerms, decode_run, encode_run
from ackplan.workspaces.engine_words import check_words, sendable
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import Ending

ENTRY = WorkspaceEntry("shop", "accounts/shop", "shop", "cn-beijing", record="shop", depends_on=("base",))
TERMS = EngineTerms("plan", "1.0", ("--rate=5", "--skip-blocked"))
OWN = frozenset({"http://127.0.0.1:8080"})


def test_a_run_is_read_as_it_was_written() -> None:
    tasks = (EngineTask(ENTRY, "a" * 64), EngineTask(dataclasses.replace(ENTRY, name="b"), ready=Ending.UNCHANGED))
    run = EngineRun(TERMS, tasks, 3, 7, ("b",), {"c": "why"}, ("note",), ("shop",))
    assert decode_run(encode_run(run)) == run


@pytest.mark.parametrize(
    ("key", "value"),
    [("ackplan_run", 2), ("jobs", -1), ("jobs", True), ("workspaces", {}), ("workspaces", [{}]), ("terms", None)],
)
def test_another_shape_is_no_run(key: str, value: object) -> None:
    document = {**encode_run(EngineRun(TERMS, (EngineTask(ENTRY),))), key: value}
    with pytest.raises(Failure, match="ACK8206"):
        decode_run(document)


@pytest.mark.parametrize("name", ["../x", "a b", "", "-x", "a/b"])
def test_a_name_is_no_path(name: str) -> None:
    run = EngineRun(TERMS, (EngineTask(dataclasses.replace(ENTRY, name=name)),))
    with pytest.raises(Failure, match="ACK8206"):
        decode_run(encode_run(run))


@pytest.mark.parametrize(
    "word",
    ["--log-file=/etc/cron.d/x", "--out=plan", "--report=x", "--chdir=/", "--state=postgresql://evil/x", "-v", "--rate",
     "--rate=1\n2", "store:abc", "--var=a=b", "--skip-blocked=1", "--auto-approve"],
)  # fmt: skip
def test_options_that_are_on_no_list_are_refused(word: str) -> None:
    with pytest.raises(Failure, match="ACK8207"):
        check_words(EngineTask(ENTRY), dataclasses.replace(TERMS, words=(word,)), OWN)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "http://cs.aliyuncs.com", "https://aliyuncs.com.evil.example", "https://evil.example/.aliyuncs.com",
     "https://evilaliyuncs.com", "http://127.0.0.1:8081"],
)  # fmt: skip
def test_credentials_go_nowhere_else(address: str) -> None:
    task = EngineTask(dataclasses.replace(ENTRY, endpoint=address))
    with pytest.raises(Failure, match="ACK8205"):
        check_words(task, TERMS, OWN)
    with pytest.raises(Failure, match="ACK8205"):
        check_words(EngineTask(ENTRY), dataclasses.replace(TERMS, words=(f"--sts-endpoint={address}",)), OWN)


@pytest.mark.parametrize("address", ["https://cs.cn-hangzhou.aliyuncs.com", "http://127.0.0.1:8080"])
def test_the_cloud_and_what_a_worker_was_started_with_are_taken(address: str) -> None:
    check_words(EngineTask(dataclasses.replace(ENTRY, endpoint=address)), TERMS, OWN)


def test_policies_of_the_repository_go_along_and_files_of_this_machine_do_not() -> None:
    assert sendable(["--policy=/r/p.yaml", "--policy=builtin:x", "--report=/tmp/x"], "/r") == (
        "--policy=p.yaml",
        "--policy=builtin:x",
    )
    with pytest.raises(Failure, match="ACK8207"):
        sendable(["--policy=/elsewhere/p.yaml"], "/r")
