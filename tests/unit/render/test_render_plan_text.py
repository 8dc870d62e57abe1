"""What `plan` prints: whole texts for the common cases, and the facts that a reviewer must find for all others."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import fleets
import pytest
from fleets import Fleet

from ackplan.diagnostics import Span, warning
from ackplan.plan.model import Plan
from ackplan.plan.planner import Options, Sides, plan
from ackplan.record import Record, RecordedCluster
from ackplan.render.text import plan_text

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def shown(planned: Plan) -> str:
    """The text, with the folder of a refusal's place left out: it is a temporary one."""
    return re.sub(r"at \S+/fleet\.yaml", "at fleet.yaml", plan_text(planned, color=False))


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
Expected to take about 10m."""

SCALED_IN = """\
ackplan will do the following:

  ~ update in place

  # shop will be updated in place
  # (the spec was edited)
  ~ managed cluster "shop" (cn-beijing, c-shop)
      + scale_in     = {strategy: "newest", release_node: true}  # recorded only
      ~ num_of_nodes = 3 -> 1
        # (16 unchanged parameters hidden)
    calls: POST /clusters/{id}/nodes  give up 2 workers: 3 -> 1, i-new, i-mid (instances released) (~2m)

Plan: 0 to create, 1 to change, 0 to replace, 0 to destroy.
Expected to take about 2m."""

REFUSED = """\
ackplan will do the following:

-/+ destroy and then create replacement

  # shop would have to be replaced: BLOCKED
  # (a parameter that is fixed at creation changed)
-/+ managed cluster "shop" (cn-beijing, c-shop)
      ~ container_cidr = "172.20.0.0/16" -> "172.24.0.0/16"  # forces replacement
        # (16 unchanged parameters hidden)
    calls: DELETE /clusters/{id}  destroy (~5m)
     then: POST /clusters         create (~10m)
    BLOCKED ACK2003 container_cidr: Parameter can't change in place
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
Expected to take about 5m."""


@pytest.mark.parametrize(
    ("fleet", "text"),
    [(fleets.CREATE, CREATED), (fleets.SCALE_IN, SCALED_IN), (fleets.DRIFT, DRIFTED)],
    ids=["create", "scale in", "drift"],
)
def test_whole_plans(fleet: Fleet, text: str) -> None:
    assert shown(fleet.plan()) == text


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
            "calls: POST /clusters/{id}/attach  attach i-a, i-b (~5m)",
        ],
    ),
    ("detach", fleets.DETACH, {}, ["calls: POST /clusters/{id}/nodes  detach i-b (instance kept) (~2m)"]),
    (
        "replace as asked for",
        fleets.REPLACE,
        {"replace": frozenset({"shop"})},
        ["# shop will be replaced\n", "(its replacement was asked for)", "# forces replacement", "1 to replace", "15m"],
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
        ["# shop will be adopted; nothing is called", " <= managed", "note: takes over c-shop", "1 to adopt."],
    ),
    ("forget", fleets.FORGET, {}, ["# shop will be forgotten; nothing is called", "  . managed", "1 to forget."]),
    (
        "vanished",
        fleets.VANISHED,
        {},
        ["# shop will be created again", "# drift: it is recorded, but no longer live", "  shop: gone", "1 to create"],
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
            "# (the spec was edited)\n  # drift: the live cluster was changed",
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
        (fleets.SAME, "normal", "No changes. Live clusters match the spec."),
        (Fleet(), "destroy", "No changes. Nothing is recorded that could be destroyed."),
        (fleets.SAME, "refresh-only", "No changes. The record matches the live clusters."),
    ],
)
def test_an_empty_plan_is_one_sentence(fleet: Fleet, mode: str, text: str) -> None:
    assert shown(fleet.plan(mode=mode)) == text


def test_a_plan_for_an_unknown_name_does_not_claim_that_all_is_well() -> None:
    text = shown(fleets.SAME.plan(targets=("nope",)))
    assert "No changes" not in text
    assert text == (
        "ACK2010 Unknown cluster: --target nope: neither in the spec nor recorded\n\n"
        "Nothing was planned: see the errors above."
    )


def test_warnings_come_with_their_place_and_unmanaged_clusters_are_counted() -> None:
    planned = Fleet(before=fleets.WEB, after=fleets.WEB, others=[fleets.STRANGER]).plan()
    noted = dataclasses.replace(planned, diagnostics=(warning("ACK1999", "Odd", span=Span("a.yaml", 3, 5)),))
    assert shown(noted) == (
        "No changes. Live clusters match the spec.\n\n"
        "a.yaml:3:5: ACK1999 warning: Odd\n\n"
        "1 live cluster is not managed by this spec."
    )
    assert "2 live clusters are not managed" in shown(dataclasses.replace(planned, unmanaged=2))


def test_the_legend_has_only_the_symbols_in_use() -> None:
    before = "  a: {extends: web}\n  b: {extends: web}\n"
    after = "  a: {extends: web, num_of_nodes: 4}\n  c: {extends: web}\n"
    text = shown(Fleet(before=before, after=after).plan())
    assert text.split("\n\n")[1] == "  + create\n  ~ update in place\n  - destroy"


def test_clusters_come_in_the_order_of_their_names_and_say_what_they_wait_for() -> None:
    after = "  z: {extends: web}\n  a: {extends: web, depends_on: [z]}\n"
    text = shown(Fleet(after=after).plan())
    assert text.index("# a will be created") < text.index("# z will be created")
    assert "    calls: POST /clusters  create (~10m)\n    after: z\n" in text
    assert text.endswith("Expected to take about 20m; longest is z -> a.")


def test_the_middle_of_a_long_chain_is_left_out() -> None:
    names = [f"n{number:02}" for number in range(20)]
    after = "".join(
        f"  {name}: {{extends: web{f', depends_on: [{before}]' if before else ''}}}\n"
        for name, before in zip(names, ["", *names], strict=False)
    )
    text = shown(Fleet(after=after).plan())
    assert text.endswith("3h20m; longest is n00 -> n01 -> n02 -> n03 -> 13 more -> n17 -> n18 -> n19.")


def test_blocked_changes_are_counted_apart_and_the_way_out_is_named() -> None:
    before = "  a: {extends: web}\n"
    after = "  a: {extends: web, container_cidr: 172.24.0.0/16}\n  b: {extends: web}\n"
    text = shown(Fleet(before=before, after=after).plan())
    assert "Plan: 1 to create, 0 to change, 0 to replace, 0 to destroy, 1 blocked.\nExpected to take about 10m." in text
    assert text.endswith("To plan the rest alone: ackplan plan --skip-blocked")


def test_several_steps_stand_in_their_order() -> None:
    attach = "attach: [{instances: [i-a], key_pair: k}]"
    fleet = Fleet(
        before=f"  shop: {{extends: web, {attach}}}\n",
        after="  shop: {extends: web, num_of_nodes: 5, attach: [{instances: [i-b], key_pair: k}]}\n",
        nodes={"shop": fleets.workers("i-1", "i-2", "i-3", "i-a")},
    )
    steps = [line.strip() for line in shown(fleet.plan()).splitlines() if line.strip().startswith(("calls:", "then:"))]
    assert steps == [
        "calls: POST /clusters/{id}/attach  attach i-b (~5m)",
        "then: POST /api/v2/clusters/{id}  add 2 workers: 5 -> 7 (~5m)",
        "then: POST /clusters/{id}/nodes   detach i-a (instance kept) (~2m)",
    ]


def test_long_values_are_compared_element_by_element() -> None:
    old = ", ".join(f"{{key: key-{n}, value: a-rather-long-value-{n}}}" for n in range(4))
    new = ", ".join(f"{{key: key-{n}, value: a-rather-long-value-{n}}}" for n in (0, 1, 3, 4))
    fleet = Fleet(
        before=f"  shop: {{extends: web, tags: [{old}]}}\n", after=f"  shop: {{extends: web, tags: [{new}]}}\n"
    )
    text = shown(fleet.plan(replace=frozenset({"shop"})))
    assert (
        "      ~ tags = [  # forces replacement\n"
        '          - {key: "key-2", value: "a-rather-long-value-2"}\n'
        '          + {key: "key-4", value: "a-rather-long-value-4"}\n'
        "            # (3 unchanged elements hidden)\n"
        "        ]\n"
    ) in text


def test_a_secret_from_another_source_is_a_change_that_shows_no_secret() -> None:
    after = "  shop: {extends: web, login_password: {env: OTHER_PASSWORD}}\n"
    text = shown(Fleet(before=fleets.WEB, after=after).plan())
    assert "~ login_password = (sensitive value) (from another source)\n" in text
    assert "OTHER_PASSWORD" not in text
    assert "ACK_NODE_PASSWORD" not in text


def test_a_secret_that_someone_wrote_into_the_record_is_not_shown() -> None:
    literal = {**fleets.SCALE_OUT.record.clusters["shop"].parameters, "login_password": "hunter2!A"}
    fleet = dataclasses.replace(fleets.REPLACE, entries={"shop": {"parameters": literal}})
    for options in ({}, {"mode": "destroy"}, {"replace": frozenset({"shop"})}):
        assert "hunter2" not in shown(fleet.plan(**options))


def test_colour_adds_nothing_but_colour() -> None:
    for fleet in (fleets.CREATE, fleets.REPLACE, fleets.DRIFT, fleets.SAME, fleets.DETACH):
        planned = fleet.plan()
        coloured = plan_text(planned, color=True)
        assert coloured != plan_text(planned, color=False)
        assert ANSI.sub("", coloured) == plan_text(planned, color=False)


def test_hostile_names_do_not_reach_the_terminal() -> None:
    name = "shop\x1b[2J\u202e\nPlan: 0 to destroy"
    entry = fleets.record_of(fleets.wanted(fleets.WEB)).clusters["shop"]
    hostile = RecordedCluster("c-1\x1b[31m", entry.kind, {**entry.parameters, "region_id": "r\x07"}, entry.own)
    live = dataclasses.replace(fleets.STRANGER, cluster_id="c-1\x1b[31m", state="odd\rstate", name="x")
    sides = Sides({}, Record("lineage-1", 1, {name: hostile}), [live])
    text = plan_text(plan(sides, Options()), color=False)
    assert all(line.isprintable() for line in text.split("\n"))
    assert sum(line.startswith("Plan:") for line in text.split("\n")) == 1
    assert "shop\\x1b[2J\\u202e\\nPlan: 0 to destroy" in text
