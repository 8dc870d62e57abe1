"""What the API answers about pools is believed in no part that was not checked."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ackplan.execute.ports import ApiError
from ackplan.resources.node_pool.live_pools import read_pools, size_of
from ackplan.resources.node_pool.node_pool_type import NodePoolType

KIND = NodePoolType().kind
POOL: dict[str, Any] = {
    "nodepool_info": {"nodepool_id": "np1", "name": "web", "created": "2026-01-01T00:00:00Z"},
    "scaling_group": {
        "desired_size": 3,
        "instance_types": ["a"],
        "tags": [{"key": "acs:x", "value": "1"}],
        "key_pair": "",
    },
    "kubernetes_config": {"labels": [], "taints": None},
    "auto_scaling": {"enable": False},
    "status": {"state": "active", "total_nodes": 3},
}


def _pool(**parts: Any) -> dict[str, Any]:
    pool = copy.deepcopy(POOL)
    for name, part in parts.items():
        pool[name] = {**pool[name], **part} if isinstance(part, dict) else part
    return pool


def test_it_is_read_under_dotted_names() -> None:
    web = read_pools({"nodepools": [POOL]}, KIND)["web"]
    assert (web.id, web.state, web.condition.works) == ("np1", "active", True)
    assert dict(web.values) == {
        "auto_scaling.enable": False,
        "kubernetes_config.labels": [],
        "nodepool_info.name": "web",
        "scaling_group.desired_size": 3,
        "scaling_group.instance_types": ["a"],
        "scaling_group.tags": [],
    }


@pytest.mark.parametrize(
    ("pool", "size", "shown"),
    [
        (_pool(), 3, True),
        (_pool(scaling_group={"desired_size": None}), 3, True),
        (_pool(scaling_group={"desired_size": None}, status={"total_nodes": None}), None, False),
        (_pool(auto_scaling={"enable": True}), 3, False),
        (_pool(auto_scaling=None), 3, True),
    ],
)
def test_its_size_is_what_it_is_on_the_way_to(pool: dict[str, Any], size: int | None, shown: bool) -> None:
    web = read_pools({"nodepools": [pool]}, KIND)["web"]
    assert size_of(web, KIND) == size
    assert ("scaling_group.desired_size" in web.values) is shown


@pytest.mark.parametrize(
    ("state", "busy", "works"),
    [
        ("active", False, True),
        ("initial", True, False),
        ("scaling", True, False),
        ("removing", True, False),
        ("updating", True, False),
        ("deleting", True, False),
        ("failed", False, False),
        ("delete_failed", False, False),
        ("never heard of", True, False),
    ],
)
def test_its_state_has_a_meaning(state: str, busy: bool, works: bool) -> None:
    web = read_pools({"nodepools": [_pool(status={"state": state})]}, KIND)["web"]
    assert (web.condition.busy, web.condition.works) == (busy, works)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "pools",
        {"nodepools": {}},
        {"nodepools": [None]},
        {"nodepools": [[]]},
        {"nodepools": [_pool(nodepool_info=None)]},
        {"nodepools": [_pool(nodepool_info={"nodepool_id": "../x"})]},
        {"nodepools": [_pool(nodepool_info={"nodepool_id": 7})]},
        {"nodepools": [_pool(nodepool_info={"name": ""})]},
        {"nodepools": [_pool(nodepool_info={"name": "n" * 256})]},
        {"nodepools": [_pool(status={"state": None})]},
        {"nodepools": [_pool(status={"state": "a\x1b[2J"})]},
        {"nodepools": [_pool(status=[])]},
        {"nodepools": [POOL, POOL]},
    ],
)
def test_an_answer_of_another_shape_is_an_error(answer: Any) -> None:
    with pytest.raises(ApiError) as fault:
        read_pools(answer, KIND)
    assert fault.value.code == "AnswerUnreadable"


def test_parts_of_a_wrong_type_are_no_values() -> None:
    odd = _pool(scaling_group={"desired_size": "many", "instance_types": 7, "tags": "x"}, kubernetes_config=["a"])
    web = read_pools({"nodepools": [odd]}, KIND)["web"]
    assert "scaling_group.instance_types" not in web.values
    assert size_of(web, KIND) == 3
    assert read_pools({}, KIND) == {}
