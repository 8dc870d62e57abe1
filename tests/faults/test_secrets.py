"""Passwords, the access key's secret, the security token and private keys: where a call fails, where a run is killed or
crashes, where a server repeats them, and in the files that have to hold one. `test_canaries.py` has every command.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.aviary import ACCESS_KEY, ATTACHED, CREDENTIALS, ENV, FILE, KEY, TOKEN, Aviary, aviary
from tests.faults.scenes import spec
from tests.faults.victim import Victims, victims


@pytest.fixture(scope="module")
def crew() -> Iterator[Victims]:
    with victims() as found:
        yield found


@pytest.fixture
def quiet(crew: Victims, tmp_path: Path) -> Iterator[Aviary]:
    with aviary(crew, tmp_path, ()) as found:
        yield found


def test_no_canary_sings_when_calls_fail(quiet: Aviary) -> None:
    """Credentials that are refused, a password that breaks the rule, and none."""
    at = quiet
    at.loud = ("-vv",)
    apply = ("apply", "--auto-approve")
    at.run(*apply, code=1, environment={"ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY + KEY})
    at.run(*apply, code=1, environment={"ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN + "x"})
    at.run(*apply, code=1, environment={"CAGE": ENV[:7]})
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
    assert "world.db" in at.search_files(but={"password.txt"})


_CRASH = """
import sys
from unittest import mock
from ackplan.adapters.ack import AckClient
from ackplan.cli.main import run
with mock.patch.object(AckClient, "create_cluster", side_effect=KeyError("shop")):
    sys.exit(run(["apply", "--auto-approve", "-vv", "--log-file", "crash.log"]))
"""


def test_no_canary_sings_in_a_crash(quiet: Aviary) -> None:
    """A bug of ours while the password is in hand: neither its message nor the log with its traceback has it."""
    environment = {**os.environ, **quiet.environment, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-X", "faulthandler", "-c", _CRASH]
    crashed = subprocess.run(command, cwd=quiet.folder, env=environment, capture_output=True, check=False)
    assert crashed.returncode == 1
    assert b"ACK9001" in crashed.stderr
    quiet.search(crashed.stdout + crashed.stderr, "output")
    assert "Traceback" in (quiet.folder / "crash.log").read_text()
    assert {"crash.log", "default.journal"} <= quiet.search_files(but={"password.txt"})


def test_no_canary_sings_in_the_process_list(quiet: Aviary) -> None:
    """While the create calls are held: the command lines of all processes, and what this one has open."""
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        let_go.wait()

    quiet.world.hold = hold
    environment = {"PATH": os.environ["PATH"], "HOME": str(quiet.folder), **quiet.environment}
    command = [sys.executable, "-m", "ackplan", "apply", "-C", str(quiet.folder), "--auto-approve", "-vv"]
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE) as running:
        held.wait()
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if process.name.isdecimal():
                    quiet.search((process / "cmdline").read_bytes(), f"command line of process {process.name}")
        quiet.world.hold = None
        let_go.set()
        assert running.stdout
        quiet.search(running.stdout.read(), "output")
    assert running.returncode == 0


# Messages of the API that quote what was sent to it.
_TWO = {"code": "Echo", "message": f"no {FILE} here, nor {KEY}"}
_ECHOES: dict[str, dict[str, object]] = {
    "refusal": {"kind": "error", "status": 400, "operation": "create_cluster", **_TWO},
}


@pytest.mark.parametrize("where", _ECHOES)
def test_no_canary_sings_in_the_server_s_words(crew: Victims, tmp_path: Path, where: str) -> None:
    with aviary(crew, tmp_path, ("-vv",), faults={"faults": [_ECHOES[where]]}) as at:
        shop = {"login_password": {"file": "password.txt"}, "attach": [ATTACHED]}
        (at.folder / "ackplan.yaml").write_text(spec({"shop": shop}))
        told = at.run("apply", "--auto-approve", "--report", "report.json", code=1)
        assert "Echo" in told.output
        assert "report.json" in at.search_files(but={"password.txt", "world.db", "world.db-wal"})


def test_simulator_does_not_tell_its_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ackplan", "simulator", "-vv", "--db", str(tmp_path / "world.db")]
    environment = {**os.environ, **CREDENTIALS}
    served = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert served.stdout
    output = b""
    while b"http://127.0.0.1:" not in output:
        output += served.stdout.readline()
    served.send_signal(signal.SIGTERM)
    output += served.communicate()[0]
    assert served.returncode == 0
    assert KEY.encode() not in output + (tmp_path / "world.db").read_bytes()


@pytest.mark.parametrize("loud", [(), ("-vv",)])
def test_profile_s_secret_is_not_told(crew: Victims, tmp_path: Path, loud: tuple[str, ...]) -> None:
    """The credentials of ~/.aliyun/config.json."""
    with aviary(crew, tmp_path, loud) as at:
        home = tmp_path / "home" / ".aliyun"
        home.mkdir(parents=True)
        profile = {"name": "birds", "mode": "StsToken", "access_key_id": ACCESS_KEY}
        profile |= {"access_key_secret": KEY, "sts_token": TOKEN, "region_id": "cn-beijing"}
        (home / "config.json").write_text(json.dumps({"current": "birds", "profiles": [profile]}))
        environment = {**at.world.environment, "CAGE": ENV, "HOME": str(home.parent)}
        for name in CREDENTIALS:
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
    at.run("kubeconfig", "shop", "--out", "kubeconfig", "--force")
    assert stolen.read_text() == "empty"
    assert not (at.folder / "kubeconfig").is_symlink()
    assert stat.S_IMODE((at.folder / "kubeconfig").stat().st_mode) == 0o600


def test_kubeconfig_takes_the_mode_of_no_file_before_it(quiet: Aviary) -> None:
    at = quiet
    at.run("apply", "--auto-approve")
    file = at.folder / "kubeconfig"
    file.write_text("open to all")
    file.chmod(0o666)
    at.run("kubeconfig", "shop", "--out", "kubeconfig", "--force")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "client-key-data" in file.read_text()
