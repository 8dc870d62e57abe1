"""Markdown that nothing from outside can break out of.

Text from outside stands in code alone: there Markdown, HTML, links, mentions and references to issues mean nothing.
What could end code, or a cell of a table around it, is written as an escape of the kind that JSON has.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable

from ackplan.render.facts.safe import printable, shortened

EMPTY = "(empty)"

_ENDS_CODE = str.maketrans({"`": "\\u0060", "|": "\\u007c"})
# Words and commas: nothing that Markdown, HTML or GitHub's own references could be made of.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ,;'()-]*")
_SPECIAL = re.compile(r"[^ -~\n]")


def code(text: str, limit: int = 300) -> str:
    """A code span of at most `limit` characters of the text, on one line, good for prose and for cells of tables."""
    return f"`{shortened(text, limit).translate(_ENDS_CODE) or EMPTY}`"


def plain(text: str, limit: int = 300) -> str:
    """The text as it is where it is nothing but words, in code otherwise."""
    return text if len(text) <= limit and _PLAIN.fullmatch(text) else code(text, limit)


def code_tag(text: str, limit: int = 300) -> str:
    """The same as HTML, for places where Markdown is not read."""
    return f"<code>{html.escape(shortened(text, limit)) or EMPTY}</code>"


def codes(texts: Iterable[str], separator: str = ", ", limit: int = 80) -> str:
    """Code spans, one after another."""
    return separator.join(code(text, limit) for text in texts)


def row(*cells: str) -> str:
    """A row of a table; the cells are markup already."""
    return f"| {' | '.join(cells)} |"


def table(titles: Iterable[str], rows: Iterable[str]) -> str:
    """A table. The titles are plain words."""
    named = list(titles)
    return "\n".join([row(*named), row(*("---" for _ in named)), *rows])


def fence(text: str, language: str = "") -> str:
    """A block of code: any text, its line ends kept."""
    safe = "\n".join(map(printable, text.split("\n")))
    longest = max((len(run) for run in re.findall("`+", safe)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{safe}\n{ticks}"


def json_text(value: object) -> str:
    """JSON data on several lines, keys sorted; characters that are invisible or broken stand as JSON's escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return _SPECIAL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def folded(summary: str, content: str) -> str:
    """A part that opens on a click. `summary` is HTML, `content` Markdown."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"
