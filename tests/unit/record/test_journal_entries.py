"""Journal entries as data: a golden file of what runs wrote before calls had types is read, and written the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ackplan.core.aims import Aim, Born, Gone, Grown, Joined, Left
from ackplan.core.resource import CLUSTER_KINDS
from ackplan.record import Record
from ackplan.record.codec import encode_cluster
from ackplan.record.entries import decode_entry, decode_facts, encode_data
from ackplan.record.journal import Entry, fold

GOLDEN: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "golden" / "journal.jsonl").read_text("utf-8").splitlines()
]
INTENTS = [row["data"] for row in GOLDEN if row["phase"] == "intent"]


def read(row: dict[str, Any]) -> Entry:
    where = row["run"], row["step"], row["cluster"]
    return decode_entry(where, row["phase"], row["data"], row["entry"], removed=row["removed"], kinds=CLUSTER_KINDS)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['phase']} {row['step']}")
def test_an_entry_is_written_again_as_it_was_read(row: dict[str, Any]) -> None:
    entry = read(row)
    assert json.dumps(encode_data(entry)) == json.dumps(row["data"])
    assert json.dumps(encode_cluster(entry.entry) if entry.entry else None) == json.dumps(row["entry"])
    assert (entry.run, entry.step, entry.name, entry.phase.value, entry.removed) == (
        row["run"], row["step"], row["cluster"], row["phase"], row["removed"]
    )  # fmt: skip


def test_every_aim_is_among_them() -> None:
    assert {type(decode_facts("c", data, CLUSTER_KINDS).aim) for data in INTENTS} == {Born, Grown, Joined, Left, Gone}
    assert {decode_facts("c", data, CLUSTER_KINDS).operation for data in INTENTS} == {
        data["operation"] for data in INTENTS
    }


def test_what_ended_otherwise_than_in_order_is_not_done() -> None:
    assert {row["step"].partition(":")[0] for row in GOLDEN if read(row).done} >= {"create", "attach", "record"}
    assert not any(read(row).done for row in GOLDEN if row["data"] or row["phase"] != "settled")


def test_an_answer_that_was_kept_from_an_ended_run_tells_all_of_its_call() -> None:
    kept = [row for row in GOLDEN if row["phase"] == "answer" and "operation" in row["data"]]
    assert kept
    for row in kept:
        _, (call,) = fold(Record("lineage"), [read(row)])
        assert (call.answered, call.facts.operation) == (True, row["data"]["operation"])
        assert (call.facts.task_id, call.facts.sent_at) == (row["data"]["task_id"], row["data"]["at"])


# What earlier versions wrote, and what stands in no version: the aim that is understood.
OLDER: list[tuple[str, dict[str, Any], Aim | None]] = [
    ("nothing", {}, None),
    ("no sizes", {"operation": "scale_out", "workers_before": 3}, None),
    ("no masters", {"operation": "scale_out", "workers_before": 3, "workers_after": 5}, decode_facts(
        "c", {"operation": "scale_out", "workers_before": 3, "workers_after": 5, "masters": 0}, CLUSTER_KINDS).aim),
    ("no instances", {"operation": "attach"}, Joined(())),
    ("an operation of another version", {"operation": "upgrade", "at": 1.0}, None),
]  # fmt: skip


@pytest.mark.parametrize(("data", "aim"), [row[1:] for row in OLDER], ids=[row[0] for row in OLDER])
def test_what_is_not_told_is_not_known(data: dict[str, Any], aim: Aim | None) -> None:
    assert decode_facts("c", data, CLUSTER_KINDS).aim == aim


@pytest.mark.parametrize(
    "data",
    [{"operation": 1}, {"instances": "i"}, {"workers_before": "3"}, {"at": "now"}, {"task_id": 3}, {"entry": {}}],
    ids=lambda data: next(iter(data)),
)
def test_facts_of_the_wrong_shape_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="wrong"):
        decode_facts("c", data, CLUSTER_KINDS)


@pytest.mark.parametrize(
    "value", [{}, {"cluster_id": 1}, {"cluster_id": "a/../b", "kind": "managed", "parameters": {}}]
)
def test_a_record_entry_that_is_none_is_refused_as_a_value(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"clusters\.c"):
        decode_entry(("run", "create:c", "c"), "settled", {}, value, kinds=CLUSTER_KINDS)
