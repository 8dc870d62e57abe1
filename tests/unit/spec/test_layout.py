"""The canonical layout: what it looks like, that it is one, and that nothing is lost on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan.core.diagnostics import Failure
from ackplan.documents.yaml import parse
from ackplan.spec.layout import laid_out

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.yaml"))


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
        ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
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


# Keys and plain values of every kind that a spec may have, in texts with odd indents, comments and blank lines.
_NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True)
_WORDS = ["1", "012", "0x1F", "1.5", "1e3", "true", "no", "~", "", "a b", "ecs.xlarge", "2001-01-01", "${var.x}", "1_0"]
_FORMS = ["'it''s'", '"a\\tb"', '"# no comment"', "[a, b]", "[]", "{}", "{env: A}", "[{a: 1}, {b: }]", "a#b", "汉字"]
_PLAIN = st.sampled_from([*_WORDS, *_FORMS])
_COMMENTS = st.sampled_from(["# one", "#two", "# a: 1", "#", "# [x"])


@st.composite
def blocks(draw: Any, indent: int = 0, depth: int = 3) -> list[str]:
    """The lines of a mapping."""
    lines: list[str] = []
    for name in draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True)):
        lines += draw(_between(indent))
        kind = draw(st.sampled_from(["value", "map", "list", "text"])) if depth else "value"
        trailing = draw(st.sampled_from(["", "", " " + draw(_COMMENTS), "    " + draw(_COMMENTS)]))
        start = " " * indent + f"{name}:"
        if kind == "value":
            lines.append(f"{start}{' ' * draw(st.integers(1, 3))}{draw(_PLAIN)}{trailing}")
        elif kind == "text":
            style = draw(st.sampled_from(["|", "|-", ">", ">-", "|+"]))
            lines += [f"{start} {style}", " " * (indent + 3) + "words", "", " " * (indent + 3) + "# no comment"]
        elif kind == "map":
            lines.append(start + trailing)
            lines += draw(blocks(indent + draw(st.integers(1, 4)), depth - 1))
        else:
            lines.append(start + trailing)
            lines += draw(_items(indent + draw(st.integers(0, 3)), depth - 1))
    return lines


@st.composite
def _items(draw: Any, indent: int, depth: int) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        lines += draw(_between(indent))
        if depth and draw(st.booleans()):
            inner = draw(blocks(indent + 2, 0))
            while not inner[0].strip() or inner[0].strip().startswith("#"):
                lines.append(inner.pop(0))
            lines += [" " * indent + "- " + inner[0][indent + 2 :], *inner[1:]]
        else:
            lines.append(" " * indent + f"-  {draw(_PLAIN.filter(lambda text: text != '{}'))}")
    return lines


@st.composite
def _between(draw: Any, indent: int) -> list[str]:
    """Blank lines and comments before a line."""
    found = draw(st.lists(st.sampled_from(["", "comment"]), max_size=2))
    return [line and " " * max(0, indent + draw(st.integers(-2, 2))) + draw(_COMMENTS) for line in found]


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
