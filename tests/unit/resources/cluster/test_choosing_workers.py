"""Which workers a scale-in removes, and whom size and nodes of a cluster believe."""

from __future__ import annotations

import pytest

from ackplan.core.answers import Node
from ackplan.resources.workers import choose, count_live
from ackplan.spec.desired import ScaleInChoice

_CREATED = "2026-01-01T00:00:00Z"


def node(name: str, day: int = 2, **more: str) -> Node:
    """A worker of that instance, made on that day of January."""
    facts = {"role": "Worker", "state": "running", "created": f"2026-01-{day:02}T00:00:00Z", "source": "ess_attach"}
    return Node(name, f"cn-beijing.{name}", **{**facts, **more})


def picked(nodes: list[Node], need: int = 1, *, release: bool = True, strategy: str = "oldest") -> list[str]:
    chosen = choose(ScaleInChoice(None, strategy, release), need, nodes, frozenset(), _CREATED)
    return [each.key for each in chosen.nodes]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (node("i-b", source="manual"), "its source is manual"),
        (node("i-b", source="something-new"), "its source is something-new"),
        (Node("i-b", "n", "Worker", "running", "2025-12-01T00:00:00Z"), "older than the cluster"),
        (Node("i-b", "n", "Worker", "running", "2025-12-01T08:00:00+08:00", source="ess"), "older than the cluster"),
        (Node("", "edge-shop-7", "Worker", "running", "2026-01-01T00:00:00Z"), "no instance"),
        (node("i-b", 1, charge_type="PrePaid"), "can't be released"),
    ],
    ids=["attached", "unknown source", "older", "older by another zone", "no instance", "PrePaid"],
)
def test_a_strategy_never_picks_what_acks_did_not_make_for_the_cluster(other: Node, why: str) -> None:
    chosen = choose(ScaleInChoice(None, "oldest", True), 2, [other, node("i-a", 9)], frozenset(), _CREATED)
    assert [each.key for each in chosen.nodes] == ["i-a"]
    assert why in chosen.spared[0]
    assert other.key in chosen.spared[0]


@pytest.mark.parametrize("source", ["ess", "ess_attach", "ros", ""])
def test_what_was_made_for_the_cluster_may_go(source: str) -> None:
    assert picked([node("i-a", source=source)]) == ["i-a"]


def test_a_prepaid_instance_that_is_kept_may_leave_the_cluster() -> None:
    assert picked([node("i-a", charge_type="PrePaid")], release=False) == ["i-a"]


@pytest.mark.parametrize("facts", [{"state": "failed"}, {"state": "removing"}, {"state": "stopped"}, {"error": "x"}])
@pytest.mark.parametrize("strategy", ["oldest", "newest"])
def test_what_is_leaving_or_failed_goes_first(facts: dict[str, str], strategy: str) -> None:
    nodes = [node("i-a", 2), node("i-ill", 5, **facts), node("i-z", 9)]
    assert picked(nodes, strategy=strategy) == ["i-ill"]


@pytest.mark.parametrize("name", ["i-b", "cn-beijing.i-b"])
def test_a_node_is_named_by_instance_or_by_name(name: str) -> None:
    scale_in = ScaleInChoice((name, name.removeprefix("cn-beijing.")), None, None)
    chosen = choose(scale_in, 2, [node("i-a"), node("i-b", source="manual")], frozenset(), _CREATED)
    assert [each.key for each in chosen.nodes] == ["i-b"]


def test_what_is_attached_is_kept_however_it_is_named() -> None:
    scale_in = ScaleInChoice(("cn-beijing.i-a",), None, None)
    assert choose(scale_in, 1, [node("i-a")], frozenset({"i-a"}), _CREATED).nodes == ()


@pytest.mark.parametrize(
    ("size", "masters", "ill", "expected"),
    [
        (2, 0, 0, (2, False)),
        (None, 0, 0, (2, False)),
        (0, 0, 0, (2, True)),
        (3, 0, 0, (2, True)),
        (1, 0, 1, (1, False)),
        (2, 0, 1, (2, False)),
        (5, 3, 0, (2, False)),
        (2, 3, 0, (2, True)),
    ],
    ids=["agree", "no size", "size 0 with two nodes", "one more", "the ill not counted", "the ill counted",
         "masters counted", "masters not counted"],
)  # fmt: skip
def test_size_and_nodes(size: int | None, masters: int, ill: int, expected: tuple[int, bool]) -> None:
    nodes = [node("i-a"), node("i-b", state="failed" if ill else "running")]
    nodes += [node(f"i-m{number}", role="Master") for number in range(masters)]
    assert count_live(size, masters, nodes) == expected


def test_without_nodes_the_size_tells() -> None:
    assert count_live(5, 3, None) == (2, False)
    assert count_live(None, 3, None) == (None, False)
