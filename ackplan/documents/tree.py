"""What a spec is made of once it is read: mappings and lists that can tell where they were written.

Values come first. Where they stand is asked only when something is wrong with them, so a place is not kept with each
value: a container knows its source and its number in it, and the source finds the places when they are wanted.
"""

from __future__ import annotations

from typing import Any, Protocol

from ackplan.core.diagnostics import Span


class Source(Protocol):
    """A file that was read. `marks` are libyaml's: of each key and its value, or of each item."""

    def marks(self, number: int) -> Any:
        """The marks of the container with this number: `{key: (key, value)}` of a mapping, `[item]` of a list."""
        ...


class Map(dict[str, Any]):
    """A mapping of a file. `weight` is how many values it unfolds to at most, `open` whether any is to be filled in."""

    __slots__ = ("number", "open", "source", "weight")
    number: int
    open: bool
    source: Source
    weight: int

    def is_placed(self, key: Any) -> bool:
        """Whether the key is there and was written somewhere."""
        return key in self

    def marks_of(self, key: str) -> tuple[Any, Any]:
        """The libyaml marks of a key and of its value."""
        marks: tuple[Any, Any] = self.source.marks(self.number)[key]
        return marks

    def key_span(self, key: str) -> Span:
        return span_of(self.marks_of(key)[0])

    def value_span(self, key: str) -> Span:
        return span_of(self.marks_of(key)[1])


class Seq(list[Any]):
    """A list of a file; `weight` and `open` as in a Map."""

    __slots__ = ("number", "open", "source", "weight")
    number: int
    open: bool
    source: Source
    weight: int

    def mark_of(self, index: int) -> Any:
        return self.source.marks(self.number)[index]


class Laid(Map):
    """A mapping made of others: each key stands where it came from, by default in `base`; without it, nowhere."""

    __slots__ = ("base", "origins")

    def __init__(self, base: Map | None = None) -> None:
        super().__init__()
        self.base = base
        self.origins: dict[str, tuple[Map, str]] = {}

    def put(self, key: str, value: Any, origin: tuple[Map, str]) -> None:
        """Sets a key that was written as another one, or elsewhere."""
        self[key] = value
        self.origins[key] = origin

    def is_placed(self, key: Any) -> bool:
        return key in self and (key in self.origins or (self.base is not None and self.base.is_placed(key)))

    def marks_of(self, key: str) -> tuple[Any, Any]:
        container, written = self.origins.get(key) or (self.base, key)
        if container is None:
            raise KeyError(key)
        return container.marks_of(written)


# A value by where it is written: its mapping and key, or its list and index.
Place = tuple[Map | Seq, Any]


def span_of(mark: Any) -> Span:
    """The place of a libyaml mark, counted from 1."""
    return Span(mark.name, mark.line + 1, mark.column + 1)


def span_at(place: Place) -> Span:
    """Where the value stands."""
    container, key = place
    return container.value_span(key) if isinstance(container, Map) else span_of(container.mark_of(key))


def weight_of(value: Any) -> tuple[int, bool]:
    """How many values `value` unfolds to at most, itself included, and whether one of them is to be filled in."""
    if type(value) is str:
        return 1, "${" in value
    return (value.weight, value.open) if isinstance(value, Map | Seq) else (1, False)
