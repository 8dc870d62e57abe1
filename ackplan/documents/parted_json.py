"""JSON that has parts alike in many places: a part is written once, and its text put in wherever it stands."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

# Stands for a part until its text is put in. It is drawn by lot, so that no value is the same.
_MARK = os.urandom(16).hex()
_QUOTED = f'"{_MARK}"'


@dataclass(frozen=True, slots=True)
class Part:
    """JSON as its text."""

    text: str


class Parts(Protocol):
    """What values become that stand in many places of a document."""

    def part(self, value: object) -> object: ...

    def listed(self, parts: Iterable[object]) -> object:
        """The list of values that were made parts."""
        ...


class AsValues:
    """They stay what they are."""

    def part(self, value: object) -> object:
        return value

    def listed(self, parts: Iterable[object]) -> object:
        return list(parts)


class PartedJson:
    """Writes JSON, keys sorted, of values that hold parts."""

    def __init__(self, separators: tuple[str, str], *, ensure_ascii: bool) -> None:
        self._comma, _ = separators
        self._met: list[str] = []
        self._encode = json.JSONEncoder(
            separators=separators,
            sort_keys=True,
            ensure_ascii=ensure_ascii,
            check_circular=False,
            default=self._marked,
        ).encode

    def _marked(self, part: Part) -> str:
        self._met.append(part.text)
        return _MARK

    def text(self, value: object) -> str:
        self._met.clear()
        between = self._encode(value).split(_QUOTED)
        if not self._met:
            return between[0]
        return "".join(chain.from_iterable(zip(between, (*self._met, ""), strict=True)))

    def part(self, value: object) -> Part:
        """The part that a value is, which may hold other parts."""
        return Part(self.text(value))

    def listed(self, parts: Iterable[object]) -> Part:
        texts = [part.text if isinstance(part, Part) else self.text(part) for part in parts]
        return Part(f"[{self._comma.join(texts)}]")
