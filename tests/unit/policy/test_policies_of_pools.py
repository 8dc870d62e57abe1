"""Rules for clusters with node pools: which rules look at pools, what names mean, and what stands in a pack."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from policies import MONDAY, found, problems, rule, rules_of

from ackplan import spec
from ackplan.app.policies import load
from ackplan.core.answers import Cluster
from ackplan.plan.planner import Options, Sides, plan
from ackplan.policy import PolicyInput, judge
from ackplan.record import Record, RecordedCluster
from ackplan.resources.types import BUILT_IN

SHOP = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    cluster_spec: ack.pro.small
    kubernetes_version: 1.32.1-aliyun.1
    vpcid: vpc-2zeshop00000000001
    vswitch_ids: [vsw-2zeshop00000000001, vsw-2zeshop00000000002]
    node_pools:
      web:
        scaling_group:
          instance_types: [ecs.g7.xlarge, ecs.t6.large]
          vswitch_ids: [vsw-2zeshop00000000001]
          desired_size: 3
          tags: [{key: team, value: shop}]
      batch:
        scaling_group: {instance_types: [ecs.c7.xlarge], vswitch_ids: [vsw-2zeshop00000000001], desired_size: 0}
        management: {enable: true, auto_repair: false}
  bank:
    cluster_type: ManagedKubernetes
    worker_instance_types: [ecs.t5.large]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    key_pair: k
    num_of_nodes: 3
    snat_entry: true
"""


def pooled(folder: Path, text: str = SHOP, gone: tuple[str, ...] = ()) -> PolicyInput:
    """A plan that creates what `text` says, but for clusters in `gone`: they are live, recorded, and wanted no more."""
    path = folder / "ackplan.yaml"
    path.write_text(text, "utf-8")
    read = spec.read(spec.Inputs(folder, paths=[str(path)], sections=BUILT_IN.sections))
    assert not read.diagnostics, "\n".join(map(str, read.diagnostics))
    wanted = {**read.clusters, **read.nested}
    old = {name: RecordedCluster(f"c-{name}", wanted[name].kind, wanted[name].parameters, {}) for name in gone}
    live = [Cluster(f"c-{name}", name, "running", "cn-beijing", 3, "ManagedKubernetes", {}) for name in gone]
    clusters = {name: each for name, each in read.clusters.items() if name not in gone}
    nested = {name: each for name, each in read.nested.items() if name.partition("/")[0] not in gone}
    sides = Sides(clusters, Record("l", 1, old), live, "digest", nested=nested)
    return PolicyInput(plan(sides, Options(), BUILT_IN), {**clusters, **nested}, old, MONDAY)


def named(check: str, judged: PolicyInput, **more: str) -> list[str]:
    return [cluster for _, cluster, _, _ in found(rule(check, **more), judged)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ('"*"', ["bank", "shop", "shop/batch", "shop/web"]),
        ("shop", ["shop", "shop/batch", "shop/web"]),
        ("shop/web", ["shop/web"]),
        ('"*/web"', ["shop/web"]),
        ('"shop/*"', ["shop/batch", "shop/web"]),
        ('"*web"', []),
        ("bank/web", []),
    ],
)
def test_a_name_of_a_cluster_means_its_pools_and_one_with_a_slash_a_pool(names, expected, tmp_path):
    judged = pooled(tmp_path)
    assert sorted(named(f"protected: {{names: [{names}], from: [change]}}", judged)) == expected
    anything = rule('protected: {names: ["*"], from: [change]}', select=f"{{names: [{names}]}}")
    assert sorted(cluster for _, cluster, _, _ in found(anything, judged)) == expected
    excepted = rule('protected: {names: ["*"], from: [change]}', exceptions=f"[{{names: [{names}], reason: x}}]")
    assert sorted(cluster for _, cluster, _, _ in found(excepted, judged)) == sorted(
        {"bank", "shop", "shop/batch", "shop/web"} - set(expected)
    )


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("{types: [node_pool]}", ["shop/batch", "shop/web"]),
        ("{types: [cluster]}", ["bank", "shop"]),
        ("{kinds: [managed]}", ["bank"]),
        ("{kinds: [pooled-managed]}", ["shop", "shop/batch", "shop/web"]),
        ("{kinds: [pooled-managed], types: [node_pool], names: [shop/web]}", ["shop/web"]),
        ("{regions: [cn-shanghai]}", []),
        ("{regions: [cn-beijing], types: [node_pool]}", ["shop/batch", "shop/web"]),
        ("{actions: [delete]}", []),
    ],
)
def test_pools_are_chosen_with_their_cluster(select, expected, tmp_path):
    said = named('protected: {names: ["*"], from: [change]}', pooled(tmp_path), select=select)
    assert sorted(said) == expected


@pytest.mark.parametrize(
    ("check", "select", "detail"),
    [
        ("max_changes: 0", "", "2, at most 0: bank, shop"),
        ("max_changes: 50%", "", "2, at most 1 (50% of 2 in all): bank, shop"),
        ("max_changes: 50%", "{types: [node_pool]}", "2, at most 1 (50% of 2 in all): shop/batch, shop/web"),
        ("max_changes: 3", "{types: [cluster, node_pool]}", "4, at most 3: bank, shop, shop/batch, shop/web"),
    ],
)
def test_limits_count_clusters_unless_a_rule_says_otherwise(check, select, detail, tmp_path):
    ((*_, said),) = found(rule(check, **({"select": select} if select else {})), pooled(tmp_path))
    assert said == detail


def test_hours_are_for_pools_too(tmp_path):
    never = 'hours: {zone: UTC, days: [tue], from: "00:00", to: "00:01"}'
    ((*_, said),) = found(rule(never, select="{names: [shop/web]}"), pooled(tmp_path))
    assert said.endswith("would change: shop/web")


def test_add_ons_are_held_by_hours_and_names(tmp_path):
    text = SHOP.replace("    node_pools:\n", "    addons: [{name: metrics-server}]\n    node_pools:\n", 1)
    judged = pooled(tmp_path, text)
    never = 'hours: {zone: UTC, days: [tue], from: "00:00", to: "00:01"}'
    ((*_, said),) = found(rule(never, select="{types: [addon]}"), judged)
    assert said.endswith("would change: shop/addon/metrics-server")
    protected = "protected: {names: [shop/addon/metrics-server], from: [change]}"
    assert named(protected, judged) == ["shop/addon/metrics-server"]
    assert named("max_changes: 2", judged) == []


def test_instance_types_of_pools_are_looked_at_unasked(tmp_path):
    diagnostics, _ = judge(rules_of(rule('instance_types: {forbid: ["ecs.t*"]}')), pooled(tmp_path))
    said = [(d.cluster, d.parameter, d.span.line, d.span.column) for d in diagnostics]
    assert said == [
        ("bank", "worker_instance_types.0", 22, 29),
        ("shop/web", "scaling_group.instance_types.1", 13, 43),
    ]


def test_tags_of_pools_are_asked_for_where_a_rule_says_so(tmp_path):
    judged = pooled(tmp_path)
    assert named("required_tags: [team]", judged) == ["bank", "shop"]
    (said,) = found(rule("required_tags: {team: bank}", select="{types: [node_pool], names: [shop/web]}"), judged)
    assert said[1:3] == ("shop/web", "scaling_group.tags.0.value")
    assert named("required_tags: [team]", judged, select="{types: [node_pool]}") == ["shop/batch"]


def test_a_schema_of_pools_names_what_is_wrong_at_its_place(tmp_path):
    schema = """\
r:
  reason: because
  node_pools:
    required: [management]
    properties:
      kind: {const: node_pool}
      management: {properties: {auto_repair: {const: true}}}
      scaling_group: {properties: {desired_size: {maximum: 2}, instance_types: {maxItems: 1}}}
"""
    diagnostics, _ = judge(rules_of(schema), pooled(tmp_path))
    said = {(d.cluster, d.parameter): (d.span.line, d.detail.split(": ", 1)[1]) for d in diagnostics}
    assert said == {
        ("shop/batch", "management.auto_repair"): (19, "must be true, found false. because"),
        ("shop/web", "management"): (11, "is not set. because"),
        ("shop/web", "scaling_group.desired_size"): (15, "3 is more than 2. because"),
        ("shop/web", "scaling_group.instance_types"): (13, "2 items, at most 1. because"),
    }


def test_a_schema_sees_groups_of_a_cluster_as_they_are_written(tmp_path):
    text = SHOP.replace("    node_pools:\n", "    rrsa_config: {enabled: false}\n    node_pools:\n")
    check = "clusters: {properties: {rrsa_config: {properties: {enabled: {const: true}}}}}"
    said = found(rule(check), pooled(tmp_path, text))
    assert said == [("ACK2117", "shop", "rrsa_config.enabled", "must be true, found false")]


def test_pools_that_a_plan_is_narrowed_to_keep_their_cluster(tmp_path):
    judged = pooled(tmp_path)
    pools = tuple(change for change in judged.plan.changes if change.address.parent)
    narrowed = dataclasses.replace(judged, plan=dataclasses.replace(judged.plan, changes=pools))
    recorded = {"shop": RecordedCluster("c-1", judged.wanted["shop"].kind, judged.wanted["shop"].parameters, {})}
    of_file = dataclasses.replace(narrowed, wanted={}, recorded=recorded)
    for case in (narrowed, of_file):
        select = "{kinds: [pooled-managed], regions: [cn-beijing]}"
        assert len(named('protected: {names: ["shop*"], from: [change]}', case, select=select)) == 2


def test_a_cluster_of_the_guide_that_goes_is_judged_as_before(tmp_path):
    said = found(rule("max_destroys: 0"), pooled(tmp_path, gone=("bank",)))
    assert said == [("ACK2111", "", "", "1, at most 0: bank")]


@pytest.mark.parametrize(
    ("check", "place", "said"),
    [
        (
            "node_pools: {properties: {managment: {}}}",
            "node_pools.properties.managment",
            'no node pool has "managment"',
        ),
        ("node_pools: {required: [num_of_nodes]}", "node_pools.required.0", "no node pool has"),
        (
            "node_pools: {properties: {scaling_group: {required: [instance_type]}}}",
            "node_pools.properties.scaling_group.required.0",
            'did you mean "instance_types"?',
        ),
        (
            "clusters: {properties: {rrsa_config: {properties: {enable: {}}}}}",
            "clusters.properties.rrsa_config.properties.enable",
            'did you mean "enabled"?',
        ),
        ("select: {types: [node_pool]}, clusters: {}", "select.types", "clusters says the type itself"),
        ("select: {types: [pool]}, max_changes: 1", "select.types.0", "node_pool"),
        ("clusters: {}, node_pools: {}", "", "exactly one of"),
    ],
)
def test_what_would_pass_every_pool_is_an_error(check, place, said):
    (line,) = problems(f"ackplan_policy: 1\nrules:\n  r: {{reason: x, {check}}}\n")
    assert f"ACK2101 rules.r{'.' + place if place else ''}: Policy is not valid: " in line
    assert said in line


def of_pack(pack: str, judged: PolicyInput) -> set[tuple[Any, ...]]:
    diagnostics, _ = judge(load([f"builtin:{pack}"], Path()).rules, judged)
    rules = {d: d.rule.partition("/")[2] for d in diagnostics if d.cluster.startswith("shop")}
    return {(each, d.cluster, d.parameter) for d, each in rules.items()}


TODAYS = {"no-public-api-server", "protected-from-deletion", "maintained-in-a-window", "self-repairing-pools"}
WINDOW = 'maintenance_window: {enable: true, maintenance_time: "03:00:00Z", duration: 3h, weekly_period: Monday}'


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            (),
            {
                ("protected-from-deletion", "shop", "deletion_protection"),
                ("maintained-in-a-window", "shop", "maintenance_window"),
            },
        ),
        (("deletion_protection: true", "endpoint_public_access: false", WINDOW), set()),
        (
            ("deletion_protection: true", "endpoint_public_access: true", WINDOW),
            {("no-public-api-server", "shop", "endpoint_public_access")},
        ),
    ],
)
def test_the_pack_on_a_cluster_of_today(settings, expected, tmp_path):
    lines = "".join(f"    {line}\n" for line in settings)
    judged = pooled(tmp_path, SHOP.replace("    node_pools:\n", lines + "    node_pools:\n"))
    said = {each for each in of_pack("recommended", judged) if each[0] in TODAYS}
    pools = {
        ("self-repairing-pools", "shop/batch", "management.auto_repair"),
        ("self-repairing-pools", "shop/web", "management"),
    }
    assert said == expected | pools


def test_standard_clusters_need_no_window_and_pools_of_other_machines_no_repair(tmp_path):
    text = SHOP.replace("ack.pro.small", "ack.standard").replace(
        "      web:\n", "      web:\n        nodepool_info: {type: hybrid}\n"
    )
    said = of_pack("recommended", pooled(tmp_path, text))
    assert {each for each, _, _ in said} & TODAYS == {"protected-from-deletion", "self-repairing-pools"}
    assert ("self-repairing-pools", "shop/web", "management") not in said


def test_pins_are_asked_for_by_a_pack_of_their_own(tmp_path):
    text = SHOP.replace(
        "    kubernetes_version: 1.32.1-aliyun.1\n",
        "    addons: [{name: metrics-server, version: v1.0}, {name: logtail-ds}, {name: arms, disabled: true}]\n",
    )
    judged = pooled(tmp_path, text)
    assert of_pack("pinned", judged) == {
        ("kubernetes", "shop", "kubernetes_version"),
        ("addons", "shop", "addons.1.version"),
    }
    assert not {each for each in of_pack("recommended", judged) if each[2].startswith("addons")}
    assert of_pack("pinned", pooled(tmp_path)) == set()
