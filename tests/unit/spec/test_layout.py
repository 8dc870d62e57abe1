"""The canonical layout: what it looks like, that it is one, and that nothing is lost on the way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from ackplan.core.diagnostics import Failure
from ackplan.documents.yaml import parse
from ackplan.spec.layout import laid_out
from tests.example_specs import example_specs
from tests.spec_layouts import blocks

EXAMPLES = example_specs()


def layout(text: str) -> str:
    return laid_out(text.encode(), "a.yaml").decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:   1\n", "a: 1\n"),
        ("a: 1", "a: 1\n"),
        ("a: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("\n\na: 1\n", "a: 1\n"),
        ("a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"),
        ("a:\n- b\n-   c: 1\n    d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n"),
        ("a: { b: 1,c: [ 2,3 ] }\n", "a: {b: 1, c: [2, 3]}\n"),
        ("a: [{b: 1}, {c: 2}]\n", "a: [{b: 1}, {c: 2}]\n"),
        ("a: [b,\n  c]\n", "a:\n  - b\n  - c\n"),
        ("a: {b: 1,\n  c: {d: 2}}\n", "a:\n  b: 1\n  c: {d: 2}\n"),
        ("a: [{b: 1,\n  c: 2}]\n", "a:\n  - b: 1\n    c: 2\n"),
        ("a: {b: , c}\n", "a: {b: null, c: null}\n"),
        ("a:\nb: ~\n", "a:\nb: ~\n"),
        ("a: 1\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"),
        ("a:   1\r\nb:\r\n    c: |\r\n        d\r\n\r\n\r\n        e\r\n", "a: 1\r\nb:\r\n  c: |\r\n    d\r\n\r\n\r\n    e\r\n"),
        ("\ufeffa: 1  # x\r\nb:  2\r\n", "a: 1  # x\r\nb: 2\r\n"),
        ("a: 1\r\nb: 2\r\nc: 3\n", "a: 1\r\nb: 2\r\nc: 3\r\n"),
        ("a: 1\r\nb:  2\nc: 3\n", "a: 1\nb: 2\nc: 3\n"),
        ("a: 1\rb: 2\r", "a: 1\nb: 2\n"),
        ("\ufeffa: 1\n", "a: 1\n"),
        ("a: 1 # x\nb: 2     # y\n", "a: 1  # x\nb: 2  # y\n"),
        ("a:\n      # of b\n      b: 1\n", "a:\n  # of b\n  b: 1\n"),
        ("a:\n    b: 1\n    # below b\nc: 1\n", "a:\n  b: 1\n  # below b\nc: 1\n"),
        ("a:\n    b: 1\n# of c\nc: 1\n", "a:\n  b: 1\n# of c\nc: 1\n"),
        ("a:\n    - b: 1\n      # below b\n", "a:\n  - b: 1\n    # below b\n"),
        ("a: [b, # one\n  c]\n", "a:\n  - b  # one\n  - c\n"),
        ("---\na: 1\n---\nb: 2\n", "---\na: 1\n---\nb: 2\n"),
        ("a: 'x'\nb: \"y\"\n", "a: 'x'\nb: \"y\"\n"),
        ("a: 012\nb: 1_000\nc: 0o17\nd: no\ne: 1.50\nf: 2001-01-01\n", "a: 012\nb: 1_000\nc: 0o17\nd: no\ne: 1.50\nf: 2001-01-01\n"),
        ("a: |\n    x\n\n\n    # y\n", "a: |\n  x\n\n\n  # y\n"),
        ("a: |+\n  x\n\n\n", "a: |+\n  x\n\n\n...\n"),
        ("a: |+\n  x\n\n\nb: 1\n", "a: |+\n  x\n\n\nb: 1\n"),
        ("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n", "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n"),
        ("# only a comment\n", "# only a comment\n"),
        ("# for the editor\n---\na: 1\n", "# for the editor\n---\na: 1\n"),
        ("\n# a\n\n\n\n  # b\n---\n# c\na:   1\n---\n# d\nb: 2\n", "# a\n\n# b\n---\n# c\na: 1\n---\n# d\nb: 2\n"),
        ("a: 1\t# x\nb:\t \n  c: 1 \t # y\t\n", "a: 1  # x\nb:\n  c: 1  # y\n"),
        ("a: " + "long " * 60 + "\n", "a: " + ("long " * 60).strip() + "\n"),
        ("a: ${var.x}\nb: '  '\n", "a: ${var.x}\nb: '  '\n"),
    ],
)  # fmt: skip
def test_the_layout(before: str, after: str) -> None:
    assert layout(before) == after
    assert layout(after) == after


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_examples_have_it(path: Path) -> None:
    assert laid_out(path.read_bytes(), path.name) == path.read_bytes()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {b: 1, # one\n  c: 2}\n", "a.yaml:1:1: ACK1051"),
        ("a: 1\nb: {x: 1, # one\n  c: 2}\n", "a.yaml:2:1: ACK1051"),
        ("a:\n\n- {}\n- 1\n- 1\n", "a.yaml:1:1: ACK1051"),
        ("# a\n---\na: 1\nb: {x: 1, # one\n  c: 2}\n", "a.yaml:4:1: ACK1051"),
        ("a: |\n  x\t# y\nb: 1\t# c\n", "ACK1051"),
        ("b: 0\na:\t1\n", "a.yaml:2:1: ACK1051"),
        ("a: 1\u0085b: 2\n", "ACK1051"),
        ("a: [\n", "a.yaml:2:1: ACK1001"),
        ("a: 1\na: 2\n", "a.yaml:2:1: ACK1008"),
        ("a: !x 1\n", "a.yaml:1:4: ACK1004"),
        ("a: {<<: {b: 1}, <<: {c: 1}}\n", "ACK1051"),
    ],
)
def test_what_can_not_be_laid_out_without_loss_is_refused(text: str, said: str) -> None:
    with pytest.raises(Failure) as refused:
        layout(text)
    assert said in str(refused.value)


def comments(text: str) -> list[str]:
    return re.findall(r"(?m)(?:^|\s)(#[^\n\"]*)$", text)


@settings(deadline=None)
@given(blocks())
def test_any_layout_becomes_one_and_means_the_same(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    once = layout(text)
    assert layout(once) == once
    assert parse(once.encode(), "a.yaml") == parse(text.encode(), "a.yaml")
    assert sorted(comments(once)) == sorted(line.rstrip() for line in comments(text))
    assert not re.search(r"\n\n\n", re.sub(r"(?s)[|>].*", "", once))
    assert not re.search(r"(?m)[ \t]+$", once)
    assert layout(text.replace("\n", "\r\n")) == once.replace("\n", "\r\n")
