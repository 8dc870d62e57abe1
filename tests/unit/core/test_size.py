"""Sizes: what the API counts, and what a spec counts of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.core.size import Size

COUNT = st.integers(0, 5000)


@pytest.mark.parametrize(
    ("size", "workers", "made"),
    [
        (Size(3), 3, 3),
        (Size(6, masters=3), 3, 3),
        (Size(6, masters=3, attached=1), 3, 2),
        (Size(0), 0, 0),
        (Size(2, masters=3), -1, 0),
        (Size(2, attached=5), 2, 0),
    ],
)
def test_what_is_left_of_a_size(size, workers, made):
    assert (size.workers, size.made) == (workers, made)


@given(COUNT, COUNT, COUNT)
def test_a_size_gives_back_what_it_was_put_together_of(made, masters, attached):
    size = Size.with_made(made, masters, attached)
    assert (size.made, size.workers) == (made, made + attached)
    assert size.total == made + masters + attached
