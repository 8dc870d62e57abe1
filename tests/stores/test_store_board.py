"""A board over each store: what runs, checks and plans left there is on it, and no more than that is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ackplan.project.plan_files import STORE
from tests.running import Command, command_line

from .cases import ENVIRONMENT, StoreCase, encrypted, postgres_case
from .processes import player
from .test_store_commands import Run, api, environment, ok, run  # noqa: F401 - fixtures


def board(run: Run) -> dict[str, Any]:  # noqa: F811
    """The data by the names of the workspaces."""
    told = run("board", "--format", "json")
    assert told.code == 0, told.err
    return {each["name"]: each for each in json.loads(told.out)["workspaces"]}


def test_a_board_shows_what_became_of_a_fleet(run: Run, tmp_path: Path) -> None:  # noqa: F811
    out = str(tmp_path / "board")
    assert "0 workspaces, 0 clusters" in ok(run("board", "--out", out))
    ok(run("workspace", "new", "empty"))
    ok(run("apply", "--auto-approve"))
    ok(run("drift", "--keep"))
    seen = board(run)
    assert set(seen) == {"default", "empty"}
    fleet = seen["default"]
    assert (fleet["statuses"], seen["empty"]["statuses"]) == (["in order"], ["empty"])
    assert (fleet["run"]["what"], fleet["run"]["exit"], fleet["run"]["counts"]["done"]) == ("ackplan apply", 0, 2)
    assert (fleet["check"]["looked"], fleet["check"]["total"], fleet["check"]["complete"]) == (2, 0, True)
    assert 0 <= fleet["check"]["age"] < 300
    assert fleet["world"] == {"account": "", "endpoint": "loopback endpoint", "regions": ["cn-beijing"]}
    assert [each["name"] for each in fleet["entries"]] == ["db", "web"]
    assert [event["event"] for event in fleet["entries"][0]["history"]] == ["created"]
    ok(run("state", "rm", "db"))
    gone = board(run)["default"]
    assert gone["statuses"] == ["not checked"]
    assert gone["unchecked"] == "the record was written since"
    assert [(each["name"], each["recorded"]) for each in gone["entries"]] == [("web", True), ("db", False)]
    assert [event["event"] for event in gone["entries"][1]["history"]] == ["deleted", "created"]
    assert "2 workspaces, 1 cluster" in ok(run("board", "--out", out))
    assert (tmp_path / "board" / "workspaces" / "default.html").exists()
    ok(run("import", "db"))


def test_a_plan_that_waits_is_shown_until_it_was_applied(run: Run, tmp_path: Path) -> None:  # noqa: F811
    ok(run("workspace", "new", "default"))
    policy = tmp_path / "policy.yaml"
    policy.write_text('ackplan_policy: 1\nrules:\n  few: {reason: "small", max_changes: 0}\n')
    refused = run("plan", "--out", STORE, "--policy", str(policy))
    assert refused.code == 1
    assert "for review only" in refused.err
    assert board(run)["default"]["plans"] == []
    ended = run("plan", "--out", STORE)
    name = next(word for word in ended.err.split() if word.startswith(STORE)).rstrip(".")
    (plan,) = board(run)["default"]["plans"]
    assert (plan["name"], plan["actions"], plan["mode"], plan["complete"]) == (name, {"create": 2}, "normal", True)
    ok(run("apply", name))
    assert board(run)["default"]["plans"] == []


def test_a_run_that_was_killed_and_a_hold_are_shown(run: Run, store: StoreCase) -> None:  # noqa: F811
    with player(store.url) as runner:
        assert [runner.say(line)[:2] for line in ("lock", "begin", "append web")] == ["ok"] * 3
        (running,) = [board(run)["default"]]
        assert running["statuses"][0] in {"running", "empty"}
        assert running["lock"]["lives"]
    killed = board(run)["default"]
    assert killed["calls"][0]["cluster"] == "web"
    assert "interrupted" in killed["interrupted"] or killed["lock"]["lives"]
    ok(run("apply", "--auto-approve", "--lock-timeout", "20s"))
    ok(run("lock", "hold", "--reason", "change freeze"))
    held = board(run)["default"]
    assert "held" in held["statuses"]
    assert (held["lock"]["what"], held["lock"]["hold"]) == ("change freeze", True)
    ok(run("lock", "release"))


def test_a_workspace_that_cannot_be_read_is_on_the_board_too(run: Run, tmp_path: Path) -> None:  # noqa: F811
    import psycopg

    case = postgres_case()
    ok(run("workspace", "new", "one", state=case.url))
    ok(run("workspace", "new", "two", state=case.url))
    with psycopg.connect(case.url, autocommit=True) as connection:
        connection.execute("UPDATE ackplan.record SET data = 'x' WHERE workspace = 'one'")
        connection.execute("INSERT INTO ackplan.workspace (name) VALUES ('<script>'), ('../../x')")
    told = run("board", "--format", "json", state=case.url)
    assert told.code == 1
    seen = {each["name"]: each for each in json.loads(told.out)["workspaces"]}
    assert (seen["one"]["statuses"], seen["two"]["statuses"]) == (["unreadable"], ["empty"])
    assert "ACK3104" in seen["one"]["faults"][0]
    assert set(seen) == {"one", "two"}
    ended = run("board", "--out", str(tmp_path / "board"), state=case.url)
    assert ended.code == 1
    assert "1 workspace can't be read" in ended.out


def test_a_store_that_is_away_leaves_the_board_as_it_was(tmp_path: Path) -> None:
    case = postgres_case()
    out = tmp_path / "board"
    environment = {**os.environ, **ENVIRONMENT, "ACKPLAN_STATE": case.url}  # noqa: F811
    command = [sys.executable, "-m", "ackplan", "board", "--out", str(out)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    before = (out / "index.html").read_bytes()
    away = {**environment, "ACKPLAN_STATE": "postgresql://nobody@127.0.0.1:9/x", "ACKPLAN_STORE_PATIENCE": "0s"}
    ended = subprocess.run(command, env=away, check=False, capture_output=True, text=True)
    assert (ended.returncode, "ACK3100" in ended.stderr) == (1, True)
    assert (out / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["board"]


def test_the_board_is_asked_for_in_one_way(run: Run, tmp_path: Path) -> None:  # noqa: F811
    assert run("board").code == 64
    assert run("board", "--out", str(tmp_path / "x"), "--format", "json").code == 64


@pytest.mark.parametrize("name", ["postgresql", "seaweedfs"])
def test_a_board_of_an_encrypted_store_needs_its_key(tmp_path: Path, name: str) -> None:
    case, keys = encrypted(name, tmp_path)
    (tmp_path / "one").mkdir()

    def ran(*words: str, **more: str) -> Command:
        return command_line(tmp_path / "one", *words, environment={**ENVIRONMENT, "ACKPLAN_STATE": case.url, **more})

    for workspace in ("first", "second"):
        ok(ran("workspace", "new", workspace, **keys))
    told = ran("board", "--format", "json", **keys)
    assert told.code == 0, told.err
    assert [each["statuses"] for each in json.loads(told.out)["workspaces"]] == [["empty"]] * 2
    closed = ran("board", "--format", "json")
    assert closed.code == 1
    assert "ACK3125" in closed.out + closed.err
