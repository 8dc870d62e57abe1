"""A merge request's life with the pipeline that `ackplan init --ci gitlab` writes: its own scripts, run with bash."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipelines.gitlab import Gitlab
from tests.pipelines.runner import PACKAGE, git
from tests.pipelines.test_github_flow import ONE, PARTS, SECRET, TWO
from tests.running import Simulator, command_line, simulator


@dataclass
class Shop:
    """A project on GitLab with a fleet in it, and someone's clone of it."""

    gitlab: Gitlab
    clone: Path
    api: Simulator

    def branch(self, name: str, *edits: tuple[str, str], new: bool = True) -> None:
        if new:
            git(self.clone, "checkout", "--quiet", "main")
            git(self.clone, "pull", "--quiet", "origin", "main")
            git(self.clone, "checkout", "--quiet", "-b", name)
        path = self.clone / "ackplan.yaml"
        for old, text in edits:
            assert old in path.read_text("utf-8")
            path.write_text(path.read_text("utf-8").replace(old, text), "utf-8")
        git(self.clone, "commit", "--quiet", "--all", "--message", name)

    def requested(self, name: str, iid: str, source: str = "1") -> dict[str, str]:
        """The branch is pushed to its merge request, whose pipeline runs."""
        git(self.clone, "push", "--quiet", "origin", name)
        return self.gitlab.run(
            git(self.clone, "rev-parse", name),
            CI_PIPELINE_SOURCE="merge_request_event",
            CI_MERGE_REQUEST_IID=iid,
            CI_MERGE_REQUEST_SOURCE_PROJECT_ID=source,
        )

    def merged(self, name: str, iid: str) -> dict[str, str]:
        git(self.clone, "checkout", "--quiet", "main")
        git(self.clone, "pull", "--quiet", "origin", "main")
        git(self.clone, "merge", "--quiet", "--no-ff", "--message", f"Merge !{iid}", name)
        git(self.clone, "push", "--quiet", "origin", "main")
        commit = git(self.clone, "rev-parse", "main")
        request = {"iid": int(iid), "commit": commit, "state": "merged", "target_branch": "main"}
        request |= {"source_project_id": 1, "target_project_id": 1}
        self.gitlab.learns(merge_requests=[*self.gitlab.knows()["merge_requests"], request])
        return self.on_main("push")

    def on_main(self, source: str) -> dict[str, str]:
        commit = git(self.gitlab.origin, "rev-parse", "main")
        return self.gitlab.run(commit, CI_PIPELINE_SOURCE=source, CI_COMMIT_BRANCH="main")

    def changing(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.api.calls if call.method != "GET"]

    def recorded(self) -> set[str]:
        return set(json.loads(git(self.gitlab.origin, "show", "main:state/default.json"))["clusters"])


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with begun(tmp_path) as shop:
        yield shop


@contextlib.contextmanager
def begun(tmp_path: Path, *options: str, time_scale: float = 60_000) -> Iterator[Shop]:
    """A project as `ackplan init` with these options leaves it."""
    with simulator(time_scale=time_scale) as api:
        environment = {**api.credentials, "ACKPLAN_ENDPOINT": api.url, "ACK_NODE_PASSWORD": SECRET}
        gitlab = Gitlab(tmp_path / "gitlab", environment)
        clone = tmp_path / "clone"
        git(tmp_path, "init", "--quiet", "--bare", str(gitlab.origin))
        git(gitlab.origin, "config", "receive.advertisePushOptions", "true")
        git(tmp_path, "clone", "--quiet", str(gitlab.origin), str(clone))
        git(clone, "checkout", "--quiet", "-b", "main")
        assert command_line(clone, "init", "--ci", "gitlab", "--package", PACKAGE, *options).code == 0
        path = clone / "ackplan.yaml"
        path.write_text(path.read_text("utf-8").partition("# The name is")[0] + PARTS, "utf-8")
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "--message", "Begin")
        git(clone, "push", "--quiet", "origin", "main")
        yield Shop(gitlab, clone, api)


def test_the_life_of_merge_requests(shop: Shop) -> None:
    gitlab = shop.gitlab
    shop.branch("one", ONE)
    assert shop.requested("one", "4", source="2") == {"validate": "success"}, "a fork gets no plan"
    planned = shop.requested("one", "1")
    assert planned == {"validate": "success", "plan": "success", "comment": "success"}, gitlab.printed
    (first,) = gitlab.knows()["notes"]
    assert gitlab.knows()["labels"] == {"1": ["ackplan:changes"]}
    assert first["body"].startswith("<!-- ackplan plan: main -->\n### ackplan: 1 to create")
    shop.branch("one", ("default: 3", "default: 4"), new=False)
    assert shop.requested("one", "1")["comment"] == "success", gitlab.printed
    (again,) = gitlab.knows()["notes"]
    assert (again["id"], again["body"] == first["body"]) == (first["id"], False)
    counts = json.loads((gitlab.folder / "pipeline-3-plan/ackplan-counts.json").read_text("utf-8"))
    assert counts == {"create": 1, "update": 0, "delete": 0}

    shop.branch("two", TWO)
    assert shop.requested("two", "2")["plan"] == "success", gitlab.printed
    assert shop.changing() == []

    assert shop.merged("one", "1") == {"reviewed": "success", "apply": "success"}, gitlab.printed
    artifacts = gitlab.world / "artifacts"
    assert (artifacts / "5-reviewed/ackplan.plan").read_bytes() == (artifacts / "3-plan/ackplan.plan").read_bytes()
    assert (shop.changing(), shop.recorded()) == (["POST /clusters"], {"web-dev"})
    assert (
        git(gitlab.origin, "log", "-1", "--format=%an: %s", "main") == "ackplan: Record what was applied by pipeline 5"
    )

    assert shop.merged("two", "2") == {"reviewed": "failed", "apply": "skipped"}
    assert "ACK3085 Plan differs from the reviewed one" in gitlab.printed
    assert shop.changing() == ["POST /clusters"]
    assert shop.on_main("web") == {"plan-anew": "success", "apply": "success"}, gitlab.printed
    assert shop.recorded() == {"web-dev", "jobs"}
    assert shop.on_main("push")["reviewed"] == "failed"
    assert "so no plan of it was reviewed" in gitlab.printed
    assert SECRET not in gitlab.printed


def test_drift_is_one_issue(shop: Shop) -> None:
    assert shop.on_main("schedule") == {"drift": "success"}, shop.gitlab.printed
    assert shop.gitlab.knows()["issues"] == []
    shop.branch("one", TWO)
    shop.requested("one", "1")
    assert shop.merged("one", "1")["apply"] == "success", shop.gitlab.printed
    with simulator(time_scale=60_000) as empty:
        shop.gitlab.environment_too(ACKPLAN_ENDPOINT=empty.url)
        for _ in range(2):
            assert shop.on_main("schedule") == {"drift": "success"}, shop.gitlab.printed
    (issue,) = shop.gitlab.knows()["issues"]
    assert "#### `jobs` is gone" in issue["description"]
    shop.gitlab.environment_too(ACKPLAN_ENDPOINT=shop.api.url)
    shop.on_main("schedule")
    (closed,) = shop.gitlab.knows()["issues"]
    assert closed["state_event"] == "close"


def test_a_cancelled_apply_is_recorded(shop: Shop) -> None:
    """The cluster is being made when the job is cancelled; its create is in the record that is pushed."""
    gitlab = shop.gitlab
    with simulator(time_scale=1) as slow:
        gitlab.environment_too(ACKPLAN_ENDPOINT=slow.url)
        gitlab.runs("ackplan", f'exec "{sys.executable}" -P -m ackplan "$@"')
        shop.branch("one", ONE)
        assert shop.requested("one", "1")["plan"] == "success", gitlab.printed

        def created() -> None:
            while not any(call.method == "POST" for call in slow.calls):
                pass

        gitlab.cancelling = created
        assert shop.merged("one", "1")["apply"] == "canceled"
        assert shop.recorded() == {"web-dev"}, gitlab.printed
        assert git(gitlab.origin, "log", "-1", "--format=%an", "main") == "ackplan"


def test_a_project_below_the_top_has_its_plan_at_the_top(shop: Shop) -> None:
    (shop.clone / "sub").mkdir()
    git(shop.clone, "rm", "--quiet", "-r", "--cached", ".")
    for name in ("ackplan.yaml", "state"):
        (shop.clone / name).rename(shop.clone / "sub" / name)
    (shop.clone / ".gitlab-ci.yml").unlink()
    assert command_line(shop.clone, "init", "sub", "--keep", "--ci", "gitlab", "--package", PACKAGE).code == 0
    git(shop.clone, "add", "--all")
    git(shop.clone, "commit", "--quiet", "--message", "Below")
    git(shop.clone, "push", "--quiet", "origin", "main")
    assert shop.on_main("web") == {"plan-anew": "success", "apply": "success"}, shop.gitlab.printed
    assert {"ackplan.plan", "ackplan-plan.html"} <= {
        path.name for path in (shop.gitlab.world / "artifacts/1-plan-anew").iterdir()
    }


def test_the_token_of_the_comment_is_one_of_its_own_where_there_is_one(shop: Shop) -> None:
    """It alone can be read by every branch."""
    shop.branch("one", ONE)
    git(shop.clone, "push", "--quiet", "origin", "one")
    told = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "1",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1", "ACKPLAN_GITLAB_TOKEN": ""}  # fmt: skip
    commit = git(shop.clone, "rev-parse", "one")
    assert "comment" not in shop.gitlab.run(commit, **told)
    assert shop.gitlab.run(commit, **told, ACKPLAN_COMMENT_TOKEN="its-own")["comment"] == "success"
    (header,) = shop.gitlab.folder.glob("pipeline-2-comment/.header")
    assert header.read_text("utf-8") == "PRIVATE-TOKEN:its-own"
