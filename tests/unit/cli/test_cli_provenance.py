"""A plan, its file and the report of its apply say which world they are for, when and by whom they were made, of which
commit.
"""

from __future__ import annotations

import datetime
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.page.schema import faults
from tests.running import Command, command_line

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  web:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: 3
    key_pair: ops
"""
NOW = datetime.datetime(2026, 5, 1, 8, 0, tzinfo=datetime.UTC)
SANDBOX = {"ACKPLAN_SANDBOX": "1", "ACKPLAN_TIME_SCALE": "1000000", "LOGNAME": "lin", "GIT_CONFIG_GLOBAL": "/dev/null"}
JOB = {
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "shop/fleet",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_ACTOR": "mei",
    "GITHUB_HEAD_REF": "more-workers",
}
URL = "https://github.example/shop/fleet/actions/runs/4711"


class At:
    """A project in a repository of git; the time and the name of this machine stand still."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "ackplan.yaml").write_text(SPEC, "utf-8")
        (folder / ".gitignore").write_text(".ackplan/\n*.plan\n", "utf-8")
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "fleet")
        self.commit = self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=lin", "-c", "user.email=lin@shop.example")
        done = subprocess.run(["git", *who, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def run(self, *arguments: str, **environment: str) -> Command:
        with (
            mock.patch("ackplan.adapters.local.clock.now", return_value=NOW),
            mock.patch("socket.gethostname", return_value="desk"),
        ):
            return command_line(self.folder, *arguments, environment={**SANDBOX, **environment})

    def planned(self, *arguments: str, **environment: str) -> dict[str, Any]:
        own: dict[str, Any] = json.loads(self.run("plan", "--format", "json", *arguments, **environment).out)["ackplan"]
        return own


@pytest.fixture
def at(tmp_path: Path) -> Iterator[At]:
    folder = tmp_path / "project"
    folder.mkdir()
    with mock.patch.dict("os.environ", {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}):
        yield At(folder)


def test_a_plan_says_it_in_every_format_and_its_file_says_it_later(at: At) -> None:
    short = at.commit[:10]
    world = "the sandbox, region cn-beijing, workspace default"
    first = at.run("plan", "--out", "it.plan")
    assert first.out.endswith(
        f"It is for {world}.\nMade 2026-05-01T08:00:00Z by lin@desk, from commit {short} on main.\n"
    )
    (at.folder / "ackplan.yaml").write_text(SPEC.replace(": 3", ": 4"), "utf-8")
    for arguments in (("show", "it.plan"), ("show", "it.plan", "--lang", "en")):
        assert command_line(at.folder, *arguments).out == first.out, "as it was made, wherever and whenever it is shown"
    own = json.loads(command_line(at.folder, "show", "it.plan", "--format", "json").out)["ackplan"]
    assert own["made"] == {
        "at": "2026-05-01T08:00:00Z",
        "branch": "main",
        "by": "lin@desk",
        "commit": at.commit,
        "sandbox": True,
    }
    assert (own["workspace"], own["world"], own["regions"]) == ("default", {"endpoint": "loopback"}, ["cn-beijing"])
    comment = command_line(at.folder, "show", "it.plan", "--format", "markdown").out
    assert comment.splitlines()[-1] == (
        "<sub>For the sandbox, region `cn-beijing`, workspace `default`. Made 2026-05-01T08:00:00Z by `lin@desk`, "
        f"from commit `{short}` on `main`.</sub>"
    )
    page = command_line(at.folder, "show", "it.plan", "--format", "html").out
    assert faults(page) == []
    assert facts(page) == {
        "For": "the sandbox",
        "Region": "cn-beijing",
        "Workspace": "default",
        "Commit": f"{short} on main",
        "Planned": "2026-05-01T08:00:00Z by lin@desk",
    }


def facts(page: str) -> dict[str, str]:
    """What the head of a page says of the world and of the making."""
    text = page.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    told = {fact["name"]: fact["text"] for fact in json.loads(text)["facts"]}
    names = ("For", "Region", "Workspace", "Commit", "Planned", "Planned in", "Run in", "By")
    return {name: told[name] for name in names if name in told}


def test_in_chinese(at: At) -> None:
    lines = at.run("plan", "--lang", "zh").out.splitlines()[-2:]
    assert lines == [
        "用于沙箱，地域 cn-beijing，工作空间 default。",
        f"生成于 2026-05-01T08:00:00Z，lin@desk，提交 {at.commit[:10]}（分支 main）。",
    ]


def test_a_job_of_a_ci_is_told_with_its_address(at: At) -> None:
    at.git("checkout", "-q", "--detach")
    done = at.run("plan", "--out", "it.plan", **JOB, GITHUB_SHA=at.commit)
    assert done.out.splitlines()[-2:] == [
        f"Made 2026-05-01T08:00:00Z by mei@desk, from commit {at.commit[:10]} on more-workers.",
        URL,
    ]
    assert at.run("show", "it.plan", "--format", "markdown").out.rstrip().endswith(f"[CI job](<{URL}>)</sub>")
    page = at.run("show", "it.plan", "--format", "html").out
    assert facts(page)["Planned in"] == URL
    assert f'"link":"{URL}"' in page


@pytest.mark.parametrize("how", ["edited", "new file", "var file"])
def test_files_that_no_commit_has_are_told(at: At, how: str) -> None:
    more: tuple[str, ...] = ()
    if how == "edited":
        (at.folder / "ackplan.yaml").write_text(SPEC.replace(": 3", ": 4"), "utf-8")
    elif how == "new file":
        (at.folder / "more").mkdir()
        (at.folder / "more/ackplan.yaml").write_text(SPEC.replace("web:", "app:"), "utf-8")
        more = ("-f", "ackplan.yaml", "-f", "more")
    else:
        (at.folder / "big.yaml").write_text("{}\n", "utf-8")
        more = ("--var-file", "big.yaml")
    assert at.planned(*more)["made"]["altered"] is True
    assert f"from commit {at.commit[:10]} on main, with uncommitted changes." in at.run("plan", *more).out


def test_other_files_make_no_difference(at: At) -> None:
    (at.folder / "notes.txt").write_text("to do\n", "utf-8")
    (at.folder / ".gitignore").write_text("", "utf-8")
    assert "altered" not in at.planned()["made"]


def test_variables_may_stand_outside_of_the_repository(at: At, tmp_path: Path) -> None:
    (tmp_path / "vars.yaml").write_text("{}\n", "utf-8")
    assert at.planned("--var-file", str(tmp_path / "vars.yaml"))["made"]["commit"] == at.commit


@pytest.mark.parametrize("why", ["no git", "no repository", "no commit"])
def test_without_a_commit_it_is_left_out(at: At, tmp_path: Path, why: str) -> None:
    environment: dict[str, str] = {}
    if why == "no git":
        (tmp_path / "empty").mkdir()
        environment = {"PATH": str(tmp_path / "empty")}
    else:
        (at.folder / ".git").rename(tmp_path / "gone")
    if why == "no commit":
        at.git("init", "-q")
    done = at.run("plan", **environment)
    assert done.out.endswith("Made 2026-05-01T08:00:00Z by lin@desk.\n"), done
    of_job = at.planned(**environment, **JOB, GITHUB_SHA="f" * 40)["made"]
    assert (of_job["commit"], of_job["branch"]) == ("f" * 40, "more-workers")


def test_what_is_checked_out_counts_where_the_job_is_of_something_else(at: At) -> None:
    made = at.planned(**JOB, GITHUB_SHA="f" * 40)["made"]
    assert (made["commit"], made["branch"]) == (at.commit, "main")


@pytest.mark.parametrize(
    "job",
    [
        {"BUILD_URL": "https://lin:Hunter22!@ci.example/1"},
        {"BUILD_URL": "javascript:alert(1)"},
        {"BUILD_URL": "https://ci.example/\x1b[2J"},
        {**JOB, "GITHUB_SERVER_URL": "https://token@github.example"},
    ],
)
def test_an_address_with_a_password_or_none_is_left_out(at: At, job: Mapping[str, str]) -> None:
    assert "job" not in at.planned(**job)["made"]
    assert "Hunter22!" not in at.run("plan", "--format", "markdown", **job).out


def test_names_from_outside_can_do_no_harm(at: At) -> None:
    at.git("checkout", "-q", "-b", "<img/src=x>|`@all`|](y)")
    hostile = {"GITHUB_ACTOR": "\x1b[2J<b>\udce8", "LOGNAME": "lin"}
    assert at.run("plan", "--out", "it.plan", **hostile).code == 0
    text = at.run("show", "it.plan").out
    assert "by \\x1b[2J<b>\\udce8@desk, from commit" in text
    assert "\x1b" not in text
    last = at.run("show", "it.plan", "--format", "markdown").out.splitlines()[-1]
    outside = "".join(last.split("`")[::2])
    assert (
        outside == "<sub>For the sandbox, region , workspace . Made 2026-05-01T08:00:00Z by , from commit  on .</sub>"
    )
    assert (
        "<b>" not in at.run("show", "it.plan", "--format", "html").out.partition("<body>")[2].partition("noscript")[0]
    )


def test_a_report_says_what_was_planned_and_what_ran(at: At) -> None:
    assert at.run("plan", "--out", "it.plan").code == 0
    assert at.run("apply", "it.plan", "--report", "report.json", **JOB).code == 0
    report = json.loads((at.folder / "report.json").read_text("utf-8"))
    assert (report["who"], report["job"]) == ("mei@desk", URL)
    assert (report["workspace"], report["world"], report["regions"]) == (
        "default",
        {"endpoint": "loopback"},
        ["cn-beijing"],
    )
    assert (report["made"]["by"], report["made"]["commit"], report["made"]["sandbox"]) == ("lin@desk", at.commit, True)
    at.run("destroy", "--auto-approve", "--report", "page.html", **JOB)
    page = (at.folder / "page.html").read_text("utf-8")
    assert faults(page) == []
    told = facts(page)
    assert (told["By"], told["Run in"], told["For"], told["Workspace"]) == ("mei@desk", URL, "the sandbox", "default")


def test_the_same_plan_is_the_same_whenever_and_whoever_makes_it(at: At) -> None:
    assert at.run("plan", "--out", "it.plan").code == 0
    assert at.run("plan", "--same-as", "it.plan", **JOB).code == 0
    assert at.run("apply", "--same-as", "it.plan", **JOB).code == 0


def test_drift_says_it_too(at: At) -> None:
    assert at.run("apply", "--auto-approve").code == 0
    assert "It is for the sandbox, region cn-beijing, workspace default.\nMade 2026" in at.run("drift").out
    assert at.run("drift", "--format", "markdown").out.rstrip().endswith("on `main`.</sub>")


def test_a_board_says_who_made_it(at: At) -> None:
    assert at.run("apply", "--auto-approve").code == 0
    board = json.loads(at.run("board", "--format", "json", **JOB).out)
    assert (board["made"], board["by"], board["job"]) == ("2026-05-01T08:00:00Z", "mei@desk", URL)
    assert at.run("board", "--out", "public", **JOB).code == 0
    page = (at.folder / "public/index.html").read_text("utf-8")
    assert "<dt>Made by</dt><dd>mei@desk <a " in page
    assert f'href="{URL}"' in page
