"""The command as a process of its own, against a simulator in another process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(EXAMPLES.parent),
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "tester",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "tester-secret",
    "ACK_NODE_PASSWORD": "Node-password-1",
    "ACKPLAN_RATE": "0",
}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ackplan", *arguments]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env={**ENVIRONMENT, "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """`ackplan simulator` in a process of its own; it takes the key pair of its environment."""
    served = subprocess.Popen(
        command("simulator", "--time-scale", "60000", "--db", str(tmp_path / "world.db")),
        env={**ENVIRONMENT, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert served.stdout is not None
    yield served.stdout.readline().strip()
    served.terminate()
    assert served.wait() == 0
    served.stdout.close()


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    shutil.copytree(EXAMPLES / "fleet" / "fleet", work / "fleet")
    return work


def test_apply_and_plan_again(endpoint: str, fleet: Path) -> None:
    applied = run(fleet, "apply", "--auto-approve", "--report", "report.json", ACKPLAN_ENDPOINT=endpoint)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "12 created" in applied.stdout
    again = run(fleet, "plan", "--detailed-exitcode", "--endpoint", endpoint)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith("No changes.")
    assert "Node-password-1" not in "".join(p.read_text("utf-8", "replace") for p in fleet.rglob("*") if p.is_file())


def test_wrong_key_is_told_with_its_cure(endpoint: str, fleet: Path) -> None:
    refused = run(fleet, "plan", ACKPLAN_ENDPOINT=endpoint, ALIBABA_CLOUD_ACCESS_KEY_SECRET="wrong")
    assert refused.returncode == 1
    assert "SignatureDoesNotMatch" in refused.stderr
    assert "credentials" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_usage_and_approval(endpoint: str, fleet: Path) -> None:
    assert run(fleet, "plna").returncode == 64
    assert run(fleet, "plan", "--format", "yaml").returncode == 64
    nobody = run(fleet, "apply", ACKPLAN_ENDPOINT=endpoint)
    assert nobody.returncode == 1
    assert "--auto-approve" in nobody.stderr
    missing = run(fleet, "apply", "--auto-approve", ACKPLAN_ENDPOINT=endpoint, ACK_NODE_PASSWORD="short")
    assert missing.returncode == 1
    assert "does not hold 8 to 30 characters" in missing.stderr


def test_a_plan_file_is_applied_once_and_then_stale(endpoint: str, fleet: Path) -> None:
    planned = run(fleet, "plan", "--out", "it.plan", "--target", "web-singapore", ACKPLAN_ENDPOINT=endpoint)
    assert planned.returncode == 0, planned.stderr
    shown = run(fleet, "show", "it.plan")
    assert shown.stdout == planned.stdout
    assert run(fleet, "apply", "it.plan", ACKPLAN_ENDPOINT=endpoint).returncode == 0
    stale = run(fleet, "apply", "it.plan", ACKPLAN_ENDPOINT=endpoint)
    assert stale.returncode == 1
    assert "ACK6004" in stale.stderr


def test_help_and_version_import_nothing_heavy() -> None:
    heavy = {"aiohttp", "jsonschema", "networkx", "yaml", "sqlite3", "alibabacloud_credentials"}
    script = (
        "import sys; from ackplan.cli.main import run\n"
        "run(['--help']); run(['version']); run(['plan', '--help'])\n"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_first_page_of_help_imports_no_reader_of_options() -> None:
    script = (
        "import sys; from ackplan.__main__ import main\n"
        "sys.argv = ['ackplan', sys.argv[1]]\n"
        "try: main()\nfinally: print(sorted({'click', 'dataclasses'} & set(sys.modules)))"
    )
    for word in ("--help", "version"):
        command = [sys.executable, "-c", script, word]
        environment = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("ACKPLAN_")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]"


def test_a_plan_as_text_loads_neither_other_formats_nor_what_carries_it_out(endpoint: str, fleet: Path) -> None:
    heavy = {"ackplan.execute.executor", "ackplan.execute.step_run", "ackplan.policy", "ackplan.render.terraform.plan"}
    script = f"import sys; from ackplan.cli.main import run\nrun(['plan']); print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=fleet, env={**ENVIRONMENT, "ACKPLAN_ENDPOINT": endpoint},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "create" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
