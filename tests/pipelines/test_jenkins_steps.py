"""The shell steps of the Jenkinsfile that `ackplan init --ci jenkins` writes, run with sh in the order of its stages.

Jenkins itself is not run: what its own steps do (checkout, stash, input, credentials) the test does in their place.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tests.pipelines.runner import PACKAGE, Programs, git
from tests.pipelines.test_github_flow import ONE, PARTS, SECRET
from tests.running import command_line, simulator

_STAGE = re.compile(r"stage\('([^']*)'\)|sh '''(.*?)'''", re.DOTALL)


def steps(jenkinsfile: str) -> dict[str, list[str]]:
    """The shell steps of each stage, as Groovy hands them to the shell."""
    found: dict[str, list[str]] = {}
    stage = ""
    for name, text in _STAGE.findall(jenkinsfile):
        stage = name or stage
        found.setdefault(stage, [])
        if text:
            found[stage].append(re.sub(r"\\(.)", r"\1", text))
    return found


class Jenkins(Programs):
    """Builds in one workspace."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, environment, {"comments": {}})

    def run(self, workspace: Path, stage: str, number: int = 0) -> int:
        script = steps((workspace / "Jenkinsfile").read_text("utf-8"))[stage][number]
        command = ["sh", "-xe", "-c", script]
        done = subprocess.run(
            command, cwd=workspace, env=self.environment(), capture_output=True, text=True, check=False
        )
        self.printed += done.stdout + done.stderr
        return done.returncode


def test_plan_comment_apply_and_record(tmp_path: Path) -> None:
    with simulator(time_scale=60_000) as api:
        settings = {"ACKPLAN_ENDPOINT": api.url, "ACKPLAN_CHDIR": ".", "ACKPLAN_PACKAGE": "x", "BUILD_TAG": "build-7"}
        change = {"CHANGE_URL": "https://github.example/shop/fleet/pull/5", "CHANGE_ID": "5", "GH_TOKEN": "t"}
        jenkins = Jenkins(tmp_path / "jenkins", {**api.credentials, **settings, **change, "ACK_NODE_PASSWORD": SECRET})
        work = tmp_path / "work"
        git(tmp_path, "init", "--quiet", "--bare", str(jenkins.origin))
        git(tmp_path, "clone", "--quiet", str(jenkins.origin), str(work))
        git(work, "checkout", "--quiet", "-b", "main")
        assert command_line(work, "init", "--ci", "jenkins", "--package", PACKAGE).code == 0
        path = work / "ackplan.yaml"
        path.write_text(path.read_text("utf-8").partition("# The name is")[0] + PARTS.replace(*ONE), "utf-8")
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "--message", "Begin")
        git(work, "push", "--quiet", "origin", "main")

        assert jenkins.run(work, "Validate") == 0, jenkins.printed
        for size in ("3", "4"):
            path.write_text(re.sub(r"default: \d", f"default: {size}", path.read_text("utf-8")), "utf-8")
            assert jenkins.run(work, "Plan") == 0, jenkins.printed
            assert (work / "code.txt").read_text("utf-8") == "2\n"
            assert jenkins.run(work, "Comment") == 0, jenkins.printed
        (comment,) = jenkins.knows()["comments"]["5"]
        assert comment["body"].startswith("<!-- ackplan plan: main -->\n### ackplan: 1 to create")
        assert "`num_of_nodes` | `4`" in comment["body"]
        assert jenkins.knows()["labels"] == {"5": [{"name": "ackplan:changes"}]}

        assert jenkins.run(work, "Approve and apply") == 0, jenkins.printed
        assert jenkins.run(work, "Approve and apply", 1) == 0, jenkins.printed
        assert [f"{call.method} {call.path}" for call in api.calls if call.method != "GET"] == ["POST /clusters"]
        assert (
            git(jenkins.origin, "log", "-1", "--format=%an: %s", "main")
            == "ackplan: Record what was applied by build-7"
        )

        text = path.read_text("utf-8")
        path.write_text(text.partition("clusters:")[0] + "clusters: {}\n", "utf-8")
        for stage in ("Plan", "Comment"):
            assert jenkins.run(work, stage) == 0, jenkins.printed
        assert jenkins.knows()["labels"] == {"5": [{"name": "ackplan:destroys"}]}
        assert list(json.loads(git(jenkins.origin, "show", "main:state/default.json"))["clusters"]) == ["web-dev"]
        assert jenkins.run(work, "Drift") == 0, jenkins.printed
        path.write_text("ackplan: 2\n", "utf-8")
        assert jenkins.run(work, "Plan") == 0, jenkins.printed
        assert (work / "code.txt").read_text("utf-8") == "1\n"
        assert (
            (work / "comment.md")
            .read_text("utf-8")
            .startswith("<!-- ackplan plan: main -->\n### ackplan: there is no plan\n")
        )
        assert SECRET not in jenkins.printed


def test_an_environment_that_a_pull_request_brings_is_not_used(tmp_path: Path) -> None:
    jenkins = Jenkins(tmp_path / "jenkins", {"ACKPLAN_CHDIR": ".", "ACKPLAN_PACKAGE": "x"})
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    for folder in (work, elsewhere):
        folder.mkdir()
    assert command_line(work, "init", "--ci", "jenkins", "--package", PACKAGE).code == 0
    (work / ".ackplan-venv").symlink_to(elsewhere)
    assert jenkins.run(work, "Validate") == 0, jenkins.printed
    assert not list(elsewhere.iterdir())
    program = work / ".ackplan-venv/lib/brought.py"
    program.parent.mkdir()
    program.write_text("", "utf-8")
    assert jenkins.run(work, "Validate") == 0, jenkins.printed
    assert not program.exists()
