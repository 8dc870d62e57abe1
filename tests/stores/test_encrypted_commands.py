"""The commands over encrypted stores, each on a machine of its own: a folder with the spec and no more."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from ackplan.adapters.stores.open_store import _objects
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.store_url import POSTGRESQL, store_url
from ackplan.project.plan_files import STORE
from ackplan.record.holder import Holder
from tests.running import Command, Simulator, command_line, simulator

from .cases import CASES, ENVIRONMENT, StoreCase, opened, oss_case, postgres_case
from .encrypted import identity_file, readable
from .processes import player
from .test_store_commands import ok

FLEET = """\
ackplan: 1
region: cn-beijing
clusters:
  canary-web: {cluster_type: Ask}
  canary-db: {cluster_type: Ask, depends_on: [canary-web]}
"""
CANARY = b"canary-"


def contents(url: str) -> Iterator[tuple[str, bytes]]:
    """All that a store keeps, as whoever may read it gets it."""
    parsed = store_url(url)
    if parsed.scheme in POSTGRESQL:
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'ackplan'").fetchall()
            for (table,) in tables:
                for row in connection.execute(f"SELECT * FROM ackplan.{table}".encode()):
                    yield from ((table, v if isinstance(v, bytes) else str(v).encode()) for v in row)
        return
    objects = _objects(parsed, StoreSettings(lambda what: Holder("0a0b0c0d", "me@here", 1, what, "")))
    for key in objects.keys("", "", 10_000):
        stored = objects.get(key, 1 << 26)
        assert stored
        yield key, stored.data


@dataclasses.dataclass
class Runner:
    """Runs commands on new machines. `keys` are the variables that open the store."""

    folder: Path
    environment: dict[str, str]
    keys: dict[str, str]

    def run(self, *arguments: str, keys: Mapping[str, str] | None = None, state: str = "") -> Command:
        folder = self.folder / "machine"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "ackplan.yaml").write_text(FLEET)
        variables = {**self.environment, **(self.keys if keys is None else keys)}
        return command_line(
            folder, *arguments, environment={**variables, **({"ACKPLAN_STATE": state} if state else {})}
        )


@pytest.fixture
def api() -> Iterator[Simulator]:
    with simulator(time_scale=100_000) as running:
        yield running


def runner_of(case: StoreCase, api: Simulator, tmp_path: Path) -> Runner:
    environment = {**ENVIRONMENT, **api.credentials, "ACKPLAN_ENDPOINT": api.url, "ACKPLAN_LOCK_TTL": "1s"}
    return Runner(tmp_path, {**environment, "ACKPLAN_STATE": case.url}, {})


def encrypted_runner(case: StoreCase, api: Simulator, tmp_path: Path) -> Runner:
    runner = runner_of(case, api, tmp_path)
    identity, recipient = identity_file(tmp_path)
    done = ok(runner.run("state", "init", "--recipient", recipient))
    key_id = re.search(r"ACKPLAN_KEY_ID=([0-9a-f]{32})", done)
    assert key_id
    runner.keys = {"ACKPLAN_IDENTITY": str(identity), "ACKPLAN_KEY_ID": key_id[1]}
    return runner


@pytest.mark.parametrize("name", [name for name in CASES if name != "folder"])
def test_a_fleet_lives_in_an_encrypted_store(api: Simulator, tmp_path: Path, name: str) -> None:
    case = CASES[name]()
    runner = encrypted_runner(case, api, tmp_path)
    saved = runner.run("plan", "--out", STORE)
    plan = next(word for word in saved.err.split() if word.startswith(STORE)).rstrip(".")
    assert "2 to create" in ok(runner.run("show", plan))
    ok(runner.run("apply", plan))
    assert "No changes" in ok(runner.run("plan"))
    ok(runner.run("state", "rm", "canary-db"))
    ok(runner.run("import", "canary-db"))
    assert '"canary-db"' in ok(runner.run("state", "show", "--serial", "1", "canary-db"))
    assert len(ok(runner.run("state", "history")).splitlines()) == 4
    pulled = ok(runner.run("state", "pull"))
    (tmp_path / "pulled.json").write_text(pulled)
    ok(runner.run("state", "push", str(tmp_path / "pulled.json")))
    ok(runner.run("drift", "--keep"))
    board = json.loads(ok(runner.run("board", "--format", "json")))
    assert [entry["name"] for entry in board["workspaces"][0]["entries"]] == ["canary-db", "canary-web"]
    keyless = runner.run("board", "--format", "json", keys={})
    assert (keyless.code, "canary" in keyless.out + keyless.err) == (1, False)
    assert "opens with the key of this machine" in check(runner, "encryption")["said"]
    ids = {cluster["cluster_id"].encode() for cluster in json.loads(pulled)["clusters"].values()}
    assert len(ids) == 2
    for place, data in contents(case.url):
        assert not [text for text in (CANARY, *ids) if text in readable(data)], place
    assert len({place for place, _ in contents(case.url)}) > 5
    ok(runner.run("destroy", "--auto-approve"))


def written(runner: Runner) -> list[tuple[str, bytes]]:
    """All that the store keeps, but for what doctor leaves there."""
    left = (".ackplan/clock", ".ackplan/created-once")
    return sorted(each for each in contents(runner.environment["ACKPLAN_STATE"]) if not each[0].startswith(left))


def check(runner: Runner, name: str, keys: Mapping[str, str] | None = None) -> dict[str, object]:
    """What doctor says of one thing."""
    checks = json.loads(runner.run("doctor", "--format", "json", keys=keys).out)["checks"]
    return dict(next(each for each in checks if each["check"] == name))


@pytest.fixture(params=[postgres_case, oss_case], ids=["postgresql", "oss"])
def runner(request: pytest.FixtureRequest, api: Simulator, tmp_path: Path) -> Runner:
    return encrypted_runner(request.param(), api, tmp_path)


def test_without_a_key_only_the_lock_is_there(runner: Runner, tmp_path: Path) -> None:
    ok(runner.run("apply", "--auto-approve"))
    wrong = {"ACKPLAN_IDENTITY": str(identity_file(tmp_path, "wrong")[0])}
    before = written(runner)
    for keys, code in (({}, "ACK3125"), (wrong, "ACK3126"), ({"ACKPLAN_PASSPHRASE": "x"}, "ACK3126")):
        for command in (
            ("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve"), ("state", "list"), ("state", "pull"),
            ("state", "rm", "canary-db"), ("state", "show", "--serial", "1"), ("state", "history"),
            ("state", "rekey"), ("plan", "--out", STORE), ("workspace", "new", "x"), ("import", "canary-db"),
        ):  # fmt: skip
            refused = runner.run(*command, keys=keys)
            assert (refused.code, refused.err[:7], refused.out) == (1, code, ""), command
        looked = check(runner, "encryption", keys)
        assert (looked["status"], looked["findings"][0]["code"]) == ("failed", code)  # type: ignore[index]
        assert {check(runner, name, keys)["status"] for name in ("record", "journal")} == {"skipped"}
    assert written(runner) == before
    assert ok(runner.run("lock", "show", keys={})) == "Free.\n"
    assert "freeze" in ok(runner.run("lock", "hold", "--reason", "freeze", keys={}))
    assert runner.run("apply", "--auto-approve").err.startswith("ACK3021")
    assert "freeze" in ok(runner.run("lock", "release", keys={}))
    assert ok(runner.run("workspace", "list", keys={})) == "default\n"
    assert "No changes" in ok(runner.run("plan"))


def test_an_identity_is_looked_for_in_the_folder_that_a_command_works_in(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(FLEET)
    assert "2 to create" in ok(runner.run("plan", "-C", "..", "--identity", "identity", keys={}))


def test_who_opens_a_store_is_changed(runner: Runner, tmp_path: Path) -> None:
    ok(runner.run("apply", "--auto-approve"))
    second, recipient = identity_file(tmp_path, "second")
    there = {"ACKPLAN_IDENTITY": str(second)}
    assert recipient in ok(runner.run("state", "rekey", "--recipient", f"{recipient}"))
    assert ok(runner.run("state", "list", keys=there)) == ok(runner.run("state", "list"))
    said = check(runner, "encryption", there)["said"]
    former = re.search(r"for (age1\w+), ", str(said))
    assert former
    removed = ok(runner.run("state", "rekey", "--remove-recipient", former[1], "--passphrase",
                            keys={**there, "ACKPLAN_PASSPHRASE": "correct horse"}))  # fmt: skip
    assert former[1] not in removed
    assert runner.run("plan").err.startswith("ACK3126")
    for keys in (there, {"ACKPLAN_PASSPHRASE": "correct horse"}):
        assert "No changes" in ok(runner.run("plan", keys=keys))
    renewed = runner.run("state", "rekey", "--passphrase",
                         keys={"ACKPLAN_PASSPHRASE": "correct horse", "ACKPLAN_NEW_PASSPHRASE": "battery"})  # fmt: skip
    ok(renewed)
    assert ok(runner.run("state", "list", keys={"ACKPLAN_PASSPHRASE": "battery"})) == "canary-db\ncanary-web\n"
    assert runner.run("state", "rekey", "--no-passphrase", "--remove-recipient", recipient, keys=there).err.startswith(
        "ACK3131"
    )
    for _, data in contents(runner.environment["ACKPLAN_STATE"]):
        assert b"correct horse" not in readable(data)
        assert recipient.encode() not in readable(data)


def test_a_workspace_moves_in_and_out(runner: Runner, api: Simulator, tmp_path: Path) -> None:
    folder = f"{tmp_path}/records"
    url = runner.environment["ACKPLAN_STATE"]
    plain = postgres_case().url
    ok(runner.run("apply", "--auto-approve", state=folder))
    ok(runner.run("state", "migrate", "--to", url, state=folder))
    assert "No changes" in ok(runner.run("plan"))
    for target, code in ((folder, "ACK3127"), (plain, "ACK3127")):
        refused = runner.run("state", "migrate", "--to", target)
        assert (refused.code, refused.err[:7]) == (1, code)
    assert not [place for place, data in contents(plain) if CANARY in readable(data)]
    ok(runner.run("state", "migrate", "--unencrypted", "--to", plain))
    assert runner.run("plan", state=plain).err.startswith("ACK3127")
    assert "No changes" in ok(runner.run("plan", keys={}, state=plain))
    refused = runner.run("state", "migrate", "--to", url, state=plain)
    assert (refused.code, refused.err[:7]) == (1, "ACK3127")
    ok(runner.run("state", "migrate", "--unencrypted", "--to", url, state=plain))
    assert "No changes" in ok(runner.run("plan"))
    assert not [place for place, data in contents(url) if CANARY in readable(data)]
    ok(runner.run("state", "migrate", "--unencrypted", "--to", folder))
    assert "No changes" in ok(runner.run("plan", state=folder))


def test_a_run_that_was_killed_is_gone_on_with(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it left in the journal is encrypted, and opens for the next."""
    url = runner.environment["ACKPLAN_STATE"]
    for name, value in runner.keys.items():
        monkeypatch.setenv(name, value)
    with player(url) as runs:
        assert [runs.say(line)[:2] for line in ("lock", "write", "begin", "append canary-web")] == ["ok"] * 4
        runs.kill()
    assert [entry.name for entry in opened(url).snapshot()[1].entries] == ["canary-web"]
    assert not [place for place, data in contents(url) if CANARY in readable(data)]
    assert "2 created" in ok(runner.run("apply", "--auto-approve", "--lock-timeout", "30s"))


def test_only_a_store_is_encrypted(runner: Runner, tmp_path: Path) -> None:
    _, recipient = identity_file(tmp_path, "second")
    for command in (("state", "init", "--recipient", recipient), ("state", "rekey")):
        refused = runner.run(*command, state=f"{tmp_path}/records")
        assert (refused.code, refused.err[:7]) == (1, "ACK3131")
    assert "Ready" in ok(runner.run("state", "init"))
    assert "Ready" in ok(runner.run("state", "init", keys={}))
    assert runner.run("state", "init", "--recipient", recipient).err.startswith("ACK3131")
    for passphrase in ("", "\udcff"):
        refused = runner.run("state", "init", "--passphrase", keys={"ACKPLAN_PASSPHRASE": passphrase})
        assert refused.err.startswith("ACK3130")
    assert runner.run("state", "rekey", "--recipient", "age1\udcff").err.startswith("ACK3130")


def test_a_store_that_is_to_be_encrypted_is_not_begun_in_clear(api: Simulator, tmp_path: Path) -> None:
    """A key is set, and nobody encrypted the store."""
    case = postgres_case()
    with psycopg.connect(case.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA ackplan CASCADE")
    runner = runner_of(case, api, tmp_path)
    runner.keys = {"ACKPLAN_IDENTITY": str(identity_file(tmp_path)[0])}
    for command in (("plan",), ("apply", "--auto-approve"), ("plan", "--out", STORE)):
        refused = runner.run(*command)
        assert (refused.code, refused.err[:7]) == (1, "ACK3127"), command
    assert api.url
    with psycopg.connect(case.url) as connection:
        assert not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'ackplan'").fetchall()


def test_nothing_is_imported_for_a_store_that_is_not_encrypted() -> None:
    program = "import sys, ackplan.cli.main as m\ntry: m.run(['--help'])\nfinally: print('pyrage' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "False"
