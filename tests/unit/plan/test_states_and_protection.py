"""What a plan makes of states that are not running, of deletion protection, and of products that no spec can say."""

from __future__ import annotations

from typing import Any

import pytest
from sides import MANAGED, change_of, live, nodes, one, plan_of, recorded, settled, sides

from ackplan.core.actions import Action, Reason
from ackplan.core.states import CONDITIONS

SETTLED = ["failed", "updating_failed", "delete_failed", "stopped", "inactive", "unavailable", "disconnected"]
BUSY = ["updating", "upgrading", "scaling", "removing", "draining", "waiting"]
MORE: dict[str, dict[str, Any]] = {
    "scale-out": {"num_of_nodes": 5},
    "attach": {"attach": [{"instances": ["i-new"], "password": {"env": "P"}}]},
}


@pytest.mark.parametrize("state", [*SETTLED, *BUSY, "upgrading_failed", "something_new"])
@pytest.mark.parametrize("mode", ["normal", "refresh-only"])
def test_a_state_that_is_not_running_is_said(state: str, mode: str) -> None:
    wanted = one(MANAGED)
    made = plan_of(sides([wanted], {"c": recorded(wanted)}, [live(wanted, state=state)]), mode=mode)
    assert not made.acting
    assert made.applicable
    (told,) = made.diagnostics
    assert (told.code, told.cluster, told.is_error) == ("ACK2030", "c", False)
    assert f"its state is {state}: " in told.detail


def test_a_running_cluster_is_not_mentioned() -> None:
    wanted = one(MANAGED)
    assert plan_of(sides([wanted], *settled(wanted))).diagnostics == ()


@pytest.mark.parametrize("state", SETTLED)
@pytest.mark.parametrize("more", MORE)
def test_no_work_is_sent_to_a_cluster_that_does_not_run(state: str, more: str) -> None:
    before, wanted = one(MANAGED), one(MANAGED, **MORE[more])
    shown = nodes("i-1", "i-2", "i-3") if more == "attach" else None
    change = change_of(wanted, recorded(before), live(before, state=state), shown)
    (fault,) = change.blocked
    assert (fault.code, change.action) == ("ACK2031", Action.UPDATE)
    assert f"its state is {state}: " in fault.detail


@pytest.mark.parametrize("state", [*BUSY, "something_new", "running"])
def test_a_cluster_that_leaves_its_state_is_waited_for(state: str) -> None:
    before, wanted = one(MANAGED), one(MANAGED, num_of_nodes=5)
    change = change_of(wanted, recorded(before), live(before, state=state))
    assert change.blocked == ()
    assert any(state in note for note in change.notes) == (state != "running")


@pytest.mark.parametrize("state", [*SETTLED, *BUSY, "running", "something_new"])
def test_a_deletion_is_planned_in_every_state(state: str) -> None:
    entry = recorded(one(MANAGED))
    change = change_of(None, entry, live(one(MANAGED), state=state))
    assert (change.action, change.blocked) == (Action.DELETE, ())


def test_what_touches_no_node_is_planned_in_every_state() -> None:
    before, wanted = one(MANAGED), one(MANAGED, timeout_mins=90)
    assert change_of(wanted, recorded(before), live(before, state="stopped")).blocked == ()


@pytest.mark.parametrize("flag", [True, "true", "True"])
def test_deletion_protection_refuses_a_deletion_in_the_plan(flag: object) -> None:
    cluster = live(one(MANAGED), attributes={"deletion_protection": flag})
    for options in ({}, {"mode": "destroy"}):
        change = change_of(None, recorded(one(MANAGED)), cluster, **options)
        (fault,) = change.blocked
        assert (fault.code, change.action) == ("ACK2004", Action.DELETE)
        assert "deletion_protection of the live cluster id-c does not allow to delete it" in fault.detail


@pytest.mark.parametrize("flag", [False, "false", None, ""])
def test_without_it_nothing_is_refused(flag: object) -> None:
    cluster = live(one(MANAGED), attributes={"deletion_protection": flag})
    assert change_of(None, recorded(one(MANAGED)), cluster).blocked == ()


def test_deletion_protection_refuses_a_replacement_too() -> None:
    wanted = one(MANAGED)
    cluster = live(wanted, attributes={"deletion_protection": True})
    change = change_of(wanted, recorded(wanted), cluster, replace=frozenset({"c"}))
    assert [(fault.code, change.reason) for fault in change.blocked] == [("ACK2004", Reason.REQUESTED)]
    broken = live(wanted, state="failed", attributes={"deletion_protection": True})
    change = change_of(wanted, recorded(wanted, created=False), broken)
    assert [(fault.code, change.reason) for fault in change.blocked] == [("ACK2004", Reason.CREATE_FAILED)]


def test_what_both_sides_protect_is_said_twice() -> None:
    entry = recorded(one(MANAGED, lifecycle={"prevent_destroy": True}))
    change = change_of(None, entry, live(one(MANAGED), attributes={"deletion_protection": True}))
    assert [fault.code for fault in change.blocked] == ["ACK2004", "ACK2004"]


def test_a_deletion_under_way_is_not_refused() -> None:
    cluster = live(one(MANAGED), state="deleting", attributes={"deletion_protection": True})
    assert change_of(None, recorded(one(MANAGED)), cluster).blocked == ()


@pytest.mark.parametrize(
    ("kind", "profile", "adopted"),
    [
        ("ManagedKubernetes", "Default", True),
        ("ManagedKubernetes", "", True),
        ("ManagedKubernetes", "Serverless", False),
        ("ManagedKubernetes", "Acs", False),
        ("ManagedKubernetes", "Lingjun", False),
        ("ManagedKubernetes", "Tomorrow", False),
        ("ExternalKubernetes", "Default", False),
        ("One", "Default", False),
    ],
)
def test_only_what_a_spec_can_say_is_adopted(kind: str, profile: str, adopted: bool) -> None:
    wanted = one(MANAGED)
    cluster = live(wanted, cluster_type=kind, attributes={"cluster_type": kind, "profile": profile})
    change = change_of(wanted, None, cluster, adopt=frozenset({"c"}))
    assert [fault.code for fault in change.blocked] == ([] if adopted else ["ACK2002"])
    assert adopted or kind in change.blocked[0].detail


def test_every_state_says_what_it_means() -> None:
    assert all(known.says for known in CONDITIONS.values())
    assert [state for state, known in CONDITIONS.items() if known.works] == ["running"]
