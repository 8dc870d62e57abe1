"""A cluster under another name in the spec: said wherever a plan is shown, and done only where two clusters are meant."""

from __future__ import annotations

import json
import re

import pytest
from projects import WEB, Project

RENAMED = WEB.replace("  web:\n", "  web2:\n")
SAID = RENAMED.replace("  web2:\n", "  web2:\n    renamed_from: web\n")
FOR_PEOPLE = ["text", "markdown", "html", "sarif", "github"]


@pytest.fixture
def applied(project: Project) -> Project:
    return project.applied(WEB)


@pytest.mark.parametrize("form", FOR_PEOPLE)
def test_every_format_says_that_a_deleted_and_a_new_cluster_are_alike(applied: Project, form: str) -> None:
    applied.write(RENAMED)
    assert applied.run("plan", "--out", "it.plan").code == 0
    shown = applied.run("show", "it.plan", "--format", form).out.replace("`", "")
    assert "ACK2057" in shown or "looks renamed" in shown
    assert "renamed_from: web" in shown
    assert "web is deleted, with everything in it" in shown


def test_it_is_a_warning_with_the_way_on_for_both_meanings(applied: Project) -> None:
    applied.write(RENAMED)
    told = json.loads(applied.run("plan", "--format", "json").out)["ackplan"]["diagnostics"]
    (caution,) = [found for found in told if found["code"] == "ACK2057"]
    assert (caution["severity"], caution["cluster"]) == ("warning", "web")
    assert caution["place"]["file"] == "ackplan.yaml"
    assert "name it web again" in caution["cure"]
    assert "if these are two different clusters, do nothing" in caution["cure"]
    assert applied.run("apply", "--auto-approve").code == 0
    assert [cluster["name"] for cluster in applied.live()] == ["web2"]


@pytest.mark.parametrize(
    "spec",
    [
        RENAMED.replace("snat_entry: true", "snat_entry: true\n    proxy_mode: ipvs"),
        RENAMED.replace("120", "200"),
        WEB + RENAMED.partition("clusters:\n")[2],
        "ackplan: 1\nclusters: {}\n",
    ],
)
def test_clusters_that_differ_or_stay_are_not_taken_for_one(applied: Project, spec: str) -> None:
    applied.write(spec)
    planned = applied.run("plan")
    assert (planned.code, "ACK2057" in planned.out + planned.err) == (0, False)


@pytest.mark.parametrize("spec", [RENAMED.replace("num_of_nodes: 3", "num_of_nodes: 4"), RENAMED])
def test_the_size_may_differ(applied: Project, spec: str) -> None:
    applied.write(spec)
    assert "ACK2057" in applied.run("plan").out


def test_a_cluster_that_was_imported_is_known_too(project: Project) -> None:
    project.applied(WEB)
    (project.folder / "state/default.json").unlink()
    assert project.run("import", "web").code == 0
    project.write(RENAMED)
    assert "ACK2057" in project.run("plan").out


def test_a_renaming_that_is_said_is_refused_and_deletes_nothing(applied: Project) -> None:
    applied.write(SAID)
    planned = applied.run("plan")
    assert planned.code == 1
    assert planned.out.count("BLOCKED ACK2058 renamed_from: Cluster can't be renamed") == 2
    assert "ACK2057" not in planned.out
    before = applied.changing()
    for arguments in (["--auto-approve"], ["--auto-approve", "--skip-blocked"]):
        applied.run("apply", *arguments)
    assert applied.changing() == before
    assert [cluster["name"] for cluster in applied.live()] == ["web"]


def test_a_renaming_that_is_over_is_no_matter(project: Project) -> None:
    """The key may stay, as Terraform's `moved` may."""
    project.applied(SAID)
    assert project.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (SAID + WEB.partition("clusters:\n")[2], "is still in the spec"),
        (SAID.replace("renamed_from: web", "renamed_from: web2"), "is still in the spec"),
        (SAID + SAID.partition("clusters:\n")[2].replace("web2:", "web3:"), 'web2 has renamed_from: "web" too'),
    ],
)
def test_a_name_that_is_no_earlier_one_is_an_error_of_the_spec(project: Project, spec: str, why: str) -> None:
    project.write(spec)
    found = project.run("validate")
    assert found.code == 1
    assert re.findall(r"ACK1210 .*", found.err + found.out)
    assert why in found.err + found.out
