"""A cluster of today's API: settings changed in place, upgraded version by version, and what was done outside."""

from __future__ import annotations

import json

import pytest
from projects import WEB, Project

from tests import plan_files

SHOP = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    cluster_spec: ack.pro.small
    kubernetes_version: VERSION
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    deletion_protection: PROTECTED
    maintenance_window: {enable: true, maintenance_time: "03:00:00Z", duration: HOURS, weekly_period: Monday}
    tags: [{key: team, value: TEAM}]
    node_pools: {}
"""


def shop(version: str = "1.31.9-aliyun.1", protected: str = "false", hours: str = "3h", team: str = "shop") -> str:
    text = SHOP.replace("VERSION", version).replace("PROTECTED", protected)
    return text.replace("HOURS", hours).replace("TEAM", team)


def path(project: Project) -> str:
    (cluster,) = project.live()
    return f"/clusters/{cluster['cluster_id']}"


def outside(project: Project, method: str, where: str, body: object) -> None:
    """Somebody calls the API past ackplan."""
    assert project.run("api", method, where, "--body", json.dumps(body)).code == 0
    while project.live()[0]["state"] != "running":
        pass


def test_what_a_call_can_change_is_changed_in_place(project: Project) -> None:
    project.applied(shop())
    assert project.run("plan", "--detailed-exitcode").code == 0
    before = len(project.changing())
    project.applied(shop(protected="true", hours="4h", team="web"))
    here = path(project)
    assert project.changing()[before:] == [f"PUT /api/v2{here}", f"POST {here}/tags"]
    assert project.run("plan", "--detailed-exitcode").code == 0
    (live,) = project.live()
    assert live["deletion_protection"] is True
    assert [tag["value"] for tag in live["tags"] if tag["key"] == "team"] == ["web"]


def test_a_setting_changed_outside_is_drift_and_put_back(project: Project) -> None:
    project.applied(shop())
    outside(project, "PUT", f"/api/v2{path(project)}", {"deletion_protection": True})
    drift = project.run("drift")
    assert drift.code == 2
    assert "deletion_protection = false -> true" in drift.out
    done = project.run("plan")
    assert "deletion_protection = true -> false  # drift" in done.out
    project.applied(shop())
    assert project.run("drift").code == 0


def test_what_only_a_clusters_own_answer_shows_is_compared(project: Project) -> None:
    project.applied(shop())
    window = {"enable": True, "maintenance_time": "01:00:00Z", "duration": "3h", "weekly_period": "Monday"}
    outside(project, "PUT", f"/api/v2{path(project)}", {"maintenance_window": window})
    drift = project.run("drift")
    assert drift.code == 2
    assert 'maintenance_window.maintenance_time = "03:00:00Z" -> "01:00:00Z"' in drift.out
    project.applied(shop())
    assert project.run("drift").code == 0


def test_a_protected_cluster_is_not_destroyed_and_the_edit_is_named(project: Project) -> None:
    project.applied(shop(protected="true"))
    done = project.run("destroy", "--auto-approve")
    assert done.code == 1
    assert "ACK2004" in done.out
    assert "First write deletion_protection: false in the spec and apply that" in done.out
    project.applied(shop())
    assert project.run("destroy", "--auto-approve").code == 0


def test_an_upgrade_goes_over_each_version_and_is_what_the_plan_file_says(project: Project) -> None:
    project.applied(shop())
    project.write(shop("1.33.3-aliyun.1", team="web"))
    made = project.run("plan", "--out", "it.plan")
    assert "upgrade to 1.32.7-aliyun.1" in made.out
    assert "upgrade to 1.33.3-aliyun.1" in made.out
    done = project.run("apply", "it.plan")
    assert done.code == 0, done.out + done.err
    upgrades = [call for call in project.changing() if call.endswith("/upgrade")]
    assert len(upgrades) == 2
    (live,) = project.live()
    assert live["current_version"] == "1.33.3-aliyun.1"
    assert project.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("version", "code", "said"),
    [
        ("1.30.7-aliyun.1", "ACK2037", "the cluster has 1.31.9-aliyun.1, the spec says 1.30.7-aliyun.1"),
        ("1.32.2-aliyun.1", "ACK2038", "it can be upgraded to"),
        ('"1.99"', "ACK2038", "it can be upgraded to"),
    ],
)
def test_no_version_is_gone_back_to_or_made_up(project: Project, version: str, code: str, said: str) -> None:
    project.applied(shop())
    project.write(shop(version))
    done = project.run("plan")
    assert done.code == 1
    assert f"BLOCKED {code} kubernetes_version" in done.out
    assert said in done.out


def test_an_upgrade_that_was_made_outside_is_said_and_never_taken_back(project: Project) -> None:
    project.applied(shop())
    outside(project, "POST", f"/api/v2{path(project)}/upgrade", {"next_version": "1.32.7-aliyun.1"})
    done = project.run("plan", "--detailed-exitcode")
    assert done.code == 0, done.out
    assert "ACK2036" in done.out
    assert project.run("apply", "--auto-approve").code == 0
    assert not [call for call in project.changing()[-2:] if call.startswith("DELETE")]
    project.write(shop("1.32.7-aliyun.1"))
    assert "ACK2036" not in project.run("plan").out


def test_the_way_of_an_upgrade_is_not_guessed(project: Project) -> None:
    project.applied(shop())
    project.write(shop("1.32.7-aliyun.1"))
    done = project.run("plan", "--no-refresh")
    assert done.code == 1
    assert "Plan without --no-refresh" in done.out


def test_what_the_check_before_an_upgrade_finds_stops_it(project: Project) -> None:
    project.applied(shop())
    project.write(shop("1.32.7-aliyun.1"))
    planned = project.run("plan", "--out", "it.plan")
    assert planned.code == 0
    outside(project, "POST", f"/api/v2{path(project)}/upgrade", {"next_version": "1.32.1-aliyun.1"})
    done = project.run("apply", "it.plan")
    assert done.code == 1
    assert "moved" in done.out + done.err or "ACK6005" in done.err


POOLS = """\
    node_pools:
      web: {scaling_group: {instance_types: [ecs.g7.xlarge], vswitch_ids: [vsw-2ze48rkq464rsdts1abcd], desired_size: 2,
            system_disk_category: cloud_essd, system_disk_size: 120, key_pair: k}}
      job: {scaling_group: {instance_types: [ecs.g7.xlarge], vswitch_ids: [vsw-2ze48rkq464rsdts1abcd], desired_size: 1,
            system_disk_category: cloud_essd, system_disk_size: 120, key_pair: k}}
"""


def pools(version: str) -> str:
    return shop(version).replace("    node_pools: {}\n", POOLS)


def test_the_nodes_of_pools_follow_their_cluster(project: Project) -> None:
    project.applied(pools("1.31.9-aliyun.1"))
    project.write(pools("1.33.3-aliyun.1"))
    made = project.run("plan", "--out", "it.plan")
    assert made.code == 0, made.out + made.err
    assert made.out.count("upgrade to 1.33.3-aliyun.1") == 3
    before = len(project.changing())
    done = project.run("apply", "it.plan")
    assert done.code == 0, done.out + done.err
    sent = [
        call.rpartition("/")[0].rpartition("/")[0][-10:] for call in project.changing()[before:] if "upgrade" in call
    ]
    assert len(sent) == 4
    assert [each.endswith("/nodepools") for each in sent] == [False, False, True, True]
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_pools_are_upgraded_by_the_next_run_where_one_stopped_between(project: Project) -> None:
    project.applied(pools("1.31.9-aliyun.1"))
    project.write(pools('"1.32"'))
    done = project.run("apply", "--auto-approve", "--exclude", "shop/web")
    assert done.code == 0, done.out + done.err
    left = project.run("plan", "--detailed-exitcode")
    assert left.code == 2
    assert left.out.count("upgrade to 1.32.7-aliyun.1") == 1
    assert project.run("apply", "--auto-approve").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_no_upgrade_of_nodes_is_forgotten_where_their_cluster_is_not_upgraded(project: Project) -> None:
    project.applied(pools("1.31.9-aliyun.1"))
    project.write(pools("1.39.1-aliyun.1"))
    blocked = project.run("plan")
    assert (blocked.code, blocked.out.count("1.39.1-aliyun.1")) == (1, 2), "of the cluster alone"
    assert project.run("apply", "--auto-approve", "--skip-blocked").code == 0
    project.write(pools("1.32.7-aliyun.1"))
    done = project.run("apply", "--auto-approve")
    assert done.code == 0, done.out + done.err
    assert done.out.count("upgrade to 1.32.7-aliyun.1") == 3
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_nodes_get_the_wanted_version_where_their_cluster_was_upgraded_further_outside(project: Project) -> None:
    project.applied(pools("1.31.9-aliyun.1"))
    project.write(pools("1.32.7-aliyun.1"))
    assert project.run("apply", "--auto-approve", "--exclude", "shop/web").code == 0
    newer = {"next_version": "1.33.3-aliyun.1", "master_only": True}
    outside(project, "POST", f"/api/v2{path(project)}/upgrade", newer)
    done = project.run("plan", "--out", "it.plan")
    assert done.code == 0, done.out + done.err
    assert "upgrade to 1.32.7-aliyun.1" in done.out
    assert "upgrade to 1.33.3-aliyun.1" not in done.out
    assert project.run("apply", "it.plan").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 0


KEPT = """\
    delete_options: [{resource_type: SLB, delete_mode: retain}]
"""
NONE = "ackplan: 1\nregion: cn-beijing\nclusters: {}\n"


def left(project: Project, cluster_id: str) -> set[str]:
    """The kinds of cloud resources that the deletion of a cluster left."""
    return {resource["resource_type"] for resource in project.api.running.world.left(cluster_id)}


def test_what_is_to_stay_is_recorded_and_sent_with_the_deletion(project: Project) -> None:
    project.applied(shop())
    cluster_id = path(project).rpartition("/")[2]
    before = len(project.changing())
    project.write(shop() + KEPT)
    done = project.run("plan")
    assert "will be brought up to date in the record; nothing is called" in done.out
    project.applied(shop() + KEPT)
    assert len(project.changing()) == before
    project.write(NONE)
    assert project.run("plan", "--out", "it.plan").code == 0
    for words in (("show", "it.plan"), ("show", "it.plan", "--format", "html"), ("rehearse", "it.plan")):
        done = project.run(*words)
        assert done.code == 0, done.err
        assert words[0] == "rehearse" or "its deletion keeps load balancers of services (SLB), " in done.out
    assert project.run("apply", "it.plan").code == 0
    assert "SLB" in left(project, cluster_id)


def test_what_the_spec_says_now_counts_where_all_is_destroyed(project: Project) -> None:
    project.applied(shop())
    cluster_id = path(project).rpartition("/")[2]
    project.write(shop() + "    retain_all_resources: true\n")
    assert project.run("plan", "--destroy", "--out", "it.plan").code == 0
    assert "its deletion keeps all cloud resources that were made for it" in project.run("show", "it.plan").out
    assert project.run("apply", "it.plan").code == 0
    assert {"SLB", "SecurityGroup"} <= left(project, cluster_id)


def test_a_plan_file_that_keeps_less_than_is_recorded_is_refused(project: Project) -> None:
    project.applied(shop() + KEPT)
    project.write(NONE)
    assert project.run("plan", "--out", "it.plan").code == 0
    file = project.folder / "it.plan"
    original = file.read_bytes()
    for query in ({}, {"retain_all_resources": "true"}, {"x": "1"}, {"delete_options": "[1]"}):
        document = plan_files.taken_apart(original)
        (change,) = document["plan"]["changes"]
        change["steps"][0]["call"]["query"] = query
        file.write_bytes(plan_files.put_together(document, original))
        done = project.run("apply", "it.plan")
        assert (done.code, "ACK6003" in done.err) == (1, True), (query, done.err)
    assert len(project.live()) == 1


def test_the_guides_clusters_can_not_say_what_stays(project: Project) -> None:
    project.write(WEB + "    retain_all_resources: true\n")
    done = project.run("validate")
    assert (done.code, "Only of a cluster with node_pools" in done.err + done.out) == (1, True)


@pytest.mark.parametrize("own", [{"delete_options": 5}, {"retain_resources": {}}, {"delete_options": [{"a": "b"}]}])
def test_a_record_that_says_nonsense_of_a_deletion_is_refused(own: object, project: Project) -> None:
    project.applied(shop())
    record = json.loads((project.folder / "state/default.json").read_text("utf-8"))
    record["clusters"]["shop"]["own"] = own
    (project.folder / "state/default.json").write_text(json.dumps(record), "utf-8")
    done = project.run("plan")
    assert (done.code, "ACK3001" in done.err) == (1, True), done.err


def test_live_clusters_of_today_are_of_the_sorts_that_specs_name(project: Project) -> None:
    network = "vpcid: vpc-2zegvl5etah5requ09nec, vswitch_ids: [vsw-2ze48rkq464rsdts1abcd], service_cidr: 172.23.0.0/20"
    jobs = f"  jobs: {{cluster_type: ManagedKubernetes, profile: Serverless, {network}, node_pools: {{}}}}\n"
    project.applied(shop() + jobs)
    rows = [line.split() for line in project.run("clusters").out.splitlines()[1:]]
    assert {(name, kind) for name, _id, kind, *_ in rows} == {("shop", "managed"), ("jobs", "serverless")}
