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
# A word of prose, and what may stand around a word: no part of a link, a mention, a reference or markup.
_WORD = re.compile(
    r"(?:[A-Za-z\u3400-\u9fff\u3001\u3002\uff08\uff09\uff0c\uff1a\uff1b]+(?:[-'/][A-Za-z]+)*|\d{1,4}%?|\u2192)"
)
_AROUND = re.compile(r"([(\uff08]?)(.*?)([,;:.)\u3001\u3002\uff09\uff0c\uff1a\uff1b]*)", re.DOTALL)
# Commands in prose stand behind a colon, up to a comma or the end of a sentence.
_ONE = r"ackplan (?:[^\s;,\u3002\uff0c\uff1b\uff09]|[;,](?!\s|$)|\s(?!or\b))+(?<![.;,\s])"
_COMMANDS = re.compile(rf"(?:(?<=: )|(?<=\uff1a)){_ONE}(?:; {_ONE})*")
_HAN = re.compile(r"([\u3400-\u9fff\u3001\u3002\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u201c\u201d\u2026]+)")
_SPECIAL = re.compile(r"[^ -~\n]")


def code(text: str, limit: int = 300) -> str:
    """A code span of at most `limit` characters of the text, on one line, good for prose and for cells of tables."""
    return f"`{shortened(text, limit).translate(_ENDS_CODE) or EMPTY}`"


def prose(text: str, limit: int = 300) -> str:
    """A sentence as it is, with in code what is no word: names, values, paths; and commands, each in one piece."""
    safe, parts, end = " ".join(shortened(text, limit).split()), list[str](), 0
    for command in _COMMANDS.finditer(safe):
        parts += [_words(safe[end : command.start()]), code(command[0], limit)]
        end = command.end()
    return "".join([*parts, _words(safe[end:])]) or code("")


def _words(text: str) -> str:
    """The words of a text; neighbours that are none stand in one span of code."""
    said = " ".join(_piece(piece, first=not at) for at, piece in enumerate(text.split(" ")))
    return re.sub("(?<=[^`])`(:?) `(?=[^`])", r"\1 ", said)


def _piece(piece: str, *, first: bool) -> str:
    if piece == "->":
        return "→"
    runs = _HAN.split(piece)
    if len(runs) > 1:  # Chinese has no blanks: what it says of names and values stands close to them
        return "".join(run if at % 2 else run and _piece(run, first=False) for at, run in enumerate(runs))
    around = _AROUND.fullmatch(piece)
    opening, word, closing = around.groups() if around else ("", piece, "")
    begins_list = first and word.isdigit() and closing
    said = word if not word or (_WORD.fullmatch(word) and not begins_list) else code(word)
    return f"{opening}{said}{closing}"


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
