"""Where it goes that something is waited for: a host or a store that is away, somebody's lock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


NOTICES: ContextVar[Callable[[str], None]] = ContextVar("notices", default=_print)
"""Takes a line for a person. The command line sets it, and sees to it that a view in a terminal makes room."""
