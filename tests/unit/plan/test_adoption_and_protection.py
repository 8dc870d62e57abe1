"""Consent: what is taken over, what is protected, and what stays refused until someone agrees."""

from __future__ import annotations

import pytest
from sides import (
    DEDICATED,
    EDGE,
    MANAGED,
    PASSWORD,
    SERVERLESS,
    calls,
    change_of,
    ids,
    live,
    nodes,
    one,
    plan_of,
    recorded,
    settled,
    sides,
    want,
)

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.values import ABSENT
from ackplan.plan.model import Change
from ackplan.spec.desired import Wanted

ADOPT = {"adopt": frozenset({"c"})}
FIVE = ("i-1", "i-2", "i-3", "i-4", "i-5")


@pytest.mark.parametrize(
    "body", [MANAGED, DEDICATED, EDGE, SERVERLESS], ids=["managed", "dedicated", "edge", "serverless"]
)
@pytest.mark.parametrize("how", ["flag", "spec"])
def test_with_consent_a_live_cluster_is_recorded_without_a_call(body, how):
    wanted = one(body, lifecycle={"adopt": True} if how == "spec" else None)
    change = change_of(wanted, None, live(wanted), **(ADOPT if how == "flag" else {}))
    assert (change.action, change.reason, change.cluster_id) == (Action.ADOPT, Reason.ADOPTION, "id-c")
    assert calls(change.steps) == []
    assert change.steps[-1].after == recorded(wanted)
    assert not change.is_blocked
    assert "id-c" in change.notes[0]


def test_consent_for_another_cluster_is_none():
    wanted = one(MANAGED)
    assert change_of(wanted, None, live(wanted)).is_blocked
    plan = plan_of(sides(want(c=MANAGED, d=MANAGED).values(), {}, [live(wanted)]), adopt=frozenset({"d"}))
    assert [(change.name, change.is_blocked) for change in plan.changes] == [("c", True), ("d", False)]


def test_an_adopted_cluster_is_brought_to_what_is_wanted():
    wanted = one(MANAGED)
    more = change_of(wanted, None, live(wanted, size=1), **ADOPT)
    assert (more.action, more.reason) == (Action.UPDATE, Reason.ADOPTION)
    ((_, path, body),) = calls(more.steps)
    assert (path, body["count"], body["login_password"]) == ("/api/v2/clusters/id-c", 2, PASSWORD)
    assert more.steps[-1].after == recorded(wanted)
    assert [(p.name, p.before, p.after) for p in more.parameters] == [("num_of_nodes", 1, 3)]
    assert (more.before["num_of_nodes"], more.after["num_of_nodes"]) == (1, 3)
    empty = change_of(wanted, None, live(wanted, size=0), **ADOPT)
    assert [(p.name, p.before, p.after) for p in empty.parameters] == [("num_of_nodes", 0, 3)]
    fewer = one(MANAGED, scale_in={"strategy": "newest", "release_node": True})
    change = change_of(fewer, None, live(fewer, size=5), nodes(*FIVE), **ADOPT)
    assert calls(change.steps) == [("POST", "/clusters/id-c/nodes", {"nodes": ["i-5", "i-4"], "release_node": True})]


def test_an_adoption_says_since_when_the_cluster_is_live():
    wanted = one(MANAGED)
    (known,) = change_of(wanted, None, live(wanted, attributes={"created": "2019-09-16"}), **ADOPT).notes
    (unknown,) = change_of(wanted, None, live(wanted), **ADOPT).notes
    assert known == f"{unknown}, live since 2019-09-16"


def test_an_adopted_cluster_with_too_many_workers_is_refused_without_a_word_on_which():
    wanted = one(MANAGED)
    change = change_of(wanted, None, live(wanted, size=5), nodes(*FIVE), **ADOPT)
    assert [why.code for why in change.blocked] == ["ACK2005"]
    assert change.reason is Reason.ADOPTION


def test_adoption_knows_which_instances_are_attached_already():
    wanted = one(MANAGED, attach=[{"instances": ["i-4", "i-9"], "key_pair": "k"}])
    change = change_of(wanted, None, live(wanted, size=4), nodes(*FIVE[:4]), **ADOPT)
    assert calls(change.steps) == [("POST", "/clusters/id-c/attach", {"instances": ["i-9"], "key_pair": "k"})]
    assert sorted(change.steps[-1].after.attached) == ["i-4", "i-9"]
    assert change.steps[-1].after.parameters["num_of_nodes"] == 3
    assert change.parameters == ()


def test_an_adopted_dedicated_cluster_has_the_masters_that_its_nodes_show():
    wanted = one(DEDICATED, master_count=5, num_of_nodes=2)
    three = nodes("i-1", "i-2", masters=["m-1", "m-2", "m-3"])
    change = change_of(wanted, None, live(wanted, size=5), three, **ADOPT)
    assert (change.action, [why.parameter for why in change.blocked]) == (Action.REPLACE, ["master_count"])
    assert [(p.name, p.before, p.after) for p in change.parameters] == [("master_count", 3, 5)]
    five = nodes("i-1", "i-2", masters=["m-1", "m-2", "m-3", "m-4", "m-5"])
    assert change_of(wanted, None, live(wanted), five, **ADOPT).action is Action.ADOPT


def test_an_adopted_cluster_of_unknown_size_is_counted_by_its_nodes():
    wanted = one(MANAGED)
    change = change_of(wanted, None, live(wanted, size=None), nodes("i-1"), **ADOPT)
    assert calls(change.steps)[0][2]["count"] == 2


OTHER = [
    ("another VPC", MANAGED, {"attributes": {"vpc_id": "vpc-z"}}, "vpcid", "vpc-z"),
    ("another region", SERVERLESS, {"attributes": {"region_id": "cn-z"}}, "region_id", "cn-z"),
    ("another type", MANAGED, {"attributes": {"cluster_type": "Kubernetes"}, "cluster_type": "Kubernetes"}, "cluster_type", "Kubernetes"),
    ("an edge cluster", MANAGED, {"attributes": {"profile": "Edge"}}, "profile", "Edge"),
    ("no edge cluster", EDGE, {"attributes": {"profile": "Default"}}, "profile", "Default"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "moved", "parameter", "shown"), [row[1:] for row in OTHER], ids=[row[0] for row in OTHER]
)
def test_a_cluster_that_is_something_else_is_not_adopted_silently(body, moved, parameter, shown):
    wanted = one(body)
    change = change_of(wanted, None, live(wanted, **moved), **ADOPT)
    assert change.action is Action.REPLACE
    assert [why.parameter for why in change.blocked] == [parameter]
    (found,) = [p for p in change.parameters if p.name == parameter]
    assert (found.before, found.side) == (shown, Side.LIVE)


def test_which_of_two_clusters_of_one_name_is_meant_is_not_guessed():
    wanted = one(MANAGED)
    twins = [live(wanted, cluster_id="id-1"), live(wanted, cluster_id="id-2")]
    for order in (twins, twins[::-1]):
        (change,) = plan_of(sides([wanted], {}, order), **ADOPT).changes
        assert change.is_blocked
        assert change.steps == ()


# prevent_destroy in the record and in the spec (None: not said), and whether a replace is refused
PROTECTION = [(None, None, False), (None, True, True), (None, False, False), (True, None, True), (True, True, True), (True, False, False), (False, None, False), (False, True, True)]  # fmt: skip


def protecting(said: bool | None, **more: object) -> Wanted:
    lifecycle = {"replace": "allow"} | ({} if said is None else {"prevent_destroy": said})
    return one(MANAGED, lifecycle=lifecycle, **more)


@pytest.mark.parametrize(("in_record", "in_spec", "refused"), PROTECTION)
@pytest.mark.parametrize("how", ["edit", "asked for"])
def test_a_protected_cluster_is_not_replaced(in_record, in_spec, refused, how):
    was = protecting(in_record)
    wanted = protecting(in_spec, **({"snat_entry": False} if how == "edit" else {}))
    options = {"replace": frozenset({"c"})} if how == "asked for" else {}
    change = change_of(wanted, recorded(was), live(was), **options)
    assert change.action is Action.REPLACE
    assert [why.code for why in change.blocked] == (["ACK2004"] if refused else [])
    assert ids(change.steps) == ["delete:c", "create:c"]


@pytest.mark.parametrize("in_record", [None, True, False])
def test_a_protected_cluster_is_not_deleted_when_its_entry_goes(in_record):
    was = protecting(in_record)
    change = change_of(None, recorded(was), live(was))
    assert (change.action, change.is_blocked) == (Action.DELETE, bool(in_record))
    assert "prevent_destroy: false" in "".join(map(str, change.blocked)) or not in_record


@pytest.mark.parametrize(("in_record", "in_spec", "refused"), PROTECTION)
def test_a_protected_cluster_is_not_destroyed(in_record, in_spec, refused):
    was, wanted = protecting(in_record), protecting(in_spec)
    change = change_of(wanted, recorded(was), live(was), mode="destroy")
    assert (change.action, change.reason, change.is_blocked) == (Action.DELETE, Reason.DESTROY, refused)


def test_protection_stays_in_the_record_until_the_spec_takes_it_back():
    was = protecting(True)
    dropped = one(MANAGED, lifecycle={"replace": "allow"}, num_of_nodes=4)
    change = change_of(dropped, recorded(was), live(was))
    assert change.steps[-1].after.own["lifecycle"] == {"replace": "allow", "prevent_destroy": True}
    without = change_of(one(MANAGED, num_of_nodes=4), recorded(was), live(was))
    assert without.steps[-1].after.own["lifecycle"] == {"prevent_destroy": True}
    back = change_of(protecting(False, num_of_nodes=4), recorded(was), live(was))
    assert back.steps[-1].after.own["lifecycle"]["prevent_destroy"] is False


def test_dropping_protection_from_the_spec_alone_changes_nothing():
    was = one(MANAGED, lifecycle={"prevent_destroy": True})
    assert change_of(one(MANAGED), recorded(was), live(was)).action is Action.NOOP


# Two kinds that differ by a parameter which one of them must not have, or by type: both ways.
KINDS = [
    ("managed to edge", MANAGED, EDGE, "profile", ABSENT, "Edge"),
    ("edge to managed", EDGE, MANAGED, "profile", "Edge", ABSENT),
    ("managed to dedicated", MANAGED, DEDICATED, "cluster_type", "ManagedKubernetes", "Kubernetes"),
    ("dedicated to managed", DEDICATED, MANAGED, "cluster_type", "Kubernetes", "ManagedKubernetes"),
    ("managed to serverless", MANAGED, SERVERLESS, "cluster_type", "ManagedKubernetes", "Ask"),
    ("serverless to managed", SERVERLESS, MANAGED, "cluster_type", "Ask", "ManagedKubernetes"),
]


@pytest.mark.parametrize(
    ("before", "after", "parameter", "old", "new"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS]
)
def test_another_kind_is_a_replace_that_is_refused_without_consent(before, after, parameter, old, new):
    was, wanted = one(before), one(after)
    change = change_of(wanted, recorded(was), live(was))
    assert (change.action, change.kind) == (Action.REPLACE, wanted.kind)
    assert parameter in [why.parameter for why in change.blocked]
    (moved,) = [p for p in change.parameters if p.name == parameter]
    assert (moved.before, moved.after, moved.side) == (old, new, Side.SPEC)
    assert not [p for p in change.parameters if p.name == "num_of_nodes" and p.side is Side.LIVE]
    consent = change_of(wanted, recorded(was), live(was), replace=frozenset({"c"}))
    assert not consent.is_blocked
    assert consent.steps[-1].after == recorded(wanted, cluster_id="")


def test_a_blocked_change_makes_the_plan_inapplicable_and_is_still_shown():
    fleet = want(a=MANAGED, b={**MANAGED, "snat_entry": False})
    record, there = settled(*want(a=MANAGED, b=MANAGED).values())
    plan = plan_of(sides(fleet.values(), record, there))
    assert (plan.applicable, plan.empty) == (False, False)
    (blocked,) = plan.blocked
    assert isinstance(blocked, Change)
    assert (blocked.name, ids(blocked.steps)) == ("b", ["delete:b", "create:b"])
