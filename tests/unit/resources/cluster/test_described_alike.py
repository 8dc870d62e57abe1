"""Clusters that are the same but for their names are completed once, and each keeps its own name."""

from __future__ import annotations

import dataclasses

import pytest

from ackplan.core import catalog
from ackplan.core.diagnostics import Failure
from ackplan.resources.cluster import describe
from ackplan.resources.cluster.describe import Described, completed

KIND = catalog.DEFAULT.kind_of({"cluster_type": "ManagedKubernetes"})
LIVE = {"cluster_type": "ManagedKubernetes", "region_id": "cn-beijing", "vpcid": "vpc-2zeshop00000000001"}


def _described(name: str, **more: object) -> Described:
    assert KIND is not None
    return Described(name, KIND, {"cluster_type": "ManagedKubernetes", "name": name, **LIVE, **more})


def _anew(described: Described) -> Described:
    describe._completed_once.cache_clear()
    return completed(described)


def test_each_is_completed_as_by_itself() -> None:
    several = [_described(name, num_of_nodes=size) for name, size in (("a", 3), ("b", 3), ("c", 4), ("a", 3))]
    several.append(dataclasses.replace(several[0], name="d", own={"depends_on": ["e"]}))
    describe._completed_once.cache_clear()
    together = [completed(each) for each in several]
    assert describe._completed_once.cache_info().misses == 2
    assert together == [_anew(each) for each in several]
    assert [each.name for each in together] == ["a", "b", "c", "a", "d"]
    assert [list(each.parameters) for each in together] == [list(_anew(each).parameters) for each in several]


def test_a_name_that_no_spec_can_have_is_not_shared() -> None:
    completed(_described("a", num_of_nodes=3))
    with pytest.raises(Failure) as failed:
        completed(_described("-a", num_of_nodes=3))
    assert {fault.cluster for fault in failed.value.diagnostics} == {"-a"}
