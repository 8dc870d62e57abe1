"""`ackplan fleet plan` and `fleet drift`: real processes against a simulator."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from fleet_projects import FleetProject
from projects import WEB, Project

BROKEN = WEB.replace("num_of_nodes", "nmu_of_nodes")


@pytest.fixture
def fleet(project: Project) -> FleetProject:
    """Four workspaces: shop behind base, behind broken another one."""
    at = FleetProject(project)
    for path in ("accounts/base", "accounts/shop", "accounts/behind"):
        at.workspace(path)
    at.workspace("accounts/broken", BROKEN)
    at.listing("""
        shop: {path: accounts/shop, region: cn-beijing, depends_on: [base]}
        base: {path: accounts/base}
        broken: {path: accounts/broken}
        behind: {path: accounts/behind, depends_on: [broken]}
    """)
    return at


def test_one_broken_workspace_stops_only_those_behind_it(fleet: FleetProject) -> None:
    done = fleet.run("plan")
    assert done.code == 1
    assert "! broken" in done.out
    assert "accounts/broken/ackplan.yaml:8:5: ACK1104 broken: nmu_of_nodes" in done.out
    assert "skipped: depends on broken" in done.out
    assert "Fleet plan: 4 workspaces: 1 failed, 1 skipped, 2 with changes (2 to create; 6 workers added)." in done.out
    assert "[4/4]" in done.err
    assert fleet.project.changing() == []


def test_the_document_has_all_of_it_and_nothing_else_is_on_standard_output(fleet: FleetProject) -> None:
    document = fleet.document("plan")
    assert next(iter(document["workspaces"])) in {"base", "broken"}
    shop, broken = document["workspaces"]["shop"], document["workspaces"]["broken"]
    assert shop["changes"] == [
        {"cluster": "shop", "action": "create", "reason": "it is new in the spec", "parameters": []}
    ]
    assert shop["world"]["endpoint"] == "loopback"
    assert broken["diagnostics"][0]["code"] == "ACK1101"
    assert document["workspaces"]["behind"]["skipped_for"] == ["broken"]
    assert (document["failed"], document["changed"], document["complete"]) == (True, True, False)


def test_exit_codes(fleet: FleetProject) -> None:
    assert fleet.run("plan", "--workspaces", "shop").code == 0
    assert fleet.run("plan", "--workspaces", "shop", "--detailed-exitcode").code == 2
    assert fleet.run("plan", "--detailed-exitcode").code == 1
    assert fleet.run("drift", "--workspaces", "shop").code == 0
    assert fleet.run("plan", "--workspaces", "x").code == 1
    assert fleet.run("plan", "--jobs", "0").code == 64


def test_what_is_left_out_is_said(fleet: FleetProject) -> None:
    done = fleet.run("plan", "--workspaces", "shop")
    assert "2 workspaces left out, --workspaces does not name it: " in done.out
    assert "Taken along, as others depend on them: base" in done.out
    assert fleet.results("plan", "--workspaces", "shop", "--without-dependencies") == {"shop": "changes"}


def test_each_plan_is_kept_with_an_index_of_digests(fleet: FleetProject) -> None:
    done = fleet.run("plan", "--out", "plans")
    index = json.loads((fleet.folder / "plans" / "fleet.json").read_text())
    assert sorted(path.name for path in (fleet.folder / "plans").iterdir()) == ["base.plan", "fleet.json", "shop.plan"]
    assert index["workspaces"]["shop"]["plan"] == "shop.plan"
    assert "ackplan fleet apply --sha256 " in done.err
    shown = fleet.project.run("show", "plans/shop.plan")
    assert "shop" in shown.out
    assert fleet.run("plan", "--out", "plans").code == 1


def test_drift_is_told_for_each(fleet: FleetProject) -> None:
    for name in ("base", "shop"):
        words = ("apply", "--auto-approve", "-C", f"accounts/{name}", "--workspace", name)
        assert fleet.project.run(*words).code == 0
    assert fleet.run("drift", "--workspaces", "shop").code == 0
    fleet.project.deleted_by_hand("shop")
    done = fleet.run("drift", "--workspaces", "shop")
    assert done.code == 2
    assert "1 drifted" in done.out
    assert fleet.results("drift", "--workspaces", "shop") == {"base": "no changes", "shop": "drifted"}


def test_a_workspace_without_a_folder_fails_alone(fleet: FleetProject) -> None:
    fleet.listing("base: {path: accounts/base}\nnowhere: {path: accounts/nowhere}")
    document = fleet.document("plan")
    assert document["workspaces"]["base"]["result"] == "changes"
    (finding,) = document["workspaces"]["nowhere"]["diagnostics"]
    assert finding["code"] == "ACK8010"
    assert finding["place"] == {"file": "workspaces.yaml", "line": 4, "column": 3}


def test_files_and_variables_from_elsewhere_in_the_repository(fleet: FleetProject) -> None:
    spec = WEB.replace("num_of_nodes: 3", "num_of_nodes: ${var.size}")
    fleet.project.write(spec.replace("clusters:", "variables: {size: {type: integer}}\nclusters:"), "shared/web.yaml")
    fleet.project.write("size: 5\n", "shared/large.yaml")
    fleet.listing("one: {path: accounts/base, files: [../../shared/web.yaml], var_files: [../../shared/large.yaml]}")
    assert fleet.document("plan")["workspaces"]["one"]["changes"][0]["cluster"] == "web"


def _git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_only_what_changed_since_a_revision(fleet: FleetProject) -> None:
    _git(fleet.folder, "init", "-q", "-b", "main")
    _git(fleet.folder, "add", ".")
    _git(fleet.folder, "commit", "-q", "-m", "x")
    done = fleet.run("plan", "--changed-since", "main", "--detailed-exitcode")
    assert (done.code, "No workspace was looked at" in done.out) == (0, True)
    (fleet.folder / "accounts/shop/ackplan.yaml").write_text(WEB.replace("  web:", "  shop2:"))
    assert fleet.results("plan", "--changed-since", "main") == {"shop": "changes"}
    _git(fleet.folder, "commit", "-q", "-a", "-m", "y")
    assert fleet.results("plan", "--changed-since", "main~1") == {"shop": "changes"}
    fleet.workspace("accounts/new")
    text = (fleet.folder / "workspaces.yaml").read_text()
    (fleet.folder / "workspaces.yaml").write_text(text + "  new: {path: accounts/new}\n")
    assert fleet.results("plan", "--changed-since", "main") == {"new": "changes"}


@pytest.mark.parametrize("revision", ["--output=x", "nothing", "-h", "main..main", "HEAD:x"])
def test_what_is_no_revision_is_an_error(fleet: FleetProject, revision: str) -> None:
    _git(fleet.folder, "init", "-q", "-b", "main")
    done = fleet.run("plan", f"--changed-since={revision}")
    assert (done.code, "ACK8009" in done.err) == (1, True)
    assert not (fleet.folder / "x").exists()


def test_a_process_has_the_credentials_of_its_workspace_alone(fleet: FleetProject) -> None:
    """One with a profile can't fall back on the access key of the environment."""
    fleet.listing("base: {path: accounts/base}\nother: {path: accounts/shop, profile: nobody}")
    document = fleet.document("plan")
    assert document["workspaces"]["base"]["result"] == "changes"
    (finding,) = document["workspaces"]["other"]["diagnostics"]
    assert "profile nobody" in finding["detail"]


def test_in_the_sandbox_each_has_a_world_of_its_own(fleet: FleetProject) -> None:
    assert fleet.run("plan", "--sandbox", "--workspaces", "shop", "--detailed-exitcode").code == 2
    assert (fleet.folder / "accounts/shop/.ackplan/sandbox/world.db").is_file()


def test_a_thousand_workspaces_are_summed_up(fleet: FleetProject) -> None:
    fleet.listing("\n".join(f"w{n}: {{path: accounts/nowhere{n}}}" for n in range(1000)))
    done = fleet.run("plan", "--format", "markdown")
    assert done.code == 1
    assert len(done.out) <= 65_536
    assert "1000 workspaces: 1000 failed" in done.out


def test_nothing_of_the_repository_is_imported(fleet: FleetProject) -> None:
    for name in ("json.py", "click.py", "sitecustomize.py", "ackplan/__init__.py"):
        fleet.project.write("raise SystemExit(7)\n", name)
        fleet.project.write("raise SystemExit(7)\n", f"accounts/base/{name}")
    assert fleet.results("plan", "--workspaces", "base") == {"base": "changes"}


@pytest.mark.parametrize(
    "text",
    ["a: &a [x]\n" + "".join(f"b{n}: &b{n} [{'*a, ' * 9}*a]\n" for n in range(9)), "[" * 10_000, "\0", "workspaces: [",
     "ackplan: 1\nworkspaces:\n  \"a\\e[2J\\n\": {path: .}\n"],
)  # fmt: skip
def test_a_hostile_listing_is_an_error_that_moves_no_terminal(fleet: FleetProject, text: str) -> None:
    fleet.project.write(text, "workspaces.yaml")
    done = fleet.run("plan")
    assert done.code == 1
    assert "ACK" in done.err
    assert all(line.isprintable() for line in done.err.splitlines())
    assert "Traceback" not in done.err
