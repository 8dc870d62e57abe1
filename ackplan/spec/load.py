"""YAML 1.2 with positions, built straight from the events of libyaml's parser.

Every mapping and list remembers where its keys and values stood. Files come from strangers' pull requests: size,
depth and what aliases unfold to are bounded before anything is built, tags that would build objects are refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from ackplan.diagnostics import Diagnostic, Span, error

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
# What aliases may unfold to: this much, and this many times what is really written.
MAX_ALIASED_NODES = 100_000
MAX_ALIASED_SHARE = 30
# A value takes about 250 bytes of memory: what may be written in one file, and in one list.
MAX_NODES = 3_000_000
MAX_ITEMS = 10_000

_CONSTANTS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_SPECIAL_START = frozenset("~nNtTfF.+-0123456789")
_TAG = "tag:yaml.org,2002:"
_MAX_DIGITS = 40
_WHOLE = 1e15


class Map(dict[str, Any]):
    """A mapping that knows where it, its keys and its values stand (libyaml marks)."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Any = None) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str, tuple[Any, Any]] = {}

    def put(self, key: str, value: Any, marks: tuple[Any, Any]) -> None:
        self[key] = value
        self.marks[key] = marks

    def key_span(self, key: str) -> Span:
        return span_of(self.marks[key][0])

    def value_span(self, key: str) -> Span:
        return span_of(self.marks[key][1])


class Seq(list[Any]):
    """A list that knows where it and its items stand."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Any = None) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[Any] = []


def span_of(mark: Any) -> Span:
    """The place of a libyaml mark, counted from 1."""
    return Span(mark.name, mark.line + 1, mark.column + 1)


class _Refused(Exception):
    def __init__(self, code: str, summary: str, detail: str, mark: Any) -> None:
        super().__init__(summary)
        self.diagnostic = error(code, summary, detail, span=span_of(mark))


class _NamedBytes:
    """What libyaml's parser wants of a stream: `read` and a name, which its marks then carry."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._data = data
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._data[self._at : self._at + size]
        self._at += size
        return chunk


def parse(data: bytes, file: str) -> tuple[list[Any], list[Diagnostic]]:
    """The documents in `data`, and everything that is wrong with it. `file` is what positions call it."""
    if len(data) > MAX_BYTES:
        return [], [too_large(file, len(data))]
    builder = _Builder()
    fatal = _run(builder, data, file)
    if fatal is not None:
        return [], [*builder.diagnostics, fatal]
    return builder.documents, builder.diagnostics


def _run(builder: _Builder, data: bytes, file: str) -> Diagnostic | None:
    """Builds all documents; the fault at which the file breaks off, if it does."""
    parser = None
    try:
        parser = CParser(_NamedBytes(data, file))
        builder.run(parser.get_event)
    except _Refused as refused:
        return refused.diagnostic
    except yaml.MarkedYAMLError as fault:
        return _syntax(fault, file)
    except yaml.reader.ReaderError as fault:
        return _unreadable(fault, data, file)
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        return error("ACK1001", "Not valid YAML", _one_line(str(fault)), span=Span(file, 1, 1))
    finally:
        if parser is not None:
            parser.dispose()
    return None


def _unreadable(fault: yaml.reader.ReaderError, data: bytes, file: str) -> Diagnostic:
    """A byte or character that no YAML file may hold, at its place."""
    before = data[: fault.position]
    line = before.count(b"\n") + 1
    column = len(before) - before.rfind(b"\n")
    return error("ACK1001", "Not valid YAML", _one_line(fault.reason), span=Span(file, line, column))


def too_large(file: str, size: int) -> Diagnostic:
    return error(
        "ACK1002",
        "File is too large",
        f"{size:,} bytes, {MAX_BYTES:,} at most",
        "Split the fleet over several files in a folder",
        span=Span(file, 1, 1),
    )


def _syntax(fault: yaml.MarkedYAMLError, file: str) -> Diagnostic:
    mark = fault.problem_mark or fault.context_mark
    span = span_of(mark) if mark else Span(file, 1, 1)
    detail = " ".join(part for part in (fault.problem, fault.context) if part)
    return error("ACK1001", "Not valid YAML", _one_line(detail), span=span)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


class _Builder:
    """Turns events into values, without recursion. One instance a file."""

    def __init__(self) -> None:
        self.documents: list[Any] = []
        self.diagnostics: list[Diagnostic] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._open: list[tuple[Any, str | None, int]] = []
        self._container: Any = None
        self._key: Any = None
        self._merges: dict[int, list[tuple[Any, Any]]] = {}
        self._nodes = 0
        self._aliased = 0

    def run(self, next_event: Callable[[], Any]) -> None:
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start_map,
            yaml.SequenceStartEvent: self._start_seq,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._start_document,
        }
        scalar, special = yaml.ScalarEvent, _SPECIAL_START
        while (event := next_event()) is not None:
            kind = type(event)
            # Nine events in ten are plain text in a mapping: those take no further call.
            if kind is scalar and event.anchor is None and event.tag is None and type(self._container) is Map:
                key, text = self._key, event.value
                if key is None:
                    self._key = event
                    self._nodes += 1
                    if self._nodes > MAX_NODES:
                        raise _Refused(
                            "ACK1002", "File is too large", f"more than {MAX_NODES:,} values", event.start_mark
                        )
                    continue
                name = key.value
                if text and (event.style or text[0] not in special) and name not in self._container and name != "<<":
                    self._container[name] = text
                    self._container.marks[name] = (key.start_mark, event.start_mark)
                    self._key = None
                    self._nodes += 1
                    continue
            handler = handlers.get(kind)
            if handler is not None:
                handler(event)

    def _start_document(self, _event: Any) -> None:
        self._anchors.clear()

    def _scalar(self, event: Any) -> None:
        self._nodes += 1
        container = self._container
        if type(container) is Map and self._key is None:
            self._key = event
            if event.anchor:
                self._anchors[event.anchor] = (event.value, 1)
            return
        text = event.value
        if event.tag is None and (event.style or (text and text[0] not in _SPECIAL_START)):
            value = text
        else:
            value = self._resolve(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, event.start_mark)

    def _resolve(self, event: Any) -> Any:
        tag = event.tag
        if tag in (None, "!") or tag == _TAG + "str":
            return event.value if tag else plain(event.value, event.start_mark)
        if tag.startswith(_TAG) and tag[len(_TAG) :] in {"int", "float", "bool", "null"}:
            return plain(event.value, event.start_mark)
        raise _Refused("ACK1004", "Tag is not allowed", _one_line(f"{tag}"), event.start_mark)

    def _start_map(self, event: Any) -> None:
        self._push(Map(event.start_mark), event)

    def _start_seq(self, event: Any) -> None:
        self._push(Seq(event.start_mark), event)

    def _push(self, value: Any, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Refused("ACK1002", "File is too large", f"more than {MAX_NODES:,} values", event.start_mark)
        if len(self._open) >= MAX_DEPTH:
            raise _Refused("ACK1003", "Nested too deeply", f"more than {MAX_DEPTH} levels", event.start_mark)
        if type(self._container) is Map and self._key is None:
            raise _Refused("ACK1005", "A key must be text", "found a mapping or list", event.start_mark)
        if event.tag not in (None, "!", _TAG + "map", _TAG + "seq"):
            raise _Refused("ACK1004", "Tag is not allowed", _one_line(f"{event.tag}"), event.start_mark)
        self._add(value, event.start_mark)
        self._open.append((value, event.anchor, self._nodes + self._aliased))
        self._container = value
        self._key = None

    def _end(self, _event: Any) -> None:
        value, anchor, before = self._open.pop()
        merges = self._merges.pop(id(value), None)
        if merges:
            self._merge(value, merges)
        if anchor:
            self._anchors[anchor] = (value, self._nodes + self._aliased - before + 1)
        self._container = self._open[-1][0] if self._open else None
        self._key = None

    def _alias(self, event: Any) -> None:
        found = self._anchors.get(event.anchor)
        if found is None:
            # Inside its own anchor, or never set: both would be endless or empty.
            raise _Refused("ACK1006", "Unknown alias", _one_line(f"*{event.anchor}"), event.start_mark)
        value, weight = found
        self._aliased += weight
        if self._aliased > MAX_ALIASED_NODES + MAX_ALIASED_SHARE * self._nodes:
            detail = f"they unfold to {self._aliased:,} values, of {self._nodes:,} that are written"
            raise _Refused("ACK1007", "Too many aliases", detail, event.start_mark)
        if type(self._container) is Map and self._key is None:
            raise _Refused("ACK1005", "A key must be text", "found an alias", event.start_mark)
        self._add(value, event.start_mark)

    def _add(self, value: Any, mark: Any) -> None:
        container = self._container
        if container is None:
            self.documents.append(value)
        elif type(container) is Seq:
            if len(container) >= MAX_ITEMS:
                raise _Refused("ACK1011", "List is too long", f"more than {MAX_ITEMS:,} items", mark)
            container.append(value)
            container.marks.append(mark)
        else:
            assert self._key is not None  # noqa: S101 - a value in a mapping follows its key
            self._put(container, self._key, value, mark)
            self._key = None

    def _put(self, container: Map, at: Any, value: Any, mark: Any) -> None:
        key, key_mark = at.value, at.start_mark
        if key == "<<":
            self._merges.setdefault(id(container), []).append((value, mark))
        elif key in container:
            first = container.key_span(key)
            self.diagnostics.append(
                error("ACK1008", "Key given twice", f"{key!r}, first at {first}", span=span_of(key_mark))
            )
        else:
            container[key] = value
            container.marks[key] = (key_mark, mark)

    def _merge(self, target: Map, merges: list[tuple[Any, Any]]) -> None:
        for value, mark in merges:
            sources = value if type(value) is Seq else [value]
            for source in sources:
                if type(source) is not Map:
                    raise _Refused("ACK1009", "Merge key needs a mapping", "`<<` got something else", mark)
                self._aliased += len(source)
                for key in source:
                    if key not in target:
                        target.put(key, source[key], source.marks[key])


def plain(text: str, mark: Any) -> Any:
    """The value of a plain scalar in YAML 1.2's core schema: `no`, `on`, `1_000` are text, `012` is twelve."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise _Refused("ACK1010", "Number is out of range", f"{len(text)} digits", mark)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        number = (
            math.nan
            if text[-3:].lower() == "nan"
            else float(text.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf"))
        )
        if not math.isfinite(number):
            raise _Refused("ACK1010", "Number is out of range", text[:_MAX_DIGITS], mark)
        # JSON Schema takes 4.0 for a whole number; the API does not.
        return int(number) if number.is_integer() and abs(number) < _WHOLE else number
    return text
