"""Made-up requests at a live simulator: no server error, and every answer as the contract has it.

A few here; `python -m tests.conformance.soak` sends as many as one likes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from ackplan.simulator import answers, operations, routes
from ackplan.simulator.records import Cluster
from ackplan.simulator.world import World
from tests.conformance import contract, soak
from tests.conformance.bombardment import Bombardment, Tally, bombardment, rounds
from tests.conformance.generation import valid

# Some of each operation, right and wrong ones.
LIMIT = 8 * len(contract.operations())


@pytest.fixture(scope="module")
def fire():
    """What requests are made up from; the tool is slow to begin with, so all tests here share it."""
    with bombardment(limit=LIMIT) as begun:
        yield begun


def one(fire: Bombardment, operation: str, number: int) -> Tally:
    """A few requests of one operation, counted by themselves."""
    fire.tally, fire.limit = Tally(), 20
    (source, *_) = (source for source in fire.sources if source.operation == operation)
    fire.fire(source, 20, number, wrong=False)
    return fire.tally


def test_answers_to_made_up_requests_are_as_the_contract_has_them(fire):
    *_, tally = rounds(fire, number=7, examples=5)
    assert (tally.requests, tally.server_errors, tally.violations) == (LIMIT, 0, [])
    assert {operation for operation, _ in tally.answers} == set(contract.operations())
    assert len({operation for operation, status in tally.answers if status < 300}) > 8
    assert len({operation for operation, status in tally.answers if status >= 400}) > 8


def test_a_server_error_is_seen(fire, monkeypatch):
    monkeypatch.setitem(operations._READS, "get_cluster", lambda *_: 1 / 0)
    tally = one(fire, "get_cluster", 1)
    assert tally.server_errors > 0
    assert not tally.clean


def test_an_answer_that_lacks_something_is_seen(fire, monkeypatch):
    whole = Cluster.answer
    monkeypatch.setattr(Cluster, "answer", lambda self: {k: v for k, v in whole(self).items() if k != "state"})
    tally = one(fire, "list_clusters", 2)
    assert (tally.server_errors, tally.clean) == (0, False)
    assert "state" in tally.violations[0]


def test_a_status_that_the_contract_does_not_have_is_seen(fire, monkeypatch):
    monkeypatch.setitem(routes.STATUS, "list_clusters", 206)
    assert not one(fire, "list_clusters", 3).clean


def test_a_content_type_that_the_contract_does_not_have_is_seen(fire, monkeypatch):
    monkeypatch.setattr(answers, "_JSON", "application/problem+json")
    assert not one(fire, "list_clusters", 4).clean


def test_a_body_that_should_have_been_refused_is_seen(fire, monkeypatch):
    monkeypatch.setattr("ackplan.simulator.bodies._refuse_unknown", lambda *_: None)
    monkeypatch.setattr("ackplan.simulator.faulty.refuse", lambda *_: None)
    monkeypatch.setattr(World, "attach_script", lambda *_: "script")
    tally = one(fire, "attach_script", 5)
    assert "a body that the contract does not have was taken" in "; ".join(tally.violations)


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("scale", {"num_of_nodes": 3}, True),
        ("scale", b'{"num_of_nodes": 3}', True),
        ("scale", {"num_of_nodes": "x"}, False),
        ("scale", {"num_of_nodes": 3, "more": 1}, False),
        ("scale", b"{", False),
        ("scale", b" ", False),
        ("upgrade_node_pool", b" ", True),
        ("create_cluster", {"cluster_type": "Ask", "name": "a", "region_id": "cn-beijing"}, True),
        ("create_cluster", {"cluster_type": "Ask", "name": "a"}, False),
    ],
)
def test_what_a_valid_body_is(operation, body, expected):
    assert valid(operation, body) is expected


def test_the_long_run_sums_up_and_tells_by_its_exit_code(fire, capsys, monkeypatch):
    @contextlib.contextmanager
    def again(limit: int) -> Iterator[Bombardment]:
        fire.tally, fire.limit = Tally(), limit
        yield fire

    monkeypatch.setattr(soak, "bombardment", again)
    assert soak.main(["--requests", "6", "--seed", "3"]) == 0
    assert capsys.readouterr().out == "6 requests, 0 5xx, 0 schema violations\n"
    monkeypatch.setattr(answers, "_JSON", "application/problem+json")
    monkeypatch.setattr(answers, "_XML", "text/plain")
    assert soak.main(["--requests", "6", "--seed", "3"]) == 1
    assert capsys.readouterr().out == "6 requests, 0 5xx, 6 schema violations\n"


def test_the_long_run_refuses_to_send_nothing(capsys):
    with pytest.raises(SystemExit):
        soak.main(["--requests", "0"])
    assert "--requests" in capsys.readouterr().err
