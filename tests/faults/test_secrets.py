"""Passwords, the access key's secret, the security token and private keys are in no output and in no file.

Canaries stand for them; every command runs at its highest verbosity, and everything written is searched.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from ackplan.cli.main import COMMANDS
from tests.faults.scenes import spec
from tests.faults.stage import Stage, stage
from tests.faults.victim import Ended, Victims, victims

# Each passes the password rule, and reads differently in JSON, in URLs and in base64.
_ENV, _FILE, _KEY, _TOKEN = 'Canary-Env-1"\\', "Canary-File-2&/", "Canary-Key-3=+", "Canary-Token-4%"
_ACCESS_KEY = "canary-bird"
_CREDENTIALS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": _ACCESS_KEY,
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": _KEY,
    "ALIBABA_CLOUD_SECURITY_TOKEN": _TOKEN,
}
_ATTACHED = {"instances": ["i-one"], "password": {"file": "password.txt"}}
_EDGE = {
    "profile": "Edge",
    "login_password": {"file": "password.txt"},
    "attach_script": {"nodeNameStrategy": "hostname"},
}
_FLEET = {
    "shop": {
        "login_password": {"env": "CAGE"},
        "attach": [_ATTACHED],
    },
    "rim": _EDGE,
}


def _shapes(canary: str) -> set[bytes]:
    """How a secret may look in a file: as it is, in JSON, in YAML, in a URL, in base64."""
    told = {canary, json.dumps(canary)[1:-1], repr(canary)[1:-1], quote(canary, safe=""), quote(canary)}
    return {text.encode() for text in told} | {base64.b64encode(canary.encode()).rstrip(b"=")}


@dataclass
class Aviary:
    """A project whose every secret is a canary, and a world that takes them."""

    crew: Victims
    world: Stage
    folder: Path
    loud: tuple[str, ...]
    private: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {**self.world.environment, **_CREDENTIALS, "CAGE": _ENV}

    def run(self, *arguments: str, code: int | None = 0, environment: Mapping[str, str] | None = None) -> Ended:
        found = self.crew.run(self.folder, {**self.environment, **(environment or {})}, [*arguments, *self.loud])
        assert found.code == code or code is None, f"{arguments}: {found.output}"
        self.said.append(arguments[0])
        self.search(found.output.encode(), f"output of {' '.join(arguments)}")
        return found

    def search(self, data: bytes, where: str) -> None:
        for canary in {_ENV, _FILE, _KEY, _TOKEN, *self.private}:
            for shape in _shapes(canary):
                assert shape not in data, f"{canary} is in the {where}"

    def search_files(self, *, but: set[str]) -> set[str]:
        """Searches every file that was written; their names."""
        names = set()
        for path in self.folder.parent.rglob("*"):
            if path.is_file() and path.name not in but:
                self.search(path.read_bytes(), f"file {path.name}")
                names.add(path.name)
        return names


@pytest.fixture(scope="module")
def crew() -> Iterator[Victims]:
    with victims() as found:
        yield found


@pytest.fixture(params=[("-vv",), ("-vv", "--log-file", "log.txt")], ids=["screen", "log"])
def aviary(request: pytest.FixtureRequest, crew: Victims, tmp_path: Path) -> Iterator[Aviary]:
    yield from _aviary(crew, tmp_path, request.param)


@pytest.fixture
def quiet(crew: Victims, tmp_path: Path) -> Iterator[Aviary]:
    yield from _aviary(crew, tmp_path, ())


def _aviary(crew: Victims, tmp_path: Path, loud: tuple[str, ...], **settings: Any) -> Iterator[Aviary]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec(_FLEET))
    (folder / "password.txt").write_text(_FILE + "\n")
    settings |= {"access_keys": {_ACCESS_KEY: _KEY}, "security_tokens": {_ACCESS_KEY: _TOKEN}}
    with stage(tmp_path / "world.db", **settings) as world:
        yield Aviary(crew, world, folder, loud)


def _hand_outs(at: Aviary) -> None:
    """What a cluster hands out is a secret, too: it goes into the file that was asked for."""
    cluster_id = at.world.ids()["shop"]
    config = yaml.safe_load(at.world.world.kubeconfig(cluster_id)["config"])
    at.private = {config["users"][0]["user"]["client-key-data"]}
    at.run("kubeconfig", "shop", "--out", "kubeconfig")
    at.run("kubeconfig", "shop", "--merge", environment={"KUBECONFIG": "merged"})
    at.run("certs", "shop", "--out", "certs")
    for path in (at.folder / "kubeconfig", at.folder / "merged", *(at.folder / "certs").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    script = at.run("attach-script", "rim").output
    token = script.partition("--openapi-token=")[2].split()[0]
    assert len(token) == 32
    at.private.add(token)


def test_no_canary_sings(aviary: Aviary) -> None:
    at = aviary
    at.run("validate")
    at.run("plan", "--out", "it.plan")
    at.run("show", "it.plan", "--format", "json")
    at.run("graph", "it.plan")
    at.run("rehearse", "it.plan")
    at.run("apply", "it.plan", "--report", "report.json")
    at.run("plan", "--detailed-exitcode", "--format", "json")
    _hand_outs(at)
    at.run("drift")
    at.run("clusters")
    at.run("tasks")
    at.run("state", "show", "shop")
    at.run("state", "pull")
    at.run("state", "history")
    at.run("state", "rm", "shop")
    at.run("import", "shop")
    at.run("unlock", "nobody", code=1)
    at.run("api", "GET", "/clusters")
    at.run("api", "POST", "/clusters", "--body", '{"login_password": {"no": "password"}}', code=1)
    at.run("schema", "spec")
    at.run("version")
    for other in sorted(set(COMMANDS) - {*at.said, "destroy", "simulator"}):
        at.run(other, code=None)
    at.run("destroy", "--auto-approve", "--format", "json")
    written = at.search_files(but={"password.txt", "kubeconfig", "merged", "world.db-wal", "key.pem", "config", "key"})
    assert {
        "ackplan.yaml",
        "default.json",
        "default.json.backup",
        "default.journal",
        "it.plan",
        "report.json",
    } <= written


def test_no_canary_sings_when_calls_fail(quiet: Aviary) -> None:
    """Credentials that are refused, a password that breaks the rule, and none."""
    at = quiet
    at.loud = ("-vv",)
    apply = ("apply", "--auto-approve")
    at.run(*apply, code=1, environment={"ALIBABA_CLOUD_ACCESS_KEY_SECRET": _KEY + _KEY})
    at.run(*apply, code=1, environment={"ALIBABA_CLOUD_SECURITY_TOKEN": _TOKEN + "x"})
    at.run(*apply, code=1, environment={"CAGE": _ENV[:7]})
    (at.folder / "password.txt").unlink()
    at.run(*apply, code=1)
    at.search_files(but=set())


def test_no_canary_sings_from_the_grave(quiet: Aviary) -> None:
    """Killed while the create call is under way: the journal's files are as SQLite left them."""
    at = quiet
    at.world.aim("after", 2)
    killed = at.crew.run(at.folder, at.environment, ("apply", "--auto-approve"), born=at.world.born)
    assert killed.code == -9
    assert "default.journal-wal" in at.search_files(but={"password.txt"})


def test_no_canary_sings_in_the_sandbox(quiet: Aviary) -> None:
    at = quiet
    at.loud = ("-vv", "--sandbox", "--time-scale", "100000")
    at.run("apply", "--auto-approve")
    assert "sandbox.db" in at.search_files(but={"password.txt"})


# Messages of the API that quote what was sent to it.
_TWO = {"code": "Echo", "message": f"no {_FILE} here, nor {_KEY}"}
_ECHOES: dict[str, dict[str, object]] = {
    "refusal": {"kind": "error", "status": 400, "operation": "create_cluster", **_TWO},
}


@pytest.mark.parametrize("where", _ECHOES)
def test_no_canary_sings_in_the_server_s_words(crew: Victims, tmp_path: Path, where: str) -> None:
    for at in _aviary(crew, tmp_path, ("-vv",), faults={"faults": [_ECHOES[where]]}):
        shop = {"login_password": {"file": "password.txt"}, "attach": [_ATTACHED]}
        (at.folder / "ackplan.yaml").write_text(spec({"shop": shop}))
        told = at.run("apply", "--auto-approve", "--report", "report.json", code=1)
        assert "Echo" in told.output
        assert "report.json" in at.search_files(but={"password.txt", "world.db", "world.db-wal"})


def test_simulator_does_not_tell_its_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ackplan", "simulator", "-vv", "--db", str(tmp_path / "world.db")]
    environment = {**os.environ, **_CREDENTIALS}
    served = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert served.stdout
    output = b""
    while b"http://127.0.0.1:" not in output:
        output += served.stdout.readline()
    served.send_signal(signal.SIGTERM)
    output += served.communicate()[0]
    assert served.returncode == 0
    assert _KEY.encode() not in output + (tmp_path / "world.db").read_bytes()


@pytest.mark.parametrize("loud", [(), ("-vv",)])
def test_profile_s_secret_is_not_told(crew: Victims, tmp_path: Path, loud: tuple[str, ...]) -> None:
    """The credentials of ~/.aliyun/config.json."""
    for at in _aviary(crew, tmp_path, loud):
        home = tmp_path / "home" / ".aliyun"
        home.mkdir(parents=True)
        profile = {"name": "birds", "mode": "StsToken", "access_key_id": _ACCESS_KEY}
        profile |= {"access_key_secret": _KEY, "sts_token": _TOKEN, "region_id": "cn-beijing"}
        (home / "config.json").write_text(json.dumps({"current": "birds", "profiles": [profile]}))
        environment = {**at.world.environment, "CAGE": _ENV, "HOME": str(home.parent)}
        for name in _CREDENTIALS:
            environment.pop(name, None)
        found = crew.run(at.folder, environment, ("clusters", "--profile", "birds", *loud))
        assert found.code == 0, found.output
        at.search(found.output.encode(), "output")


def test_kubeconfig_is_not_written_through_a_link(quiet: Aviary, tmp_path: Path) -> None:
    at = quiet
    at.run("apply", "--auto-approve")
    stolen = tmp_path / "stolen"
    stolen.write_text("empty")
    stolen.chmod(0o644)
    (at.folder / "kubeconfig").symlink_to(stolen)
    at.run("kubeconfig", "shop", "--out", "kubeconfig")
    assert stolen.read_text() == "empty"
    assert not (at.folder / "kubeconfig").is_symlink()
    assert stat.S_IMODE((at.folder / "kubeconfig").stat().st_mode) == 0o600


def test_kubeconfig_takes_the_mode_of_no_file_before_it(quiet: Aviary) -> None:
    at = quiet
    at.run("apply", "--auto-approve")
    file = at.folder / "kubeconfig"
    file.write_text("open to all")
    file.chmod(0o666)
    at.run("kubeconfig", "shop", "--out", "kubeconfig")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "client-key-data" in file.read_text()
