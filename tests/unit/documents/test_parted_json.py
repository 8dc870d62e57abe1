"""JSON with parts has the bytes that it has without."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.documents.parted_json import AsValues, PartedJson

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": ")])


@given(st.lists(VALUES, max_size=4), SEPARATORS, st.booleans())
def test_parts_change_no_byte(values: list[object], separators: tuple[str, str], ascii_only: bool) -> None:
    parted, plain = PartedJson(separators, ensure_ascii=ascii_only), AsValues()
    inner = [parted.part(value) for value in values]
    nested = parted.part({"z": inner, "a": values})
    document = {"list": parted.listed([*inner, *values]), "again": [nested, nested], "none": None}
    same = {"list": plain.listed([*values, *values]), "again": [{"z": values, "a": values}] * 2, "none": None}
    expected = json.dumps(same, separators=separators, sort_keys=True, ensure_ascii=ascii_only)
    assert parted.text(document) == expected


@given(VALUES)
def test_values_may_stay_what_they_are(value: object) -> None:
    assert AsValues().part(value) is value


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(AttributeError):
        PartedJson((",", ":"), ensure_ascii=True).text({"a": object()})
