"""`plan --prices`, `show --prices`: what a plan changes of the costs of a month."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.page.schema import data_of, faults
from tests.running import Command, command_line

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    cluster_spec: ack.pro.small
    vpcid: vpc-2zeshop00000000001
    vswitch_ids: [vsw-2zeshop00000000001]
    node_pools:
      web:
        scaling_group:
          instance_types: [ecs.g7.xlarge, ecs.g6.xlarge]
          vswitch_ids: [vsw-2zeshop00000000001]
          system_disk_category: cloud_essd
          system_disk_size: 100
          data_disks: [{category: cloud_ssd, size: 40}]
          desired_size: 2
      batch:
        scaling_group: {instance_types: [ecs.c7.large], vswitch_ids: [vsw-2zeshop00000000001]}
        auto_scaling: {enable: true, min_instances: 1, max_instances: 9}
"""
PRICES = """\
ackplan_prices: 1
currency: CNY
regions:
  cn-beijing:
    instance_types: {ecs.g7.xlarge: "1.000001"}
    disks: {cloud_essd: 1.5}
    cluster_specs: {ack.pro.small: "0.64"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ackplan.yaml").write_text(SPEC, "utf-8")
    (tmp_path / "prices.yaml").write_text(PRICES, "utf-8")
    return tmp_path


def plan(folder: Path, *words: str) -> Command:
    return command_line(folder, "plan", "--sandbox", *words)


def test_pools_disks_and_the_cluster_itself_are_counted(folder: Path) -> None:
    costs = json.loads(plan(folder, "--prices", "prices.yaml", "--format", "json").out)["ackplan"]["costs"]
    assert costs["added"] == costs["change"] == costs["clusters"]["shop"]["added"] == "2227.20146"
    assert costs["unpriced"] == ["workers of shop/batch", "ecs.g6.xlarge in cn-beijing", "cloud_ssd in cn-beijing"]
    assert costs["removed"] == "0"


def test_every_format_says_it_of_a_plan_file(folder: Path) -> None:
    plan(folder, "--out", "it.plan")
    total = "+2,227.20 CNY a month (2,227.20 added, 0.00 removed)"
    for form in ("text", "markdown"):
        done = command_line(folder, "show", "it.plan", "--prices", "prices.yaml", "--format", form)
        assert total in done.out, done.err
        assert "cloud_ssd in cn-beijing" in done.out
    page = command_line(folder, "show", "it.plan", "--prices", "prices.yaml", "--format", "html").out
    assert faults(page) == []
    assert {"name": "Costs", "text": total} in data_of(page)["facts"]
    assert "costs" not in json.loads(command_line(folder, "show", "it.plan", "--format", "json").out)["ackplan"]


def test_a_comment_in_chinese_has_a_table_of_the_clusters(folder: Path) -> None:
    text = SPEC + "  other:\n" + "\n".join(SPEC.splitlines()[4:8]) + "\n    node_pools: {}\n"
    (folder / "ackplan.yaml").write_text(text, "utf-8")
    done = plan(folder, "--prices", "prices.yaml", "--format", "markdown", "--lang", "zh")
    assert "| `other` | 467.20 | 0.00 | +467.20 |" in done.out, done.err
    assert "2 个集群的费用" in done.out
    assert (
        "没有价格，未计入：`shop/batch 的 Worker 节点`, `ecs.g6.xlarge（cn-beijing）`, `cloud_ssd（cn-beijing）`。"
        in done.out
    )


def test_a_variable_names_it_for_a_whole_job_and_json_is_taken_too(folder: Path) -> None:
    document = {"ackplan_prices": 1, "currency": "USD", "regions": {"cn-beijing": {"disks": {"cloud_essd": 2}}}}
    (folder / "prices.json").write_text(json.dumps(document), "utf-8")
    done = command_line(folder, "plan", "--sandbox", environment={"ACKPLAN_PRICES": "prices.json"})
    assert "Costs: +400.00 USD a month" in done.out


def test_all_that_is_wrong_is_said_at_once_with_its_place(folder: Path) -> None:
    wrong = PRICES.replace("CNY", "yuan").replace("1.5", "-1").replace("disks", "disk").replace('"0.64"', "[1]")
    (folder / "prices.yaml").write_text(wrong, "utf-8")
    done = plan(folder, "--prices", "prices.yaml")
    assert done.code == 1
    assert [line.split(": ")[0] for line in done.err.splitlines() if "ACK2130" in line] == [
        "prices.yaml:2:11",
        "prices.yaml:6:5",
        "prices.yaml:7:36",
    ]
    assert 'did you mean "disks"?' in done.err


@pytest.mark.parametrize(("text", "code"), [("[1]\n", "ACK2130"), ("a: [\n", "ACK1001"), (None, "ACK1023")])
def test_a_file_that_is_none_is_refused(folder: Path, text: str | None, code: str) -> None:
    (folder / "prices.yaml").unlink()
    if text is not None:
        (folder / "prices.yaml").write_text(text, "utf-8")
    done = plan(folder, "--prices", "prices.yaml")
    assert done.code == 1
    assert code in done.err


def test_that_the_dearest_of_several_types_counts_is_said(folder: Path) -> None:
    prices = PRICES.replace('{ecs.g7.xlarge: "1.000001"}', '{ecs.g7.xlarge: "1.000001", ecs.g6.xlarge: "0.9"}')
    (folder / "prices.yaml").write_text(prices, "utf-8")
    for form in ("text", "markdown", "html"):
        told = plan(folder, "--prices", "prices.yaml", "--format", form).out
        assert "of several instance types the one with the highest price counts: shop" in told, told
