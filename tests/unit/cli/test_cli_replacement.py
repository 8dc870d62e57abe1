"""A replacement shows every parameter whose new value is not the old cluster's, also those that are left alone else."""

from __future__ import annotations

import json
import re

import pytest
from projects import Project

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: 3
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    cloud_monitor_flags: true
    login_password: {env: ACK_NODE_PASSWORD}
    lifecycle: {ignore_changes: [num_of_nodes, worker_system_disk_size, cloud_monitor_flags]}
"""
EDITED = SPEC.replace("num_of_nodes: 3", "num_of_nodes: 9").replace("size: 120", "size: 200")


@pytest.fixture
def edited(project: Project) -> Project:
    project.applied(SPEC).write(EDITED)
    return project


def test_what_is_ignored_is_shown_once_the_cluster_is_replaced(edited: Project) -> None:
    assert edited.run("plan", "--detailed-exitcode").code == 0
    planned = edited.run("plan", "--replace", "web")
    assert planned.code == 0
    assert re.search(r"~ num_of_nodes +=  *3 -> 9$", planned.out, re.MULTILINE)
    assert re.search(r"~ worker_system_disk_size += 120 -> 200$", planned.out, re.MULTILINE)
    assert re.search(r"\((\d+) unchanged", planned.out)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_every_format_for_people_shows_it(edited: Project, form: str) -> None:
    out = edited.run("plan", "--replace", "web", "--format", form).out
    assert "worker_system_disk_size" in out
    assert "200" in out


def test_json_has_it_on_both_sides(edited: Project) -> None:
    planned = json.loads(edited.run("plan", "--replace", "web", "--format", "json").out)
    (change,) = planned["resource_changes"]
    before, after = change["change"]["before"], change["change"]["after"]
    assert (before["worker_number"], after["worker_number"]) == (3, 9)
    assert (before["worker_disk_size"], after["worker_disk_size"]) == (120, 200)
    assert change["change"].get("replace_paths", []) == []
    shown = {p["name"]: (p["before"], p.get("after")) for p in planned["ackplan"]["changes"][0]["parameters"]}
    assert {name: sides for name, sides in shown.items() if sides[1] is not None} == {
        "num_of_nodes": (3, 9),
        "worker_system_disk_size": (120, 200),
    }


def test_what_the_old_cluster_has_by_hand_is_its_value(project: Project) -> None:
    """Ignored, so that an autoscaler may have its way: the old cluster has four workers, the new one three."""
    project.applied(SPEC)
    (cluster,) = project.live()
    body = {
        "count": 1,
        "login_password": "Node-password-1",
        "vswitch_ids": cluster["vswitch_id"].split(",")[:3],
        "worker_instance_types": ["ecs.hfc5.xlarge"],
        "worker_system_disk_category": "cloud_efficiency",
        "worker_system_disk_size": 120,
        "worker_data_disk": False,
    }
    path = f"/api/v2/clusters/{cluster['cluster_id']}"
    assert project.run("api", "POST", path, "--body", json.dumps(body)).code == 0
    while project.live()[0]["state"] != "running":
        pass
    planned = project.run("plan", "--replace", "web", "--format", "json")
    (change,) = json.loads(planned.out)["resource_changes"]
    assert (change["change"]["before"]["worker_number"], change["change"]["after"]["worker_number"]) == (4, 3)


def test_what_the_new_cluster_is_made_without_is_shown(project: Project) -> None:
    """Taken out of the spec it is not compared, and so far the cluster has kept it."""
    project.applied(SPEC).write(SPEC.replace("    cloud_monitor_flags: true\n", ""))
    assert project.run("plan", "--detailed-exitcode").code == 0
    planned = project.run("plan", "--replace", "web")
    assert re.search(r"- cloud_monitor_flags += true -> \(not set\)$", planned.out, re.MULTILINE)
    told = json.loads(project.run("plan", "--replace", "web", "--format", "json").out)["ackplan"]["changes"][0]
    assert told["parameters"][0] == {
        "name": "cloud_monitor_flags",
        "before": True,
        "effect": "recorded",
        "side": "spec",
        "secret": False,
    }


def test_what_the_api_chose_is_chosen_again(project: Project) -> None:
    """The version and the networks of a VPC that was made: nobody ever set them, and the new cluster's are its own."""
    project.applied(SPEC)
    live = project.live()[0]
    planned = project.run("plan", "--replace", "web").out
    for name, value in (("kubernetes_version", live["current_version"]), ("vpcid", live["vpc_id"])):
        assert re.search(rf'- {name} += "{re.escape(value)}" -> \(not set\)$', planned, re.MULTILINE)
    assert "proxy_mode" not in planned


def test_what_forces_a_replacement_is_told_from_what_comes_with_it(project: Project) -> None:
    project.applied(SPEC).write(EDITED.replace("snat_entry: true", "snat_entry: true\n    proxy_mode: ipvs"))
    planned = project.run("plan")
    assert planned.code == 1
    forcing = [line.split()[1] for line in planned.out.splitlines() if line.endswith("# forces replacement")]
    assert forcing == ["proxy_mode"]
    assert len(re.findall("ACK2003", planned.out)) == 1
    assert re.search(r"~ worker_system_disk_size += 120 -> 200$", planned.out, re.MULTILINE)


def test_a_region_that_looks_misspelt_is_no_reason_to_replace_a_cluster(project: Project) -> None:
    project.applied(SPEC).write(SPEC.replace("region: cn-beijing", "region: cn-beijin"))
    planned = project.run("plan")
    assert planned.code == 1
    assert 'did you mean "cn-beijing"?' in planned.out
    assert "--replace" not in planned.out + planned.err
