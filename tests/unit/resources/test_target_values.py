"""What a call sets, held against an answer: shown as it is to be, otherwise, or not at all."""

from __future__ import annotations

from ackplan.core.catalog import DEFAULT
from ackplan.core.json_types import JsonObject
from ackplan.record import RecordedCluster
from ackplan.resources.target_values import TargetValues, target_of
from ackplan.resources.types import BUILT_IN

CLUSTER = DEFAULT.kind("pooled-managed")
(ADDON,) = BUILT_IN.sections["addons"].catalog.kinds


def target(parameters: JsonObject, operation: str = "", own: JsonObject | None = None) -> TargetValues:
    aimed = target_of(RecordedCluster("c1", CLUSTER, parameters, own or {}), operation)
    assert aimed is not None
    return aimed


def test_only_what_the_operation_sets_is_aimed_at() -> None:
    parameters = {"name": "shop", "deletion_protection": True, "kubernetes_version": "1.32", "tags": []}
    assert target(parameters).values == {"deletion_protection": True}
    assert target(parameters, "upgrade_cluster").values == {"kubernetes_version": "1.32"}


def test_what_is_left_alone_is_not_aimed_at() -> None:
    own = {"lifecycle": {"ignore_changes": ["deletion_protection"]}}
    assert target({"deletion_protection": True}, own=own).values == {}


def test_of_a_body_only_what_it_names_is_aimed_at() -> None:
    entry = RecordedCluster("csi", ADDON, {"name": "csi", "version": "v2", "config": "{}"})
    aimed = target_of(entry, "upgrade_addons", {"component_name": "csi", "next_version": "v2"})
    assert aimed is not None
    assert aimed.values == {"version": "v2"}
    assert target_of(entry, "upgrade_addons", {"component_name": "csi"}) == TargetValues(ADDON, {})


def test_another_value_contradicts() -> None:
    aimed = target({"deletion_protection": True, "endpoint_public_access": True})
    answer = {"deletion_protection": False}
    assert aimed.contradicted(answer)
    assert not aimed.shown_whole(answer)
    assert not aimed.shown_at_all(answer)


def test_a_part_of_it_shows_that_it_was_sent_but_not_that_it_is_done() -> None:
    aimed = target({"deletion_protection": True, "timezone": "Asia/Shanghai"})
    answer = {"deletion_protection": True}
    assert not aimed.contradicted(answer)
    assert aimed.shown_at_all(answer)
    assert not aimed.shown_whole(answer)
    assert aimed.shown_whole({**answer, "timezone": "Asia/Shanghai"})


def test_what_is_not_shown_tells_nothing() -> None:
    aimed = target({"deletion_protection": True})
    assert not aimed.contradicted({})
    assert not aimed.shown_at_all({})
    assert not aimed.shown_whole({})


def test_nothing_to_set_is_never_shown() -> None:
    aimed = target({"name": "shop"})
    assert not aimed.shown_whole({"name": "shop"})
    assert not aimed.shown_at_all({"name": "shop"})


def test_without_an_entry_nothing_is_told() -> None:
    assert target_of(None) is None
