"""Places in the graph: what waits stands to the right, no two steps share a place, any order gives the same."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.core.address import CLUSTER, Address
from ackplan.plan.model import Step
from ackplan.render.graph.positions import layout
from ackplan.render.graph.svg import svg
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet
from tests.unit.render.hostile import MIXED, TEXTS, poisoned

CHAIN = Fleet(after="  a: {extends: web}\n  b: {extends: web, depends_on: [a]}\n  c: {extends: web, depends_on: [b]}\n")


def steps(needs: dict[int, list[int]]) -> list[Step]:
    (step,) = fleets.CREATE.plan().steps
    return [
        dataclasses.replace(
            step, id=f"s{n:04}", address=Address(CLUSTER, f"c{n:04}"), needs=tuple(f"s{m:04}" for m in before)
        )
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
    assert placed.rows <= 100
    assert placed.columns <= 25
    assert len(set(placed.places.values())) == 2000


def test_needs_that_are_not_there_are_left_out() -> None:
    placed = layout([step for step in CHAIN.plan().steps if step.name == "b"])
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
    taken = set(placed.places.values())
    for before, after in placed.arrows:
        (start, _), (end, _) = placed.places[before], placed.places[after]
        way = placed.ways.get((before, after), ())
        assert start < end
        assert [column for column, _ in way] in ([], list(range(start + 1, end)))
        assert not taken & set(way)
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
        for node in parsed([dataclasses.replace(step, address=Address(CLUSTER, "集群" * 30))]).iter()
        if node.get("class") == "c"
    ]
    assert len(label) <= 14
    assert label.endswith("…")


def crossings(listed: list[Step]) -> int:
    """Pairs of arrows between the same two columns that cross."""
    placed = layout(listed)
    lines = [
        (a, b)
        for before, after in placed.arrows
        for a, b in pairwise((placed.places[before], *placed.ways.get((before, after), ()), placed.places[after]))
    ]
    pairs = [((a, b), (c, d)) for n, (a, b) in enumerate(lines) for c, d in lines[:n] if a[0] == c[0]]
    return sum((a[1] - c[1]) * (b[1] - d[1]) < 0 for (a, b), (c, d) in pairs)


def test_what_can_be_drawn_without_crossings_is() -> None:
    assert crossings(steps({0: [], 1: [], 2: [], 3: [2], 4: [1], 5: [0], 6: [3], 7: [4], 8: [5]})) == 0
    assert crossings(steps({0: [], 1: [], 2: [1], 3: [0], 4: [2, 3], 5: [3]})) == 0


def test_an_arrow_that_passes_a_column_keeps_clear_of_its_boxes() -> None:
    placed = layout(steps({0: [], 1: [0], 2: [1, 0], 3: [0], 4: [2, 0]}))
    assert placed.ways["s0000", "s0002"] == (placed.ways["s0000", "s0004"][0],)
    root = parsed(steps({0: [], 1: [0], 2: [1, 0]}))
    line = next(node.get("d") or "" for node in root if "H" in (node.get("d") or ""))
    lowest = max(int(number) for number in re.findall(r"[0-9]+ ([0-9]+)", line))
    assert lowest < int(root.get("height") or 0)


def test_what_hangs_together_stands_together() -> None:
    placed = layout(steps({0: [], 1: [0], 2: [], 3: [2], 4: []}))
    assert [placed.places[f"s{n:04}"] for n in range(5)] == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]


def test_a_step_that_thousands_wait_for_makes_no_picture_thousands_high() -> None:
    placed = layout(steps({0: [], **{n: [0] for n in range(1, 2000)}}))
    assert placed.rows <= 100
    assert len(set(placed.places.values())) == 2000
