"""YAML as its version 1.2 reads it: what plain words mean, anchors and merge keys, and what is refused."""

from __future__ import annotations

import pytest

from ackplan.documents.yaml import MAX_DEPTH, parse

# A plain scalar and its value: only what YAML 1.2's core schema names is anything but text.
PLAIN = [
    ("no", "no"),
    ("No", "No"),
    ("yes", "yes"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("n", "n"),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("tRue", "tRue"),
    ("false", False),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("nULL", "nULL"),
    ("", None),
    ("1_000", "1_000"),
    ("1,000", "1,000"),
    ("012", 12),
    ("0o14", 12),
    ("0o9", "0o9"),
    ("0x1F", 31),
    ("0X1F", "0X1F"),
    ("0b11", "0b11"),
    ("+3", 3),
    ("-3", -3),
    ("-0", 0),
    ("12:30:45", "12:30:45"),
    ("190:20:30", "190:20:30"),
    ("2019-09-16", "2019-09-16"),
    ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("6.5E-1", 0.65),
    ("1.2.3", "1.2.3"),
    (".", "."),
    ("=", "="),
    ("'3'", "3"),
    ('"~"', "~"),
    ("'true'", "true"),
    ("|\n  3\n", "3\n"),
    ("!!str 3", "3"),
    ("! 3", "3"),
    ("!!int 3", 3),
    ("9" * 40, int("9" * 40)),
    ("商店", "商店"),
]


@pytest.mark.parametrize(("text", "value"), PLAIN, ids=[repr(row[0]) for row in PLAIN])
def test_a_scalar_means_what_yaml_12_says(text, value):
    ((root,), faults) = parse(f"a: {text}".encode(), "f")
    assert faults == []
    assert root["a"] == value
    assert isinstance(root["a"], bool) == isinstance(value, bool)


def test_keys_are_text_whatever_they_look_like():
    ((root,), faults) = parse(b"1: a\nno: b\n~: c\ntrue: d\n2019-09-16: e\n0x1F: f\n", "f")
    assert faults == []
    assert list(root) == ["1", "no", "~", "true", "2019-09-16", "0x1F"]


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999", "9" * 41, "0x" + "f" * 100])
def test_a_number_that_json_can_not_hold_is_refused_at_its_place(text):
    _, (fault,) = parse(f"a:\n  b: {text}\n".encode(), "f")
    assert str(fault).startswith("f:2:6: ACK1010 ")


MERGES = [
    ("from an anchor", "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", {"x": 1, "y": 3}),
    ("own key first", "a: &a {x: 1}\nb: {x: 3, <<: *a}", {"x": 3}),
    ("from a list, the first wins", "a: [&a {x: 1}, &b {x: 2, y: 2}]\nb: {<<: [*a, *b]}", {"x": 1, "y": 2}),
    ("written in place", "b: {<<: {x: 1}, y: 2}", {"x": 1, "y": 2}),
    ("through another", "a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c}", {"x": 1, "y": 2}),
    ("given twice", "a: &a {x: 1}\nb: {<<: *a, <<: {y: 2}}", {"x": 1, "y": 2}),
    ("nothing", "b: {<<: {}, x: 1}", {"x": 1}),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in MERGES], ids=[row[0] for row in MERGES])
def test_merge_keys_lay_under_what_is_written(text, expected):
    ((root,), faults) = parse(text.encode(), "f")
    assert faults == []
    assert root["b"] == expected


def test_a_merged_value_keeps_the_place_where_it_was_written():
    ((root,), _) = parse(b"a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\n", "f")
    assert str(root["b"].value_span("x")) == "f:2:6"
    assert str(root["b"].key_span("y")) == "f:5:3"


def test_an_anchor_stands_for_any_value_and_ends_with_its_document():
    ((root,), faults) = parse(b"a: &a 3\nb: *a\nc: &c [1, *a]\nd: *c\n? &k key\n: *k\n", "f")
    assert faults == []
    assert root == {"a": 3, "b": 3, "c": [1, 3], "d": [1, 3], "key": "key"}
    assert parse(b"&a k: 1\n&b l: *a\nm: {&c n: *b}\n", "f")[0] == [{"k": 1, "l": "k", "m": {"n": "l"}}]
    _, (fault,) = parse(b"a: &a 3\n---\nb: *a\n", "f")
    assert str(fault).startswith("f:3:4: ACK1006 ")


# What is refused: text, line and column, code.
REFUSED = [
    ("tab as indentation", "a:\n\tb: 1", (2, 1), "ACK1001"),
    ("quote not closed", "a: 'b\n", (2, 1), "ACK1001"),
    ("bracket not closed", "a: [b\n", (2, 1), "ACK1001"),
    ("wrong indentation", "a: 1\n b: 2\n", (2, 3), "ACK1001"),
    ("key twice", "a: 1\nb: 2\na: 3", (3, 1), "ACK1008"),
    ("key twice, deep", "a:\n  - {b: 1, b: 2}", (2, 12), "ACK1008"),
    ("unknown alias", "a: *b", (1, 4), "ACK1006"),
    ("alias inside its own anchor", "a: &a [*a]", (1, 8), "ACK1006"),
    ("list as a key", "? [a]\n: b", (1, 3), "ACK1005"),
    ("mapping as a key", "{a: b}: c", (1, 1), "ACK1005"),
    ("alias as a key", "a: &a [1]\n*a : b", (2, 1), "ACK1005"),
    ("merge of a number", "<<: 3", (1, 5), "ACK1009"),
    ("merge of numbers", "<<: [1]", (1, 5), "ACK1009"),
    ("object tag", "a: !!python/object/apply:os.system [ls]", (1, 4), "ACK1004"),
    ("own tag", "a: !secret b", (1, 4), "ACK1004"),
    ("binary tag", "a: !!binary aGk=", (1, 4), "ACK1004"),
    ("set tag", "a: !!set {x}", (1, 4), "ACK1004"),
    ("lone surrogate", 'a: "\\ud800"', (1, 7), "ACK1001"),
    ("65 levels", "[" * (MAX_DEPTH + 1), (1, MAX_DEPTH + 1), "ACK1003"),
]


@pytest.mark.parametrize(("text", "place", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_has_no_meaning_is_refused_at_its_place(text, place, code):
    _, (fault,) = parse(text.encode(), "f")
    assert (fault.code, fault.span.line, fault.span.column) == (code, *place)


def test_64_levels_are_read():
    _, faults = parse(("[" * MAX_DEPTH + "]" * MAX_DEPTH).encode(), "f")
    assert faults == []


def test_duplicate_keys_are_all_named_with_their_first_place():
    _, faults = parse(b"a: 1\na: 2\na: 3\nb: {c: 1, c: 2}\n", "f")
    assert [str(fault.span) for fault in faults] == ["f:2:1", "f:3:1", "f:4:11"]
    assert "first at f:1:1" in str(faults[1])


def test_positions_count_characters_not_bytes():
    ((root,), _) = parse("商店: {名: 1}\n".encode(), "f")
    assert str(root["商店"].value_span("名")) == "f:1:9"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(encoding):
    ((root,), faults) = parse("a: 商店\n".encode(encoding), "f")
    assert faults == []
    assert root == {"a": "商店"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_once(line_end):
    ((root,), _) = parse(line_end.join(["a: 1", "b:", "  c: 2"]).encode(), "f")
    assert str(root["b"].value_span("c")) == "f:3:6"
