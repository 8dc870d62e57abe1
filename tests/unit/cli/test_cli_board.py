"""`ackplan board` of the workspaces that a repository lists, wherever each of them is kept."""

from __future__ import annotations

import json
from pathlib import Path

from projects import Project

from tests.stores.cases import postgres_case

SPEC = "ackplan: 1\nregion: cn-beijing\nclusters:\n  NAME: {cluster_type: Ask}\n"
LISTING = """\
ackplan: 1
state: %s
workspaces:
  shop: {path: shop}
  games: {path: games, state: state/}
  bank: {path: bank, state: state/, record: games}
"""


def listed(project: Project) -> str:
    """The URL of the store of one of three workspaces, each of which was applied."""
    url = postgres_case().url.replace("postgres:@", "postgres@")
    project.write(LISTING % url, "workspaces.yaml")
    for name, state, record in (("shop", url, "shop"), ("games", "state/", "games"), ("bank", "state/", "games")):
        project.write(SPEC.replace("NAME", name), f"{name}/ackplan.yaml")
        words = ("apply", "--auto-approve", "-C", str(project.folder / name), "--state", state, "--workspace", record)
        done = project.run(*words)
        assert done.code == 0, done.err
    return url


def test_listed_workspaces_are_shown_from_where_they_are_kept(project: Project) -> None:
    listed(project)
    done = project.run("board", "--format", "json")
    assert done.code == 0, done.err
    seen = {
        each["name"]: (each["workspace"], each["store"].partition(":")[0])
        for each in json.loads(done.out)["workspaces"]
    }
    assert seen == {
        "shop": ("shop", "postgresql"),
        "games": ("games", str(Path("games", "state"))),
        "bank": ("games", str(Path("bank", "state"))),
    }


def test_a_store_that_is_named_goes_before_the_list(project: Project) -> None:
    url = listed(project)
    done = project.run("board", "--format", "json", "--state", url)
    assert [each["name"] for each in json.loads(done.out)["workspaces"]] == ["shop"]


def test_a_variable_says_where_those_are_that_do_not_say_it(project: Project) -> None:
    url = listed(project)
    project.write((LISTING % url).replace(f"state: {url}\n", ""), "workspaces.yaml")
    done = project.run("board", "--format", "json", environment={"ACKPLAN_STATE": url})
    assert json.loads(done.out)["workspaces"][0]["store"].startswith("postgresql:")


def test_a_list_that_is_none_is_said(project: Project) -> None:
    project.write("workspaces: 3\n", "workspaces.yaml")
    done = project.run("board", "--out", "board")
    assert (done.code, done.err[:7]) == (1, "workspa")
    assert not (project.folder / "board").exists()


def test_each_listed_workspace_has_a_page_of_its_own(project: Project) -> None:
    listed(project)
    assert project.run("board", "--out", "board").code == 0
    pages = {path.name for path in (project.folder / "board" / "workspaces").glob("*.html")}
    assert pages == {"shop.html", "games.html", "bank.html"}
    assert "ackplan apply --workspace" not in (project.folder / "board" / "index.html").read_text()
    assert project.run("board", "--out", "board").out.startswith("3 workspaces, ")
