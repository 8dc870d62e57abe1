"""Parts of values, read as what the schema that let them through says they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ackplan.core.json_types import Json, items, mapping, texts


def test_parts_of_their_types() -> None:
    assert mapping({"a": 1}) == {"a": 1}
    assert (items(["a", 1]), items(("a",))) == (["a", 1], ("a",))
    assert texts(["a", "b"]) == ("a", "b")


@pytest.mark.parametrize(
    ("read", "value"),
    [(mapping, ["a"]), (mapping, None), (items, "a"), (items, {"a": 1}), (texts, "a"), (texts, None)],
)
def test_parts_of_other_types(read: Callable[[Json], object], value: Json) -> None:
    with pytest.raises(TypeError):
        read(value)
