"""Answers of the real API, captured or documented, hold against the contract: tasks, upgrades, checks, kubeconfigs."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.conformance import contract
from tests.corpus.answers import corpus

OF = {"get_task": "task", "kubeconfig": "config"}
REAL = [answer for answer in corpus().values() if answer.operation in OF and answer.status < 300]
CHECK_ID = "1697100584236600453-ce0da5a1d627e4e9e9f96cae8ad07aaaa-clustercheck-lboto"
ENTRY = {
    "check_id": CHECK_ID,
    "type": "ClusterUpgrade",
    "status": "Succeeded",
    "message": "task succeed",
    "created_at": "2023-10-16T08:31:20.292030178Z",
    "finished_at": "2023-10-16T08:35:20.292030178Z",
}
ITEM = {"Group": "ClusterResource", "Level": {"normal": {"Message": "", "Targets": [{"Target": "v1beta1.metrics"}]}}}
# Examples of the official API reference of 2023 to 2026, with ids made up.
DOCUMENTED: list[tuple[str, Any]] = [
    (
        "upgrade_status",
        {
            "error_message": "subject to actual return",
            "precheck_report_id": "be4c8eb72de94d459ea7ace7c811d119",
            "status": "running",
            "upgrade_step": "prechecking",
            "upgrade_task": {"status": "running", "message": "subject to actual return"},
        },
    ),
    ("check_started", {"request_id": "F04DF81D-5C12-1524-B36A-86E025260000", "check_id": CHECK_ID}),
    ("checks", {"checks": [ENTRY]}),
    ("check", {**ENTRY, "check_items": {"ClusterResource": [ITEM]}}),
    ("done", {}),
]


def faults(schema: str, body: Any) -> list[str]:
    return [fault.message for fault in contract.validator(f"#/components/schemas/{schema}").iter_errors(body)]


@pytest.mark.parametrize("answer", REAL, ids=lambda answer: answer.name)
def test_a_real_answer_is_in_the_contract(answer: Any) -> None:
    assert faults(OF[answer.operation], answer.body) == []


def test_there_are_tasks_in_all_their_states_but_passing_ones() -> None:
    states = {answer.body["state"] for answer in REAL if answer.operation == "get_task"}
    known = contract.document()["components"]["schemas"]["task"]["properties"]["state"]["x-ack-known-values"]
    assert set(known) - states == {"pausing", "resuming", "cancelling"}


@pytest.mark.parametrize(("schema", "body"), DOCUMENTED, ids=[name for name, _ in DOCUMENTED])
def test_a_documented_answer_is_in_the_contract(schema: str, body: Any) -> None:
    assert faults(schema, body) == []


@pytest.mark.parametrize(
    ("schema", "name", "value"),
    [
        ("upgrade_status", "upgrade_step", None),
        ("check_started", "check_id", "a b"),
        ("check", "check_items", {"ClusterResource": ITEM}),
        ("check", "created_at", "yesterday"),
    ],
)
def test_a_wrong_answer_is_not(schema: str, name: str, value: Any) -> None:
    body = copy.deepcopy(dict(DOCUMENTED)[schema])
    assert faults(schema, {**body, name: value})
