"""What a reader of JSON takes in silence: keys that are given twice, and numbers that are none. Each with its place."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?|[{}]|-?Infinity|NaN|-?\d+(?:\.\d+)?[eE][+-]?\d+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something at a place, of which the first line and column is 1."""

    line: int
    column: int
    what: str


def oddities(text: str) -> Iterator[Oddity]:
    """Everything of that sort in `text`, which is JSON for the rest."""
    starts = [0, *(line_end.end() for line_end in re.finditer("\n", text))]
    open_maps: list[dict[str, int]] = []
    for token in _TOKEN.finditer(text):
        word = token.group()
        line = bisect(starts, token.start())
        column = token.start() - starts[line - 1] + 1
        if word == "{":
            open_maps.append({})
        elif word == "}":
            del open_maps[-1:]
        elif not word.startswith('"'):
            if word[-1].isdigit() and not math.isinf(float(word)):
                continue
            yield Oddity(line, column, f"{word} is no number")
        elif token.group("key") and open_maps:
            key, known = _key(word[: -len(token.group("key"))]), open_maps[-1]
            if key in known:
                yield Oddity(
                    line, column, f"{json.dumps(key, ensure_ascii=False)} is given twice, first in line {known[key]}"
                )
            known.setdefault(key, line)


def _key(word: str) -> str:
    """What a key says; as it is written where that is no JSON, for what comes after an oddity was not read yet."""
    try:
        return str(json.loads(word))
    except ValueError:
        return word
