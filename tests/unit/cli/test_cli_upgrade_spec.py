"""`ackplan upgrade-spec`: a cluster's workers move to node pools in the spec, and nothing is called."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from projects import Project

from tests.running import simulator

SHOP = """\
ackplan: 1
region: cn-beijing
variables:
  size: {type: integer, default: 3}
clusters:
  # the shop
  shop:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec  # shared
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    snat_entry: true
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    num_of_nodes: ${var.size}  # enough
    # what they are
    worker_instance_types:
    - ecs.hfc5.xlarge
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {env: ACK_NODE_PASSWORD}
    timeout_mins: 60
    # the team's
    tags: [{key: team, value: shop}]
    lifecycle: {prevent_destroy: true}

  other: {cluster_type: Ask}  # left alone
"""
NO_CHANGES = "No changes. Live clusters match the spec."


def unchanged(project: Project) -> None:
    planned = project.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.out.partition("\n")[0]) == (0, NO_CHANGES), planned.out + planned.err


def spec_of(project: Project) -> str:
    return (project.folder / "ackplan.yaml").read_text("utf-8")


def upgraded(project: Project) -> tuple[str, str]:
    """The spec once it is upgraded, and what was said. Nothing was called, and nothing is left to do."""
    before = project.changing()
    done = project.run("upgrade-spec", "shop", "--write")
    assert done.code == 0, done.err
    assert project.changing() == before
    unchanged(project)
    assert project.run("fmt", "--check").code == 0
    assert project.run("drift").out.startswith("No drift.\n")
    assert project.changing() == before
    return spec_of(project), done.err


def test_workers_move_to_pools_and_nothing_is_called(project: Project) -> None:
    project.applied(SHOP)
    text, said = upgraded(project)
    kept, _, pools = text.partition("    node_pools:\n")
    assert kept == SHOP.partition("    num_of_nodes")[0] + (
        "    # what they are\n"
        "    # the team's\n"
        "    tags: [{key: team, value: shop}]\n"
        "    lifecycle: {prevent_destroy: true}\n"
        "    # enough\n"
    )
    assert pools.startswith("      default-nodepool:\n")
    assert "          desired_size: 3\n" in pools
    assert "          instance_types: [ecs.hfc5.xlarge]\n" in pools
    assert "          login_password: {env: ACK_NODE_PASSWORD}\n" in pools
    assert pools.endswith("\n\n  other: {cluster_type: Ask}  # left alone\n")
    assert "ACK3098 warning: shop: " in said
    assert "num_of_nodes (node_pools.POOL.scaling_group.desired_size)" in said
    assert "today's API does not have them: timeout_mins" in said
    grown = text.replace("desired_size: 3", "desired_size: 4")
    project.applied(grown)
    assert project.changing()[-1].startswith("POST /clusters/")
    unchanged(project)


def test_it_is_only_shown_without_write(project: Project) -> None:
    project.applied(SHOP)
    record = (project.folder / "state/default.json").read_bytes()
    done = project.run("upgrade-spec", "shop")
    assert done.code == 0, done.err
    assert spec_of(project) == SHOP
    assert (project.folder / "state/default.json").read_bytes() == record
    assert done.out.startswith("--- ackplan.yaml\n+++ ackplan.yaml\n")
    assert "\n-    num_of_nodes: ${var.size}  # enough\n" in done.out
    assert "\n+    node_pools:\n" in done.out


def test_what_a_template_says_of_workers_is_taken_away(project: Project) -> None:
    template, _, rest = SHOP.partition("clusters:\n  # the shop\n  shop:\n")
    body, _, other = rest.replace("types:\n    - ecs.hfc5.xlarge", "types: [ecs.hfc5.xlarge]").partition("\n  other:")
    project.applied(
        f"{template}templates:\n  base:\n{body}clusters:\n  shop:\n    extends: base\n    num_of_nodes: 2\n"
        f"  twin:\n    extends: base\n\n  other:{other}"
    )
    text, _ = upgraded(project)
    entry = text.partition("  shop:\n")[2].partition("  twin:\n")[0]
    assert entry.startswith(
        "    extends: base\n    login_password: null\n    num_of_nodes: null\n    timeout_mins: null\n"
    )
    assert "desired_size: 2\n" in entry
    assert "    num_of_nodes: ${var.size}  # enough\n" in text


def test_what_stands_beside_workers_goes_with_them(project: Project) -> None:
    more = (
        "    attach: [{instances: [i-one], key_pair: k}]\n"
        "    scale_in: {strategy: newest, release_node: true}\n"
        "    lifecycle: {prevent_destroy: true, ignore_changes: [num_of_nodes, tags]}\n"
    )
    project.applied(SHOP.replace("    lifecycle: {prevent_destroy: true}\n", more))
    text, _ = upgraded(project)
    pool = text.partition("    node_pools:\n")[2]
    assert "desired_size: 3\n" in pool
    assert "        attach: [{instances: [i-one]}]\n" in pool
    assert "        scale_in: {strategy: newest, release_node: true}\n" in pool
    assert "        lifecycle: {ignore_changes: [scaling_group.desired_size]}\n" in pool
    assert "    lifecycle: {prevent_destroy: true, ignore_changes: [tags]}\n" in text
    entry = json.loads((project.folder / "state/default.json").read_text("utf-8"))["clusters"]["shop"]
    assert (entry["kind"], entry["attached"]) == ("pooled-managed", [])


def test_every_live_pool_comes(project: Project) -> None:
    project.applied(SHOP)
    (cluster,) = (each for each in project.live() if each["name"] == "shop")
    group = {"instance_types": ["ecs.g7.xlarge"], "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"], "desired_size": 1}
    body = {"nodepool_info": {"name": "by-hand"}, "scaling_group": {**group, "key_pair": "k"}}
    made = project.run("api", "POST", f"/clusters/{cluster['cluster_id']}/nodepools", "--body", json.dumps(body))
    assert made.code == 0, made.err
    text, _ = upgraded(project)
    assert "      by-hand:\n" in text
    assert "key_pair: k\n" in text
    assert text.count("login_password") == 1


def test_a_dedicated_cluster_keeps_its_masters(project: Project) -> None:
    masters = (
        "    master_count: 3\n"
        "    master_instance_types: [ecs.n4.large, ecs.n4.large, ecs.n4.large]\n"
        "    master_system_disk_category: cloud_ssd\n"
        "    master_system_disk_size: 120\n"
        "    master_vswitch_ids: [vsw-2ze48rkq464rsdts1abcd, vsw-2ze48rkq464rsdts1abcd, vsw-2ze48rkq464rsdts1abcd]\n"
    )
    spec = SHOP.replace("cluster_type: ManagedKubernetes", "cluster_type: Kubernetes").replace(
        "    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]\n",
        masters + "    worker_vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]\n",
    )
    project.applied(spec)
    text, said = upgraded(project)
    assert "master_count" not in text
    assert "control_plane_config:" in text
    assert "master_count (control_plane_config.size)" in said


def test_an_entry_in_brackets_becomes_a_block(project: Project) -> None:
    head, _, rest = SHOP.partition("  shop:\n")
    lines = [line.partition("  #")[0].strip() for line in rest.partition("\n\n")[0].splitlines()]
    lines = [line for line in lines if line]
    flow = (
        ", ".join(lines)
        .replace("worker_instance_types:, - ecs", "worker_instance_types: [ecs")
        .replace("xlarge,", "xlarge],")
        .replace("${var.size}", "3")
    )
    project.applied(f"{head}  shop: {{{flow}}}\n  other: {{cluster_type: Ask}}  # left alone\n")
    text, _ = upgraded(project)
    assert "  shop:\n    cluster_type: ManagedKubernetes\n" in text
    assert text.endswith("  other: {cluster_type: Ask}  # left alone\n")


def test_what_the_rules_ask_for_is_as_it_is_live(project: Project) -> None:
    """The guide's clusters may have had their VPC made."""
    project.applied(SHOP.replace("    vpcid: vpc-2zegvl5etah5requ09nec  # shared\n", "").replace(
        "    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]\n", ""
    ))  # fmt: skip
    text, _ = upgraded(project)
    made = {each["name"]: each["vpc_id"] for each in project.live()}["shop"]
    assert f"    vpcid: {made}\n" in text


def test_lines_end_as_they_did(project: Project) -> None:
    project.applied(SHOP)
    (project.folder / "ackplan.yaml").write_bytes(SHOP.replace("\n", "\r\n").encode())
    assert project.run("upgrade-spec", "shop", "--write").code == 0
    data = (project.folder / "ackplan.yaml").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    unchanged(project)


def test_add_ons_that_are_not_there_are_not_installed(project: Project) -> None:
    project.applied(
        SHOP.replace("    # the team's", "    addons: [{name: flannel}, {name: metrics-server}]\n    # the team's")
    )
    (shop,) = (each["cluster_id"] for each in project.live() if each["name"] == "shop")
    gone = project.run(
        "api", "POST", f"/clusters/{shop}/components/uninstall", "--body", '[{"name": "metrics-server"}]'
    )
    assert gone.code == 0, gone.err
    text, said = upgraded(project)
    assert "    addons: [{name: flannel}]\n" in text
    assert "the cluster does not have metrics-server, so addons is without it" in said


def refused(project: Project, name: str = "shop") -> str:
    """What is said of a spec that can't be upgraded. Nothing is written."""
    spec, before = spec_of(project), project.changing()
    state = project.folder / "state/default.json"
    record = state.read_bytes() if state.exists() else b""
    done = project.run("upgrade-spec", name, "--write")
    assert (done.code, done.out) == (1, "")
    assert (spec_of(project), project.changing()) == (spec, before)
    assert (state.read_bytes() if state.exists() else b"") == record
    return done.err


def test_what_stands_against_it_is_named(project: Project) -> None:
    project.applied(SHOP)
    assert "ACK3097 nobody: Spec can't be upgraded: no file of the spec has this cluster" in refused(project, "nobody")
    assert (
        "ACK3097 other: Spec can't be upgraded: no kind of cluster with node pools matches this live serverless"
        in refused(project, "other")
    )
    project.write(SHOP.replace("value: shop", "value: shops"))
    assert "the spec, the record and what is live differ: shop (tags" in refused(project)
    project.write(SHOP)
    assert project.run("state", "rm", "shop").code == 0
    assert "it is not recorded. Record it first: ackplan import shop" in refused(project)


def test_workers_in_no_pool_stand_against_it(tmp_path: Path) -> None:
    nodes = [{"instance_id": "i-loose", "nodepool_id": "npgone"}, {"instance_id": "i-b"}]
    vpc = {"vpc_id": "vpc-2zeshop00000000001", "vswitch_id": "vsw-2zeshop00000000001"}
    with simulator(live={"clusters": [{"name": "shop", "cluster_id": "cshop0001", **vpc, "nodes": nodes}]}) as api:
        project = Project(tmp_path, api)
        project.write(project.run("export", "shop").out)
        assert project.run("import", "shop").code == 0
        assert "workers are in no node pool: i-loose. " in refused(project)


def test_the_file_that_has_the_cluster_is_written(project: Project) -> None:
    head, _, rest = SHOP.partition("clusters:\n")
    shop, _, other = rest.partition("\n  other:")
    project.write(head, "fleet/00.yaml")
    project.write(f"ackplan: 1\nclusters:\n{shop}", "fleet/shop.yaml")
    last = project.write(f"ackplan: 1\nclusters:\n  other:{other}", "fleet/z.yaml")
    assert project.run("apply", "--auto-approve").code == 0
    before = last.read_bytes()
    done = project.run("upgrade-spec", "shop", "--write")
    assert done.out.startswith("Wrote fleet/shop.yaml. Recorded 1 cluster, 1 node pool. "), done.err
    assert last.read_bytes() == before
    unchanged(project)


def test_an_anchor_that_others_share_stays(project: Project) -> None:
    shared = "    login_password: &secret {env: ACK_NODE_PASSWORD}\n"
    twin = SHOP.partition("  shop:\n")[2].partition("\n\n")[0]
    twin = re.sub(r"login_password: .*", "login_password: *secret", twin)
    spec = re.sub(r"    login_password: .*\n", shared, SHOP).replace("  other:", f"  twin:\n{twin}\n\n  other:")
    project.applied(spec)
    assert "an anchor, an alias or a merge key is in it" in refused(project)


def test_a_second_time_there_is_nothing_to_upgrade(project: Project) -> None:
    project.applied(SHOP)
    upgraded(project)
    assert "ACK3097 shop: Spec can't be upgraded: it is recorded with node_pools already" in refused(project)


def test_pools_that_somebody_wrote_are_recorded(project: Project) -> None:
    """The last run may have ended between the spec and the record, too."""
    project.applied(SHOP)
    record = (project.folder / "state/default.json").read_bytes()
    text, _ = upgraded(project)
    (project.folder / "state/default.json").write_bytes(record)
    planned = project.run("plan")
    assert "must be replaced" not in planned.out
    assert "destroy" not in planned.out.partition("Plan:")[0]
    again, _ = upgraded(project)
    assert again == text


@pytest.mark.parametrize("change", ["", "snat_entry: false"], ids=["same", "snat"])
def test_a_spec_that_was_edited_by_hand_replaces_nothing(change: str, project: Project) -> None:
    """The record has the guide's words, the spec today's: the same cluster."""
    project.applied(SHOP)
    record = (project.folder / "state/default.json").read_bytes()
    text, _ = upgraded(project)
    (project.folder / "state/default.json").write_bytes(record)
    project.write(text.replace("snat_entry: true", change or "snat_entry: true"))
    planned = project.run("plan", "--adopt", "shop/default-nodepool", "--out", "it.plan")
    if change:
        assert planned.code == 1
        assert re.search(r"snat_entry +=.* -> false", planned.out), planned.out
        return
    assert "0 to create, 0 to change, 0 to replace, 0 to destroy" in planned.out
    before = project.changing()
    assert project.run("apply", "it.plan").code == 0
    unchanged(project)
    assert project.changing() == before


def test_a_cluster_with_pools_does_not_go_back(project: Project) -> None:
    project.applied(SHOP)
    upgraded(project)
    project.write(SHOP)
    planned = project.run("plan")
    assert planned.code == 1
    assert "# shop is left alone: BLOCKED\n" in planned.out
    print(planned.out)
    assert planned.out.count("ACK2043") == 2
    assert "Put node_pools back; to delete the pools, leave it empty: node_pools: {}" in planned.out
    skipped = project.run("apply", "--skip-blocked", "--auto-approve")
    assert "destroyed" not in skipped.out.partition("Apply complete")[0]
    assert "DELETE" not in " ".join(project.changing())
