"""The commands over each store: a fleet is planned, applied and destroyed with nothing on this machine's disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ackplan.project.plan_files import STORE
from tests.running import Command, Simulator, command_line, simulator

from .cases import ENVIRONMENT, StoreCase, postgres_case
from .processes import player

FLEET = """\
ackplan: 1
region: cn-beijing
clusters:
  web: {cluster_type: Ask}
  db: {cluster_type: Ask, depends_on: [web]}
"""
Run = Callable[..., Command]


@pytest.fixture
def api() -> Iterator[Simulator]:
    with simulator(time_scale=100_000) as running:
        yield running


@pytest.fixture
def environment(api: Simulator, store: StoreCase) -> dict[str, str]:
    return {
        **ENVIRONMENT,
        **api.credentials,
        "ACKPLAN_ENDPOINT": api.url,
        "ACKPLAN_STATE": store.url,
        "ACKPLAN_LOCK_TTL": "1s",
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Iterator[Run]:
    """Runs a command, each time on another machine: a folder with no more than the spec. Destroys all in the end."""

    def on_a_machine(*arguments: str, state: str = "") -> Command:
        folder = tmp_path / "machine"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "ackplan.yaml").write_text(FLEET)
        return command_line(
            folder, *arguments, environment={**environment, **({"ACKPLAN_STATE": state} if state else {})}
        )

    yield on_a_machine
    on_a_machine("destroy", "--auto-approve")


def ok(ended: Command) -> str:
    assert ended.code == 0, ended.out + ended.err
    return ended.out


def test_each_command_may_run_on_another_machine(run: Run) -> None:
    assert "2 to create" in ok(run("plan"))
    ok(run("apply", "--auto-approve"))
    assert "No changes" in ok(run("plan"))
    assert ok(run("state", "list")).split() == ["db", "web"]
    assert json.loads(ok(run("state", "pull")))["serial"] == 1
    ok(run("destroy", "--auto-approve"))
    assert ok(run("state", "list")) == ""
    serials = [line.split()[-4:] for line in ok(run("state", "history")).splitlines()[1:]]
    assert serials


def test_a_plan_is_kept_in_the_store_and_applied_from_there(run: Run) -> None:
    saved = run("plan", "--out", STORE)
    assert saved.code == 0
    name = next(word for word in saved.err.split() if word.startswith(STORE)).rstrip(".")
    assert "2 to create" in ok(run("show", name))
    ok(run("apply", name))
    assert run("apply", STORE + "0" * 64).err.startswith("ACK3124")
    assert run("show", STORE + "../../x").err.startswith("ACK3124")


def test_a_hold_keeps_everybody_out_until_it_is_released(run: Run) -> None:
    assert ok(run("lock", "show")) == "Free.\n"
    assert "change freeze" in ok(run("lock", "hold", "--reason", "change freeze"))
    for command in (("apply", "--auto-approve"), ("state", "rm", "x"), ("lock", "hold", "--reason", "mine")):
        refused = run(*command)
        assert refused.code == 1
        assert "ACK3021" in refused.err
        assert "change freeze" in refused.err
    shown = json.loads(ok(run("lock", "show", "--format", "json")))
    assert (shown["held"], shown["holder"]["what"]) == (True, "change freeze")
    assert "2 to create" in ok(run("plan"))
    assert run("lock", "release", "ffffffff").err.startswith("ACK3023")
    assert "change freeze" in ok(run("lock", "release"))
    ok(run("apply", "--auto-approve"))
    assert run("lock", "release").err.startswith("ACK3022")


def test_workspaces_of_a_store(run: Run) -> None:
    ok(run("workspace", "new", "one"))
    assert run("workspace", "new", "one").err.startswith("ACK3123")
    ok(run("apply", "--auto-approve", "--workspace", "two"))
    assert ok(run("workspace", "list")).split() == ["one", "two"]
    assert json.loads(ok(run("workspace", "list", "--format", "json"))) == ["one", "two"]
    refused = run("workspace", "delete", "two")
    assert refused.code == 1
    assert "ACK3122" in refused.err
    assert "2 recorded clusters" in refused.err
    ok(run("destroy", "--auto-approve", "--workspace", "two"))
    ok(run("workspace", "delete", "two"))
    ok(run("workspace", "delete", "one"))
    assert ok(run("workspace", "list")) == ""
    assert run("workspace", "new", "a/b").code == 64


def test_a_version_of_the_record_is_shown(run: Run) -> None:
    ok(run("apply", "--auto-approve"))
    ok(run("state", "rm", "db"))
    assert '"web"' in ok(run("state", "show"))
    assert '"db"' not in ok(run("state", "show"))
    assert '"db"' in ok(run("state", "show", "--serial", "1", "db"))
    assert run("state", "show", "--serial", "77").err.startswith("ACK3121")
    ok(run("import", "db"))


def test_a_workspace_moves_with_what_was_left_of_a_run(run: Run, store: StoreCase, tmp_path: Path) -> None:
    ok(run("apply", "--auto-approve"))
    with player(store.url) as runner:
        assert [runner.say(line)[:2] for line in ("lock", "begin", "append web")] == ["ok"] * 3
    for target in (f"file:{tmp_path}/moved", postgres_case().url):
        moved = run("state", "migrate", "--to", target)
        assert "at serial" in ok(moved)
        refused = run("plan")
        assert refused.err.startswith("ACK3106")
        assert "--state" in refused.err
        assert "interrupted" in run("plan", state=target).out + run("plan", state=target).err
        assert "No changes" in ok(run("apply", "--auto-approve", state=target))
        ok(run("state", "migrate", "--to", store.url, state=target))
        assert "No changes" in ok(run("plan"))


def test_a_workspace_never_moves_onto_another_record(run: Run) -> None:
    other = postgres_case().url
    ok(run("apply", "--auto-approve"))
    ok(run("workspace", "new", "default", state=other))
    refused = run("state", "migrate", "--to", other)
    assert (refused.code, refused.err[:7]) == (1, "ACK3120")
    assert "No changes" in ok(run("plan"))


def test_a_password_is_no_matter_of_a_command_line(run: Run) -> None:
    url = "postgresql://ack:Secret-1@127.0.0.1:1/x"
    for command in (("plan", "--state", url), ("state", "migrate", "--to", url)):
        refused = run(*command)
        assert (refused.code, refused.err[:7]) == (1, "ACK3107")
        assert "Secret-1" not in refused.err
    away = run("plan", "--store-patience", "0", state=url)
    assert (away.code, away.err[:7]) == (1, "ACK3100")
    assert "Secret-1" not in away.err
