"""The packs on clusters of today, by the command line: versions out of support, and what else a team wants to know."""

from __future__ import annotations

import datetime
import json
from unittest import mock

import pytest

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zeshop00000000001
    vswitch_ids: [vsw-2zeshop00000000001]
    kubernetes_version: 1.31.9-aliyun.1
    node_pools: {}
"""
DAYS = "ackplan_policy: 1\nrules: {young: {reason: Old, cure: Upgrade, supported_versions: {days: 30}}}\n"


def on(day: str):
    moment = datetime.datetime.fromisoformat(f"{day}T03:00:00+00:00")
    return mock.patch("ackplan.adapters.local.clock.now", return_value=moment)


@pytest.fixture
def shop(project):
    project.applied(SPEC)
    project.write(DAYS, "team.yaml")
    return project


def planned(project, *arguments: str) -> tuple[int, list[str]]:
    """The exit code, and what the rule about versions found."""
    said = project.run("plan", "--format", "json", *arguments)
    found = json.loads(said.out)["ackplan"]["diagnostics"]
    return said.code, [each["detail"] for each in found if each["code"] == "ACK2119"]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        pytest.param("2026-12-31", "", id="long before"),
        pytest.param("2027-01-15", "support of 1.31.9-aliyun.1 ends on 2027-01-31, in 16 days", id="soon"),
        pytest.param("2027-01-31", "support of 1.31.9-aliyun.1 ends on 2027-01-31, in 0 days", id="the last day"),
        pytest.param("2027-02-01", "support of 1.31.9-aliyun.1 ended on 2027-01-31", id="over"),
    ],
)
def test_a_version_out_of_support_is_told_with_the_day_and_what_follows(shop, day, says):
    with on(day):
        code, found = planned(shop, "--policy", "team.yaml")
    assert (code, len(found)) == (int(bool(says)), int(bool(says)))
    if says:
        assert found == [f"team.yaml/young: {says}; it can be upgraded to 1.32.1-aliyun.1, 1.32.7-aliyun.1. Old"]


def test_it_stands_at_the_version_in_the_spec_and_in_every_format(shop):
    with on("2027-02-01"):
        said = shop.run("plan", "--policy", "team.yaml", "--out", "it.plan")
        line = "ackplan.yaml:8:5: ACK2119 shop: kubernetes_version: Version of Kubernetes is not supported: "
        assert any(each.startswith(line) for each in said.out.splitlines())
        assert shop.run("show", "it.plan").out == said.out
        comment = shop.run("show", "it.plan", "--format", "markdown").out.replace("`", "")
        assert "support of 1.31.9-aliyun.1 ended on 2027-01-31" in comment


def test_an_upgrade_is_held_by_what_it_leads_to(shop):
    shop.write(SPEC.replace("1.31.9", "1.32.7"))
    with on("2027-02-01"):
        assert planned(shop, "--policy", "team.yaml") == (0, [])
        shop.run("plan", "--out", "it.plan")
        assert "ACK2119" not in shop.run("apply", "it.plan", "--policy", "team.yaml").err


def test_a_plan_file_is_held_at_the_moment_of_the_apply(shop):
    shop.write(SPEC.replace("1.31.9", "1.32.7"))
    shop.run("plan", "--out", "it.plan")
    before = shop.changing()
    with on("2027-06-01"):
        refused = shop.run("apply", "it.plan", "--policy", "team.yaml")
    assert refused.code == 1
    assert "support of 1.32.7-aliyun.1 ended on 2027-05-31" in refused.err
    assert shop.changing() == before


@pytest.mark.parametrize(
    ("version", "says"),
    [
        pytest.param("    kubernetes_version: '1.31'\n", "1.31.9-aliyun.1 ended on 2027-01-31", id="a part of one"),
        pytest.param("    kubernetes_version: 1.33.3-aliyun.1\n", "", id="a new one"),
        pytest.param("", "", id="the choice of the API"),
    ],
)
def test_a_new_cluster_is_held_by_what_its_version_means(project, version, says):
    project.write(SPEC.replace("    kubernetes_version: 1.31.9-aliyun.1\n", version))
    project.write(DAYS, "team.yaml")
    with on("2027-02-01"):
        code, found = planned(project, "--policy", "team.yaml")
    assert code == int(bool(says))
    assert [says in each for each in found] == [True] * bool(says)


def test_what_was_not_looked_at_is_said_and_does_not_pass(shop):
    code, (found,) = planned(shop, "--policy", "team.yaml", "--no-refresh")
    assert code == 1
    assert "without the API" in found
    assert "shop" in found
    shop.write(DAYS.replace("{reason", "{severity: warning, reason"), "team.yaml")
    assert planned(shop, "--policy", "team.yaml", "--no-refresh")[0] == 0


def test_each_version_is_asked_for_once_and_only_for_such_a_rule(shop):
    two = SPEC + SPEC.partition("clusters:\n")[2].replace("shop:", "bank:")
    shop.applied(two)

    def reads(*arguments: str) -> int:
        before = len(shop.api.calls)
        shop.run("plan", *arguments)
        return sum("/metadata/versions" in call.path for call in list(shop.api.calls)[before:])

    assert reads("--policy", "team.yaml") == 1
    assert reads("--policy", "builtin:pinned") == 0
    assert reads() == 0


def test_an_exception_frees_a_cluster_of_it(shop):
    shop.write(DAYS.replace("cure:", "exceptions: [{names: [shop], reason: it goes soon}], cure:"), "team.yaml")
    with on("2027-02-01"):
        assert planned(shop, "--policy", "team.yaml") == (0, [])


def test_the_pack_says_what_a_cluster_of_today_lacks(shop):
    shop.write(
        SPEC.replace(
            "    node_pools: {}\n",
            "    cluster_spec: ack.pro.small\n"
            "    endpoint_public_access: true\n"
            "    node_pools:\n"
            "      web: {scaling_group: {instance_types: [ecs.g7.xlarge], vswitch_ids: [vsw-2zeshop00000000001]}}\n"
            "      db:\n"
            "        management: {enable: true, auto_repair: false}\n"
            "        scaling_group: {instance_types: [ecs.g7.xlarge], vswitch_ids: [vsw-2zeshop00000000001]}\n",
        )
    )
    with on("2027-02-01"):
        said = shop.run("plan", "--format", "json", "--policy", "builtin:recommended")
    found = {
        (each["rule"].rpartition("/")[2], each["cluster"]) for each in json.loads(said.out)["ackplan"]["diagnostics"]
    }
    assert said.code == 1
    assert found >= {
        ("supported-version", "shop"),
        ("no-public-api-server", "shop"),
        ("maintained-in-a-window", "shop"),
        ("self-repairing-pools", "shop/web"),
        ("self-repairing-pools", "shop/db"),
    }


def test_the_pack_of_pins_wants_the_version_of_each_add_on(shop):
    shop.write(SPEC.replace("node_pools: {}", "node_pools: {}\n    addons: [{name: gatekeeper}]"))
    said = shop.run("plan", "--policy", "builtin:pinned")
    assert said.code == 1
    assert "builtin:pinned/addons" in said.out
    pinned = "addons: [{name: gatekeeper, version: v3.15.1.63-ga2c7e6d-aliyun}]"
    shop.write(SPEC.replace("node_pools: {}", f"node_pools: {{}}\n    {pinned}"))
    assert shop.run("plan", "--policy", "builtin:pinned").code == 0
