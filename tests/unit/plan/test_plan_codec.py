"""The plan file: read back as it was written, refused when it was altered, is another version's or asks for what we never do."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sides import DEDICATED, MANAGED, PASSWORD, SERVERLESS, live, nodes, one, plan_of, recorded, settled, sides, want

from ackplan.core import catalog
from ackplan.core.diagnostics import Failure
from ackplan.core.world import World
from ackplan.plan import codec
from ackplan.plan.model import Plan
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import as_data, digest

GROUP = {"instances": ["i-a"], "password": PASSWORD}


@functools.cache
def everything() -> Plan:
    """A plan with every action but no-op, blocked changes, notes and errors."""
    fleet = want(
        grow={**MANAGED, "num_of_nodes": 5, "attach": [GROUP]},
        shrink={**DEDICATED, "num_of_nodes": 1, "scale_in": {"strategy": "newest"}},
        new={**SERVERLESS, "depends_on": ["grow"]},
        other={**MANAGED, "snat_entry": False, "depends_on": ["new"]},
        notes={**MANAGED, "timeout_mins": 90},
        taken=MANAGED,
        foreign=SERVERLESS,
    )
    was = want(grow=MANAGED, shrink=DEDICATED, other=MANAGED, notes=MANAGED, old=MANAGED, gone=MANAGED)
    record, there = settled(*was.values())
    there = [cluster for cluster in there if cluster.name != "gone"] + [
        live(fleet["taken"]),
        live(fleet["foreign"], state="scaling"),
    ]
    shown = {
        "id-grow": nodes("i-1", "i-2", "i-3"),
        "id-shrink": nodes("i-4", "i-5", "i-6", masters=["m-1", "m-2", "m-3"]),
    }
    given = sides(fleet.values(), record, there, shown)
    return pinned(plan_of(given, adopt=frozenset({"foreign", "nobody"})))


RECORD = Record(
    "lineage",
    7,
    {"c": RecordedCluster("id-c", catalog.DEFAULT.kind("managed"), {"name": "c"})},
    World("1", "cs.aliyuncs.com"),
)


def pinned(plan: Plan) -> Plan:
    """As one that was made of files."""
    pins = dataclasses.replace(plan.pins, record=digest(RECORD), spec_digest="0" * 64, spec_files={"a.yaml": "1" * 64})
    return dataclasses.replace(plan, pins=pins)


def written(plan: Plan, shown: Mapping[str, Any]) -> str:
    return b"".join(codec.encode_file(plan, shown, RECORD)).decode()


def resealed(document: dict[str, Any]) -> str:
    """A file with a digest that fits, as someone makes who knows how."""
    content = {key: value for key, value in document.items() if key != "sha256"}
    return codec.sealed(json.dumps(content))


def test_a_plan_is_read_back_as_it_was_written():
    plan = everything()
    assert {change.action.value for change in plan.changes} >= {
        "create",
        "update",
        "replace",
        "delete",
        "adopt",
        "forget",
        "record",
        "no-op",
    }
    assert plan.diagnostics
    assert plan.blocked
    text = written(plan, {"format_version": "1.2", "名": "商店"})
    found = codec.decode_file(text, "plan")
    assert codec.encode(found.plan) == codec.encode(plan)
    assert (found.shown, found.record) == ({"format_version": "1.2", "名": "商店"}, RECORD)
    assert written(found.plan, found.shown) == text
    assert codec.is_written(found, found.shown)
    assert not codec.is_written(found, {**found.shown, "applyable": 1})
    assert text.endswith("\n")


@pytest.mark.parametrize("shown", [{}, {"z": [1], "a": {"y": None, "b": "商店"}}], ids=["nothing", "something"])
@pytest.mark.parametrize("plan", [everything(), pinned(plan_of(sides([], {}, [])))], ids=["everything", "nothing"])
def test_a_file_in_pieces_is_the_whole(plan: Plan, shown: dict[str, Any]):
    whole = {"ackplan_plan": codec.FORMAT, "plan": codec.encode(plan), "json": shown, "record": as_data(RECORD)}
    assert written(plan, shown) == codec.sealed(json.dumps(whole, sort_keys=True, ensure_ascii=False))


def test_the_file_holds_references_and_no_secret(monkeypatch):
    monkeypatch.setenv("NODE_PASSWORD", "Hunter22!")
    text = written(everything(), {})
    assert '"env": "NODE_PASSWORD"' in text
    assert "Hunter22!" not in text


def test_what_was_altered_is_refused_layout_too():
    text = written(everything(), {})
    altered = [
        text.replace('"count": 2', '"count": 3'),
        text.replace("id-old", "id-new"),
        text.replace('"mode": "normal"', '"mode": "destroy"'),
        json.dumps(json.loads(text), indent=4),
        json.dumps({**json.loads(text), "more": 1}),
        text.replace(', "sha256"', ', "more": 1, "sha256"'),
        text[:-1],
        text + "\n",
    ]
    for wrong in altered:
        assert wrong != text
        with pytest.raises(Failure) as refused:
            codec.decode_file(wrong, "plan")
        assert "ACK6003" in str(refused.value)


def test_every_byte_counts():
    """Each byte in turn is changed, doubled and left out."""
    plan = pinned(plan_of(sides([], {"c": recorded(one(MANAGED))}, [live(one(MANAGED))])))
    content = written(plan, {}).encode()
    assert codec.decode_file(content.decode(), "plan")
    for at, byte in enumerate(content):
        for middle in (bytes([byte ^ 1]), bytes([byte ^ 32]), bytes([byte, byte]), b""):
            with pytest.raises(Failure):
                codec.decode_file((content[:at] + middle + content[at + 1 :]).decode("utf-8", "replace"), "plan")


NO_PLAN = [
    ("nothing", "", "ACK6001"),
    ("no JSON", "hello", "ACK6001"),
    ("a list", "[]", "ACK6001"),
    ("a number", "1", "ACK6001"),
    ("null", "null", "ACK6001"),
    ("another tool's", '{"format_version": "1.2"}', "ACK6001"),
    ("a newer format", '{"ackplan_plan": 3}', "ACK6002"),
    ("a format that is a truth", '{"ackplan_plan": true}', "ACK6002"),
    ("a format that is a list", '{"ackplan_plan": []}', "ACK6002"),
    ("no digest", '{"ackplan_plan": 1, "plan": {}}', "ACK6003"),
    ("a digest that is no text", '{"ackplan_plan": 1, "plan": {}, "sha256": [1]}', "ACK6003"),
    ("deep", "[" * 100_000, "ACK6001"),
    ("deep inside", '{"ackplan_plan": 1, "plan": ' + "[" * 50_000, "ACK6001"),
    ("a huge number", '{"ackplan_plan": ' + "9" * 10_000 + "}", "ACK6001"),
    ("zero bytes", "\0\0\0", "ACK6001"),
]


@pytest.mark.parametrize(("text", "code"), [row[1:] for row in NO_PLAN], ids=[row[0] for row in NO_PLAN])
def test_what_is_no_plan_file_is_refused(text, code):
    with pytest.raises(Failure) as refused:
        codec.decode_file(text, "x.plan")
    assert code in str(refused.value)
    assert str(refused.value).isprintable()


Alter = Callable[[dict[str, Any]], Any]


def grow(plan: dict[str, Any]) -> dict[str, Any]:
    (change,) = [change for change in plan["changes"] if change["cluster"] == "grow"]
    return change


def step(plan: dict[str, Any]) -> dict[str, Any]:
    """The scale-out of `grow`, behind its attach."""
    return grow(plan)["steps"][1]


FORGED: list[tuple[str, Alter]] = [
    ("no changes", lambda p: p.pop("changes")),
    ("changes as text", lambda p: p.update(changes="abc")),
    ("another mode", lambda p: p.update(mode="sideways")),
    ("unmanaged as a truth", lambda p: p.update(unmanaged=True)),
    ("pins as a list", lambda p: p.update(pins=[])),
    ("pins of numbers", lambda p: p["pins"].update(live={"a": 1})),
    ("serial as text", lambda p: p["pins"].update(serial="7")),
    ("no digest of the record", lambda p: p["pins"].update(record="")),
    ("no digest of the spec", lambda p: p["pins"].update(spec_digest="")),
    ("a file of the spec without a digest", lambda p: p["pins"].update(spec_files={"a.yaml": ""})),
    ("an unknown kind", lambda p: grow(p).update(kind="swarm")),
    ("an unknown action", lambda p: grow(p).update(action="explode")),
    ("an unknown reason", lambda p: grow(p).update(reason="BECAUSE")),
    ("a cluster that is no text", lambda p: grow(p).update(cluster=1)),
    ("notes of numbers", lambda p: grow(p).update(notes=[1])),
    ("before as a list", lambda p: grow(p).update(before=[])),
    ("an unknown effect", lambda p: grow(p)["parameters"][0].update(effect="boom")),
    ("a span that is too short", lambda p: p["diagnostics"][0].update(span=["a"])),
    ("a span of text", lambda p: p["diagnostics"][0].update(span=["a", "b", "c"])),
    ("an unknown severity", lambda p: p["diagnostics"][0].update(severity="fatal")),
    ("an unknown operation", lambda p: step(p)["call"].update(operation="rm_rf")),
    ("another operation than the step's", lambda p: step(p)["call"].update(operation="delete_cluster")),
    ("a call without an operation", lambda p: step(p).update(call={})),
    ("a call as a list", lambda p: step(p).update(call=["delete_cluster"])),
    ("a body as a list", lambda p: step(p)["call"].update(body=[1])),
    ("a region that is no text", lambda p: step(p)["call"].update(region=None)),
    ("a path in the id", lambda p: step(p).update(cluster_id="../../k8s/x")),
    ("a query in the id", lambda p: step(p).update(cluster_id="id?x=y")),
    ("a line end in the id", lambda p: step(p).update(cluster_id="id\nX-Evil: 1")),
    ("a need that is not there", lambda p: step(p).update(needs=["nothing"])),
    ("a need as text", lambda p: step(p).update(needs="abc")),
    ("a step that needs itself", lambda p: step(p).update(needs=[step(p)["id"]])),
    ("a circle of needs", lambda p: grow(p)["steps"][0].update(needs=[step(p)["id"]])),
    ("a step twice", lambda p: grow(p)["steps"].append(copy.deepcopy(step(p)))),
    ("another cluster's step", lambda p: step(p).update(cluster="old")),
    ("a step for another cluster's id", lambda p: step(p).update(cluster_id="id-old")),
    ("no time", lambda p: step(p).update(timeout=None)),
    ("less than no time", lambda p: step(p).update(timeout=-1)),
    ("text for seconds", lambda p: step(p).update(expected_seconds="nan")),
    ("seconds without end", lambda p: step(p).update(expected_seconds=float("inf"))),
    ("seconds that are no number", lambda p: step(p).update(expected_seconds=float("nan"))),
    ("more seconds than a number holds", lambda p: step(p).update(expected_seconds=10**400)),
    ("half a worker", lambda p: step(p).update(workers_after=4.5)),
    ("instances as text", lambda p: step(p).update(instances="i-a")),
    ("an entry as a list", lambda p: step(p).update(entry=[])),
]  # fmt: skip


@pytest.mark.parametrize("alter", [row[1] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_forged_plan_is_refused_even_with_a_digest_that_fits(alter):
    document = json.loads(written(everything(), {}))
    assert codec.encode(codec.decode_file(resealed(document), "x.plan").plan) == codec.encode(everything())
    alter(document["plan"])
    with pytest.raises(Failure) as refused:
        codec.decode_file(resealed(document), "x.plan")
    assert "ACK6001" in str(refused.value)


def test_method_and_path_come_from_the_catalog_not_from_the_file():
    wanted = one(MANAGED)
    text = written(pinned(plan_of(sides([], {"c": recorded(wanted)}, [live(wanted)]))), {})
    assert '"method"' not in text
    assert '"path"' not in text
    (change,) = codec.decode_file(text, "x.plan").plan.changes
    assert change.steps[0].call is not None
    assert (change.steps[0].call.method, change.steps[0].call.path) == ("DELETE", "/clusters/id-c")
