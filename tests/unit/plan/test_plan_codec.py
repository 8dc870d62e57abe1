"""The plan file: read back as it was written, refused when it was altered, is another version's or asks for what we never do."""

from __future__ import annotations

import copy
import dataclasses
import functools
import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sides import DEDICATED, MANAGED, PASSWORD, SERVERLESS, live, nodes, one, plan_of, recorded, settled, sides, want

from ackplan.core import catalog
from ackplan.core.diagnostics import Failure
from ackplan.core.world import World
from ackplan.plan import codec, plan_file_codec
from ackplan.plan.model import Plan
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import as_data, digest
from tests import plan_files

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


def written(plan: Plan) -> bytes:
    return b"".join(plan_file_codec.encode_file(plan, RECORD))


def text(plan: Plan) -> str:
    return plan_files.text_of(written(plan))


def as_before(document: Mapping[str, Any]) -> str:
    """A file of format 2, which has every key of a plan, with a digest that fits."""
    return plan_files.sealed({"ackplan_plan": 2, "json": {}, "record": as_data(RECORD), **document}).decode()


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
    data = written(plan)
    found = plan_file_codec.decode_file(data, "plan")
    assert codec.encode(found.plan) == codec.encode(plan)
    assert sides_in(found.plan) == sides_in(plan)
    assert (found.record, found.shown) == (RECORD, None)
    assert written(found.plan) == data
    assert plan_file_codec.is_written(found)


def sides_in(plan: Plan) -> list[Any]:
    """The sides of each change; where in the spec something is wanted stands in no file."""
    desired = [c.desired and dataclasses.replace(c.desired, spans={}) for c in plan.changes]
    return [(wanted, c.recorded, c.live) for wanted, c in zip(desired, plan.changes, strict=True)]


def test_a_file_is_the_same_each_time_and_says_no_time():
    data = written(everything())
    assert data == written(everything())
    assert data[3:8] == bytes(5), "neither flags nor a time in the header"


def test_what_a_new_cluster_will_have_stands_once():
    body = json.loads(text(pinned(plan_of(sides([one(MANAGED)], {}, [])))))["changes"][0]
    assert body["parameters"] == "spec"
    assert body["steps"][0]["call"] == {"body": True}
    assert body["steps"][0]["entry"] == {"parameters": True}
    assert body["desired"] == {}


def test_the_file_holds_references_and_no_secret(monkeypatch):
    monkeypatch.setenv("NODE_PASSWORD", "Hunter22!")
    assert '"env":"NODE_PASSWORD"' in text(everything())
    assert "Hunter22!" not in text(everything())


def test_what_was_altered_is_refused_layout_too():
    whole = gzip.decompress(written(everything())).decode()
    altered = [
        whole.replace('"count":2', '"count":3'),
        whole.replace("id-old", "id-new"),
        whole.replace('"mode":"normal"', '"mode":"destroy"'),
        whole.replace(',"sha256"', ',"more":1,"sha256"'),
        whole[:-1],
        whole + "\n",
    ]
    for wrong in altered:
        assert wrong != whole
        with pytest.raises(Failure) as refused:
            plan_file_codec.decode_file(gzip.compress(wrong.encode()), "plan")
        assert "ACK6003" in str(refused.value)


@pytest.mark.parametrize("form", [2, 3])
def test_every_byte_counts(form):
    """Each byte in turn is changed, doubled and left out: of the text, and of the file where that is not compressed."""
    plan = pinned(plan_of(sides([], {"c": recorded(one(MANAGED))}, [live(one(MANAGED))])))
    packed = form == 3
    content = gzip.decompress(written(plan)) if packed else as_before({"plan": codec.encode(plan)}).encode()
    for at, byte in enumerate(content):
        for middle in (bytes([byte ^ 1]), bytes([byte ^ 32]), bytes([byte, byte]), b""):
            wrong = content[:at] + middle + content[at + 1 :]
            with pytest.raises(Failure):
                plan_file_codec.decode_file(zipped(wrong) if packed else wrong, "plan")


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, 1)


def test_a_compressed_file_that_was_cut_or_went_on_is_refused():
    data = written(everything())
    for wrong in (*(data[:end] for end in range(0, len(data), 7)), data + b"\0", data + data, data[:50] + data[60:]):
        with pytest.raises(Failure) as refused:
            plan_file_codec.decode_file(wrong, "plan")
        assert str(refused.value)[:7] in {"ACK6001", "ACK6003"}


def test_a_bomb_is_refused_before_it_is_unpacked():
    """One that begins as no plan at once, one that begins as a plan at the bound."""
    zeros = zipped(bytes(64 * 1024 * 1024))
    bomb = zipped(b'{"ackplan_plan":3,' + b" " * (plan_file_codec.MAX_TEXT + 1))
    for data, least in ((zeros, 8), (bomb, 3 * plan_file_codec.MAX_TEXT // 2**20)):
        tracemalloc.start()
        with pytest.raises(Failure) as refused:
            plan_file_codec.decode_file(data, "plan")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "ACK6001" in str(refused.value)
        assert peak < least * 2**20


PACKED = [
    ("another compressed file", b"hello", "ACK6001"),
    ("nothing compressed", b"", "ACK6001"),
    ("an older format", b'{"ackplan_plan":2,"plan":{}}', "ACK6002"),
    ("a newer format", b'{"ackplan_plan":4,"x":1}', "ACK6002"),
    ("a format without end", b'{"ackplan_plan":' + b"9" * 5000 + b",", "ACK6001"),
    ("no digest", b'{"ackplan_plan":3,"x":1}', "ACK6003"),
    ("no UTF-8", b'{"ackplan_plan":3,"\xff":1}', "ACK6001"),
    ("no JSON", b'{"ackplan_plan":3,]}', "ACK6001"),
    ("no number", b'{"ackplan_plan":3,"x":NaN}', "ACK6001"),
    ("deep", b'{"ackplan_plan":3,"x":' + b"[" * 100_000 + b"}", "ACK6001"),
    ("no content", b'{"ackplan_plan":3,"x":1}', "ACK6001"),
]


@pytest.mark.parametrize(("content", "code"), [row[1:] for row in PACKED], ids=[row[0] for row in PACKED])
def test_what_is_compressed_and_no_plan_file_is_refused(content, code):
    data = zipped(content) if code == "ACK6003" else plan_files.packed(content.decode("utf-8", "surrogateescape"))
    if content == b'{"ackplan_plan":3,"\xff":1}':
        data = zipped(content + b',"sha256":"' + hashlib.sha256(content).hexdigest().encode() + b'"}\n')
    with pytest.raises(Failure) as refused:
        plan_file_codec.decode_file(data, "x.plan")
    assert code in str(refused.value)
    assert str(refused.value).isprintable()


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
        plan_file_codec.decode_file(text.encode(), "x.plan")
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


# A file of format 3 does not hold what these alter.
DERIVED = {
    "no changes",
    "changes as text",
    "an unknown operation",
    "another operation than the step's",
    "a call without an operation",
    "another cluster's step",
}
EACH_FORGED = [(2, alter) for _, alter in FORGED] + [(3, alter) for name, alter in FORGED if name not in DERIVED]


@pytest.mark.parametrize(("form", "alter"), EACH_FORGED)
def test_a_forged_plan_is_refused_even_with_a_digest_that_fits(form, alter):
    """In every key of a plan: what ackplan leaves out of a file is read all the same."""
    original = written(everything())
    document = plan_files.taken_apart(original)
    whole = as_before(document).encode() if form == 2 else plan_files.put_together_by_hand(document, original)
    assert codec.encode(plan_file_codec.decode_file(whole, "x.plan").plan) == codec.encode(everything())
    alter(document["plan"])
    forged = as_before(document).encode() if form == 2 else plan_files.put_together_by_hand(document, original)
    with pytest.raises(Failure) as refused:
        plan_file_codec.decode_file(forged, "x.plan")
    assert "ACK6001" in str(refused.value)


FORGED_LEAN: list[tuple[str, Alter]] = [
    ("changes as a mapping", lambda d: d.update(changes={})),
    ("a change as a list", lambda d: d["changes"].append([])),
    ("no record", lambda d: d.pop("record")),
    ("no clusters", lambda d: d.pop("clusters")),
    ("a version that is no text", lambda d: d.update(ackplan_version=3)),
    ("no plan", lambda d: d.pop("plan")),
    ("a body of what there is not", lambda d: new(d).pop("after")),
    ("a parameter that nobody knows", lambda d: new(d)["after"].update(evil=1)),
    ("a side that is none", lambda d: new(d).update(parameters="left")),
    ("an entry without parameters", lambda d: new(d)["steps"][0]["entry"].pop("parameters")),
    ("own keys of what there is not", lambda d: new(d)["steps"][0]["entry"].update(own=True) or new(d).pop("desired")),
    ("a desired side as a list", lambda d: new(d).update(desired=[1])),
    ("desired keys as a list", lambda d: new(d).update(desired={"own": [1]})),
    ("desired parameters that are not shown", lambda d: new(d).update(desired={"parameters": ["evil"]})),
    ("desired parameters as a number", lambda d: new(d).update(desired={"parameters": 7})),
    ("a desired kind that nobody knows", lambda d: new(d).update(desired={"kind": "swarm"})),
    ("a recorded side as a list", lambda d: new(d).update(recorded=[])),
    ("a call of a step that calls nothing", lambda d: find(d, "foreign")["steps"][0].update(call={})),
]  # fmt: skip


def find(document: dict[str, Any], name: str) -> dict[str, Any]:
    (change,) = [change for change in document["changes"] if change["cluster"] == name]
    return change


def new(document: dict[str, Any]) -> dict[str, Any]:
    return find(document, "new")


@pytest.mark.parametrize("alter", [row[1] for row in FORGED_LEAN], ids=[row[0] for row in FORGED_LEAN])
def test_a_forged_text_is_refused_even_with_a_digest_that_fits(alter):
    document = json.loads(text(everything()))
    alter(document)
    with pytest.raises(Failure) as refused:
        plan_file_codec.decode_file(plan_files.packed(json.dumps(document, separators=(",", ":"))), "x.plan")
    assert "ACK6001" in str(refused.value)


def test_method_and_path_come_from_the_catalog_not_from_the_file():
    wanted = one(MANAGED)
    plan = pinned(plan_of(sides([], {"c": recorded(wanted)}, [live(wanted)])))
    for key in ('"method"', '"path"', '"operation"'):
        assert key not in text(plan)
    (change,) = plan_file_codec.decode_file(written(plan), "x.plan").plan.changes
    assert change.steps[0].call is not None
    assert (change.steps[0].call.method, change.steps[0].call.path) == ("DELETE", "/clusters/id-c")


def test_a_plan_is_what_its_file_tells_whatever_order_its_keys_had():
    """A record entry that a run left has its keys in the order of the run, the record's are sorted."""
    wanted = one(MANAGED, lifecycle={"replace": "allow"}, timeouts={"scale": "5m", "create": "9m"})
    entry = recorded(wanted)
    turned = {key: entry.parameters[key] for key in reversed(entry.parameters)}
    own = {key: wanted.own[key] for key in reversed(wanted.own)}
    plan = pinned(plan_of(sides([one(MANAGED)], {"c": entry}, [live(wanted)])))
    record = Record("lineage", 1, {"c": dataclasses.replace(entry, parameters=turned, own=own)})
    data = b"".join(plan_file_codec.encode_file(plan, record))
    assert plan_file_codec.is_written(plan_file_codec.decode_file(data, "it.plan"))
