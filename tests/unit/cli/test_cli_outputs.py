"""Files that a command line names to be written: only one of the same sort is replaced, or any with `--force`."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from projects import PASSWORD, WEB, Project

TWO = "kind: Config\ncontexts:\n- {name: a, context: {cluster: a}}\n- {name: b, context: {cluster: b}}\n"
PAGE = "<!doctype html>\n<title>My notes</title>\n"
COMMANDS = {
    "plan": ("plan", "--out"),
    "apply": ("apply", "--auto-approve", "--report"),
    "destroy": ("destroy", "--auto-approve", "--report"),
    "kubeconfig": ("kubeconfig", "web", "--out"),
}
OWN = ("ackplan.yaml", "state/default.json", ".ackplan/default.lock", ".ackplan/default.json.backup")


def words_for(command: str, file: str) -> tuple[str, ...]:
    return (*COMMANDS[command], file)


@pytest.fixture
def fleet(project: Project) -> Project:
    """A cluster that was created, then scaled, so that there is a backup of the record too."""
    project.applied(WEB)
    project.write(WEB.replace("num_of_nodes: 3", "num_of_nodes: 4"))
    assert project.run("apply", "--auto-approve").code == 0
    return project


def refused(project: Project, *words: str) -> None:
    file = project.folder / words[-1]
    before, calls = file.read_bytes(), len(project.changing())
    for forced in ((), ("--force",)) if words[-1] in OWN else ((),):
        done = project.run(*words, *forced)
        assert done.code == 1, (words, done.out)
        assert "ACK3017 File was not replaced" in done.err, done.err
        assert file.read_bytes() == before
        assert len(project.changing()) == calls


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("file", OWN)
def test_spec_record_and_what_belongs_to_a_run_are_never_replaced(command: str, file: str, fleet: Project) -> None:
    refused(fleet, *words_for(command, file))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("text", ["my notes\n", PAGE, "{}", TWO, "\0\1\2", json.dumps({"serial": 1, "lineage": "x"})])
def test_a_file_of_another_sort_is_replaced_with_force_alone(command: str, text: str, fleet: Project) -> None:
    file = fleet.folder / "mine"
    file.write_text(text, "utf-8")
    refused(fleet, *words_for(command, "mine"))
    done = fleet.run(*words_for(command, "mine"), "--force")
    assert done.code == 0, done.err
    assert file.read_bytes() != text.encode()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_of_the_same_sort_is_replaced(command: str, fleet: Project) -> None:
    (fleet.folder / "out").touch()
    for _ in range(3):
        done = fleet.run(*(words_for(command, "out") if command != "destroy" else words_for("apply", "out")))
        assert done.code == 0, done.err
    for other in set(COMMANDS) - {command, "destroy" if command == "apply" else "apply"}:
        refused(fleet, *words_for(other, "out"))


def test_a_page_is_replaced_by_a_page(fleet: Project) -> None:
    for _ in range(2):
        assert fleet.run("apply", "--auto-approve", "--report", "run.html").code == 0
    (fleet.folder / "run.html").write_text(PAGE, "utf-8")
    refused(fleet, "apply", "--auto-approve", "--report", "run.html")


@pytest.mark.parametrize("file", ["state/other.json", "old.json", "mine.db", "more.yaml", "tf/ackplan.yaml"])
def test_a_record_a_database_and_a_spec_are_known_wherever_they_are(file: str, fleet: Project) -> None:
    path = fleet.folder / file
    path.parent.mkdir(exist_ok=True)
    if file.endswith(".db"):
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE t (x)")
        database.close()
    else:
        path.write_bytes(
            (fleet.folder / ("state/default.json" if file.endswith("json") else "ackplan.yaml")).read_bytes()
        )
    for forced in ((), ("--force",)):
        done = fleet.run("plan", *forced, "--out", file)
        assert (done.code, "ACK3017" in done.err) == (1, True), done.err


@pytest.mark.parametrize(
    "file",
    ["state/default.json", ".ackplan/default.journal", ".ackplan/sandbox/a.json", "ackplan.yaml", "fleet/new.yaml"],
)
def test_a_name_that_the_project_has_for_something_else_is_not_taken(file: str, project: Project) -> None:
    """Nothing stands there yet."""
    project.write(WEB, "fleet/web.yaml")
    for words in (("plan", "--out", file), ("apply", "--auto-approve", "--report", file)):
        done = project.run(*words)
        assert (done.code, "ACK3017" in done.err) == (1, True), done.err
        assert not (project.folder / file).exists()
    assert not project.changing()


def test_links_and_other_names_of_a_file_are_seen_through(fleet: Project) -> None:
    (fleet.folder / "link").symlink_to("state/default.json")
    (fleet.folder / "linked").symlink_to(fleet.folder / "state")
    for file in ("link", "linked/default.json", "./state/../state/default.json", str(fleet.folder / "ackplan.yaml")):
        refused(fleet, "plan", "--out", file)


def test_a_spec_is_where_the_options_say(project: Project) -> None:
    for name in ("specs/web.yaml", "one"):
        project.write(WEB, name)
    for words in (("-f", "specs", "--out", "specs/new.yml"), ("-f", "one", "--out", "one", "--force"),
                  ("-f", "specs", "--out", "state.d/w1.json", "--state", "state.d", "--workspace", "w1")):  # fmt: skip
        done = project.run("plan", *words)
        assert (done.code, "ACK3017" in done.err) == (1, True), done.err


def test_certificates_replace_certificates(fleet: Project) -> None:
    folder = fleet.folder / "certs"
    for _ in range(2):
        assert fleet.run("certs", "web", "--out", "certs").code == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {"ca.pem", "cert.pem", "key.pem", "config"} <= {*before}
    (folder / "key.pem").write_text("my notes\n", "utf-8")
    (folder / "ca.pem").unlink()
    done = fleet.run("certs", "web", "--out", "certs")
    assert (done.code, "certs/key.pem: it is not a certificate or a key" in done.err) == (1, True), done.err
    assert not (folder / "ca.pem").exists()
    assert fleet.run("certs", "web", "--out", "certs", "--force").code == 0
    assert {path.name for path in folder.iterdir()} == {*before}


def test_a_log_goes_on_below_a_log_and_below_nothing_else(fleet: Project) -> None:
    log = fleet.folder / "log"
    assert fleet.run("plan", "--log-file", "log").code == 0
    first = log.read_bytes()
    assert fleet.run("plan", "--log-file", "log").code == 0
    assert log.read_bytes().startswith(first)
    assert len(log.read_bytes()) > len(first) > 0
    (fleet.folder / "notes").write_text("my notes\n", "utf-8")
    for file in ("ackplan.yaml", "state/default.json", "notes"):
        before = (fleet.folder / file).read_bytes()
        done = fleet.run("plan", "--log-file", file)
        assert (done.code, "ACK3017" in done.err) == (1, True), done.err
        assert (fleet.folder / file).read_bytes() == before
    for words in (("validate",), ("state", "list"), ("version",)):
        assert fleet.run(*words, "--log-file", "notes").code == 1
        assert fleet.run(*words, "--log-file", "notes", "--force").code == 0
        (fleet.folder / "notes").write_text("my notes\n", "utf-8")
    assert fleet.run("plan", "--log-file", "notes", "--force").code == 0
    assert b"my notes" not in (fleet.folder / "notes").read_bytes()


def test_two_outputs_of_a_command_line_are_two_files(fleet: Project) -> None:
    done = fleet.run("plan", "--log-file", "it", "--out", "./it", "--force")
    assert (done.code, "ACK3017" in done.err) == (1, True), done.err


def test_a_device_can_be_logged_to(fleet: Project) -> None:
    """In a process of its own, whose standard error is none of a test's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **PASSWORD, **fleet.api.credentials, "ACKPLAN_ENDPOINT": fleet.api.url}
    command = [sys.executable, "-m", "ackplan", "plan", "--log-file", "/dev/stderr"]
    done = subprocess.run(command, cwd=fleet.folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"DEBUG" in done.stderr


def test_a_force_of_their_own_stays_with_commands(project: Project) -> None:
    project.applied(WEB)
    for words in (("export", "web", "--out", "ackplan.yaml"), ("init",)):
        assert project.run(*words).code == 1
        assert project.run(*words, "--force").code == 0
    assert Path(project.folder / "ackplan.yaml").is_file()


def test_what_only_looks_like_a_spec_is_not_laid_out_as_one(fleet: Project) -> None:
    assert fleet.run("plan", "--out", "it.plan").code == 0
    assert fleet.run("apply", "--auto-approve", "--report", "it.json").code == 0
    for file in ("state/default.json", "it.plan", "it.json"):
        refused(fleet, "fmt", file)


def test_a_journal_is_no_world_of_the_simulator(fleet: Project) -> None:
    done = fleet.run("simulator", "--db", ".ackplan/default.journal")
    assert (done.code, "ACK7001" in done.err) == (1, True), done.err
    assert fleet.run("plan").code == 0
