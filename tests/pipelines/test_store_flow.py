"""Pipelines whose record is in a store: nothing is committed, and a runner that dies leaves nothing that is missed."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines import test_github_flow, test_gitlab_flow
from tests.pipelines.runner import PACKAGE, git
from tests.pipelines.test_github_flow import ONE, PARTS, SECRET, everything
from tests.pipelines.test_jenkins_steps import Jenkins
from tests.running import command_line, simulator
from tests.stores.cases import ENVIRONMENT, moto_server, postgres_case, s3_case


def recorded(folder: Path, url: str) -> set[str]:
    pulled = command_line(folder, "state", "pull", environment={"ACKPLAN_STATE": url, **ENVIRONMENT})
    assert pulled.code == 0, pulled.err
    return set(json.loads(pulled.out)["clusters"]) if pulled.out else set()


def lock_of(folder: Path, url: str) -> dict[str, Any]:
    return json.loads(command_line(folder, "lock", "show", "--format", "json", "--state", url).out)


def test_on_github_what_is_applied_is_recorded_in_the_store_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    url = s3_case(moto_server()).url
    with test_github_flow.begun(tmp_path, "--state", url) as shop:
        assert not (shop.clone / "state").exists()
        shop.branch("more", *ONE)
        planned = shop.planned("more", 7)
        assert planned.conclusion == "success", planned.printed
        assert recorded(tmp_path, url) == set()
        merge = shop.merged("more", 7)
        applied = shop.pushed(merge)
        assert applied.results == {"plan": "success", "apply": "success"}, applied.printed
        assert (shop.changing(), recorded(tmp_path, url)) == (["POST /clusters"], {"web-dev"})
        assert git(shop.github.origin, "rev-parse", "main") == merge, "nothing is committed"
        kept = shop.github.artifact(applied.number, "ackplan-report")
        assert [path.name for path in kept.iterdir()] == ["report.json"]
        assert not shop.github.artifact(applied.number, "ackplan-record").exists()
        again = shop.by_hand(test_github_flow.APPLY)
        assert again.results == {"plan": "success", "apply": "skipped"}, again.printed
        assert "Canary-1-" not in applied.printed + planned.printed + everything(shop.github.folder)


def test_on_gitlab_a_runner_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    """Killed while its cluster is made: the next pipeline, on another machine, takes it in and makes no second one."""
    url = postgres_case().url
    with test_gitlab_flow.begun(tmp_path, "--state", url, time_scale=600) as shop:
        gitlab = shop.gitlab
        gitlab.environment_too(ACKPLAN_LOCK_TTL="1s")
        gitlab.runs("ackplan", f'exec "{sys.executable}" -P -m ackplan "$@"')
        commit = git(gitlab.origin, "rev-parse", "main")

        def on_main() -> dict[str, str]:
            return gitlab.run(commit, CI_PIPELINE_SOURCE="web", CI_COMMIT_BRANCH="main")

        def created() -> None:
            while "POST /clusters" not in shop.changing():
                pass

        shop.branch("one", ONE)
        git(shop.clone, "push", "--quiet", "origin", "one:main")
        gitlab.cancelling, gitlab.signal = created, signal.SIGKILL
        assert on_main() == {"plan-anew": "success", "apply": "canceled"}, gitlab.printed
        shutil.rmtree(gitlab.folder / "pipeline-1-apply")
        assert recorded(tmp_path, url) == set()
        while lock_of(tmp_path, url)["held"]:
            pass

        gitlab.cancelling = None
        assert on_main() == {"plan-anew": "success", "apply": "success"}, gitlab.printed
        assert (shop.changing(), recorded(tmp_path, url)) == (["POST /clusters"], {"web-dev"})
        artifacts = {path.name for path in (gitlab.world / "artifacts/2-apply").iterdir()}
        assert artifacts == {"report.json"}
        assert SECRET not in gitlab.printed


def test_on_jenkins_what_is_applied_is_recorded_in_the_store_alone(tmp_path: Path) -> None:
    url = postgres_case().url
    with simulator(time_scale=60_000) as api:
        settings = {"ACKPLAN_ENDPOINT": api.url, "ACKPLAN_CHDIR": ".", "ACKPLAN_PACKAGE": "x", "ACKPLAN_STATE": url}
        jenkins = Jenkins(tmp_path / "jenkins", {**api.credentials, **settings, "ACK_NODE_PASSWORD": SECRET})
        work = tmp_path / "work"
        work.mkdir()
        assert command_line(work, "init", "--ci", "jenkins", "--package", PACKAGE, "--state", url).code == 0
        path = work / "ackplan.yaml"
        path.write_text(path.read_text("utf-8").partition("# The name is")[0] + PARTS.replace(*ONE), "utf-8")
        assert jenkins.run(work, "Plan") == 0, jenkins.printed
        assert jenkins.run(work, "Approve and apply") == 0, jenkins.printed
        assert recorded(tmp_path, url) == {"web-dev"}
        assert not (work / "state").exists()


@pytest.mark.parametrize(
    ("package", "installed"),
    [
        (PACKAGE, f"ackplan[s3] @ {PACKAGE}"),
        ("ackplan==1.2", "ackplan[s3]==1.2"),
        ("ackplan", "ackplan[s3]"),
        ("dist/ackplan-1.2-py3-none-any.whl", "dist/ackplan-1.2-py3-none-any.whl[s3]"),
        (f"ackplan[s3,encryption] @ {PACKAGE}", f"ackplan[s3,encryption] @ {PACKAGE}"),
    ],
)
def test_what_the_store_needs_is_installed(package: str, installed: str, tmp_path: Path) -> None:
    url = "s3://fleet/state?region=us-east-1"
    done = command_line(tmp_path, "init", "--ci", "gitlab", "--package", package, "--state", url)
    assert done.code == 0, done.err
    text = (tmp_path / ".gitlab-ci.yml").read_text("utf-8")
    assert f'  ACKPLAN_PACKAGE: "{installed}"\n  ACKPLAN_STATE: "{url}"\n  ACKPLAN_WORKSPACE: "default"\n' in text


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://ack:hunter2@db/ackplan", "ACK3081"),
        ("s3://fleet/state?region=$(id)", "ACK3081"),
        ("s3://fleet/\nstate", "ACK3081"),
        ("ftp://fleet/state", "ACK3107"),
    ],
)
def test_what_can_not_stand_in_a_pipeline_is_refused(url: str, code: str, tmp_path: Path) -> None:
    done = command_line(tmp_path, "init", "--ci", "gitlab", "--package", PACKAGE, environment={"ACKPLAN_STATE": url})
    assert (done.code, code in done.err, "hunter2" in done.err) == (1, True, False), done.err
    assert list(tmp_path.iterdir()) == []


def test_projects_of_a_repository_that_share_a_store_share_no_record(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    url = "postgresql://db.example.com/ackplan"
    for place in ("clusters/shop", "clusters/games"):
        done = command_line(tmp_path, "init", place, "--ci", "github", "--package", PACKAGE, "--state", url)
        assert done.code == 0, done.err
        assert f"export ACKPLAN_WORKSPACE={place.replace('/', '-')}\n" in done.err
    texts = [path.read_text("utf-8") for path in (tmp_path / ".github/workflows").iterdir()]
    names = [line.strip() for text in texts for line in text.splitlines() if "ACKPLAN_WORKSPACE" in line]
    assert sorted(set(names)) == ['ACKPLAN_WORKSPACE: "clusters-games"', 'ACKPLAN_WORKSPACE: "clusters-shop"']


def test_a_folder_elsewhere_is_no_place_for_a_pipeline_that_commits_state(tmp_path: Path) -> None:
    done = command_line(tmp_path, "init", "--ci", "github", "--package", PACKAGE, "--state", "records")
    assert (done.code, "--state" in done.err) == (64, True)
