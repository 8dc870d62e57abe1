"""YAML 1.2, built straight from the events of libyaml's parser.

Files come from strangers' pull requests: size, depth and what aliases unfold to are bounded before anything is built,
tags that would build objects are refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.core.json_types import Json
from ackplan.core.values import ABSENT
from ackplan.documents.files import MAX_BYTES, too_large
from ackplan.documents.places import File, Text, start_of
from ackplan.documents.scalars import Refused, Scalar, plain
from ackplan.documents.tree import Map, Mark, Seq, span_of

MAX_DEPTH = 64
# What aliases may unfold to: this much, and this many times what is really written.
MAX_ALIASED_NODES = 100_000
MAX_ALIASED_SHARE = 30
# A value takes about 250 bytes of memory: what may be written in one file, and in one list.
MAX_NODES = 3_000_000
MAX_ITEMS = 10_000

_TAG = "tag:yaml.org,2002:"
# What a scalar may be said to be; all but text are read as plain ones, in quotes too.
_SCALARS = frozenset({"str", "int", "float", "bool", "null"})
_COLLECTIONS = frozenset({"!", _TAG + "map", _TAG + "seq"})
_PLAIN = frozenset(_TAG + name for name in _SCALARS - {"str"})


def parse(data: bytes, file: str) -> tuple[list[Json], list[Diagnostic]]:
    """The documents in `data`, and everything that is wrong with it. `file` is what positions call it."""
    if len(data) > MAX_BYTES:
        return [], [too_large(file, len(data))]
    builder = _Builder(File(data, file))
    fatal = _run(builder, data, file)
    builder.finish()
    if fatal is not None:
        return [], [*builder.diagnostics, fatal]
    return builder.documents, builder.diagnostics


def _run(builder: _Builder, data: bytes, file: str) -> Diagnostic | None:
    """Builds all documents; the fault at which the file breaks off, if it does."""
    parser = None
    try:
        parser = CParser(Text(data, file))
        builder.run(parser.get_event)
    except Refused as refused:
        return refused.diagnostic
    except yaml.MarkedYAMLError as fault:
        return _syntax(fault, data, file)
    except yaml.reader.ReaderError as fault:
        return _unreadable(fault, data, file)
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        return error("ACK1001.unreadable", reason=_one_line(str(fault)), span=Span(file, 1, 1))
    finally:
        if parser is not None:
            parser.dispose()
    return None


def _unreadable(fault: yaml.reader.ReaderError, data: bytes, file: str) -> Diagnostic:
    """A byte or character that no YAML file may hold, at its place."""
    before = data[: fault.position]
    line = before.count(b"\n") + 1
    column = len(before) - before.rfind(b"\n")
    return error("ACK1001.unreadable", reason=_one_line(fault.reason), span=Span(file, line, column))


def _syntax(fault: yaml.MarkedYAMLError, data: bytes, file: str) -> Diagnostic:
    mark = fault.problem_mark or fault.context_mark
    span = span_of(mark) if mark else Span(file, 1, 1)
    lines = data.splitlines()[span.line - 1 : span.line]
    if lines and b"\t" in lines[0][: len(lines[0]) - len(lines[0].lstrip(b" \t-?:"))]:
        return error("ACK1001.tab", span=span)
    detail = " ".join(part for part in (fault.problem, fault.context) if part)
    return error("ACK1001.syntax", detail=_one_line(detail), span=span)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


class _Builder:
    """Turns events into values, without recursion. One instance a file."""

    def __init__(self, file: File) -> None:
        self.documents: list[Json] = []
        self.diagnostics: list[Diagnostic] = []
        self._file = file
        self._containers = 0
        self._repeated: list[tuple[Map, yaml.ScalarEvent]] = []
        self._anchors: dict[str, tuple[Json, int, int]] = {}
        self._open: list[tuple[Map | Seq, str | None, int, int]] = []
        self._container: Map | Seq | None = None
        self._key: yaml.ScalarEvent | None = None
        self._merges: dict[int, list[tuple[Json, Mark | None]]] = {}
        # Plain texts that were met, with their values; none that is to be filled in is among them.
        self._known: dict[str, Json] = {}
        # Written keys and values, values that aliases stand for, aliases, values that are to be filled in.
        self._nodes = 0
        self._aliased = 0
        self._aliases = 0
        self._references = 0

    def run(self, next_event: Callable[[], Any]) -> None:
        handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._start_document,
        }
        scalar, known, unknown, intern = yaml.ScalarEvent, self._known, ABSENT, sys.intern
        container, texts = self._container, 0
        while (event := next_event()) is not None:
            kind = type(event)
            # Most events are a key and its text: those take no further call.
            if kind is scalar and type(container) is Map:
                if event.anchor is not None:
                    self._anchors[event.anchor] = (event.value, 1, 0)
                key, event = event, next_event()
                kind = type(event)
                if kind is scalar and not event.style and event.anchor is None and event.tag is None:
                    value, name = known.get(event.value, unknown), key.value
                    if value is not unknown and name not in container and name != "<<" and texts < MAX_NODES:
                        container[intern(name)] = value
                        texts += 2
                        continue
                self._key = key
                texts += 1
            handler = handlers.get(kind)
            if handler is not None:
                self._count(texts, event)
                texts = 0
                handler(event)
                container = self._container

    def _count(self, nodes: int, event: yaml.Event) -> None:
        """So many more are written, up to this event."""
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise Refused(error("ACK1002.values", most=MAX_NODES), event.start_mark)

    def _start_document(self, _event: yaml.Event) -> None:
        self._anchors.clear()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._nodes += 1
        before = self._references
        value = self._value(event)
        self._add(value, event.start_mark)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1, self._references - before)

    def _value(self, event: yaml.ScalarEvent) -> Scalar:
        text, tag = event.value, event.tag
        if tag is not None and (not tag.startswith(_TAG) or tag[len(_TAG) :] not in _SCALARS) and tag != "!":
            raise Refused(error("ACK1004", tag=_one_line(f"{tag}")), event.start_mark)
        value = plain(text, event.start_mark) if tag in _PLAIN or (tag is None and not event.style) else text
        if type(value) is str and "${" in value:
            self._references += 1
        elif tag is None and not event.style:
            self._known[text] = value
        return value

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        self._nodes += 1
        container, key, tag = self._container, self._key, event.tag
        if len(self._open) >= MAX_DEPTH:
            raise Refused(error("ACK1003", most=MAX_DEPTH), event.start_mark)
        if type(container) is Map and key is None:
            raise Refused(error("ACK1005.container"), event.start_mark)
        if tag is not None and tag not in _COLLECTIONS:
            raise Refused(error("ACK1004", tag=_one_line(f"{tag}")), event.start_mark)
        value: Map | Seq = Map() if type(event) is yaml.MappingStartEvent else Seq()
        value.source = self._file
        value.number = self._containers
        self._containers += 1
        self._add(value, event.start_mark)
        self._open.append((value, event.anchor, self._nodes + self._aliased, self._references))
        self._container = value

    def _end(self, _event: yaml.Event) -> None:
        value, anchor, before, references = self._open.pop()
        if self._merges and type(value) is Map:
            self._merge(value, self._merges.pop(id(value), ()))
        value.weight = self._nodes + self._aliased - before + 1
        value.open = self._references != references
        if anchor:
            self._anchors[anchor] = (value, value.weight, self._references - references)
        self._container = self._open[-1][0] if self._open else None
        self._key = None

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._aliases += 1
        anchor = self._anchors.get(event.anchor or "")
        if anchor is None:
            # Inside its own anchor, or never set: both would be endless or empty.
            raise Refused(error("ACK1006", alias=_one_line(f"*{event.anchor}")), event.start_mark)
        value, weight, references = anchor
        self._aliased += weight
        self._references += references
        if self._aliased > MAX_ALIASED_NODES + MAX_ALIASED_SHARE * self._nodes:
            raise Refused(error("ACK1007", unfolded=self._aliased, written=self._nodes), event.start_mark)
        if type(self._container) is Map and self._key is None:
            raise Refused(error("ACK1005.alias"), event.start_mark)
        self._add(value, event.start_mark)

    def _add(self, value: Json, mark: Mark | None) -> None:
        """Puts a value in its place; what follows in a mapping is a key again."""
        container, key = self._container, self._key
        if type(container) is Map and key is not None:
            name = key.value
            if name in container or name == "<<":
                self._put_under(container, key, value, mark)
            else:
                container[sys.intern(name)] = value
            self._key = None
        elif container is None:
            self.documents.append(value)
        elif type(container) is Seq:
            if len(container) >= MAX_ITEMS:
                raise Refused(error("ACK1011", most=MAX_ITEMS), mark)
            container.append(value)

    def _put_under(self, container: Map, key: yaml.ScalarEvent, value: Json, mark: Mark | None) -> None:
        """What a mapping is laid over, and keys that are given twice."""
        if key.value == "<<":
            self._merges.setdefault(id(container), []).append((value, mark))
        else:
            self._repeated.append((container, key))

    def _merge(self, target: Map, merges: Sequence[tuple[Json, Mark | None]]) -> None:
        for value, mark in merges:
            sources = value if type(value) is Seq else [value]
            for source in sources:
                if type(source) is not Map:
                    raise Refused(error("ACK1009"), mark)
                self._aliased += len(source)
                for key in source:
                    target.setdefault(key, source[key])

    def finish(self) -> None:
        """Keys that were given twice, each with its first place. Called once, also when the file broke off."""
        self._file.nodes = self._nodes + self._aliases
        for container, event in self._repeated:
            self.diagnostics.append(
                error(
                    "ACK1008",
                    event=event.value,
                    event_2=container.key_span(event.value),
                    span=span_of(start_of(event)),
                )
            )
