"""What is printed: text in whatever the terminal takes, documents in UTF-8, and nothing that ends a run."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from projects import PASSWORD, WEB, Project

from ackplan.cli.command_table import COMMANDS
from tests.running import Bytes, command_line_in, simulator

SHOP = WEB.replace("  web:", "  商店:")
ENCODINGS = ["cp1252", "latin-1", "gbk", "utf-16", "ascii", "cp437:strict", "utf-8:strict"]
DOCUMENTS = {
    "json": ("plan", "--format", "json"),
    "markdown": ("plan", "--format", "markdown"),
    "html": ("plan", "--format", "html"),
    "svg": ("plan", "--format", "svg"),
    "sarif": ("plan", "--format", "sarif"),
    "github": ("validate", "--format", "github"),
    "junit": ("validate", "--format", "junit"),
    "dot": ("graph",),
    "record": ("state", "pull"),
    "show": ("show", "--format", "json"),
    "board": ("board", "--format", "json"),
    "clusters": ("clusters", "--format", "json"),
    "export": ("export", "--all"),
    "api": ("api", "GET", "/clusters"),
    "kubeconfig": ("kubeconfig", "商店"),
    "certs": ("certs", "商店"),
    "schema": ("schema",),
    "diff": ("fmt", "--check", "--diff"),
    "upgrade": ("upgrade-spec", "商店", "-f", "as-applied.yaml"),
}
# Those that have no reason to name the cluster.
NAMELESS = ("sarif", "github", "junit", "kubeconfig", "certs", "schema")


def run(project: Project, *words: str, encoding: str, stdin: bytes = b"") -> Bytes:
    environment = {**PASSWORD, **project.api.credentials, "ACKPLAN_ENDPOINT": project.api.url}
    return command_line_in(encoding, project.folder, *words, environment=environment, stdin=stdin)


def process(project: Project, *words: str, encoding: str) -> Bytes:
    """The same in a process of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **PASSWORD, **project.api.credentials, "ACKPLAN_ENDPOINT": project.api.url}
    done = subprocess.run([sys.executable, "-m", "ackplan", *words], cwd=project.folder, capture_output=True,
                          env={**environment, "PYTHONIOENCODING": encoding}, check=False)  # fmt: skip
    return Bytes(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with simulator(time_scale=60_000) as api:
        project = Project(tmp_path_factory.mktemp("applied"), api).applied(SHOP)
        project.write(SHOP, "as-applied.yaml")
        project.write(SHOP.replace("num_of_nodes: 3  #", "num_of_nodes:   4  # 更多"))
        yield project


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans that are compared were made at one time."""
    moment = datetime.datetime(2026, 5, 4, 8, 30, tzinfo=datetime.UTC)
    monkeypatch.setattr("ackplan.adapters.local.clock.now", lambda: moment)


@pytest.mark.parametrize("words", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_utf_8_whatever_the_terminal_takes(words: tuple[str, ...], applied: Project) -> None:
    usual = run(applied, *words, encoding="utf-8")
    assert usual.code in {0, 1}, usual.err
    assert usual.out.decode("utf-8")
    for encoding in ("cp1252", "gbk", "utf-16"):
        done = run(applied, *words, encoding=encoding)
        assert done.code == usual.code, done.err
        assert sorted(done.out.splitlines()) == sorted(usual.out.splitlines())
    text = usual.out.decode("utf-8")
    assert "商店" in text or "\\u5546\\u5e97" in text or {*words} & {*NAMELESS}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_never_fails_on_a_sign(encoding: str, project: Project) -> None:
    """In the middle of an apply least of all."""
    project.write(SHOP)
    for words in (("validate",), ("plan", "--out", "it.plan"), ("rehearse", "it.plan"), ("apply", "it.plan"), ("show",),
                  ("state", "list"), ("clusters",), ("plan",), ("drift",), ("destroy", "--auto-approve")):  # fmt: skip
        done = run(project, *words, encoding=encoding)
        assert done.code == 0, (words, done.err)
        assert b"ACK9001" not in done.out + done.err
    assert [call.split()[0] for call in project.changing()] == ["POST", "DELETE"]


def test_signs_that_cannot_be_shown_are_told_by_their_number(project: Project) -> None:
    project.write(SHOP)
    assert b"# \\u5546\\u5e97 will be created" in run(project, "plan", encoding="cp1252").out
    assert "# 商店 will be created".encode("gbk") in run(project, "plan", encoding="gbk").out
    assert run(project, "plan", "--out", "it.plan", encoding="cp1252").code == 0
    shown = run(project, "rehearse", "it.plan", encoding="latin-1").out
    assert b"\\u2588" not in shown
    assert b"##" in shown


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "cp437:strict"])
def test_a_process_prints_what_is_tested_within_this_one(encoding: str, project: Project) -> None:
    project.write(SHOP)
    for words in (("plan",), ("plan", "--format", "json"), ("plan", "--no-such-option")):
        done = process(project, *words, encoding=encoding)
        assert done.code in {0, 64}
        assert _timeless(done) == _timeless(run(project, *words, encoding=encoding))


def _timeless(done: Bytes) -> Bytes:
    """What was printed, in whatever encoding, without the moments."""
    day, time = rb"(?:\d\x00?){4}(?:-\x00?(?:\d\x00?){2}){2}T\x00?", rb"(?:\d\x00?){2}(?::\x00?(?:\d\x00?){2}){2}"
    return Bytes(done.code, re.sub(day + time, b"", done.out), done.err)


def test_errors_are_told_in_any_encoding(project: Project) -> None:
    project.write(SHOP.replace("num_of_nodes", "节点"))
    for encoding in ENCODINGS:
        done = run(project, "plan", encoding=encoding)
        assert done.code == 1
        assert b"ACK9001" not in done.err.replace(b"\0", b"")
        assert b"ACK1104" in done.err.replace(b"\0", b"")


def test_a_layout_goes_through_as_it_came(project: Project) -> None:
    for encoding in ("cp1252", "gbk"):
        done = run(project, "fmt", "-", encoding=encoding, stdin=SHOP.encode())
        assert yaml.safe_load(done.out.decode("utf-8")) == yaml.safe_load(SHOP)


def test_a_log_takes_every_sign(project: Project) -> None:
    project.write(SHOP)
    assert process(project, "apply", "--auto-approve", "--log-file", "log", encoding="cp1252").code == 0
    assert Path(project.folder / "log").read_text("utf-8")
    assert process(project, "destroy", "--auto-approve", "-vv", encoding="cp1252").code == 0


def deaf(project: Project, *words: str, stdout: int, stderr: int) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **PASSWORD, **project.api.credentials, "ACKPLAN_ENDPOINT": project.api.url}
    command = [sys.executable, "-m", "ackplan", *words]
    return subprocess.run(command, cwd=project.folder, env=environment, stdout=stdout, stderr=stderr, check=False)


@contextlib.contextmanager
def nowhere(kind: str) -> Iterator[int]:
    """Where nothing can be written: a disk that is full, a pipe that nobody reads."""
    reading, writing = (os.open("/dev/full", os.O_WRONLY), 0) if kind == "full" else os.pipe()
    if kind == "closed":
        os.close(reading)
        reading = writing
    try:
        yield reading
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    ("words", "kind", "form"),
    [
        (("it.plan",), "full", "text"),
        (("it.plan",), "closed", "json"),
        (("--auto-approve",), "full", "json"),
        (("--auto-approve",), "closed", "text"),
    ],
)
def test_a_run_goes_on_when_its_output_cannot_be_written(
    words: tuple[str, ...], kind: str, form: str, project: Project
) -> None:
    project.write(SHOP)
    assert project.run("plan", "--out", "it.plan").code == 0
    with nowhere(kind) as stdout:
        done = deaf(project, "apply", *words, "--format", form, stdout=stdout, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert b"The run goes on" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"ignored" not in done.stderr
    assert (b"Apply complete: 1 created" in done.stderr) == (form == "text")
    assert "商店" in json.loads((project.folder / "state/default.json").read_text("utf-8"))["clusters"]


def test_why_a_run_failed_is_told_where_it_can_be(project: Project) -> None:
    project.write(SHOP)
    with nowhere("full") as stdout:
        words = ("apply", "--auto-approve", "--format", "json", "--report", "ackplan.yaml")
        done = deaf(project, *words, stdout=stdout, stderr=subprocess.PIPE)
    assert (done.returncode, b"ACK3017" in done.stderr) == (1, True), done.stderr


def test_a_message_on_standard_error_ends_no_run(project: Project) -> None:
    project.write(SHOP)
    with nowhere("full") as stderr:
        done = deaf(project, "apply", "--auto-approve", "-vv", stdout=subprocess.PIPE, stderr=stderr)
    assert done.returncode == 0
    assert b"Apply complete: 1 created" in done.stdout


def test_what_is_no_run_fails_where_it_cannot_tell_its_result(project: Project) -> None:
    project.write(SHOP)
    for words in (("plan",), ("plan", "--format", "json"), ("validate",)):
        with nowhere("full") as stdout:
            done = deaf(project, *words, stdout=stdout, stderr=subprocess.PIPE)
        assert (done.returncode, b"ACK3014" in done.stderr) == (1, True), done.stderr


def test_every_command_is_known_here() -> None:
    """A command that prints for programs alone has to say so: `options(document=True)`."""
    text = {"init", "validate", "plan", "show", "apply", "destroy", "drift", "rehearse", "import", "clusters", "tasks",
            "state", "fleet", "worker", "runs", "unlock", "lock", "workspace", "doctor", "sandbox", "simulator", "completion", "version", "explain", "fmt", "attach-script"}  # fmt: skip
    assert {*COMMANDS} - text == {words[0] for words in DOCUMENTS.values()} - text


def test_a_stream_whose_file_was_replaced_beneath_it_prints_as_it_can(project: Project) -> None:
    project.write(SHOP)
    code = "import os, sys; sys.stdout.seekable(); from ackplan.cli.main import run; sys.exit(run(['validate']))"
    with (project.folder / "out").open("wb") as out:
        reading, writing = os.pipe()
        program = f"import os; os.dup2({writing}, 1); {code}"
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=project.folder, stdout=out, pass_fds=[writing], check=False)
        os.close(writing)
        assert done.returncode == 0
        assert os.read(reading, 1000) == b"Valid: 1 cluster in 1 file.\n"
        os.close(reading)
