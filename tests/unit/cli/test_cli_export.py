"""`ackplan export`, then `import`: a fleet that is live comes under management, and no call changes anything."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live_fleets import LIVE, OUTSIDE
from projects import WEB, Project

from ackplan.documents.yaml import parse
from ackplan.spec.layout import laid_out
from tests.running import simulator

EXPECT = Path(__file__).parent / "expect"
FILL = "Fill in what is marked as not shown: 11 values. "


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Project]:
    """A folder without anything in it, and an account that is in use."""
    with simulator(live={"clusters": [*LIVE, *OUTSIDE]}) as api:
        yield Project(tmp_path, api)


def live_again(project: Project, clusters: list[dict[str, Any]]) -> Any:
    return simulator(live={"clusters": clusters})


def test_an_export_is_what_was_reviewed(found: Project, request: pytest.FixtureRequest) -> None:
    done = found.run("export", "--all")
    expected = EXPECT / "export.yaml"
    if request.config.getoption("--update"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(done.out, "utf-8")
    assert done.out == expected.read_text("utf-8")
    assert done.code == 0
    assert re.findall(r"ACK3051 warning: (.*?): Cluster is skipped", done.err) == [
        "broken",
        "leaving",
        "swarm",
        "no name!",
    ]


@pytest.mark.parametrize(
    ("types", "written"),
    [("aaa", "[ecs.a.large]"), ("aba", "[ecs.a.large, ecs.a.large, ecs.b.large]")],
)
def test_masters_that_differ_are_named_one_by_one(tmp_path: Path, types: str, written: str) -> None:
    masters = [
        {"instance_id": f"i-m{n}", "instance_role": "Master", "instance_type": f"ecs.{kind}.large"}
        for n, kind in enumerate(types)
    ]
    cluster = {**LIVE[1], "size": len(types), "master_count": len(types), "nodes": masters}
    with simulator(live={"clusters": [cluster]}) as api:
        project = Project(tmp_path, api)
        assert project.run("export", "--all", "--out", "ackplan.yaml").code == 0
        assert f"    master_instance_types: {written}" in (tmp_path / "ackplan.yaml").read_text("utf-8")
        assert project.run("validate").code == 0


def test_a_fleet_is_brought_under_management_without_a_changing_call(found: Project) -> None:
    assert found.run("export", "--all", "--out", "ackplan.yaml").code == 0
    text = (found.folder / "ackplan.yaml").read_bytes()
    assert laid_out(text, "ackplan.yaml") == text
    assert found.run("validate").out == "Valid: 4 clusters in 1 file.\n"
    assert found.run("fmt", "--check").code == 0
    imported = found.run("import", "--all")
    assert (imported.code, imported.err) == (0, "")
    assert imported.out == "Recorded 4 clusters. See what the spec would change: ackplan plan\n"
    planned = found.run("plan", "--detailed-exitcode")
    assert planned.code == 0
    assert planned.out.startswith("No changes. Live clusters match the spec.\n")
    assert found.run("drift").out.startswith("No drift.\n")
    assert found.changing() == []


@pytest.mark.parametrize("place", ["fleet/", "fleet"])
def test_each_cluster_gets_a_file_of_its_own_in_a_folder(place: str, found: Project) -> None:
    done = found.run("export", "--all", "--out", place)
    assert done.err.endswith(f"Wrote 4 clusters to fleet. {FILL}Record what is in the spec: ackplan import --all\n")
    assert sorted(path.name for path in (found.folder / "fleet").iterdir()) == [
        "012.yaml",
        "rim.yaml",
        "shop.yaml",
        "商店.yaml",
    ]
    assert found.run("import", "--all").code == 0
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.changing() == []


def test_a_plan_takes_a_fleet_over_where_the_spec_agrees_to_it(found: Project) -> None:
    """For a fleet whose record is written by a pipeline's apply alone."""
    done = found.run("export", "--all", "--adopt", "--out", "ackplan.yaml")
    assert done.err.endswith(f"Wrote 4 clusters to ackplan.yaml. {FILL}To adopt them: ackplan plan\n")
    planned = found.run("plan", "--out", "it.plan")
    assert "Plan: 0 to create, 0 to change, 0 to replace, 0 to destroy, 4 to adopt." in planned.out
    assert found.run("apply", "it.plan").code == 0
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.changing() == []


def test_consent_may_be_given_on_the_command_line(found: Project) -> None:
    found.run("export", "--all", "--out", "ackplan.yaml")
    consent = [part for name in ("shop", "rim", "012", "商店") for part in ("--adopt", name)]
    assert found.run("apply", "--auto-approve", *consent).code == 0
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.changing() == []


def test_what_is_there_is_not_overwritten(found: Project) -> None:
    path = found.write("# mine\n")
    refused = found.run("export", "shop", "--out", "ackplan.yaml")
    assert refused.code == 1
    assert refused.err.startswith("ACK3054 Export file already exists: ackplan.yaml. ")
    assert path.read_text() == "# mine\n"
    assert found.run("export", "shop", "--out", "ackplan.yaml", "--force").code == 0
    assert "shop:" in path.read_text()


def test_one_cluster_by_its_name_or_id(found: Project) -> None:
    by_name, by_id = found.run("export", "rim"), found.run("export", "crim00001")
    assert by_name.out == by_id.out
    assert "region: cn-beijing\nclusters:\n  rim:\n" in by_name.out


def test_what_was_asked_for_and_can_t_be_exported_is_an_error(found: Project) -> None:
    unknown = found.run("export", "shpo", "nobody")
    assert unknown.code == 1
    assert re.findall(r'ACK4002 .*?: "(\w+)"', unknown.err) == ["shpo", "nobody"]
    unfit = found.run("export", "shop", "broken", "swarm", "no name!")
    assert unfit.code == 1
    assert re.findall(r"ACK\d{4}", unfit.err) == ["ACK3050", "ACK3008", "ACK1103"]
    assert "shop:" in unfit.out


@pytest.mark.parametrize("arguments", [(), ("--all", "shop")])
def test_names_or_all(arguments: tuple[str, ...], found: Project) -> None:
    assert found.run("export", *arguments).code == 64
    assert found.run("import", *arguments).code == 64


def test_an_empty_account(tmp_path: Path) -> None:
    with simulator() as api:
        done = Project(tmp_path, api).run("export", "--all")
    assert (done.code, done.out, done.err) == (0, "", "No clusters are live.\n")


ATTACHED = """\
    attach:
      - instances: [i-one, i-two]
        password: {env: ACK_NODE_PASSWORD}
    lifecycle: {prevent_destroy: true}
    timeouts: {create: 90m}
  db:
    cluster_type: Ask
    depends_on: [web]
"""


def test_what_is_recorded_is_written_back_as_it_was(project: Project) -> None:
    """Of a cluster that ackplan made, the record knows what the API does not show."""
    project.applied(WEB + ATTACHED)
    before = project.changing()
    done = project.run("export", "--all", "--out", "again.yaml")
    assert done.code == 0
    text = (project.folder / "again.yaml").read_text("utf-8")
    assert "not shown" not in text.partition("clusters:")[2]
    assert "num_of_nodes: 3\n" in text
    assert "attach: [{instances: [i-one, i-two], password: {env: ACK_NODE_PASSWORD}}]" in text
    assert "depends_on: [web]" in text
    planned = project.run("plan", "-f", "again.yaml", "--detailed-exitcode")
    assert (planned.code, planned.out.partition("\n")[0]) == (0, "No changes. Live clusters match the spec.")
    assert project.changing() == before


def test_dependencies_on_what_is_not_exported_are_left_out_and_told(project: Project) -> None:
    project.applied(WEB + ATTACHED)
    done = project.run("export", "db")
    assert "  # depends_on is without clusters that are not here: web\n  db:\n" in done.out
    assert "depends_on:" not in done.out


def test_a_placeholder_is_never_sent(found: Project) -> None:
    """Growing a cluster of which the disks are not known would make workers that nobody chose."""
    found.run("export", "--all", "--out", "ackplan.yaml")
    found.run("import", "--all")
    path = found.folder / "ackplan.yaml"
    path.write_text(path.read_text("utf-8").replace("num_of_nodes: 2", "num_of_nodes: 4"), "utf-8")
    refused = found.run("plan")
    assert refused.code == 1
    assert re.findall(r"BLOCKED (ACK\d+)", refused.out) == ["ACK1052"] * 3
    assert '"ecs.not-shown"' in refused.out
    assert found.run("apply", "--auto-approve").code == 1
    assert found.changing() == []


def test_what_sends_no_placeholder_goes_on(found: Project) -> None:
    """Workers are given up by name: nothing of what they were made of is needed."""
    found.run("export", "rim", "--out", "ackplan.yaml")
    found.run("import", "rim")
    path = found.folder / "ackplan.yaml"
    less = "num_of_nodes: 1\n    scale_in: {strategy: newest}"
    path.write_text(path.read_text("utf-8").replace("num_of_nodes: 2", less), "utf-8")
    planned = found.run("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "remove 1 worker: 2 -> 1" in planned.out
    path.write_text("ackplan: 1\nclusters: {}\n", "utf-8")
    assert "rim will be destroyed" in found.run("plan").out


def test_what_is_filled_in_later_is_recorded_and_nothing_is_called(found: Project) -> None:
    found.run("export", "rim", "--out", "ackplan.yaml")
    found.run("import", "rim")
    path = found.folder / "ackplan.yaml"
    text = path.read_text("utf-8").replace("ecs.not-shown", "ecs.c5.large").replace("cloud_not_shown", "cloud_ssd")
    path.write_text(text.replace("worker_system_disk_size: 1 ", "worker_system_disk_size: 40 "), "utf-8")
    planned = found.run("plan")
    assert "Plan: 0 to create, 0 to change, 0 to replace, 0 to destroy, 1 to record." in planned.out
    assert "worker_system_disk_size     = 40" in planned.out
    assert found.run("apply", "--auto-approve").code == 0
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.changing() == []


EVIL = "1.0\n  evil:\n    cluster_type: Ask\x1b[2J"


def test_nothing_that_the_api_says_gets_out_of_its_place(tmp_path: Path) -> None:
    """Values stand in quotes and comments on one line; no terminal is moved."""
    shown = {"current_version": EVIL, "init_version": EVIL, "proxy_mode": EVIL, "node_cidr_mask": EVIL}
    tags = [{"key": f"ack.{EVIL}", "value": "x"}, {"key": EVIL, "value": EVIL}]
    live = {"clusters": [{"name": "web", "size": 1, "cluster_type": "ManagedKubernetes", **shown, "tags": tags}]}
    with simulator(live=live) as api:
        project = Project(tmp_path, api)
        done = project.run("export", "web", "--out", "ackplan.yaml")
        text = (tmp_path / "ackplan.yaml").read_text("utf-8")
        assert "\x1b" not in done.err + text
        (root,), faults = parse(text.encode(), "ackplan.yaml")
        assert (list(root["clusters"]), faults) == (["web"], [])
        assert root["clusters"]["web"]["kubernetes_version"] == EVIL
        assert project.run("import", "--all").code == 0
        assert project.run("plan", "--detailed-exitcode").code == 0


def test_no_password_is_written(found: Project) -> None:
    done = found.run("export", "--all", "-vv", environment={"ACK_NODE_PASSWORD": "Canary-Password-1"})
    assert "login_password: {env: ACK_NODE_PASSWORD}" in done.out
    assert "Canary-Password-1" not in done.out + done.err


EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("example", ["dedicated", "managed", "edge", "serverless", "fleet"])
def test_the_guide_s_own_clusters_come_back(example: str, project: Project) -> None:
    """Made by ackplan, with the record and without it."""
    shutil.copytree(EXAMPLES / example, project.folder, dirs_exist_ok=True)
    passwords = {"ECS_ROOT_PASSWORD": "Root-password-1"}
    assert project.run("apply", "--auto-approve", environment=passwords).code == 0
    before = project.changing()
    assert project.run("export", "--all", "--out", "recorded/").code == 0
    assert project.run("plan", "-f", "recorded/", "--detailed-exitcode").code == 0
    shutil.rmtree(project.folder / "state")
    assert project.run("export", "--all", "--out", "live/").code == 0
    assert project.run("import", "--all", "-f", "live/").code == 0
    assert project.run("plan", "-f", "live/", "--detailed-exitcode").code == 0
    assert project.changing() == before
