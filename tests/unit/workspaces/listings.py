"""What is wrong with a `workspaces.yaml`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ackplan.core.diagnostics import Diagnostic, Failure
from ackplan.workspaces.model import Workspaces

Read = Callable[[str], Workspaces]


def faults(read: Read, text: str) -> list[Diagnostic]:
    """What is wrong with a file of this text."""
    with pytest.raises(Failure) as raised:
        read(text)
    return list(raised.value.diagnostics)
