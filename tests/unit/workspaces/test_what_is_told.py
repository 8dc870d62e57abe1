"""What a process tells, and what an index of plans says, is checked: nothing of another shape is taken for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.core.diagnostics import Failure, error
from ackplan.render.facts.workspace_summary import failure_summary, progress_line
from ackplan.workspaces.fleet_index import FleetIndex, decode_index, encode_index, moved_entries
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import Ending, FleetResult, KeptPlan, PlanFacts, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder
from ackplan.workspaces.selection import Selection
from ackplan.workspaces.summary_reader import progress_of, result_of

ENTRY = WorkspaceEntry("shop", "accounts/shop", "shop", record="shop")
ORDER = WorkspaceOrder(ENTRY, "plan")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
INDEX: dict[str, Any] = json.loads(
    encode_index(
        FleetResult(
            "plan",
            Selection((ENTRY,)),
            (WorkspaceResult(ENTRY, Ending.CHANGED, PlanFacts("1 to create"), KeptPlan("x", "a" * 64)),),
        )
    )
)


def test_a_failure_comes_through_with_its_place_and_words() -> None:
    line = failure_summary([error("ACK8010", path="x"), error("ACK3014", why="no")]).encode()
    result = result_of(ORDER, 1, line)
    assert result is not None
    assert (result.ending, result.findings) == (Ending.FAILED, 2)
    assert result.diagnostics[0].detail == error("ACK8010", path="x").detail


def test_progress_is_no_summary_and_a_summary_no_progress() -> None:
    assert progress_of(progress_line(3, 9).encode()) == (3, 9)
    assert progress_of(failure_summary([]).encode()) is None
    assert result_of(ORDER, 0, progress_line(3, 9).encode()) is None


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_what_is_none_is_told_by_nothing(line: bytes) -> None:
    assert result_of(ORDER, 0, line) is None
    assert progress_of(line) is None or b"steps" in line


@given(st.data())
def test_a_summary_with_a_part_of_another_shape_is_none_or_still_a_result(data: st.DataObject) -> None:
    document = json.loads(failure_summary([error("ACK8010", path="x")]))
    name = data.draw(st.sampled_from(sorted(document)))
    document[name] = data.draw(JSON)
    result = result_of(ORDER, 0, json.dumps(document).encode())
    assert result is None or isinstance(result, WorkspaceResult)


def test_an_index_reads_as_it_was_written() -> None:
    index = decode_index(json.dumps(INDEX).encode(), "fleet.json")
    assert index.plans["shop"].location == "shop.plan"
    assert index.plans["shop"].settings == ENTRY.settings()
    assert moved_entries(index, workspaces(ENTRY), ["shop"]) == ()


def test_an_entry_that_says_something_else_is_named_with_its_keys() -> None:
    index = decode_index(json.dumps(INDEX).encode(), "fleet.json")
    other = WorkspaceEntry("shop", "accounts/shop", "games", "cn-beijing", record="shop")
    (fault,) = moved_entries(index, workspaces(other), ["shop"])
    assert "profile, region" in fault.detail


def workspaces(entry: WorkspaceEntry) -> Any:
    from pathlib import Path

    from ackplan.workspaces.model import Workspaces

    return Workspaces(Path(), {entry.name: entry})


@given(st.data())
def test_a_part_of_an_index_that_is_another_is_refused_or_harmless(data: st.DataObject) -> None:
    document = json.loads(json.dumps(INDEX))
    holder = data.draw(st.sampled_from([document, document["workspaces"], document["workspaces"]["shop"]]))
    holder[data.draw(st.sampled_from(sorted(holder)) | st.text(max_size=5))] = data.draw(JSON)
    try:
        index = decode_index(json.dumps(document).encode(), "fleet.json")
    except Failure:
        return
    assert isinstance(index, FleetIndex)
    assert all(plan.location in {"", f"{name}.plan", f"store:{plan.digest}"} for name, plan in index.plans.items())


@pytest.mark.parametrize(
    "location", ["../shop.plan", "/etc/passwd", "other.plan", "store:x", "shop.plan/../x", "shop.plan\n"]
)
def test_an_index_names_no_other_file(location: str) -> None:
    document = json.loads(json.dumps(INDEX))
    document["workspaces"]["shop"]["plan"] = location
    with pytest.raises(Failure):
        decode_index(json.dumps(document).encode(), "fleet.json")
