"""What a spec is made of once it is read: mappings and lists that can tell where they were written.

Values come first. Where they stand is asked only when something is wrong with them, so a place is not kept with each
value: a container knows its source and its number in it, and the source finds the places when they are wanted.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

from ackplan.core.diagnostics import Span
from ackplan.core.json_types import Json


class Mark(Protocol):
    """A place as libyaml says it, counted from 0; `index` counts characters from the file's begin."""

    @property
    def name(self) -> str: ...

    @property
    def index(self) -> int: ...

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


# The marks of each key and its value.
KeyMarks: TypeAlias = tuple[Mark, Mark]


class Source(Protocol):
    """A file that was read. A container is asked for by its number."""

    def key_marks(self, number: int, key: str) -> KeyMarks: ...

    def item_mark(self, number: int, index: int) -> Mark: ...

    def word_at(self, mark: Mark) -> str: ...


class Map(dict[str, Json]):
    """A mapping of a file. `weight` is how many values it unfolds to at most, `open` whether any is to be filled in."""

    __slots__ = ("number", "open", "source", "weight")
    number: int
    open: bool
    source: Source
    weight: int

    def is_placed(self, key: object) -> bool:
        """Whether the key is there and was written somewhere."""
        return key in self

    def inner(self, key: str) -> Map:
        """The mapping that stands under a key. Raises TypeError where something else does."""
        value = self[key]
        if not isinstance(value, Map):
            raise TypeError(f"{key} is no mapping")
        return value

    def marks_of(self, key: str) -> KeyMarks:
        return self.source.key_marks(self.number, key)

    def word_of(self, key: str) -> str:
        """How the value under a key is written, with its quotes, where that is a short word; else another text."""
        return self.source.word_at(self.marks_of(key)[1])

    def key_span(self, key: str) -> Span:
        return span_of(self.marks_of(key)[0])

    def value_span(self, key: str) -> Span:
        return span_of(self.marks_of(key)[1])


class Seq(list[Json]):
    """A list of a file; `weight` and `open` as in a Map."""

    __slots__ = ("number", "open", "source", "weight")
    number: int
    open: bool
    source: Source
    weight: int

    def mark_of(self, index: int) -> Mark:
        return self.source.item_mark(self.number, index)

    def word_of(self, index: int) -> str:
        """The same of an item."""
        return self.source.word_at(self.mark_of(index))


class Laid(Map):
    """A mapping made of others: each key stands where it came from, by default in `base`; without it, nowhere."""

    __slots__ = ("base", "origins")

    def __init__(self, base: Map | None = None) -> None:
        super().__init__()
        self.base = base
        self.origins: dict[str, tuple[Map, str]] = {}

    def put(self, key: str, value: Json, origin: tuple[Map, str]) -> None:
        """Sets a key that was written as another one, or elsewhere."""
        self[key] = value
        self.origins[key] = origin

    def is_placed(self, key: object) -> bool:
        return key in self and (key in self.origins or (self.base is not None and self.base.is_placed(key)))

    def marks_of(self, key: str) -> KeyMarks:
        container, written = self.origins.get(key) or (self.base, key)
        if container is None:
            raise KeyError(key)
        return container.marks_of(written)

    def word_of(self, key: str) -> str:
        container, written = self.origins.get(key) or (self.base, key)
        return container.word_of(written) if container is not None else ""


# A value by where it is written: its mapping and key, or its list and index.
Place: TypeAlias = tuple[Map | Seq, str | int]
# Keys and positions that lead to a value.
Path: TypeAlias = tuple[str | int, ...]


def span_of(mark: Mark) -> Span:
    """The place of a libyaml mark, counted from 1."""
    return Span(mark.name, mark.line + 1, mark.column + 1)


def span_at(place: Place) -> Span:
    """Where the value stands."""
    match place:
        case Map() as container, str() as key:
            return container.value_span(key)
        case Seq() as items, int() as index:
            return span_of(items.mark_of(index))
        case _:
            raise KeyError(place[1])


def weight_of(value: object) -> tuple[int, bool]:
    """How many values `value` unfolds to at most, itself included, and whether one of them is to be filled in."""
    if type(value) is str:
        return 1, "${" in value
    return (value.weight, value.open) if isinstance(value, Map | Seq) else (1, False)


def locate(root: Map, path: Path, start: Span, *, at_key: bool = False) -> Span:
    """The place of what `path` leads to, or of the nearest thing above it that is written down; else `start`."""
    value: Json = root
    place: Place | None = None
    for part in path:
        inside = _inside(value, part)
        if inside is None:
            break
        place, value = inside
    if place is None:
        return start
    container, last = place
    if at_key and isinstance(container, Map) and last == path[-1]:
        return container.key_span(str(last))
    return span_at(place)


def word_at(root: Map, path: Path) -> str:
    """How the value that `path` leads to is written, with its quotes, where that is a short word; else another text."""
    value: Json = root
    place: Place | None = None
    for part in path:
        inside = _inside(value, part)
        if inside is None:
            return ""
        place, value = inside
    match place:
        case Map() as container, str() as key:
            return container.word_of(key)
        case Seq() as items, int() as index:
            return items.word_of(index)
    return ""


def _inside(value: Json, part: str | int) -> tuple[Place, Json] | None:
    """A part of a container, and its place; None for what is not written down."""
    if isinstance(value, Map) and isinstance(part, str):
        return ((value, part), value[part]) if value.is_placed(part) else None
    if isinstance(value, Seq) and isinstance(part, int):
        return ((value, part), value[part]) if part < len(value) else None
    return None
