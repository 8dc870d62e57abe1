"""The page about policies: its examples are policies, and its table is the pack that comes with ackplan."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ackplan.app.policies import load
from ackplan.core.catalog import DEFAULT
from ackplan.documents.yaml import parse
from ackplan.policy import read, rego
from ackplan.rego import evaluate
from tests.running import command_line

PACK = "ackplan/policy/packs/recommended.yaml"

TWO_SORTS = """\
ackplan: 1
region: cn-beijing
clusters:
  old:
    cluster_type: ManagedKubernetes
    worker_instance_types: [ecs.t6-c1m2.large]
    worker_system_disk_category: cloud_ssd
    worker_system_disk_size: 40
    num_of_nodes: 2
    snat_entry: true
    key_pair: shop
  new:
    cluster_type: ManagedKubernetes
    zone_ids: [cn-beijing-a]
    node_pools:
      web: {scaling_group: {instance_types: [ecs.t6-c1m2.large], vswitch_ids: [vsw-2zeshop00000000001], desired_size: 1}}
"""


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/policies.md").read_text("utf-8")


@pytest.fixture(scope="module")
def pack(root: Path) -> dict[str, Any]:
    rules: dict[str, Any] = parse((root / PACK).read_bytes(), PACK)[0][0]["rules"]
    return rules


def test_the_table_is_the_pack(page, pack):
    rows = re.findall(r"^\| `([\w-]+)` \| (error|warning) \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    assert rows == [
        (
            name,
            rule.get("severity", "error"),
            ", ".join(rule.get("select", {}).get("kinds", ["all"])),
            rule["reason"],
            rule["cure"],
        )
        for name, rule in pack.items()
    ]


def test_every_kind_has_rules_of_the_pack(root):
    rules = load(["builtin:recommended"], root).rules
    for kind in map(str, DEFAULT.kinds):
        assert sum(kind in (rule.select.kinds or (kind,)) for rule in rules) >= 5


def test_the_example_in_yaml_is_a_policy_with_every_sort_of_rule(page):
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    rules, found = read(example.encode(), "example.yaml")
    assert (list(map(str, found)), len(rules), len({type(rule.check) for rule in rules})) == ([], 10, 8)
    keys = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert keys >= {"reason", "cure", "severity", "select", "exceptions"} | set(
        re.findall(r"^    (\w+):", example, re.MULTILINE)
    )


def test_the_example_in_rego_says_what_the_page_says(page):
    example = re.findall(r"```rego\n(.*?)```", page, re.DOTALL)[0]
    (query,) = rego.queries([("a.rego", example)])
    change = {
        "type": "alicloud_cs_managed_kubernetes",
        "address": "x.y",
        "change": {"after": {"slb_internet_enabled": True}},
    }
    values = evaluate([("a.rego", example)], {}, {"resource_changes": [change]}, [query.path])
    message = {"msg": "x.y can be reached from the internet", "address": "x.y", "attribute": "slb_internet_enabled"}
    assert values == {"data.main.deny": [message]}


def test_the_rule_about_pools_finds_those_of_both_sorts_of_clusters(page, tmp_path):
    """In the plan of a cluster that counts its workers, and of one with a node pool."""
    example = re.findall(r"```rego\n(.*?)```", page, re.DOTALL)[1]
    (tmp_path / "pools.rego").write_text(example, "utf-8")
    (tmp_path / "ackplan.yaml").write_text(TWO_SORTS, "utf-8")
    planned = command_line(tmp_path, "plan", "--no-refresh", "--policy", "pools.rego")
    refused = "ACK2118 pools.rego/deny (error): 2 resources: Rego policy is violated"
    lines = planned.out.splitlines()
    assert lines[lines.index(refused) + 1 :][:2] == [
        "  module.workers.alicloud_cs_kubernetes_node_pool.old has burstable nodes: old (ackplan.yaml:4:3)",
        '  alicloud_cs_kubernetes_node_pool.new["web"] has burstable nodes: new/web (ackplan.yaml:16:7)',
    ]
