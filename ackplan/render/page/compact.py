"""What keeps the data of a page small: texts that many clusters share stand once, and what is empty is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

from ackplan.core.json_types import Json
from ackplan.core.values import Absent, content_key
from ackplan.render.facts.formatting import written

# A part of the page's data, as schemas/page.schema.json describes it.
Data = dict[str, object]


class PageData(TypedDict):
    """All of it."""

    language: str
    phrases: NotRequired[dict[str, str]]
    title: str
    headline: str
    filters: list[Data]
    facts: list[Data]
    path: list[str]
    alerts: list[Data]
    findings: list[Data]
    rules: list[Data]
    notes: dict[str, Data]
    clusters: list[Data]
    steps: list[Data]
    graph: Data
    seconds: float
    texts: list[str]
    run: NotRequired[bool]
    view: NotRequired[str]


@dataclass(slots=True)
class Texts:
    """Each text once. Called with a text, it gives the number that stands for it."""

    numbers: dict[str, int] = field(default_factory=dict)
    _values: dict[tuple[object, bool], int] = field(default_factory=dict)

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def of_value(self, value: Json | Absent, *, secret: bool) -> int:
        """The number of what is written of a value."""
        key = (content_key(value), secret)
        number = self._values.get(key)
        if number is None:
            number = self._values[key] = self(written(value, secret=secret))
        return number


def compact(data: Mapping[str, object]) -> Data:
    """The data without what is None, false or empty. A zero is a value and stays."""
    return {key: value for key, value in data.items() if value or (value == 0 and value is not False)}
