"""A pull request's life with the workflows that `ackplan init --ci github` writes: their own steps, run with bash.

Planned, commented in place, merged, and that very plan file applied, or nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.runner import PACKAGE, REPOSITORY, Github, Ran, commands, git
from tests.plan_files import unpacked
from tests.running import Command, Simulator, command_line, simulator

PLAN, APPLY, DRIFT = (f"ackplan-{name}.yml" for name in ("plan", "apply", "drift"))
SECRET = "Canary-1-ACK_NODE_PASSWORD"
# Two places far enough from each other that git merges an edit of each.
PARTS = """\
clusters: {}  # one
---
# More clusters.
# They stand in a document of their own.
ackplan: 1
clusters: {}  # two
"""
ONE = ("clusters: {}  # one", "clusters:\n  web-dev:\n    extends: web")
TWO = ("clusters: {}  # two", "clusters:\n  jobs: {cluster_type: Ask}")


@dataclass
class Shop:
    """A repository on GitHub with a fleet in it, and someone's clone of it."""

    github: Github
    clone: Path
    api: Simulator
    pulls: int = 0

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.clone / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def commit(self, message: str) -> str:
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--message", message)
        return git(self.clone, "rev-parse", "HEAD")

    def branch(self, name: str, old: str, new: str, file: str = "ackplan.yaml") -> None:
        """A branch off main with one edit."""
        git(self.clone, "checkout", "--quiet", "main")
        git(self.clone, "pull", "--quiet", "origin", "main")
        git(self.clone, "checkout", "--quiet", "-b", name)
        self.edit(file, old, new)
        self.commit(name)

    def planned(self, name: str, number: int, *, fork: bool = False) -> Ran:
        """The branch is pushed to its pull request: the plan workflow runs on what the merge would be."""
        head = git(self.clone, "rev-parse", name)
        git(self.clone, "push", "--quiet", "--force", "origin", name)
        git(self.clone, "checkout", "--quiet", "--detach", "origin/main")
        git(self.clone, "merge", "--quiet", "--no-ff", "--message", "what the merge would be", name)
        merge = git(self.clone, "rev-parse", "HEAD")
        git(self.clone, "push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{number}/merge")
        full_name = "someone/fleet" if fork else REPOSITORY
        pull = {"number": number, "head": {"sha": head, "repo": {"full_name": full_name}}}
        ran = self.github.run(PLAN, merge, {"event_name": "pull_request", "event": {"pull_request": pull}})
        run = {"id": ran.number, "head_sha": head, "conclusion": ran.conclusion}
        run |= {"head_repository": {"full_name": full_name}, "repository": {"full_name": REPOSITORY}}
        self.github.learns(runs=[run, *self.github.knows()["runs"]])
        return ran

    def merged(self, name: str, number: int, *, fork: bool = False) -> str:
        """The pull request is merged on the site; the new commit of main."""
        head = git(self.clone, "rev-parse", name)
        git(self.clone, "checkout", "--quiet", "main")
        git(self.clone, "pull", "--quiet", "origin", "main")
        git(self.clone, "merge", "--quiet", "--no-ff", "--message", f"Merge pull request #{number}", name)
        git(self.clone, "push", "--quiet", "origin", "main")
        commit = git(self.clone, "rev-parse", "main")
        base = {"ref": "main", "repo": {"full_name": REPOSITORY}}
        source = {"sha": head, "repo": {"full_name": "someone/fleet" if fork else REPOSITORY}}
        pull = {"number": number, "merged_at": "2026-01-01T00:00:00Z", "base": base, "head": source}
        self.github.learns(pulls={**self.github.knows()["pulls"], commit: [pull]})
        return commit

    def pushed(self, commit: str, **more: Any) -> Ran:
        event = {"event_name": "push", "ref": "refs/heads/main"}
        return self.github.run(APPLY, commit, event, **more)

    def by_hand(self, workflow: str) -> Ran:
        commit = git(self.github.origin, "rev-parse", "main")
        return self.github.run(workflow, commit, {"event_name": "workflow_dispatch", "ref": "refs/heads/main"})

    def planned_and_applied(self, name: str, number: int, edit: tuple[str, str]) -> Ran:
        self.branch(name, *edit)
        assert self.planned(name, number).conclusion == "success"
        ran = self.pushed(self.merged(name, number))
        git(self.clone, "pull", "--quiet", "origin", "main")
        return ran

    def cli(self, *arguments: str) -> Command:
        settings = {**self.api.credentials, "ACKPLAN_ENDPOINT": self.api.url, "ACK_NODE_PASSWORD": SECRET}
        return command_line(self.clone, *arguments, environment=settings)

    def scaled_by_hand(self, count: int) -> None:
        """Somebody adds workers outside of ackplan."""
        (cluster,) = json.loads(self.cli("api", "GET", "/clusters").out)
        body = {
            "count": count,
            "login_password": "Node-password-1",
            "vswitch_ids": cluster["vswitch_id"].split(","),
            "worker_instance_types": ["ecs.hfc5.xlarge"],
            "worker_system_disk_category": "cloud_efficiency",
            "worker_system_disk_size": 120,
            "worker_data_disk": False,
        }
        done = self.cli("api", "POST", f"/api/v2/clusters/{cluster['cluster_id']}", "--body", json.dumps(body))
        assert done.code == 0, done.err
        while json.loads(self.cli("api", "GET", "/clusters").out)[0]["state"] != "running":
            pass

    def labels(self, number: int) -> list[str]:
        return [label["name"] for label in self.github.knows().get("labels", {}).get(str(number), [])]

    def comments(self, number: int) -> list[dict[str, Any]]:
        return self.github.knows()["comments"].get(str(number), [])

    def changing(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.api.calls if call.method != "GET"]

    def record(self) -> dict[str, Any]:
        return json.loads(git(self.github.origin, "show", "main:state/default.json"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with begun(tmp_path) as shop:
        yield shop


@contextlib.contextmanager
def begun(tmp_path: Path, *options: str) -> Iterator[Shop]:
    """A repository as `ackplan init` with these options leaves it."""
    with simulator(time_scale=60_000) as api:
        environment = {**api.credentials, "ACKPLAN_ENDPOINT": api.url}
        github = Github(tmp_path / "github", environment)
        clone = tmp_path / "clone"
        git(tmp_path, "init", "--quiet", "--bare", str(github.origin))
        git(tmp_path, "clone", "--quiet", str(github.origin), str(clone))
        git(clone, "checkout", "--quiet", "-b", "main")
        assert command_line(clone, "init", "--ci", "github", "--package", PACKAGE, *options).code == 0
        made = Shop(github, clone, api)
        text = (clone / "ackplan.yaml").read_text("utf-8")
        (clone / "ackplan.yaml").write_text(text.partition("# The name is")[0] + PARTS, "utf-8")
        made.commit("Begin")
        git(clone, "push", "--quiet", "origin", "main")
        yield made


def test_a_plan_is_commented_in_place_and_that_very_file_is_applied(shop: Shop) -> None:
    shop.branch("more", *ONE)
    first = shop.planned("more", 7)
    assert first.results == {"validate": "success", "plan": "success", "comment": "success"}, first.printed
    (comment,) = shop.comments(7)
    assert comment["body"].startswith("<!-- ackplan plan: main -->\n### ackplan: 1 to create")
    assert git(shop.clone, "rev-parse", "more") in comment["body"]
    kept = {path.name for path in shop.github.artifact(1, "ackplan-plan").iterdir()}
    assert kept == {"ackplan.plan", "ackplan-plan.html", "comment.md", "label"}
    assert shop.labels(7) == ["ackplan:changes"]

    git(shop.clone, "checkout", "--quiet", "more")
    shop.edit("ackplan.yaml", "default: 3", "default: 4")
    shop.commit("Four")
    second = shop.planned("more", 7)
    assert second.conclusion == "success", (second.results, second.steps)
    (again,) = shop.comments(7)
    assert again["id"] == comment["id"]
    assert again["body"] != comment["body"]
    assert "`num_of_nodes` | `4`" in again["body"]
    assert shop.changing() == []

    applied = shop.pushed(shop.merged("more", 7))
    assert applied.results == {"plan": "success", "apply": "success"}, applied.printed
    reviewed = shop.github.artifact(second.number, "ackplan-plan") / "ackplan.plan"
    approved = shop.github.artifact(applied.number, "ackplan-approved") / "ackplan.plan"
    assert approved.read_bytes() == reviewed.read_bytes()
    assert shop.changing() == ["POST /clusters"]
    assert shop.record()["clusters"]["web-dev"]["parameters"]["num_of_nodes"] == 4
    told = git(shop.github.origin, "log", "-1", "--format=%an: %s", "main")
    assert told == f"github-actions[bot]: Record what was applied by run {applied.number}"
    assert {path.name for path in shop.github.artifact(applied.number, "ackplan-record").iterdir()} >= {
        "state",
        "report.json",
    }
    assert SECRET not in applied.printed + everything(shop.github.folder)


def everything(folder: Path) -> str:
    """All that stands in files below the folder."""
    files = (path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return "".join(unpacked(data).decode("utf-8", "replace") for data in files)


def test_a_plan_that_another_apply_made_stale_is_not_applied(shop: Shop) -> None:
    for name, number, edit in (("one", 1, ONE), ("two", 2, TWO)):
        shop.branch(name, *edit)
        assert shop.planned(name, number).conclusion == "success"

    def meanwhile() -> None:
        """Someone merges something else while the apply runs."""
        git(shop.clone, "checkout", "--quiet", "main")
        (shop.clone / "notes.txt").write_text("x", "utf-8")
        shop.commit("Meanwhile")
        git(shop.clone, "push", "--quiet", "origin", "main")

    first = shop.pushed(shop.merged("one", 1), before={"Commit the record": meanwhile})
    assert first.conclusion == "success", first.printed
    subjects = git(shop.github.origin, "log", "-2", "--format=%s", "main").splitlines()
    assert subjects == [f"Record what was applied by run {first.number}", "Meanwhile"]

    calls = shop.changing()
    second = shop.pushed(shop.merged("two", 2))
    assert second.results == {"plan": "failure", "apply": "skipped"}
    assert "ACK3085 Plan differs from the reviewed one" in second.printed
    assert "the record is at serial 1, it was made on 0" in second.printed
    assert "run this workflow by hand" in second.printed
    assert shop.changing() == calls

    third = shop.by_hand(APPLY)
    assert third.results == {"plan": "success", "apply": "success"}, third.printed
    assert shop.changing() == [*calls, "POST /clusters"]
    assert set(shop.record()["clusters"]) == {"web-dev", "jobs"}
    assert "Fetch the plan file of the merged pull request" not in third.steps


def test_what_was_not_reviewed_is_not_applied(shop: Shop) -> None:
    shop.branch("fork", *ONE)
    forked = shop.planned("fork", 3, fork=True)
    assert forked.results == {"validate": "success", "plan": "skipped", "comment": "skipped"}
    assert (shop.comments(3), forked.steps.count("Sign in at Alibaba Cloud")) == ([], 0)
    for commit in (shop.merged("fork", 3, fork=True), git(shop.clone, "rev-parse", "main~1")):
        pushed = shop.pushed(commit)
        assert pushed.results == {"plan": "success", "apply": "skipped"}, pushed.printed
        assert "so no plan of it was" in pushed.printed
    assert shop.changing() == []


def test_a_plan_file_that_was_changed_after_its_approval_is_not_applied(shop: Shop) -> None:
    shop.branch("one", *ONE)
    shop.planned("one", 1)

    def changed() -> None:
        (plan,) = shop.github.folder.glob("run-*-apply/temp/ackplan/ackplan.plan")
        plan.write_bytes(plan.read_bytes() + b"\n")

    ran = shop.pushed(shop.merged("one", 1), before={"Check that it is the one that was approved": changed})
    assert ran.results == {"plan": "success", "apply": "failure"}
    assert "Apply that very file" not in ran.steps
    assert shop.changing() == []


def test_one_label_says_what_the_last_plan_does_and_others_stay(shop: Shop) -> None:
    assert shop.planned_and_applied("one", 1, ONE).conclusion == "success"
    shop.github.learns(labels={"2": [{"name": "urgent"}, {"name": "ackplan:changes-soon"}]})
    shop.branch("none", ONE[1], ONE[0])
    assert (first := shop.planned("none", 2)).conclusion == "success", first.printed
    assert shop.labels(2) == ["urgent", "ackplan:changes-soon", "ackplan:destroys"]
    git(shop.clone, "checkout", "--quiet", "none")
    shop.edit("ackplan.yaml", *ONE)
    shop.commit("As it was")
    assert (second := shop.planned("none", 2)).conclusion == "success", (second.results, second.steps)
    assert shop.labels(2) == ["urgent", "ackplan:changes-soon", "ackplan:no-changes"]
    assert shop.planned("none", 2).conclusion == "success"
    assert shop.labels(2) == ["urgent", "ackplan:changes-soon", "ackplan:no-changes"]


def test_a_plan_that_is_refused_is_commented_and_never_applied(shop: Shop) -> None:
    assert shop.planned_and_applied("one", 1, ONE).conclusion == "success"
    calls = shop.changing()
    shop.branch("fewer", "default: 3", "default: 2")
    refused = shop.planned("fewer", 2)
    assert refused.results == {"validate": "success", "plan": "failure", "comment": "success"}
    (comment,) = shop.comments(2)
    assert "Workers to remove are not named" in comment["body"]
    assert shop.labels(2) == ["ackplan:refused"]
    ran = shop.pushed(shop.merged("fewer", 2))
    assert ran.results == {"plan": "failure", "apply": "skipped"}
    assert "The last plan of #2" in ran.printed
    assert shop.changing() == calls


def test_an_apply_that_fails_keeps_the_record_of_what_it_did(shop: Shop, tmp_path: Path) -> None:
    shop.branch("both", *ONE)
    shop.edit("ackplan.yaml", *TWO)
    shop.commit("Both")
    assert shop.planned("both", 1).conclusion == "success"
    commit = shop.merged("both", 1)
    faults = tmp_path / "faults.json"
    rule = {"kind": "error", "operation": "create_cluster", "cluster": "web-dev", "status": 400, "code": "NoStock"}
    faults.write_text(json.dumps({"faults": [rule]}), "utf-8")
    with simulator(time_scale=60_000, faults=faults) as failing:
        shop.github.environment_too(ACKPLAN_ENDPOINT=failing.url)
        ran = shop.pushed(commit)
    assert ran.results == {"plan": "success", "apply": "failure"}, ran.printed
    assert "NoStock" in ran.printed
    assert set(shop.record()["clusters"]) == {"jobs"}


def test_drift_is_told_in_one_issue_and_closed_when_it_is_gone(shop: Shop) -> None:
    assert shop.planned_and_applied("one", 1, ONE).conclusion == "success"
    assert shop.by_hand(DRIFT).conclusion == "success"
    assert shop.github.knows()["issues"] == []
    shop.scaled_by_hand(1)
    first = shop.by_hand(DRIFT)
    assert first.conclusion == "success", first.printed
    (issue,) = shop.github.knows()["issues"]
    assert issue["title"] == "Clusters drifted (main)"
    assert issue["body"].startswith("<!-- ackplan drift: main -->\n### ackplan: 1 cluster has drifted\n")
    assert "| `num_of_nodes` | `3` | `4` |" in issue["body"]
    shop.scaled_by_hand(1)
    shop.by_hand(DRIFT)
    (again,) = shop.github.knows()["issues"]
    assert "| `num_of_nodes` | `3` | `5` |" in again["body"]
    recorded = shop.cli("apply", "--refresh-only", "--auto-approve")
    assert recorded.code == 0, recorded.err
    shop.commit("Record it")
    git(shop.clone, "push", "--quiet", "origin", "main")
    assert shop.by_hand(DRIFT).conclusion == "success"
    (closed,) = shop.github.knows()["issues"]
    assert closed["state"] == "closed"


EVIL = """\
::error::not ours
::stop-commands::x
::add-mask::web
::warning file=a,line=1::not ours
##[error]not ours
"""


def test_nothing_that_a_fork_brings_is_taken_for_a_command(shop: Shop) -> None:
    """Unchanged lines of a difference begin with a blank, which the runner overlooks."""
    shop.branch("fork", *ONE)
    path = shop.clone / "ackplan.yaml"
    before = path.read_text("utf-8")
    block = "".join(f"  {line}\n" for line in EVIL.splitlines())
    for number, text in ((3, f"notes: |\n{block}odd:   1  # ##[error]\n"), (4, f"notes: [\n{block}")):
        git(shop.clone, "checkout", "--quiet", "fork")
        path.write_text(f"{before}{text}", "utf-8")
        shop.commit("Evil")
        refused = shop.planned("fork", number, fork=True)
        assert refused.results["validate"] == "failure"
        assert ("::add-mask::web" in refused.printed) == (number == 3), refused.printed
        assert refused.commands == []
    for words in (
        ("::error file=ackplan.yaml,line=1::x", 1),
        ("::stop-commands::t\n::error::x\n::t::", 0),
        (" ##[x]", 1),
    ):
        assert len([*commands(words[0])]) == words[1]
