"""Containers of a file: what they hold, and where it was written."""

from __future__ import annotations

import pytest

from ackplan.core.diagnostics import Span
from ackplan.documents.tree import Laid, Map, Path, locate, span_at
from ackplan.documents.yaml import parse

_TEXT = b"""\
shop:
  zones:
    - a
    - b
  size: 3
"""
_START = Span("spec.yaml", 1, 1)


@pytest.fixture
def root() -> Map:
    documents, faults = parse(_TEXT, "spec.yaml")
    assert not faults
    assert isinstance(documents[0], Map)
    return documents[0]


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 1, 1),
        (("shop",), 2, 3),
        (("shop", "zones", 1), 4, 7),
        (("shop", "zones", 2), 3, 5),
        (("shop", "zones", "first"), 3, 5),
        (("shop", 1), 2, 3),
        (("shop", "size", "least"), 5, 9),
        (("mall", "size"), 1, 1),
    ],
)
def test_places_of_paths_or_of_what_is_nearest_above(root: Map, path: Path, line: int, column: int) -> None:
    assert locate(root, path, _START) == Span("spec.yaml", line, column)


def test_the_place_of_a_key(root: Map) -> None:
    assert locate(root, ("shop", "size"), _START, at_key=True) == Span("spec.yaml", 5, 3)
    assert locate(root, ("shop", "size", "least"), _START, at_key=True) == Span("spec.yaml", 5, 9)


def test_inner_mappings(root: Map) -> None:
    assert root.inner("shop")["size"] == 3
    with pytest.raises(TypeError):
        root.inner("shop").inner("size")
    with pytest.raises(KeyError):
        root.inner("mall")


def test_what_was_written_nowhere_has_no_place(root: Map) -> None:
    laid = Laid()
    laid.update(root)
    assert locate(laid, ("shop",), _START) == _START
    with pytest.raises(KeyError):
        span_at((laid, "shop"))
    with pytest.raises(KeyError):
        span_at((root, 0))
