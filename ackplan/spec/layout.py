"""The canonical layout of spec files: two spaces a level, items of a list below their key, one space inside a line.

Comments, quotes, the order of keys, single blank lines and how lines end stay as they are written. What a file means
never changes: the new text is read again and compared, its comments too, and a file that can't be laid out without
loss is refused.
ruamel.yaml does the work; every scalar goes through it as the text that it is, so that none is rewritten.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from ackplan.core.diagnostics import Failure, Span, error
from ackplan.documents.yaml import parse
from ackplan.spec.laid_lines import is_laid_out

if TYPE_CHECKING:
    from ruamel.yaml.tokens import ScalarToken

_COMMENT = re.compile(r"#[^\r\n]*")
_BREAK = re.compile(r"\r\n|\r|\n")
# Comments above the first document's start, as a line for editors: no part of any document.
_HEAD = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)+(?=---(?:\s|$))")
_TABS = re.compile(r"[ \t]*\t[ \t]*(?=#|$)", re.MULTILINE)
_NO_LIMIT = 1 << 30


def laid_out(data: bytes, file: str) -> bytes:
    """The file in its canonical layout, each line ended as most of its lines are.

    Raises Failure for what is not YAML, or can't be laid out without loss.
    """
    documents, faults = parse(data, file)
    if faults:
        raise Failure(*faults)
    if all(root is None for root in documents):
        return data
    end = _end_of_lines(data)
    if is_laid_out(_with_ends(data, b"\n").decode("utf-8", "replace")):
        return _with_ends(data, end)
    text = "\n".join(_BREAK.split(data.decode("utf-8-sig", "replace")))
    found = _HEAD.match(text)
    head = found[0] if found else ""
    try:
        before = _read(text[len(head) :])
        dumped = _dumped(before.outdented())
        if parse(dumped.encode(), file) != (documents, []):
            raise _Lossy(0, "ACK1051.values")
        encoded = (_tidied_head(head) + _tidied(before, _YamlText(dumped))).encode()
        if parse(encoded, file) != (documents, []):
            raise _Lossy(0, "ACK1051.comments")
    except _Lossy as fault:
        place = Span(file, fault.line + head.count("\n") + 1, 1)
        raise Failure(error(fault.message, span=place, **fault.named)) from None
    return _with_ends(encoded, end)


def _end_of_lines(data: bytes) -> bytes:
    """What ends most lines: git and editors of Windows have files with CR and LF."""
    both = data.count(b"\r\n")
    return b"\r\n" if 2 * both > data.count(b"\n") else b"\n"


def _with_ends(data: bytes, end: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", end) if b"\r" in data or end != b"\n" else data


class _Lossy(Exception):
    """The new text would lose something that stands at `line`, counted from 0."""

    def __init__(self, line: int, message: str, **named: str) -> None:
        super().__init__(message)
        self.line, self.message, self.named = line, message, named


def _read(text: str) -> _YamlText:
    """The text by its lines. Tabs before a comment or at a line's end, which ruamel.yaml can't read, become spaces."""
    from ruamel.yaml.error import YAMLError

    for tried in dict.fromkeys((text, _TABS.sub("  ", text))):
        try:
            return _YamlText(tried)
        except YAMLError as fault:
            refused = _lossy(fault)
    raise refused


def _lossy(fault: Exception) -> _Lossy:
    """What ruamel.yaml could not read or write, and where."""
    mark = getattr(fault, "problem_mark", None)
    why = " ".join(str(getattr(fault, "problem", None) or type(fault).__name__).split())
    return _Lossy(mark.line if mark else 0, "ACK1051.parser", why=why)


def _tidied_head(head: str) -> str:
    lines = [line.strip() for line in head.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).lstrip("\n"))


def _dumped(text: str) -> str:
    """The text as ruamel.yaml writes it, scalars untouched."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.resolver import VersionedResolver

    class Verbatim(VersionedResolver):
        def resolve(self, kind: object, value: object, implicit: object) -> object:
            return self.DEFAULT_SCALAR_TAG if kind is ScalarNode else super().resolve(kind, value, implicit)

    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = Verbatim
    yaml.preserve_quotes = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.width = _NO_LIMIT
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.explicit_start = bool(re.match(r"(\s|#[^\n]*\n|%[^\n]*\n)*---(\s|$)", text))
    out = io.StringIO()
    try:
        documents = list(yaml.load_all(text))
        for document in documents:
            _unfold(document, {})
        yaml.dump_all(documents, out)
    except (YAMLError, NotImplementedError, RecursionError) as fault:
        raise _lossy(fault) from None
    return out.getvalue()


def _unfold(node: Any, seen: dict[int, bool]) -> bool:
    """Turns what stands in brackets over several lines into a block. Tells whether it does."""
    if not hasattr(node, "fa"):
        return False
    if id(node) in seen:
        return seen[id(node)]
    seen[id(node)] = False
    items = list(node.items() if hasattr(node, "items") else enumerate(node))
    inner = [_unfold(value, seen) for _, value in items]
    lines = [line for place in (node.lc.data or {}).values() for line in place[::2]]
    flow = node.fa.flow_style()
    unfolded = bool(flow and items and (any(inner) or max(lines, default=0) > node.lc.line))
    if unfolded:
        node.fa.set_block_style()
    elif flow:
        for key, value in items:
            if value == "" and type(value) is str:
                node[key] = "null"  # nothing at all would become a quoted text in brackets
    seen[id(node)] = unfolded
    return unfolded


@dataclass(frozen=True, slots=True)
class _Comment:
    line: int
    column: int
    text: str
    alone: bool


class _YamlText:
    """A YAML text by its lines: where its scalars and comments stand, and which lines are inside of a scalar.

    `first` is the number of the first scalar of each line that begins outside of one; `starts` are those lines.
    """

    def __init__(self, text: str) -> None:
        from ruamel.yaml import YAML
        from ruamel.yaml.tokens import ScalarToken

        self.lines = text.split("\n")
        self.scalars: list[tuple[int, int]] = []
        self.comments: list[_Comment] = []
        self.inside: set[int] = set()
        self._offsets = list(accumulate((len(line) + 1 for line in self.lines), initial=0))
        end = 0
        for token in YAML(typ="safe", pure=True).scan(text):
            self._between(text, end, token.start_mark.index)
            end = max(end, token.end_mark.index)
            if isinstance(token, ScalarToken):
                self._scalar(token)
        self._between(text, end, len(text))
        self.first = self._firsts()
        self.starts = sorted(self.first)

    def _between(self, text: str, start: int, end: int) -> None:
        """What stands between two tokens is space and comments."""
        for match in _COMMENT.finditer(text, start, max(start, end)):
            line = bisect_right(self._offsets, match.start()) - 1
            column = match.start() - self._offsets[line]
            alone = not self.lines[line][:column].strip()
            self.comments.append(_Comment(line, column, match[0].rstrip(), alone))

    def _scalar(self, token: ScalarToken) -> None:
        start, end = token.start_mark, token.end_mark
        self.scalars.append((start.line, start.column))
        last = end.line if end.column else end.line - 1
        keeps = token.style in {"|", ">"} and "+" in self.lines[start.line][start.column :].partition("#")[0]
        while not keeps and last > start.line and not self.lines[min(last, len(self.lines) - 1)].strip():
            last -= 1
        self.inside.update(range(start.line + 1, last + 1))

    def _firsts(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for number, (line, _) in enumerate(self.scalars):
            if line not in self.inside:
                found.setdefault(line, number)
        return found

    def outdented(self) -> str:
        """The text with comments at the left edge, where none can end up inside of a scalar that moves."""
        moved = {comment.line: comment.text for comment in self.comments if comment.alone}
        return "\n".join(moved.get(number, line) for number, line in enumerate(self.lines))

    def following(self, line: int) -> int | None:
        """The next line that begins with something."""
        at = bisect_right(self.starts, line)
        return self.starts[at] if at < len(self.starts) else None

    def indent(self, line: int) -> int:
        return len(self.lines[line]) - len(self.lines[line].lstrip(" "))


def _tidied(before: _YamlText, after: _YamlText) -> str:
    """The new text with comments where they belong, and no more than one blank line at once."""
    _check_comments(before, after)
    commented = dict(enumerate(after.lines))
    for old, new in zip(before.comments, after.comments, strict=True):
        _place(old, new, before, after, commented)
    lines: list[str] = []
    for number, line in sorted(commented.items()):
        inside = number in after.inside
        if inside or line.strip() or (lines and lines[-1]):
            lines.append(line if inside else line.rstrip())
    return "\n".join(lines).rstrip("\n") + "\n"


def _place(old: _Comment, new: _Comment, before: _YamlText, after: _YamlText, lines: dict[int, str]) -> None:
    """Puts a comment two spaces behind its line, or on a line of its own at the depth of what it stands beside."""
    code = lines[new.line][: new.column].rstrip()
    beside = None if old.alone or code else _beside(old, before, after)
    if beside is not None and "#" not in lines[beside]:
        del lines[new.line]
        lines[beside] = f"{lines[beside].rstrip()}  {new.text}"
    else:
        lines[new.line] = f"{code}  {new.text}" if code else " " * _depth(old, new, before, after) + new.text


def _beside(comment: _Comment, before: _YamlText, after: _YamlText) -> int | None:
    """The line, in the new text, of the last scalar that the comment stood behind."""
    number = bisect_left(before.scalars, (comment.line, comment.column)) - 1
    known = number >= 0 and before.scalars[number][0] == comment.line and len(before.scalars) == len(after.scalars)
    return after.scalars[number][0] if known else None


def _check_comments(before: _YamlText, after: _YamlText) -> None:
    kept = [comment.text for comment in after.comments]
    for number, comment in enumerate(before.comments):
        if number >= len(kept) or kept[number] != comment.text:
            raise _Lossy(comment.line, "ACK1051.comment")
    if len(kept) > len(before.comments):
        raise _Lossy(0, "ACK1051.more_comments")


def _depth(old: _Comment, new: _Comment, before: _YamlText, after: _YamlText) -> int:
    """The column of a comment on a line of its own: that of the next line, or of a line above that it is as deep as."""
    if not old.alone or len(before.scalars) != len(after.scalars):
        following = after.following(new.line)
        return 0 if following is None else after.indent(following)
    following = before.following(old.line)
    least = 0 if following is None else after.indent(after.scalars[before.first[following]][0])
    if following is not None and old.column <= before.indent(following):
        return least
    for line in reversed(before.starts[: bisect_right(before.starts, old.line)]):
        if before.indent(line) <= old.column:
            number = before.first[line]
            (_, column), (new_line, new_column) = before.scalars[number], after.scalars[number]
            return max(least, new_column if old.column >= column else after.indent(new_line))
    return least
