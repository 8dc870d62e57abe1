"""Specs as people lay them out: odd indents, comments and blank lines anywhere."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

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
