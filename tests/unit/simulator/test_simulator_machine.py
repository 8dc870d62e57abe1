"""The state machine: what may begin when, and where it leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.simulator.machine import NotAllowed, Operation, State, begin, duration, end

_RESIZES = (Operation.SCALE_OUT, Operation.ATTACH, Operation.REMOVE)
_BUSY = (State.INITIAL, State.SCALING, State.REMOVING, State.UPDATING, State.DELETING)


def test_creation_begins_out_of_nothing_only() -> None:
    assert begin(None, Operation.CREATE) == "initial"
    for state in State:
        with pytest.raises(NotAllowed):
            begin(state, Operation.CREATE)


@pytest.mark.parametrize(
    ("operation", "meanwhile"),
    [
        (Operation.SCALE_OUT, "scaling"),
        (Operation.ATTACH, "scaling"),
        (Operation.REMOVE, "removing"),
        (Operation.DELETE, "deleting"),
    ],
)
def test_a_running_cluster_takes_every_other_operation(operation: Operation, meanwhile: str) -> None:
    assert begin(State.RUNNING, operation) == meanwhile


@pytest.mark.parametrize("state", _BUSY)
@pytest.mark.parametrize("operation", [*_RESIZES, Operation.DELETE])
def test_a_busy_cluster_takes_nothing(state: State, operation: Operation) -> None:
    with pytest.raises(NotAllowed):
        begin(state, operation)


@pytest.mark.parametrize("state", [State.FAILED, State.DELETE_FAILED, State.INACTIVE, State.UNAVAILABLE])
def test_a_broken_cluster_can_only_be_deleted(state: State) -> None:
    assert begin(state, Operation.DELETE) == "deleting"
    for operation in _RESIZES:
        with pytest.raises(NotAllowed):
            begin(state, operation)


def test_ends() -> None:
    assert [end(operation, succeeded=True) for operation in Operation] == ["running"] * 4 + ["deleted"]
    failures = {operation: end(operation, succeeded=False) for operation in Operation}
    assert failures[Operation.CREATE] == "failed"
    assert failures[Operation.DELETE] == "delete_failed"
    assert {failures[operation] for operation in _RESIZES} == {"running"}


@given(st.sampled_from(list(State)), st.sampled_from(list(Operation)))
def test_what_begins_is_busy_until_it_ends(state: State, operation: Operation) -> None:
    try:
        meanwhile = begin(None if operation is Operation.CREATE else state, operation)
    except NotAllowed:
        return
    assert meanwhile in _BUSY
    assert end(operation, succeeded=True) not in _BUSY
    assert end(operation, succeeded=False) not in _BUSY


@pytest.mark.parametrize(("kind", "minutes"), [("dedicated", 15), ("managed", 10), ("edge", 10), ("serverless", 3)])
def test_creation_takes_its_time_give_or_take_a_tenth(kind: str, minutes: int) -> None:
    assert duration(Operation.CREATE, kind, 0.5) == pytest.approx(60 * minutes)
    assert duration(Operation.CREATE, kind, 0.0) == pytest.approx(54 * minutes)


@given(st.sampled_from(list(Operation)), st.floats(0, 1, exclude_max=True))
def test_durations_stay_near_their_mean(operation: Operation, chance: float) -> None:
    mean = duration(operation, "managed", 0.5)
    assert 0.9 * mean <= duration(operation, "managed", chance) <= 1.1 * mean + 1e-9
