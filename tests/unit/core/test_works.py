"""The table of what is to be known of each work is whole, and says nothing that can't be."""

from __future__ import annotations

from typing import get_args

import pytest

from ackplan.core import catalog
from ackplan.core.catalog.timeouts import timeouts
from ackplan.core.work import TRAITS, Calling, Work, call_of, instances_of, size_of
from tests.works import WORKS


def test_every_work_has_its_traits() -> None:
    assert set(get_args(Work)) == set(TRAITS) == set(WORKS)


def test_names_are_told_apart() -> None:
    assert len({traits.name for traits in TRAITS.values()}) == len(TRAITS)


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_traits_fit_the_work(work: type[Work]) -> None:
    traits = TRAITS[work]
    assert (work in get_args(Calling)) is bool(traits.operation)
    assert traits.timeout in timeouts(catalog.DEFAULT, {}, {})
    assert traits.actions
    assert all(traits.verb)
    if traits.operation:
        assert catalog.DEFAULT.operation(traits.operation)


def test_what_a_work_lacks_is_not_made_up() -> None:
    asked = {work: (call_of(value), size_of(value), instances_of(value)) for work, value in WORKS.items()}
    for work, (call, size, instances) in asked.items():
        fields = work.__dataclass_fields__.keys()
        assert ("call" in fields, "size" in fields) == (call is not None, size is not None)
        assert ("instances" in fields) is bool(instances)
