"""An edit of a spec file changes one value and nothing else, or is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.core.diagnostics import Failure
from ackplan.documents.scalars import plain
from ackplan.documents.yaml import parse
from ackplan.spec.edit import set_value
from ackplan.spec.write import text_of


def edited(text: str, value: Any = 5, parameter: str = "n") -> str:
    return set_value({"a.yaml": text.encode()}, "c", parameter, value)[1].decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("clusters:\n  c:\n    n: 3 # three\n", "clusters:\n  c:\n    n: 5 # three\n"),
        ("clusters: {c: {n: 3}}", "clusters: {c: {n: 5}}"),
        ("clusters: {c: {n: 3, m: 3}, d: {n: 3}}", "clusters: {c: {n: 5, m: 3}, d: {n: 3}}"),
        ("clusters: {c: {m: 3,\tn:   0x3}}", "clusters: {c: {m: 3,\tn:   5}}"),
        ("ключ: 值\r\nclusters: {c: {n: '3'}}\r\n", "ключ: 值\r\nclusters: {c: {n: 5}}\r\n"),
        ("a: 1\n---\nclusters: {c: {n: \"3\"}}\n", "a: 1\n---\nclusters: {c: {n: 5}}\n"),
        ("clusters:\n  c:\n    n:\n      3\n", "clusters:\n  c:\n    n:\n      5\n"),
        ("clusters: {c: {n: true}}", "clusters: {c: {n: 5}}"),
        ('clusters: {c: {n: "it\'\'s"}}', "clusters: {c: {n: 5}}"),
    ],
)  # fmt: skip
def test_the_value_alone_changes(before: str, after: str) -> None:
    assert edited(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "clusters: {c: {m: 3}}",
        "clusters: {c: {extends: t}}",
        "clusters: {c: {n: &a 3}, d: {n: *a}}",
        "clusters: {d: {n: &a 3}, c: {n: *a}}",
        "x: &t {n: 3}\nclusters: {c: {<<: *t}}",
        "clusters: {d: &t {n: 3}, c: *t}",
        "clusters: {c: {n: ${var.x}}}",
        "clusters: {c: {n: [3]}}",
        "clusters: {c: {n: {a: 3}}}",
        "clusters: {c: {n: }}",
        "clusters:\n  c:\n    n: |\n      3\n",
        "clusters: {c: {n: a b}}",
        "clusters: {c: {n: !!str 3}}",
        "clusters: {d: {n: 3}}",
        "clusters: [c]",
    ],
)
def test_what_is_not_one_plain_value_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="ACK1050"):
        edited(text)


def test_the_file_of_the_cluster_is_found() -> None:
    files = {"a.yaml": b"clusters: {a: {n: 1}}", "b.yaml": b"clusters: {c: {n: 1}}"}
    assert set_value(files, "c", "n", 2) == ("b.yaml", b"clusters: {c: {n: 2}}")


@given(st.one_of(st.text(), st.integers(), st.booleans()))
def test_a_value_is_read_as_what_was_written(value: Any) -> None:
    """A mark in front of text (BOM) and the like may make a text unwritable; never does it become another one."""
    try:
        after = edited("clusters: {c: {n: 3, m: 1}} # end\n", value)
    except Failure:
        assert isinstance(value, str)
        assert not value.isprintable()
        return
    (document,), faults = parse(after.encode(), "a.yaml")
    assert not faults
    assert document == {"clusters": {"c": {"n": value, "m": 1}}}
    assert after.endswith("m: 1}} # end\n")


@pytest.mark.parametrize("text", ["no", "null", "1", "1e3", "~", "a: b", "#x", "cn-beijing", "2020-01-01"])
def test_text_that_would_be_read_as_something_else_is_quoted(text: str) -> None:
    written = text_of(text)
    assert (written == text) == (text == "cn-beijing")
    assert written != text or plain(written, None) == text


@pytest.mark.parametrize("word", ["y", "Yes", "no", "NO", "on", "off", "n"])
def test_words_that_older_readers_take_for_truths_are_quoted(word: str) -> None:
    assert text_of({word: [word]}) == f'{{"{word}": ["{word}"]}}'
