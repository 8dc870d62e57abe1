"""Places in the graph: what waits stands to the right, no two steps share a place, any order gives the same."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from xml.etree import ElementTree as Xml

import fleets
import pytest
from fleets import Fleet
from hostile import MIXED, TEXTS, poisoned
from hypothesis import given
from hypothesis import strategies as st

from ackplan.plan.model import Step
from ackplan.render.layout import layout
from ackplan.render.svg import svg

CHAIN = Fleet(after="  a: {extends: web}\n  b: {extends: web, depends_on: [a]}\n  c: {extends: web, depends_on: [b]}\n")


def steps(needs: dict[int, list[int]]) -> list[Step]:
    (step,) = fleets.CREATE.plan().steps
    return [
        dataclasses.replace(step, id=f"s{n:04}", cluster=f"c{n:04}", needs=tuple(f"s{m:04}" for m in before))
        for n, before in needs.items()
    ]


def test_a_chain_is_a_straight_line() -> None:
    placed = layout(CHAIN.plan().steps)
    assert dict(placed.places) == {"create:a": (0, 0), "create:b": (1, 0), "create:c": (2, 0)}
    assert (placed.columns, placed.rows) == (3, 1)
    assert placed.arrows == (("create:a", "create:b"), ("create:b", "create:c"))


def test_no_steps_need_no_room() -> None:
    placed = layout(())
    assert (placed.columns, placed.rows, placed.places, placed.arrows) == (0, 0, {}, ())


def test_thousands_of_steps_are_about_as_wide_as_high() -> None:
    placed = layout(steps({n: [] for n in range(2000)}))
    assert placed.rows <= 90
    assert placed.columns <= 25
    assert len(set(placed.places.values())) == 2000


def test_needs_that_are_not_there_are_left_out() -> None:
    placed = layout([step for step in CHAIN.plan().steps if step.cluster == "b"])
    assert placed.arrows == ()
    assert dict(placed.places) == {"create:b": (0, 0)}


graphs = st.integers(1, 40).flatmap(
    lambda size: st.fixed_dictionaries(
        {n: st.lists(st.integers(0, n - 1), max_size=3, unique=True) if n else st.just([]) for n in range(size)}
    )
)


@given(graphs, st.randoms(use_true_random=False))
def test_any_graph_has_a_place_for_each_step_and_arrows_that_go_right(needs, random) -> None:  # type: ignore[no-untyped-def]
    listed = steps(needs)
    placed = layout(listed)
    assert set(placed.places) == {step.id for step in listed}
    assert len(set(placed.places.values())) == len(listed)
    for before, after in placed.arrows:
        assert placed.places[before][0] < placed.places[after][0]
    assert all(column < placed.columns and row < placed.rows for column, row in placed.places.values())
    random.shuffle(listed)
    assert layout(listed).places == placed.places


def parsed(steps: object) -> Xml.Element:
    return Xml.fromstring(svg(steps))  # type: ignore[arg-type]


def tag(node: Xml.Element) -> str:
    return node.tag.rpartition("}")[2]


def test_a_picture_has_a_box_for_each_step_and_an_arrow_for_each_wait() -> None:
    root = parsed(CHAIN.plan().steps)
    boxes = [node for node in root if tag(node) == "g"]
    assert [[t.text for t in box if tag(t) == "text"] for box in boxes] == [
        ["a", "create · ~10m"],
        ["b", "create · ~10m"],
        ["c", "create · ~10m"],
    ]
    assert len([node for node in root if tag(node) == "path"]) == 2
    lefts = [int(box[1].get("x") or 0) for box in boxes]
    assert all(right - left > 200 for left, right in pairwise(lefts))
    assert int(root.get("width") or 0) >= max(lefts) + 200


@pytest.mark.parametrize("text", TEXTS)
def test_a_picture_holds_no_more_than_boxes_whatever_is_in_a_name(text: str) -> None:
    root = parsed(poisoned(text).steps)
    assert [tag(node) for node in root.iter()] == [tag(node) for node in parsed(MIXED.plan().steps).iter()]


def test_a_chinese_name_stays_in_its_box() -> None:
    (step,) = fleets.CREATE.plan().steps
    (label,) = [
        node.text or ""
        for node in parsed([dataclasses.replace(step, cluster="集群" * 30)]).iter()
        if node.get("class") == "c"
    ]
    assert len(label) <= 14
    assert label.endswith("…")
