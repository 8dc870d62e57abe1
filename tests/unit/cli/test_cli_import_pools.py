"""`ackplan import` of today's clusters: with their pools and add-ons, and nothing is left to do for the next plan."""

from __future__ import annotations

import json
from typing import Any

import pytest
from projects import Project
from test_cli_export_pools import NONE, TWO, pool_path

ADDONS = "    addons: [{name: flannel}, {name: metrics-server}]\n"
WHOLE = TWO + ADDONS
NO_CHANGES = "No changes. Live clusters match the spec."


def lost(project: Project) -> Project:
    """Somebody lost the record."""
    (project.folder / "state/default.json").unlink()
    for left in (project.folder / ".ackplan").glob("*.journal*"):
        left.unlink()
    return project


def recorded(project: Project) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((project.folder / "state/default.json").read_text("utf-8"))
    return record


def unchanged(project: Project) -> None:
    planned = project.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.out.partition("\n")[0]) == (0, NO_CHANGES), planned.out + planned.err


@pytest.mark.parametrize("arguments", [["--all"], ["shop"]], ids=["all", "one"])
@pytest.mark.parametrize("spec", [NONE, TWO, WHOLE], ids=["none", "pools", "add-ons"])
def test_a_lost_record_is_made_again(spec: str, arguments: list[str], project: Project) -> None:
    lost(project.applied(spec))
    before = project.changing()
    done = project.run("import", *arguments)
    assert (done.code, done.err) == (0, "")
    unchanged(project)
    assert project.run("drift").out.startswith("No drift.\n")
    assert project.changing() == before


def test_what_was_recorded_is_counted(project: Project) -> None:
    lost(project.applied(WHOLE))
    assert project.run("import", "--all").out.startswith("Recorded 1 cluster, 2 node pools, 2 add-ons. ")
    assert project.run("import", "--all").out.startswith("Nothing to record: ")


def test_pools_that_are_lost_alone_are_recorded_again(project: Project) -> None:
    project.applied(WHOLE)
    before = recorded(project)
    for name in ("shop/job", "shop/web", "shop/addon/flannel"):
        assert project.run("state", "rm", name).code == 0
    assert project.run("import", "--all").out.startswith("Recorded 0 clusters, 2 node pools, 1 add-on. ")
    after = recorded(project)
    assert {**after, "serial": 0, "lineage": ""} == {**before, "serial": 0, "lineage": ""}


def test_a_pool_keeps_its_attached_instances(project: Project) -> None:
    lost(project.applied(TWO))
    assert project.run("import", "--all").code == 0
    assert "i-one" in json.dumps(recorded(project))
    unchanged(project)


def test_a_pool_that_is_not_there_is_left_to_the_plan(project: Project) -> None:
    project.applied(TWO)
    assert project.run("api", "DELETE", pool_path(project, "job"), "--query", "force=true").code == 0
    lost(project)
    assert project.run("import", "--all").out.startswith("Recorded 1 cluster, 1 node pool. ")
    assert "1 to create, 0 to change, 0 to replace, 0 to destroy." in project.run("plan").out


def test_what_is_live_wins_over_what_the_spec_says(project: Project) -> None:
    lost(project.applied(TWO))
    project.write(TWO.replace("tier, value: web", "tier, value: edge"))
    assert project.run("import", "--all").code == 0
    planned = project.run("plan")
    assert '[{key: "tier", value: "web"}] -> [{key: "tier", value: "edge"}]' in planned.out
    assert "0 to create, 1 to change, 0 to replace, 0 to destroy." in planned.out


def test_a_cluster_that_was_imported_without_a_spec_becomes_one_of_today_s(project: Project) -> None:
    lost(project.applied(WHOLE))
    spec = project.folder / "ackplan.yaml"
    text = spec.read_text("utf-8")
    spec.unlink()
    assert project.run("import", "shop").code == 0
    project.write(text)
    assert project.run("import", "--all").out.startswith("Recorded 1 cluster, 2 node pools, 2 add-ons. ")
    unchanged(project)


def test_a_pool_taken_over_singly_is_known_with_its_version(project: Project) -> None:
    project.applied(TWO)
    assert project.run("state", "rm", "shop/job").code == 0
    assert project.run("import", "shop/job").code == 0
    unchanged(project)
    assert project.run("state", "rm", "shop/job").code == 0
    spec = project.folder / "ackplan.yaml"
    spec.rename(project.folder / "aside.yaml")
    assert project.run("import", "shop/job").code == 0
    (project.folder / "aside.yaml").rename(spec)
    planned = project.run("plan")
    assert "kubernetes_version" not in planned.out
    assert "0 to create, 0 to change, 0 to replace, 0 to destroy" in planned.out


def test_a_pool_taken_over_before_an_upgrade_is_upgraded_with_its_cluster(project: Project) -> None:
    """Its version is that of its cluster as it is, not as the spec wants it."""
    project.applied(TWO)
    newer = TWO.replace("1.31.9-aliyun.1", "1.32.7-aliyun.1")
    project.write(newer)
    lost(project)
    assert project.run("import", "--all").code == 0
    planned = project.run("plan")
    assert planned.out.count('~ kubernetes_version = "1.31.9-aliyun.1" -> "1.32.7-aliyun.1"') == 3, planned.out
    assert "0 to create, 3 to change, 0 to replace, 0 to destroy." in planned.out


def test_a_plan_that_adopts_a_pool_upgrades_it_with_its_cluster(project: Project) -> None:
    project.applied(TWO)
    assert project.run("state", "rm", "shop/job").code == 0
    project.write(TWO.replace("1.31.9-aliyun.1", "1.32.7-aliyun.1"))
    planned = project.run("plan", "--adopt", "shop/job")
    assert planned.code == 0, planned.err
    assert planned.out.count('kubernetes_version = "1.31.9-aliyun.1" -> "1.32.7-aliyun.1"') == 3, planned.out
