"""Whether a text certainly is in the canonical layout already, as far as its lines alone tell: many times faster.

What is said of a text here is that laying it out would give the same text; where that is not certain, no more is said.
Only the plain part of YAML is known here: mappings and lists in blocks, what stands in brackets on one line, scalars
that need no escape, comments. Anchors, tags, several documents and scalars of several lines are not.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Final

_KEY: Final = r"[A-Za-z_\d][\w./-]*"
_SCALAR: Final = r"[\w./$][\w./${}@%+-]*(?::[\w./${}@%+-]+)*"
_WORDS: Final = re.compile(rf"{_SCALAR}(?: {_SCALAR})*")
_QUOTED: Final = r'"[^"\\\x00-\x1f\x7f-\U0010ffff]*"|' r"'[^'\x00-\x1f\x7f-\U0010ffff]*'"
_LINE: Final = re.compile(rf"(?P<dash>- )?(?:(?P<key>{_KEY}|{_QUOTED}):(?: (?P<value>[^ ].*))?|(?P<item>[^ ].*))")
# What stands for a whole scalar or bracket that was seen to be right.
_MASK: Final = "\x00"
_ONE: Final = rf"(?:{_MASK}|[\w./][\w./-]*)"
_PAIR: Final = rf"(?:{_MASK}|{_KEY}): {_ONE}"
_INNERMOST: Final = re.compile(rf"\[(?:{_ONE}(?:, {_ONE})*)?\]|\{{(?:{_PAIR}(?:, {_PAIR})*)?\}}")
_STEP: Final = 2


def is_laid_out(text: str) -> bool:
    """Whether the text certainly is as `laid_out` would write it; it has to be YAML. False: it may be."""
    if not text.endswith("\n") or text.endswith("\n\n") or text.startswith("\n") or "\n\n\n" in text:
        return False
    blocks = _Blocks()
    return all(map(blocks.takes, text[:-1].split("\n"))) and blocks.is_whole


@dataclass(slots=True)
class _Blocks:
    """The blocks that are open at a line: where each begins, and whether it is a list. `comment`: where one waits."""

    open: list[tuple[int, bool]] = field(default_factory=lambda: [(0, False)])
    opening: int | None = None
    comment: int | None = None

    def takes(self, line: str) -> bool:
        """Whether the line certainly stays, and what stands before it."""
        content = line.lstrip(" ")
        if not content:
            return not line
        indent = len(line) - len(content)
        if content.startswith("#"):
            is_alike = self.comment in {None, indent}
            self.comment = indent
            return is_alike and content.isprintable() and not content.endswith(" ")
        is_beside = self.comment in {None, indent}
        self.comment = None
        shape = _shape(content)
        return shape is not None and is_beside and self._takes(indent, *shape)

    def _takes(self, indent: int, is_item: bool, opens: bool, holds_key: bool) -> bool:  # noqa: FBT001
        if self.opening is not None:
            if indent != self.opening:
                return False
            self.open.append((indent, is_item))
        while self.open[-1][0] > indent:
            self.open.pop()
        if self.open[-1] != (indent, is_item):
            return False
        if is_item and holds_key:
            self.open.append((indent + _STEP, False))
        self.opening = self.open[-1][0] + _STEP if opens else None
        return True

    @property
    def is_whole(self) -> bool:
        return self.opening is None and self.comment in {None, 0}


@functools.lru_cache(maxsize=1 << 16)
def _shape(content: str) -> tuple[bool, bool, bool] | None:
    """Whether a line is an item of a list, opens a block, and has a key; None where it may not stay as it is."""
    code, comment = _parted(content)
    if not comment.isprintable() or comment.endswith(" "):
        return None
    match = _LINE.fullmatch(code)
    if match is None:
        return None
    key, value = match["key"], match["item"] if match["key"] is None else match["value"]
    if (key is None and match["dash"] is None) or not (value is None or _is_plain(value)):
        return None
    return match["dash"] is not None, value is None, key is not None


def _parted(content: str) -> tuple[str, str]:
    """The line and the comment behind it, which begins after two spaces."""
    at = content.find(" #")
    if at < 0:
        return content, ""
    return (content[: at - 1], content[at + 1 :]) if content[at - 1] == " " else ("", " ")


def _is_plain(value: str) -> bool:
    """Whether a value is written back as it is."""
    return bool(_WORDS.fullmatch(value) or re.fullmatch(_QUOTED, value)) or (value[0] in "[{" and _is_flow(value))


def _is_flow(value: str) -> bool:
    """Whether brackets on one line have one space after each comma and colon, and none elsewhere."""
    rest, before = re.sub(_QUOTED, _MASK, value), ""
    while rest != before:
        rest, before = _INNERMOST.sub(_MASK, rest), rest
    return rest == _MASK
