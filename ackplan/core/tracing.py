"""What a run does, as spans that somebody may collect: where nobody does, nothing is kept and hardly anything done.

A span has a name and facts that are known to be no secret: names, ids, codes, numbers. Bodies, values of parameters and
messages are never among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Final, Protocol, TypeAlias

Fact: TypeAlias = str | int | float | bool


class TracedSpan(Protocol):
    """A part of a run that has begun and not ended yet."""

    def set(self, name: str, value: Fact) -> None:
        """Says something of it; an empty text says nothing."""
        ...

    def fail(self, code: str) -> None:
        """It did not succeed, for the reason of this code."""
        ...


class SpanCollector(Protocol):
    """Collects spans. One that begins within another is a part of it, in the tasks that it starts, too."""

    def span(self, name: str, facts: Mapping[str, Fact], *, call: bool) -> AbstractContextManager[TracedSpan]:
        """A span for as long as the block lasts. `call`: it asks another system."""
        ...


class _Unheard:
    def set(self, name: str, value: Fact) -> None: ...

    def fail(self, code: str) -> None: ...

    def span(self, name: str, facts: Mapping[str, Fact], *, call: bool) -> AbstractContextManager[TracedSpan]:  # noqa: ARG002
        return _NOTHING


_UNHEARD: Final = _Unheard()
_NOTHING: Final[AbstractContextManager[TracedSpan]] = nullcontext(_UNHEARD)
COLLECTOR: ContextVar[SpanCollector] = ContextVar("COLLECTOR", default=_UNHEARD)


def span(name: str, *, call: bool = False, **facts: Fact) -> AbstractContextManager[TracedSpan]:
    """A span for as long as the block lasts, where spans are collected."""
    return COLLECTOR.get().span(name, facts, call=call)
