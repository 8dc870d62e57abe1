"""The record as text: made for git, read back as it was, and refused in words when it is not one."""

from __future__ import annotations

import codecs
import dataclasses
import json
import sys
from typing import Any

import pytest

from ackplan.core import catalog
from ackplan.core.diagnostics import Failure
from ackplan.core.world import World
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import decode, decode_bytes, digest, encode

SHOP = RecordedCluster(
    "c0ffee",
    catalog.DEFAULT.kind("managed"),
    {"name": "shop", "num_of_nodes": 0, "snat_entry": False, "tags": [], "login_password": {"env": "PW"}},
    {"lifecycle": {"prevent_destroy": True}, "depends_on": ["商店"], "timeouts": {"create": "90m"}},
    ("i-b", "i-a"),
    created=False,
)
ASK = RecordedCluster("c0ffee-2", catalog.DEFAULT.kind("serverless"), {"name": "商店"})
RECORD = Record("6f1c", 42, {"商店": ASK, "shop": SHOP})


def test_a_record_is_read_back_as_it_was_written():
    assert decode(encode(RECORD), "f") == RECORD
    assert decode(encode(Record("x")), "f") == Record("x", 0, {})


def test_an_entry_that_was_taken_in_from_what_is_live_stays_marked():
    partial = RecordedCluster("c0ffee-3", catalog.DEFAULT.kind("managed"), {}, partial=True)
    text = encode(Record("x", 1, {"a": partial, "b": ASK}))
    assert text.count('"partial": true') == text.count("partial") == 1
    assert decode(text, "f").clusters["a"] == partial


def test_the_text_is_made_for_git():
    text = encode(RECORD)
    assert text == encode(Record("6f1c", 42, dict(reversed(RECORD.clusters.items()))))
    assert text.endswith("}\n")
    assert '"商店"' in text
    lines = text.splitlines()
    assert lines[0] == "{"
    keys = [line.split('"')[1] for line in lines if line.startswith('  "')]
    assert keys == ["clusters", "lineage", "serial", "version"]
    one_more = encode(
        RECORD.with_cluster(
            "shop",
            RecordedCluster(
                "c0ffee",
                catalog.DEFAULT.kind("managed"),
                {**SHOP.parameters, "num_of_nodes": 1},
                SHOP.own,
                SHOP.attached,
                created=False,
            ),
        )
    )
    assert len(set(one_more.splitlines()) ^ set(lines)) == 2


def test_a_record_is_changed_by_making_another():
    other = RECORD.without("shop").with_cluster("new", ASK)
    assert set(other.clusters) == {"商店", "new"}
    assert set(RECORD.clusters) == {"商店", "shop"}
    assert RECORD.without("nobody") == RECORD


def test_what_the_planner_asks_of_an_entry():
    assert (SHOP.prevent_destroy, SHOP.depends_on) == (True, ("商店",))
    assert (ASK.prevent_destroy, ASK.depends_on, ASK.attached, ASK.created) == (False, (), (), True)


# Newer Pythons point at the comma, older ones at what should follow it.
COMMA = "2:15" if sys.version_info >= (3, 13) else "3:1"
BROKEN = [
    ("nothing", "", "f.json:1:1: ACK3001"),
    ("no JSON", "hello", "f.json:1:1: ACK3001"),
    ("cut short", '{\n  "version": 1,\n', "f.json:3:1: ACK3001"),
    ("a comma too many", '{\n  "version": 1,\n}', f"f.json:{COMMA}: ACK3001"),
    ("a list", "[]", "ACK3001"),
    ("null", "null", "ACK3001"),
    ("deep", "[" * 100_000, "ACK3001"),
    ("a huge number", '{"version": ' + "9" * 10_000 + "}", "ACK3001"),
    ("newer", '{"version": 3, "clusters": 7}', "ACK3002"),
    ("much newer", '{"version": 999999}', "ACK3002"),
    ("a key twice", '{\n  "version": 1,\n  "serial": 1,\n   "serial": 2}', 'f.json:4:4: ACK3001 Can\'t read the record: "serial" is given twice, first in line 3'),
    ("a cluster twice", '{"clusters": {"a{\\"": {}, "b": [{}, {"a": 1}],\n "a{\\"": {}}}', 'f.json:2:2: ACK3001'),
    ("a key twice, written in two ways", '{"clusters": {"web": {"own": {"a": 1,\n"\\u0061": 2}}}}', 'f.json:2:1: ACK3001 Can\'t read the record: "a" is given twice'),
    ("a number that is none", '{\n"serial": NaN}', "f.json:2:11: ACK3001 Can't read the record: NaN is no number"),
    ("a number without end", '{"serial": -Infinity}', "f.json:1:12: ACK3001 Can't read the record: -Infinity is no number"),
    ("a number too large for one", '{\n"serial": -1e999}', "f.json:2:11: ACK3001 Can't read the record: -1e999 is no number"),
    ("a mark, and no JSON", '\ufeffhello', "f.json:1:1: ACK3001"),
    ("marks of git", '{\n  "version": 1,\n<<<<<<< HEAD\n  "serial": 1,\n=======\n  "serial": 2,\n>>>>>>> b\n}', "f.json:3:1: ACK3003"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_is_no_record_is_refused_with_a_cure(text, says):
    with pytest.raises(Failure) as refused:
        decode(text, "f.json")
    (why,) = refused.value.diagnostics
    assert says in str(why)
    assert str(why).startswith("f.json:")
    assert str(why).isprintable()
    assert why.cure


def test_every_key_that_is_given_twice_is_told_at_once():
    with pytest.raises(Failure) as refused:
        decode('{"a": {"x": 1, "x": 2},\n"b": 1, "b": {"y": 1, "y": NaN}}', "f.json")
    assert [str(why.span) for why in refused.value.diagnostics] == [
        "f.json:1:16",
        "f.json:2:9",
        "f.json:2:23",
        "f.json:2:28",
    ]


def test_the_same_key_in_two_mappings_is_none_given_twice():
    assert decode(encode(RECORD), "f.json") == RECORD
    assert decode(encode(Record("l", 1, dict.fromkeys(("lineage", "serial", "a{b}", 'q"'), ASK))), "f.json").serial == 1


def test_a_mark_that_an_editor_left_at_the_begin_is_none_of_the_record():
    assert decode_bytes(codecs.BOM_UTF8 + encode(RECORD).encode(), "f.json") == RECORD
    assert decode("\ufeff" + encode(RECORD), "f.json") == RECORD


@pytest.mark.parametrize(
    ("encoding", "called"), [("utf-16", "UTF-16"), ("gbk", "another encoding"), ("cp1252", "another encoding")]
)
def test_another_encoding_is_called_by_its_name(encoding, called):
    text = encode(
        Record(
            "l",
            1,
            {"é" if encoding == "cp1252" else "商店": RecordedCluster("c1", catalog.DEFAULT.kind("serverless"), {})},
        )
    )
    with pytest.raises(Failure) as refused:
        decode_bytes(text.encode(encoding), "f.json")
    (why,) = refused.value.diagnostics
    assert f"it is in {called}, not UTF-8" in str(why)
    assert why.cure.startswith("Save it as UTF-8")


@pytest.mark.parametrize("key", ["parameters", "own"])
def test_what_is_nested_more_deeply_than_it_can_be_written_is_refused(key):
    for levels, refused in ((60, False), (70, True), (900, True)):
        entry = {"cluster_id": "c1", "kind": "managed", "parameters": {}, "own": {}}
        nested = json.dumps(entry).replace(f'"{key}": {{', f'"{key}": {{"x": ' + "[" * levels + "]" * levels)
        text = f'{{"version": 1, "lineage": "l", "serial": 1, "clusters": {{"a": {nested}}}}}'
        if not refused:
            assert decode(encode(decode(text, "f")), "f") == decode(text, "f")
            continue
        with pytest.raises(Failure) as failure:
            decode(text, "f")
        assert "ACK3001" in str(failure.value)


def test_the_digest_is_of_the_content():
    assert digest(RECORD) == digest(decode(json.dumps(json.loads(encode(RECORD))), "f.json"))
    others = [
        dataclasses.replace(RECORD, serial=RECORD.serial + 1),
        dataclasses.replace(RECORD, lineage="other"),
        dataclasses.replace(RECORD, world=World("1", "loopback")),
        RECORD.without("shop"),
        RECORD.with_cluster("shop", dataclasses.replace(SHOP, own={})),
        RECORD.with_cluster("shop", dataclasses.replace(SHOP, created=not SHOP.created)),
    ]
    assert len({digest(record) for record in [RECORD, *others]}) == len(others) + 1


# A path into the document and what stands there instead; `...` takes it away.
WRONG: list[tuple[tuple[str, ...], Any]] = [
    (("version",), ...),
    (("version",), 0),
    (("version",), "1"),
    (("version",), True),
    (("lineage",), ...),
    (("lineage",), ""),
    (("lineage",), 7),
    (("lineage",), "x" * 101),
    (("serial",), ...),
    (("serial",), -1),
    (("serial",), 1.5),
    (("serial",), 2**53),
    (("serial",), 10**300),
    (("serial",), True),
    (("serial",), "1"),
    (("clusters",), ...),
    (("clusters",), []),
    (("clusters", "shop"), None),
    (("clusters", "shop"), []),
    (("clusters", "shop", "cluster_id"), ...),
    (("clusters", "shop", "cluster_id"), 7),
    (("clusters", "shop", "cluster_id"), "../x"),
    (("clusters", "shop", "cluster_id"), "id?x=y"),
    (("clusters", "shop", "cluster_id"), "id\n"),
    (("clusters", "shop", "kind"), ...),
    (("clusters", "shop", "kind"), "swarm"),
    (("clusters", "shop", "kind"), ["managed"]),
    (("clusters", "shop", "parameters"), ...),
    (("clusters", "shop", "parameters"), []),
    (("clusters", "shop", "own"), []),
    (("clusters", "shop", "own", "lifecycle"), "x"),
    (("clusters", "shop", "own", "lifecycle", "prevent_destroy"), "yes"),
    (("clusters", "shop", "own", "depends_on"), "shop"),
    (("clusters", "shop", "own", "depends_on"), [["shop"]]),
    (("clusters", "shop", "own", "timeouts"), []),
    (("clusters", "shop", "own", "timeouts", "create"), 60),
    (("clusters", "shop", "own", "timeouts", "create"), "soon"),
    (("clusters", "shop", "attached"), "i-a"),
    (("clusters", "shop", "attached"), [1]),
    (("clusters", "shop", "created"), 1),
    (("clusters", "shop", "partial"), "no"),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=[f"{'.'.join(path)}={value}" for path, value in WRONG])
def test_a_wrong_shape_is_refused_by_name(path, value):
    document = json.loads(encode(RECORD))
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    with pytest.raises(Failure) as refused:
        decode(json.dumps(document), "f.json")
    (why,) = refused.value.diagnostics
    assert why.code == "ACK3001"
    assert path[min(2, len(path) - 1)] in str(why)


def test_what_an_older_ackplan_did_not_write_is_filled_in():
    document = json.loads(encode(RECORD))
    for key in ("own", "attached", "created"):
        del document["clusters"]["shop"][key]
    assert decode(json.dumps(document), "f").clusters["shop"] == RecordedCluster(
        "c0ffee", catalog.DEFAULT.kind("managed"), SHOP.parameters
    )
