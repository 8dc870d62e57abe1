"""Every operation that the current official client has a typed call for is called by it in the tests beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alibabacloud_cs20151215.client import Client

from tests.conformance import contract

HERE = Path(__file__).parent
# What the current client has no method for.
WITHOUT = {"scale", "certs", "get_endpoints"}


def methods(action: str) -> Iterator[str]:
    """What the client calls an action."""
    return (name for name in dir(Client) if name.replace("_", "") == action.lower())


@pytest.fixture(scope="module")
def calls() -> set[str]:
    """Every method that is named in a test of the official clients."""
    text = "".join(path.read_text("utf-8") for path in HERE.glob("test_*.py") if path.name != Path(__file__).name)
    return set(re.findall(r"\b(?:current|client)\.(\w+)\b", text))


@pytest.mark.parametrize("operation", contract.operations().values(), ids=lambda operation: operation.id)
def test_an_operation_is_called_as_the_official_client_calls_it(operation: contract.Operation, calls: set[str]) -> None:
    typed = set(methods(operation.said["x-ack-action"]))
    assert bool(typed) != (operation.id in WITHOUT)
    assert not typed or typed & calls
