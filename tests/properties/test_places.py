"""Places are found by reading a file a second time: they are those that the parser gives for the same keys and items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan.documents.tree import Map, Seq
from ackplan.documents.yaml import parse

TEXTS = st.text(st.characters(exclude_categories=["C"]), max_size=5).filter(lambda text: text != "<<")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


class Fleet:
    """YAML in one of its layouts, of one or two documents; what is drawn twice becomes an anchor and an alias."""

    def __init__(self, values: list[Any], shared: Any, flow: bool | None, twice: bool) -> None:
        documents = [{"a": values, "b": shared, "c": {"d": shared}}, [shared, values]]
        self.text = yaml.safe_dump_all(documents[: 1 + twice], default_flow_style=flow, allow_unicode=True)

    def __repr__(self) -> str:
        return self.text


FLEETS = st.builds(Fleet, st.lists(VALUES, max_size=3), VALUES, st.sampled_from([None, True, False]), st.booleans())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(FLEETS)
def test_every_key_value_and_item_is_found_where_it_is_written(fleet):
    documents, faults = parse(fleet.text.encode(), "f")
    assert faults == []
    events = yaml.parse(fleet.text, Loader=yaml.CSafeLoader)
    for document in documents:
        while not isinstance(event := next(events), yaml.NodeEvent):
            pass
        check(document, event, events)


def check(value: Any, event: Any, events: Iterator[Any]) -> None:
    """Holds a value against the events that it is made of, the first of which is given."""
    if isinstance(event, yaml.MappingStartEvent):
        assert isinstance(value, Map)
        for key, at, inner in pairs(value, events):
            assert places(*value.marks_of(key)) == places(at.start_mark, inner.start_mark)
            check(value[key], inner, events)
    elif isinstance(event, yaml.SequenceStartEvent):
        assert isinstance(value, Seq)
        for index, item in enumerate(value):
            inner = next(events)
            assert places(value.mark_of(index)) == places(inner.start_mark)
            check(item, inner, events)
        assert isinstance(next(events), yaml.SequenceEndEvent)


def pairs(value: Map, events: Iterator[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Every key with its event and its value's; the caller takes the rest of the value."""
    met = []
    while not isinstance(at := next(events), yaml.MappingEndEvent):
        met.append(at.value)
        yield at.value, at, next(events)
    assert met == list(value)


def places(*marks: Any) -> list[tuple[str, int, int]]:
    return [(mark.line, mark.column) for mark in marks]
