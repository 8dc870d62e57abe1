"""Variables without a value: to destroy and to look for drift needs none, but where they protect or order something."""

from __future__ import annotations

import json

import pytest
from projects import WEB, Project

VARIABLES = "variables:\n  size: {type: integer}\n  guard: {type: boolean}\n  name: {type: string}\n"
TWO = (
    WEB.replace("region: cn-beijing\n", f"region: cn-beijing\n{VARIABLES}").replace("num_of_nodes: 3", "num_of_nodes: ${var.size}")
    + "  db:\n    cluster_type: Ask\n    depends_on: [web]\n"
)  # fmt: skip
POOLS = """\
ackplan: 1
region: cn-beijing
variables: {size: {type: integer}}
clusters:
  shop:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    addons: [{name: metrics-server}]
    node_pools:
      web:
        scaling_group:
          instance_types: [ecs.g7.xlarge]
          vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
          system_disk_category: cloud_essd
          system_disk_size: 120
          desired_size: ${var.size}
          key_pair: shop
        lifecycle: {prevent_destroy: false}
"""


@pytest.fixture
def applied(project: Project) -> Project:
    project.write(TWO)
    done = project.run("apply", "--auto-approve", "--var", "size=3")
    assert done.code == 0, done.out + done.err
    return project


def planned(project: Project, *words: str) -> dict[str, list[str]]:
    """The actions of a plan by names."""
    done = project.run("plan", "--format", "json", *words)
    assert done.code == 0, done.err
    return {each["name"]: each["change"]["actions"] for each in json.loads(done.out)["resource_changes"]}


def test_a_destroy_needs_no_value_and_keeps_the_order(applied: Project) -> None:
    assert planned(applied, "--destroy") == {"web": ["delete"], "db": ["delete"]}
    done = applied.run("plan", "--destroy")
    assert "after: db" in done.out
    assert applied.run("destroy", "--auto-approve").code == 0
    assert applied.live() == []


def test_a_plan_file_of_it_is_carried_out(applied: Project) -> None:
    assert applied.run("plan", "--destroy", "--out", "it.plan").code == 0
    assert applied.run("apply", "it.plan").code == 0
    assert applied.live() == []


def test_what_the_spec_protects_stays_protected(applied: Project) -> None:
    applied.write(TWO.replace("    depends_on", "    lifecycle: {prevent_destroy: true}\n    depends_on"))
    done = applied.run("destroy", "--auto-approve")
    assert (done.code, len(applied.live())) == (1, 2)
    assert "lifecycle.prevent_destroy does not allow to delete it" in done.out


@pytest.mark.parametrize("needed", ["lifecycle: {prevent_destroy: '${var.guard}'}", "renamed_from: ${var.name}"])
def test_what_protects_or_names_a_cluster_needs_its_value(needed: str, applied: Project) -> None:
    applied.write(TWO.replace("    num_of_nodes", f"    {needed}\n    num_of_nodes"))
    for words in (("plan", "--destroy"), ("destroy", "--auto-approve")):
        done = applied.run(*words)
        assert (done.code, "ACK1032 web: " in done.err) == (1, True), done.out + done.err
    assert len(applied.live()) == 2


def test_another_fault_of_the_spec_is_not_passed_over(applied: Project) -> None:
    applied.write(TWO.replace("snat_entry: true", "snat_entry: 3"))
    done = applied.run("destroy", "--auto-approve")
    assert (done.code, "ACK1103 web: snat_entry" in done.err) == (1, True)
    assert len(applied.live()) == 2


def test_a_value_of_the_wrong_type_is_one(applied: Project) -> None:
    done = applied.run("plan", "--destroy", "--var", "size=many")
    assert (done.code, "ACK1031" in done.err) == (1, True)


def test_drift_needs_no_value_but_to_say_what_would_put_it_back(applied: Project) -> None:
    applied.run("api", "DELETE", f"/clusters/{applied.live()[0]['cluster_id']}")
    assert applied.run("plan", "--refresh-only", "--detailed-exitcode").code == 2
    done = applied.run("drift")
    assert done.code == 2
    assert "needs a value of what the spec leaves open: ackplan apply --target" in done.out
    assert "--var size=VALUE" in done.out
    assert "needs a value" not in applied.run("drift", "--var", "size=3").out


def test_a_plan_of_changes_needs_all_values(applied: Project) -> None:
    assert "ACK1032 web: num_of_nodes" in applied.run("plan").err


def test_what_is_inside_of_clusters_is_protected_too(project: Project) -> None:
    project.write(POOLS)
    done = project.run("apply", "--auto-approve", "--var", "size=2")
    assert done.code == 0, done.out + done.err
    assert planned(project, "--destroy")["shop"] == ["delete"]
    project.write(POOLS.replace("prevent_destroy: false", "prevent_destroy: true"))
    done = project.run("plan", "--destroy")
    assert (done.code, "lifecycle.prevent_destroy" in done.out) == (1, True), done.err
    project.write(POOLS.replace("prevent_destroy: false", "prevent_destroy: '${var.size}'"))
    assert "ACK1032" in project.run("plan", "--destroy").err
