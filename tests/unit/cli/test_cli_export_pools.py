"""`ackplan export` of today's clusters: with what is inside of them, as it is recorded and live."""

from __future__ import annotations

import json

import pytest
from projects import WEB, Project

SHOP = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    cluster_spec: ack.pro.small
    kubernetes_version: 1.31.9-aliyun.1
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    maintenance_window: {enable: true, maintenance_time: "03:00:00Z", duration: 3h, weekly_period: Monday}
    node_pools: {POOLS}
"""
PAIR = """
      web:
        scaling_group: {instance_types: [ecs.g7.xlarge], vswitch_ids: [vsw-2ze48rkq464rsdts1abcd], desired_size: 2,
          system_disk_category: cloud_essd, system_disk_size: 120, login_password: {env: ACK_NODE_PASSWORD}}
        kubernetes_config: {labels: [{key: tier, value: web}]}
        attach: [{instances: [i-one]}]
        scale_in: {strategy: newest}
        lifecycle: {prevent_destroy: true}
      job:
        scaling_group: {instance_types: [ecs.g7.xlarge], vswitch_ids: [vsw-2ze48rkq464rsdts1abcd], desired_size: 1,
          system_disk_category: cloud_essd, system_disk_size: 120, key_pair: k}
        depends_on: [shop/web]
"""
NONE = SHOP.replace("{POOLS}", "{}")
TWO = SHOP.replace(" {POOLS}\n", PAIR)


def exported(project: Project) -> str:
    done = project.run("export", "shop", "--out", "again.yaml", "--force")
    assert done.code == 0, done.out + done.err
    return (project.folder / "again.yaml").read_text("utf-8")


def unchanged(project: Project) -> None:
    """What was exported is valid, laid out, and plans to nothing."""
    assert project.run("fmt", "--check", "-f", "again.yaml").code == 0
    planned = project.run("plan", "-f", "again.yaml", "--detailed-exitcode")
    assert (planned.code, planned.out.partition("\n")[0]) == (0, "No changes. Live clusters match the spec.")


def pool_path(project: Project, name: str) -> str:
    path = f"/clusters/{project.live()[0]['cluster_id']}/nodepools"
    pools = json.loads(project.run("api", "GET", path).out)["nodepools"]
    (found,) = (pool["nodepool_info"]["nodepool_id"] for pool in pools if pool["nodepool_info"]["name"] == name)
    return f"{path}/{found}"


@pytest.mark.parametrize("spec", [NONE, TWO], ids=["none", "two"])
def test_a_cluster_comes_back_with_its_pools(spec: str, project: Project) -> None:
    project.applied(spec)
    before = project.changing()
    text = exported(project)
    assert "num_of_nodes" not in text
    unchanged(project)
    assert project.changing() == before


def test_a_pool_keeps_what_only_the_record_knows(project: Project) -> None:
    project.applied(TWO)
    text = exported(project)
    assert "login_password: {env: ACK_NODE_PASSWORD}" in text
    assert "attach: [{instances: [i-one]}]" in text
    assert "depends_on: [shop/web]" in text
    assert "desired_size: 2" in text
    assert "nodepool_info" not in text


def test_what_was_changed_outside_is_written_as_it_is_live(project: Project) -> None:
    project.applied(TWO)
    body = json.dumps({"kubernetes_config": {"labels": [{"key": "tier", "value": "edge"}]}})
    assert project.run("api", "PUT", pool_path(project, "web"), "--body", body).code == 0
    text = exported(project)
    assert "labels: [{key: tier, value: edge}]" in text
    planned = project.run("plan", "-f", "again.yaml")
    assert "0 to create, 0 to change, 0 to replace, 0 to destroy, 1 to record." in planned.out


def test_a_pool_that_is_gone_is_left_out_and_told(project: Project) -> None:
    project.applied(TWO)
    assert project.run("api", "DELETE", pool_path(project, "job"), "--query", "force=true").code == 0
    text = exported(project)
    assert "  # node_pools is without job: it is recorded, and not there any more\n  shop:\n" in text
    assert "      job:" not in text


BY_HAND = {
    "nodepool_info": {"name": "batch"},
    "scaling_group": {
        "instance_types": ["ecs.g7.xlarge"],
        "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
        "desired_size": 1,
        "system_disk_category": "cloud_essd",
        "system_disk_size": 120,
        "key_pair": "k",
    },
}


def test_a_pool_that_is_not_recorded_is_named_with_the_way_on(project: Project) -> None:
    project.applied(NONE)
    path = f"/clusters/{project.live()[0]['cluster_id']}/nodepools"
    assert project.run("api", "POST", path, "--body", json.dumps(BY_HAND)).code == 0
    text = exported(project)
    assert (
        "  # without node_pools that are not recorded: batch\n  # to have one here: ackplan import shop/batch" in text
    )
    unchanged(project)
    imported = project.run("import", "shop/batch")
    assert "Add it to the spec first: ackplan export shop\n" in imported.err
    text = exported(project)
    assert "      batch:\n" in text
    assert "without" not in text
    assert project.run("apply", "-f", "again.yaml", "--auto-approve").code == 0
    unchanged(project)


def forgotten(project: Project) -> None:
    """Somebody lost the record."""
    (project.folder / "state/default.json").unlink()
    for left in (project.folder / ".ackplan").glob("*.journal*"):
        left.unlink()


ADDONS = "    addons: [{name: flannel}, {name: metrics-server}]\n"


@pytest.mark.parametrize("spec", [NONE, TWO, TWO + ADDONS], ids=["none", "two", "add-ons"])
@pytest.mark.parametrize("known", ["", "shop"], ids=["unrecorded", "recorded without a spec"])
def test_a_cluster_that_is_not_recorded_comes_back_with_its_pools(spec: str, known: str, project: Project) -> None:
    project.applied(spec)
    before = project.changing()
    forgotten(project)
    (project.folder / "ackplan.yaml").unlink()
    if known:
        assert project.run("import", known).code == 0
    text = exported(project)
    assert "num_of_nodes" not in text
    assert "    node_pools: {}\n" in text if spec is NONE else "      web:\n" in text
    assert "{name: flannel}" in text
    assert project.run("import", "--all", "-f", "again.yaml").code == 0
    unchanged(project)
    assert project.changing() == before


def test_what_the_api_chose_is_not_written(project: Project) -> None:
    project.applied(TWO)
    forgotten(project)
    text = exported(project)
    assert "not shown" not in text.partition("clusters:\n")[2]
    assert "    cluster_spec: ack.pro.small\n" in text
    assert "deletion_protection" not in text
    job = text.partition("      job:\n")[2].partition("      web:\n")[0]
    assert "desired_size: 1\n" in job
    assert "system_disk_category: cloud_essd\n" in job
    assert not [each for each in ("auto_scaling", "management", "data_disks", "name:", "platform") if each in job]


def test_an_exported_cluster_can_be_adopted_by_a_plan(project: Project) -> None:
    project.applied(TWO + ADDONS)
    before = project.changing()
    forgotten(project)
    done = project.run("export", "--all", "--adopt", "--out", "again.yaml")
    assert done.code == 0, done.err
    planned = project.run("plan", "-f", "again.yaml")
    assert "0 to create, 0 to change, 0 to replace, 0 to destroy" in planned.out, planned.out + planned.err
    done = project.run("apply", "-f", "again.yaml", "--auto-approve")
    assert done.code == 0, done.out + done.err
    unchanged(project)
    assert project.changing() == before


def test_a_cluster_of_the_guide_is_written_as_before(project: Project) -> None:
    project.applied(WEB)
    done = project.run("export", "web")
    assert "num_of_nodes: 3\n" in done.out
    assert "node_pools" not in done.out


def test_what_is_not_exported_is_no_dependency_of_a_pool(project: Project) -> None:
    project.applied(TWO.replace("depends_on: [shop/web]", "depends_on: [shop/web, db]") + "  db: {cluster_type: Ask}\n")
    text = exported(project)
    assert "depends_on: [shop/web]\n" in text
    assert "  # depends_on of node_pools.job is without what is not here: db\n" in text
    assert project.run("validate", "-f", "again.yaml").code == 0
    assert project.run("export", "--all", "--out", "all.yaml").code == 0
    assert "depends_on: [shop/web, db]\n" in (project.folder / "all.yaml").read_text("utf-8")


def test_add_ons_come_back_as_the_list_that_they_are(project: Project) -> None:
    addons = "    addons: [{name: flannel}, {name: metrics-server, disabled: true}]\n"
    project.applied(TWO + addons)
    project.applied(TWO + "    addons: [{name: flannel}]\n")
    text = exported(project)
    assert "addons: [{name: flannel}]\n" in text
    unchanged(project)


def test_an_add_on_that_was_imported_joins_the_list(project: Project) -> None:
    project.applied(NONE + "    addons: [{name: flannel}]\n")
    assert project.run("import", "shop/addon/metrics-server").code == 0
    assert "name: metrics-server" in exported(project)
    assert project.run("validate", "-f", "again.yaml").code == 0
    assert "0 to destroy" in project.run("plan", "-f", "again.yaml").out
