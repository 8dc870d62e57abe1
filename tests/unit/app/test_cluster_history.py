"""What became of each cluster, told by the versions of the record alone."""

from __future__ import annotations

import json

import pytest

from ackplan.app.cluster_history import ClusterEvent, ClusterMove, RecordedMove, record_changes
from ackplan.core.values import ABSENT
from ackplan.record.versions import RecordText


def version(serial: object, clusters: object, when: str = "", **more: object) -> RecordText:
    document = {"version": 1, "lineage": "l", "serial": serial, "clusters": clusters, **more}
    return RecordText(f"serial {serial}", json.dumps(document).encode(), when, "lin@host", "ackplan apply")


def entry(cluster_id: str = "c-1", **parameters: object) -> dict[str, object]:
    return {"cluster_id": cluster_id, "kind": "managed", "parameters": parameters}


def test_each_version_says_what_it_did() -> None:
    texts = [
        version(3, {"web": entry("c-9", num_of_nodes=5)}),
        version(2, {"web": entry(num_of_nodes=5, tags=["a"]), "db": entry("c-2")}),
        version(1, {"web": entry(num_of_nodes=3)}),
    ]
    third, second, first = record_changes(texts, 3)
    assert first.moves == (ClusterMove("web", ClusterEvent.CREATED),)
    assert second.moves == (
        ClusterMove(
            "web",
            ClusterEvent.CHANGED,
            (RecordedMove("num_of_nodes", 3, 5), RecordedMove("tags", ABSENT, ["a"])),
        ),
        ClusterMove("db", ClusterEvent.CREATED),
    )
    assert third.moves == (
        ClusterMove("web", ClusterEvent.REPLACED, (RecordedMove("tags", ["a"], ABSENT),)),
        ClusterMove("db", ClusterEvent.DELETED),
    )
    assert [change.serial for change in (third, second, first)] == [3, 2, 1]
    assert third.text.data is None


def test_what_was_before_the_oldest_version_is_not_known() -> None:
    newest, oldest = record_changes([version(8, {"web": entry(), "db": entry()}), version(7, {"web": entry()})], 8)
    assert (oldest.is_first, oldest.moves) == (True, ())
    assert [(move.name, move.event) for move in newest.moves] == [("db", ClusterEvent.CREATED)]


def test_of_two_with_one_serial_the_one_counts_that_says_when() -> None:
    content = {"web": entry()}
    (change,) = record_changes([version(1, content), version(1, content, "2026-01-01T00:00:00Z")], 1)
    assert change.text.when == "2026-01-01T00:00:00Z"


def test_what_is_newer_than_the_snapshot_is_left_out() -> None:
    assert [change.serial for change in record_changes([version(2, {}), version(1, {})], 1)] == [1]


def test_attached_instances_keys_of_ackplan_and_what_is_inside_are_told() -> None:
    before = {"web": {**entry(), "own": {"lifecycle": {"prevent_destroy": True}}}}
    after = {"web": {**entry(), "attached": ["i-1"], "accepted_at": "2026-01-01T00:00:00Z"}}
    pools = {"cluster/web/node_pool/main": entry("np-1", size=1)}
    second, _ = record_changes([version(2, after, resources=pools), version(1, before)], 2)
    (web, pool) = second.moves
    assert {move.name for move in web.parameters} == {"attach", "lifecycle"}
    assert (pool.name, pool.event) == ("web/main", ClusterEvent.CREATED)


def test_what_ackplan_notes_for_itself_is_no_change() -> None:
    second, _ = record_changes([version(2, {"web": {**entry(), "created": True}}), version(1, {"web": entry()})], 2)
    assert second.moves == ()


@pytest.mark.parametrize(
    "text",
    [
        RecordText("x", None),
        RecordText("x", b"<<<<"),
        RecordText("x", b"[" * 100_000),
        RecordText("x", b'{"serial": 1}'),
        RecordText("x", b'{"serial": true, "clusters": {}}'),
        RecordText("x", b'{"serial": -1, "clusters": {}}'),
        RecordText("x", b'{"serial": 1, "clusters": [], "resources": {}}'),
    ],
)
def test_what_is_no_version_is_left_out(text: RecordText) -> None:
    assert [change.serial for change in record_changes([version(1, {}), text], 1)] == [1]


def test_entries_that_are_none_are_left_out() -> None:
    odd = {"a": None, "b": [], "c": {"parameters": 3, "own": []}}
    (change,) = record_changes([version(1, odd, resources={"odd": {}, "cluster/x/y": 1})], 1)
    assert {move.name for move in change.moves} == {"c", "odd"}
