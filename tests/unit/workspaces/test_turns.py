"""Whose turn it is: after what it depends on, one at a time of an account."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ackplan.workspaces.turns import Turn, Turns


def test_what_is_behind_a_failure_ends_with_it() -> None:
    turns = Turns((Turn("a", "1"), Turn("b", "2", ("a",)), Turn("c", "3", ("b",)), Turn("d", "4")), {}, 9)
    assert list(turns.begin()) == ["a", "d"]
    turns.end("a", failed=True)
    assert list(turns.begin()) == []
    assert turns.ended == {"a": True, "b": True, "c": True}


def test_nothing_is_begun_once_it_is_stopped() -> None:
    turns = Turns((Turn("a", "1"), Turn("b", "1")), {}, 9)
    assert list(turns.begin()) == ["a"]
    turns.stop()
    turns.end("a", failed=False)
    assert list(turns.begin()) == []


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.booleans()), max_size=12), st.integers(1, 4), st.data()
)
def test_each_has_one_turn(shape: list[tuple[int, int, bool]], jobs: int, data: st.DataObject) -> None:
    """In whatever order they end, and wherever a history ends between them."""
    all_turns = tuple(
        Turn(str(n), str(account), (str(need),) if need < n else ()) for n, (account, need, _) in enumerate(shape)
    )
    turns, running, ran = Turns(all_turns, {}, jobs), [], []
    while True:
        for name in turns.begin():
            needs = all_turns[int(name)].needs
            assert all(turns.ended[need] is False for need in needs)
            running.append(name)
            ran.append(name)
        accounts = [all_turns[int(name)].account for name in running]
        assert len(accounts) == len(set(accounts)) <= jobs
        if not running:
            break
        name = data.draw(st.sampled_from(running))
        running.remove(name)
        turns.end(name, failed=shape[int(name)][2])
        if not running and data.draw(st.booleans()):
            turns = Turns(all_turns, turns.ended, jobs)
    assert len(ran) == len(set(ran))
    assert len(turns.ended) == len(all_turns)
