"""Node pools of a spec: what is wrong with them is said with its place; templates and variables reach into them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ackplan.resources.types import BUILT_IN
from ackplan.spec import Inputs, Spec, read

_HEAD = """\
ackplan: 1
region: cn-beijing
variables: {size: {type: integer, default: 2}}
templates:
  base:
    node_pools:
      web: {scaling_group: {instance_types: [ecs.a.large], vswitch_ids: [vsw-2zeshop00000000001], key_pair: k}, management: {enable: true}}
      old: {scaling_group: {instance_types: [ecs.a.large], vswitch_ids: [vsw-2zeshop00000000001]}}
clusters:
  shop:
    extends: base
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zeshop00000000001
    vswitch_ids: [vsw-2zeshop00000000001]
    node_pools:
"""


def _read(folder: Path, pools: str) -> Spec:
    (folder / "ackplan.yaml").write_text(_HEAD + "".join(f"      {line}\n" for line in pools.splitlines()))
    return read(Inputs(folder, (), {}, {}, BUILT_IN.sections))


def _faults(spec: Spec) -> list[str]:
    return [
        f"{d.span.line if d.span else 0}:{d.span.column if d.span else 0} {d.code} {d.parameter}"
        for d in spec.diagnostics
    ]


def test_a_template_is_laid_under_what_the_cluster_says(tmp_path: Path) -> None:
    spec = _read(
        tmp_path,
        'web: {scaling_group: {instance_types: [ecs.b.large], key_pair: null, desired_size: "${var.size}"}, lifecycle: {adopt: true}}\n'
        "old: null\n"
        "new: {scaling_group: {instance_types: [ecs.c.large], vswitch_ids: [vsw-2zeshop00000000002]}}",
    )
    assert _faults(spec) == []
    assert sorted(spec.nested) == ["shop/new", "shop/web"]
    web = spec.nested["shop/web"]
    assert dict(web.parameters) == {
        "management.enable": True,
        "nodepool_info.name": "web",
        "scaling_group.desired_size": 2,
        "scaling_group.instance_types": ["ecs.b.large"],
        "scaling_group.vswitch_ids": ["vsw-2zeshop00000000001"],
    }
    assert web.lifecycle.adopt
    assert (web.span_of("scaling_group.desired_size").line, web.span_of("management.enable").line) == (16, 7)


@pytest.mark.parametrize(
    ("pools", "expected"),
    [
        ("web: {scaling_gruop: {}}", ["16:13 ACK1104 scaling_gruop"]),
        ("web: {scaling_group: {desired_sizes: 3}}", ["16:29 ACK1104 scaling_group.desired_sizes"]),
        ("web: {scaling_group: {desired_size: many}}", ["16:43 ACK1103 scaling_group.desired_size"]),
        (
            "web: {scaling_group: {key_pair: null, login_password: Secret-1}}",
            ["16:61 ACK1105 scaling_group.login_password"],
        ),
        ("web: {nodepool_info: {name: other}}", ["16:35 ACK1201 nodepool_info.name"]),
        ("web: {attach_script: {}}", ["16:13 ACK1104 attach_script"]),
        ("web: {attach: [{instances: [i-a], key_pair: k}]}", ["16:41 ACK1104 attach.0.key_pair"]),
        (
            "web: {lifecycle: {ignore_changes: [scaling_group.desired_sise]}}",
            ["16:13 ACK1204 lifecycle.ignore_changes"],
        ),
        ("web: {depends_on: [shop/none]}", ["16:13 ACK1203 depends_on"]),
        (
            "web: {attach: [{instances: [i-a]}]}\nold: {attach: [{instances: [i-a]}]}",
            ["17:13 ACK1206 attach"],
        ),
        ("web: 3", ["16:7 ACK1103 node_pools.web"]),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, pools: str, expected: list[str]) -> None:
    assert _faults(_read(tmp_path, pools)) == expected


def test_an_unknown_key_is_told_what_was_meant(tmp_path: Path) -> None:
    (fault,) = _read(tmp_path, "web: {scaling_group: {desired_sizes: 3}}").diagnostics
    assert "desired_size" in str(fault)
    assert "Secret-1" not in str(_read(tmp_path, "web: {scaling_group: {login_password: Secret-1}}").diagnostics)


def test_a_pool_that_lacks_what_its_nodes_need_is_refused(tmp_path: Path) -> None:
    found = _faults(_read(tmp_path, "bare: {nodepool_info: {type: ess}, auto_mode: {enable: false}}"))
    assert found
    assert all("ACK1101" in fault or "ACK1106" in fault for fault in found)


def test_a_circle_through_pools_is_told(tmp_path: Path) -> None:
    spec: dict[str, Any] = yaml.safe_load(
        _HEAD + "      web: {depends_on: [shop/old]}\n      old: {depends_on: [shop/web]}\n"
    )
    (tmp_path / "ackplan.yaml").write_text(yaml.safe_dump(spec))
    found = read(Inputs(tmp_path, (), {}, {}, BUILT_IN.sections))
    assert "ACK1207" in {each.code for each in found.diagnostics}
