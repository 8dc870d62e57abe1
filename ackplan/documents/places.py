"""Where the keys, values and items of a file stand: found by reading it a second time, when something asks.

Most readings of a spec end without an error, and never need a place.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import re
from typing import Final, TypeAlias

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from ackplan.documents.tree import KeyMarks, Mark

_Keys: TypeAlias = dict[str, KeyMarks]
_Table: TypeAlias = _Keys | list[Mark]
# A number or a word as it is written, with its quotes where it has some.
_WORD: Final = re.compile(r"""[^\s,\[\]{}#&*!|>'"%@`]{1,60}|"[^"\\\n]{0,60}"|'[^'\n]{0,60}'""")


class Text:
    """A file's bytes, as libyaml's parser wants a stream: `read`, and a name, which its marks then carry."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._data = data
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._data[self._at : self._at + size]
        self._at += size
        return chunk


class File:
    """A file that was read, and `nodes`: how many keys, values and aliases. No more is read to find their places."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.nodes = 0
        self._tables: list[_Table] | None = None

    def key_marks(self, number: int, key: str) -> KeyMarks:
        """The marks of a key and its value in the mapping of this number."""
        table = self._table(number)
        if isinstance(table, list):
            raise KeyError(key)
        return table[key]

    def item_mark(self, number: int, index: int) -> Mark:
        """The mark of an item in the list of this number."""
        table = self._table(number)
        if isinstance(table, dict):
            raise IndexError(index)
        return table[index]

    def word_at(self, mark: Mark) -> str:
        """The word that is written there, with its quotes; empty where there is none, or the file is no UTF-8."""
        match = _WORD.match(self._text, mark.index)
        return match[0] if match else ""

    @functools.cached_property
    def _text(self) -> str:
        """What a mark's index counts in."""
        return self.data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "ignore")

    def _table(self, number: int) -> _Table:
        """The marks of a container, by its number: containers count in the order in which they begin."""
        if self._tables is None:
            finder = _Finder(self.nodes)
            parser = CParser(Text(self.data, self.name))
            # Where the file breaks off, the first reading said so.
            with contextlib.suppress(yaml.YAMLError, UnicodeDecodeError, _Enough):
                finder.run(parser)
            parser.dispose()
            self._tables = finder.tables
        return self._tables[number]


class _Enough(Exception):
    """All that was read the first time was read again."""


def start_of(event: yaml.Event) -> Mark:
    if event.start_mark is None:
        raise ValueError("libyaml marks every event")
    return event.start_mark


class _Finder:
    """Follows the events like the builder, and keeps marks where that keeps values."""

    def __init__(self, nodes: int) -> None:
        self.tables: list[_Table] = []
        self._nodes = nodes
        self._open: list[int] = []
        # The innermost container, where that is a mapping.
        self._mapping: _Keys | None = None
        self._key: yaml.Event | None = None
        self._anchors: dict[str, int] = {}
        self._merges: dict[int, list[int]] = {}
        self._children: dict[int, list[int]] = {}

    def run(self, parser: CParser) -> None:
        """Most of a spec are plain keys with plain values: these are taken here, without a call for each."""
        while (event := parser.get_event()) is not None:
            if type(event) is not yaml.ScalarEvent:
                self._other(event)
                continue
            self._nodes -= 1
            if self._nodes < 0:
                raise _Enough
            mapping, key = self._mapping, self._key
            if mapping is not None and key is None:
                self._key = event
            elif mapping is not None and type(key) is yaml.ScalarEvent and key.value != "<<":
                mapping.setdefault(key.value, (key.start_mark, event.start_mark))  # type: ignore[arg-type]
                self._key = None
            else:
                self._take(event, None)

    def _other(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self._count()
            self._begin(event)
        elif isinstance(event, yaml.AliasEvent):
            self._count()
            self._take(event, self._anchors.get(event.anchor or ""))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()

    def _count(self) -> None:
        self._nodes -= 1
        if self._nodes < 0:
            raise _Enough

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        number = len(self.tables)
        self.tables.append({} if isinstance(event, yaml.MappingStartEvent) else [])
        self._take(event, number)
        if event.anchor:
            self._anchors[event.anchor] = number
        self._open.append(number)
        self._enter()

    def _end(self) -> None:
        number = self._open.pop()
        for source in self._merges.pop(number, ()):
            above, table = self.tables[source], self.tables[number]
            if isinstance(above, dict) and isinstance(table, dict):
                table |= {key: marks for key, marks in above.items() if key not in table}
        self._enter()

    def _enter(self) -> None:
        """What follows stands in the innermost container that is open."""
        inside = self.tables[self._open[-1]] if self._open else None
        self._mapping = inside if isinstance(inside, dict) else None
        self._key = None

    def _take(self, event: yaml.Event, number: int | None) -> None:
        """One key, value or item; `number` is that of a container."""
        if not self._open:
            return
        inside = self._open[-1]
        table = self.tables[inside]
        if isinstance(table, list):
            table.append(start_of(event))
            if number is not None:
                self._children.setdefault(inside, []).append(number)
        elif self._key is None:
            self._key = event
        elif isinstance(self._key, yaml.ScalarEvent):
            self._put(table, self._key, event, number)
            self._key = None
        else:
            raise _Enough  # a key that is no text was refused

    def _put(self, table: _Keys, key: yaml.ScalarEvent, event: yaml.Event, number: int | None) -> None:
        if key.value != "<<":
            table.setdefault(key.value, (start_of(key), start_of(event)))
        elif number is not None:
            listed = isinstance(self.tables[number], list)
            sources = self._children.get(number, []) if listed else [number]
            self._merges.setdefault(self._open[-1], []).extend(sources)
