"""Parts of JSON objects, read as what they are to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ackplan.simulator.json_types import inner, number, objects, text, texts

_SOURCE: Mapping[str, Any] = {"name": "shop", "count": "3", "ids": ["a", "b"], "parts": [{"a": 1}], "in": {"side": {}}}


def test_parts_of_their_types() -> None:
    assert (text(_SOURCE, "name"), text(_SOURCE, "zone", "none")) == ("shop", "none")
    assert (number(_SOURCE, "count"), number(_SOURCE, "size", 2)) == (3, 2)
    assert (texts(_SOURCE, "ids"), texts(_SOURCE, "names")) == (["a", "b"], [])
    assert (objects(_SOURCE, "parts"), objects(_SOURCE, "tasks")) == ([{"a": 1}], [])
    assert inner(_SOURCE, "in", "side") == {}


@pytest.mark.parametrize(
    ("read", "name"),
    [(text, "count"), (text, "ids"), (number, "ids"), (texts, "name"), (objects, "ids"), (inner, "name")],
)
def test_parts_of_other_types_are_faults(read: Callable[[Mapping[str, Any], str], object], name: str) -> None:
    source = {**_SOURCE, "count": 3}
    with pytest.raises(ValueError, match=f"{name}: "):
        read(source, name)


@pytest.mark.parametrize("read", [text, number, inner])
def test_what_is_missing_and_has_no_default(read: Callable[[Mapping[str, Any], str], object]) -> None:
    with pytest.raises(KeyError):
        read(_SOURCE, "nothing")
