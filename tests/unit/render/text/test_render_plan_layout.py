"""How a plan is laid out: order, legend, long values, several steps, colour; and that nothing hostile or secret shows."""

from __future__ import annotations

import dataclasses
import re

from ackplan.plan.planner import Options, Sides, plan
from ackplan.record import Record, RecordedCluster
from ackplan.render.text import plan_text
from ackplan.resources.types import BUILT_IN
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet, shown

ANSI = re.compile(r"\x1b\[[0-9;]*m")


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
    assert "Plan: 1 to create, 0 to change, 0 to replace, 0 to destroy, 1 blocked.\n3 workers added." in text
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
        "calls: POST /clusters/{id}/attach  attach i-b (system disk replaced) (~5m)",
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
    text = plan_text(plan(sides, Options(), BUILT_IN), color=False)
    assert all(line.isprintable() for line in text.split("\n"))
    assert sum(line.startswith("Plan:") for line in text.split("\n")) == 1
    assert "shop\\x1b[2J\\u202e\\nPlan: 0 to destroy" in text


def test_what_is_adopted_can_differ_but_not_have_drifted() -> None:
    text = shown(fleets.ADOPT_SMALLER.plan(adopt=frozenset({"shop"})))
    assert "# shop will be adopted and updated in place\n" in text
    assert "~ num_of_nodes = 2 -> 3\n" in text
    assert "rift" not in text
