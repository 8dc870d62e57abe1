"""What `plan` prints: whole texts for the common cases, and the facts that a reviewer must find for all others."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import pytest

from ackplan.core.diagnostics import Span, warning
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet, shown

CREATED = """\
ackplan will do the following:

  + create

  # shop will be created
  + managed cluster "shop" (cn-beijing)
      + cluster_type                = "ManagedKubernetes"
      + name                        = "shop"
      + region_id                   = "cn-beijing"
      + kubernetes_version          = "1.12.6-aliyun.1"
      + vpcid                       = "vpc-a"
      + vswitch_ids                 = ["vsw-a"]
      + container_cidr              = "172.20.0.0/16"
      + service_cidr                = "172.21.0.0/20"
      + snat_entry                  = true
      + endpoint_public_access      = false
      + addons                      = [{name: "flannel"}, {name: "nginx-ingress-controller"}]
      + tags                        = [{key: "team", value: "shop"}]
      + login_password              = (sensitive value)
      + num_of_nodes                = 3
      + worker_instance_types       = ["ecs.hfc5.xlarge"]
      + worker_system_disk_category = "cloud_efficiency"
      + worker_system_disk_size     = 120
    calls: POST /clusters  create (~10m)

Plan: 1 to create, 0 to change, 0 to replace, 0 to destroy.
3 workers added.
Expected to take about 10m."""

SCALED_IN = """\
ackplan will do the following:

  ~ update in place

  # shop will be updated in place
  # (the spec changed)
  ~ managed cluster "shop" (cn-beijing, c-shop)
      + scale_in     = {strategy: "newest", release_node: true}  # recorded only
      ~ num_of_nodes = 3 -> 1
        # (16 unchanged parameters hidden)
    calls: POST /clusters/{id}/nodes  remove 2 workers: 3 -> 1, i-new, i-mid (instances released) (~2m)

fleet.yaml:21:41: ACK2055 warning: shop: scale_in: Instances are released: removed from the cluster and released, \
with the data on their disks: i-new, i-mid. To keep them, set scale_in.release_node: false

Plan: 0 to create, 1 to change, 0 to replace, 0 to destroy.
2 workers removed.
Expected to take about 2m."""

COMPARED = (
    "Compared, where an answer shows it and it is not ignored: cluster_type, region_id, kubernetes_version, vpcid, "
    "container_cidr, service_cidr, endpoint_public_access, tags, num_of_nodes. No answer shows vswitch_ids, snat_entry, "
    "addons, worker_instance_types, worker_system_disk_category, worker_system_disk_size."
)

REFUSED = """\
ackplan will do the following:

-/+ destroy and then create replacement

  # shop would have to be replaced: BLOCKED
  # (a parameter changed that can be set at creation only)
-/+ managed cluster "shop" (cn-beijing, c-shop)
      ~ container_cidr = "172.20.0.0/16" -> "172.24.0.0/16"  # forces replacement
        # (16 unchanged parameters hidden)
    calls: DELETE /clusters/{id}  destroy (~5m)
     then: POST /clusters         create (~10m)
    BLOCKED ACK2003 container_cidr: Parameter can't be changed in place
            at fleet.yaml:21:24
"""

DRIFTED = """\
ackplan will do the following:

  ~ update in place

  # shop will be updated in place
  # drift: the live cluster was changed outside of ackplan
  ~ managed cluster "shop" (cn-beijing, c-shop)
      ~ num_of_nodes = 2 -> 3  # drift
        # (16 unchanged parameters hidden)
    calls: POST /api/v2/clusters/{id}  add 1 worker: 2 -> 3 (~5m)

Drift: 1 cluster changed outside of ackplan since the last apply:
  shop: num_of_nodes

Plan: 0 to create, 1 to change, 0 to replace, 0 to destroy.
1 worker added.
Expected to take about 5m."""


@pytest.mark.parametrize(
    ("fleet", "text"),
    [(fleets.CREATE, CREATED), (fleets.SCALE_IN, SCALED_IN), (fleets.DRIFT, DRIFTED)],
    ids=["create", "scale in", "drift"],
)
def test_whole_plans(fleet: Fleet, text: str) -> None:
    assert re.sub(r"/\S+/fleet.yaml", "fleet.yaml", shown(fleet.plan())) == text


def test_a_refused_replacement_is_shown_in_full() -> None:
    text = shown(fleets.REPLACE.plan())
    assert text.startswith(REFUSED)
    assert "            Put the old value back, or replace the cluster: ackplan plan --replace shop\n" in text
    assert text.endswith(
        "Plan: 0 to create, 0 to change, 0 to replace, 0 to destroy, 1 blocked.\n"
        "Nothing is applied while a change is blocked."
    )


CASES: list[tuple[str, Fleet, Mapping[str, Any], list[str]]] = [
    (
        "scale out",
        fleets.SCALE_OUT,
        {},
        ["~ num_of_nodes = 3 -> 5\n", "calls: POST /api/v2/clusters/{id}  add 2 workers: 3 -> 5 (~5m)", "1 to change"],
    ),
    (
        "attach",
        fleets.ATTACH,
        {},
        [
            '+ attach = [{instances: ["i-a", "i-b"], password: (sensitive value)}]\n',
            "calls: POST /clusters/{id}/attach  attach i-a, i-b (system disks replaced) (~5m)",
        ],
    ),
    ("detach", fleets.DETACH, {}, ["calls: POST /clusters/{id}/nodes  detach i-b (instance kept) (~2m)"]),
    (
        "replace as asked for",
        fleets.REPLACE,
        {"replace": frozenset({"shop"})},
        ["# shop will be replaced\n", "(you asked to replace it)", "# forces replacement", "1 to replace", "15m"],
    ),
    (
        "scale in without names",
        fleets.SCALE_IN_UNNAMED,
        {},
        ["# shop would be updated in place: BLOCKED", "~ num_of_nodes = 3 -> 1\n", "BLOCKED ACK2005", "1 blocked"],
    ),
    (
        "delete",
        fleets.DELETE,
        {},
        [
            "# shop will be destroyed\n",
            "(it is recorded, but no longer in the spec)",
            '  - managed cluster "shop" (cn-beijing, c-shop)\n    calls: DELETE /clusters/{id}  destroy (~5m)',
            "1 to destroy.",
        ],
    ),
    ("protected", fleets.PROTECTED, {}, ["# shop would be destroyed: BLOCKED", "BLOCKED ACK2004", "prevent_destroy"]),
    ("not recorded", fleets.ADOPT, {}, ["# shop can't be created: BLOCKED", "  ! managed", "ackplan import shop"]),
    (
        "adopt",
        fleets.ADOPT,
        {"adopt": frozenset({"shop"})},
        ["# shop will be adopted; nothing is called", " <= managed", "note: adopts c-shop", "1 to adopt."],
    ),
    ("forget", fleets.FORGET, {}, ["# shop will be forgotten; nothing is called", "  . managed", "1 to forget."]),
    (
        "vanished",
        fleets.VANISHED,
        {},
        [
            "# shop will be created again",
            "# drift: it is recorded, but does not exist any more",
            "  shop: gone",
            "1 to create",
        ],
    ),
    (
        "record only",
        fleets.RECORD_ONLY,
        {},
        ["~ timeout_mins = 60 -> 90\n", "+ lifecycle    = {prevent_destroy: true}\n", "1 to record.", "  . change the"],
    ),
    (
        "edited and drifted",
        fleets.SPEC_AND_DRIFT,
        {},
        [
            "# (the spec changed)\n  # drift: the live cluster was changed",
            "~ timeout_mins = 60 -> 90  # recorded only\n",
            "~ num_of_nodes = 2 -> 3  # drift\n",
        ],
    ),
    ("failed", fleets.FAILED, {}, ['-/+ managed cluster "shop" (cn-beijing, c-shop, failed)', "creation failed"]),
    ("unfinished", fleets.UNFINISHED, {}, ["# shop will be finished", "calls: nothing  wait until it is ready"]),
    (
        "another kind",
        fleets.KIND_CHANGED,
        {},
        [
            '+ profile                = "Edge"  # forces replacement',
            '- kubernetes_version     = "1.12.6-aliyun.1" -> (not set)\n',
            "BLOCKED ACK2003 profile",
        ],
    ),
    (
        "destroy",
        fleets.SAME,
        {"mode": "destroy"},
        ["ackplan will destroy everything that is recorded:", "# shop will be destroyed", "1 to destroy."],
    ),
    (
        "refresh",
        fleets.DRIFT,
        {"mode": "refresh-only"},
        ["Only the record is brought up to date", "~ num_of_nodes = 3 -> 2\n", "  shop: num_of_nodes", "1 to record."],
    ),
]


@pytest.mark.parametrize(("fleet", "options", "lines"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_a_reviewer_must_find(fleet: Fleet, options: Mapping[str, Any], lines: list[str]) -> None:
    text = shown(fleet.plan(**options))
    assert [line for line in lines if line not in text] == []


@pytest.mark.parametrize(
    ("fleet", "mode", "text"),
    [
        (fleets.SAME, "normal", f"No changes. Live clusters match the spec.\n\n{COMPARED}"),
        (Fleet(), "destroy", "No changes. Nothing is recorded that could be destroyed."),
        (
            fleets.SAME,
            "refresh-only",
            "No changes. The record matches the live clusters.\n\n"
            + COMPARED.replace("num_of_nodes", "num_of_nodes, deletion_protection"),
        ),
    ],
)
def test_an_empty_plan_says_that_and_what_it_compared(fleet: Fleet, mode: str, text: str) -> None:
    assert shown(fleet.plan(mode=mode)) == text


def test_a_plan_for_an_unknown_name_does_not_claim_that_all_is_well() -> None:
    text = shown(fleets.SAME.plan(targets=("nope",)))
    assert "No changes" not in text
    assert text == (
        "ACK2010 Cluster is not in the spec or the record: --target nope. Correct the name, or remove the option; names in the "
        "record: ackplan state list\n\nNothing was planned: see the errors above."
    )


def test_warnings_come_with_their_place_and_unmanaged_clusters_are_counted() -> None:
    planned = Fleet(before=fleets.WEB, after=fleets.WEB, others=[fleets.STRANGER]).plan()
    noted = dataclasses.replace(planned, diagnostics=(warning("ACK1999", "Odd", span=Span("a.yaml", 3, 5)),))
    assert shown(noted) == (
        "No changes. Live clusters match the spec.\n\n"
        "a.yaml:3:5: ACK1999 warning: Odd\n\n"
        f"1 live cluster is not managed by this spec.\n\n{COMPARED}"
    )
    assert "2 live clusters are not managed" in shown(dataclasses.replace(planned, unmanaged=2))
