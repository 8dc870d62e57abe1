"""What lines alone tell of the layout: only what laying out says as well, of specs as people write them always."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan.core.diagnostics import Failure
from ackplan.spec.laid_lines import is_laid_out
from ackplan.spec.layout import laid_out
from tests.example_specs import example_specs
from tests.spec_layouts import blocks

KNOWN = [
    "a: 1\nb:\n  c: x y\n  d:\n    - e\n    - f: 1\n      g: [1, 2]\n",
    "# top\na: 1  # one\n\n# two\nb:\n  # inside\n  c: 'x'\n",
    "a:\n  - b: {c: d, e: [f, {g: \"h i\"}]}\n\n  - {c: d}\n",
    "a: 03:00:00Z\nb: ${var.x}\nc: a-${var.x}:1\nd: []\ne: {}\n# end\n",
    "a: 订单 生产\n",
    "\"a b\": 1\n'c': \"d#e\"\n",
]  # fmt: skip
UNSURE = [
    "a:  1\n", "a: 1", "a: 1\n\n", "\na: 1\n", "a: 1\n\n\nb: 2\n", "a: 1 # x\n", "a: 1   # x\n", "a: 1  # x \n", "a: 1 \n",
    "a:\n   b: 1\n", "a:\n    b: 1\n", "a:\n- b\n", "a:\n  -  b\n", "a:\n  - b\n   - c\n", "a: { b: 1}\n", "a: {b: 1,c: 2}\n",
    "a: [1,2]\n", "a: [1, 2 ]\n", "a: [1, 2, ]\n", "a: {b: }\n", "a: {b}\n", "a: [b: 1]\n", "a: [1\n", "a: [1]]\n", "a: [}\n",
    "a: &x 1\n", "a: *x\n", "a: !x 1\n", "a: |\n  x\n", "a: >-\n  x\n", "---\na: 1\n", "a:\n", "a:\nb: 1\n", "a: 1\r\n", "\ufeffa: 1\n",
    "a:\t1\n", "a: 1\t# x\n", "a:\n  b: 1\n    # deep\n  c: 2\n", "  # shifted\na: 1\n", "a: 1\n  # end\n", "a: \"x\\ty\"\n",
    "a: 'x''y'\n", "a: \"x\n  y\"\n", "a: x\n  y\n", "<<: *x\n", "? a\n: b\n", "- a\n", "a: ~\n", "- - a\n", "a:\n  - - b\n", "...\n", "%TAG\n",
    "a: b: c\n", "a: x:\n", "a: #\n", "a: \"\u00e9\"\n", "a: \u0085\n", "a: x\u200b\n", "a: - b\n",
]  # fmt: skip


def laid_anew(text: str) -> str:
    with patch("ackplan.spec.layout.is_laid_out", return_value=False):
        return laid_out(text.encode(), "a.yaml").decode()


@pytest.mark.parametrize("text", KNOWN)
def test_what_is_laid_out_is_seen(text: str) -> None:
    assert is_laid_out(text)
    assert laid_anew(text) == text


@pytest.mark.parametrize("text", UNSURE)
def test_nothing_else_is(text: str) -> None:
    assert not is_laid_out(text)


@pytest.mark.parametrize("path", example_specs(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_examples_are_laid_out_anew_as_they_are(path: Path) -> None:
    text = path.read_text("utf-8")
    assert laid_anew(text) == text


def test_most_examples_are_seen_by_their_lines() -> None:
    seen = [is_laid_out(path.read_text("utf-8")) for path in example_specs()]
    assert sum(seen) > len(seen) // 2


_PARTS = [
    "a",
    "b-1",
    "1",
    "x y",
    ":",
    ": ",
    " ",
    "  ",
    "\n",
    "\n\n",
    "- ",
    "#",
    " # c",
    "  # c",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
]
_OTHERS = [
    '"q"',
    "'q'",
    "${var.x}",
    "null",
    "~",
    "&x ",
    "*x",
    "|",
    "订单",
    "0x1F",
    "a:\n  ",
    "b:\n  - ",
    "03:00",
    "!",
    "%",
    "\t",
]


@settings(deadline=None, max_examples=300)
@given(blocks(), st.data())
def test_it_is_never_said_of_what_would_become_another_text(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines) + "\n"
    once = laid_anew(text)
    for tried in (text, once, _edited(once, data)):
        if is_laid_out(tried):
            try:
                assert laid_anew(tried) == tried
            except Failure:  # no YAML, which is refused before lines are looked at
                assert re.search(r"ACK10", "".join(map(str, _faults(tried))))


def _edited(text: str, data: st.DataObject) -> str:
    at = data.draw(st.integers(0, len(text)))
    taken = data.draw(st.integers(0, 3))
    return text[:at] + data.draw(st.sampled_from(_PARTS + _OTHERS)) + text[at + taken :]


def _faults(text: str) -> list[object]:
    from ackplan.documents.yaml import parse

    return list(parse(text.encode(), "a.yaml")[1])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(_PARTS + _OTHERS), max_size=14).map("".join))
def test_nor_of_any_other_text(text: str) -> None:
    if is_laid_out(text) and not _faults(text):
        assert laid_anew(text) == text
