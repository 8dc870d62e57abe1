"""A record that is gone: plan and doctor say where a version of it is, and how to get it back."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from projects import WEB, Project


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_record_that_is_gone_is_said_with_its_backup(project: Project) -> None:
    project.applied(WEB).write(WEB.replace("num_of_nodes: 3", "num_of_nodes: 4"))
    assert project.run("apply", "--auto-approve").code == 0
    record = project.folder / "state/default.json"
    record.unlink()
    for words in (("plan",), ("doctor",)):
        done = project.run(*words)
        told = done.out + done.err
        assert "ACK3109 warning: Record is gone: state/default.json is not there; its backup" in told
        assert "Restore it: ackplan state push .ackplan/default.json.backup" in told
    assert project.run("state", "push", ".ackplan/default.json.backup").code == 0
    assert project.run("plan").code == 0


def test_a_record_that_is_gone_is_said_with_its_commit(project: Project) -> None:
    project.applied(WEB)
    for words in (("init", "--quiet"), ("add", "state"), ("commit", "--quiet", "--message=x")):
        git(project.folder, *words)
    (project.folder / "state/default.json").unlink()
    (project.folder / "state").rmdir()
    told = project.run("plan").out
    found = re.search(r"Restore it: (git checkout [0-9a-f]+ -- state/default.json)", told)
    assert found is not None, told
    git(project.folder, *found[1].split()[1:])
    assert project.run("plan").code == 0


def test_a_fleet_that_was_never_recorded_is_not_gone(project: Project) -> None:
    project.write(WEB)
    assert "ACK3109" not in project.run("plan").out
