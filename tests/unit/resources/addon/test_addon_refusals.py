"""What the API does not let become of an add-on is refused in the plan: an older version, one that there is not, removal."""

from __future__ import annotations

from typing import Any

import pytest

from ackplan.resources.addon.addon_share import is_older
from tests.unit.resources.addon.addon_shop import GATEKEEPER, LOGTAIL, OLDER_LOGTAIL, Shop

OLD_GATEKEEPER = "v3.8.1.113-ga5cb4a8-aliyun"


def refusals(store: Shop, name: str, *arguments: str) -> list[dict[str, Any]]:
    """What refuses the change of an add-on, once the plan exits for it."""
    return list(store.planned(*arguments)[f"shop/addon/{name}"]["blocked"])


def test_an_older_version_is_refused_and_names_the_live_one(store: Shop) -> None:
    store.applied("flannel", "gatekeeper")
    store.wants("flannel", {"name": "gatekeeper", "version": OLD_GATEKEEPER})
    (why,) = refusals(store, "gatekeeper")
    assert (why["code"], why["parameter"]) == ("ACK2026", "version")
    assert GATEKEEPER in why["detail"]
    assert OLD_GATEKEEPER in why["detail"]
    assert why["place"]["line"] == 13
    before = len(store.bench.calls)
    assert store.apply().code == 1
    assert store.changing(before) == []


def test_an_older_version_is_refused_without_looking(store: Shop) -> None:
    store.applied("flannel", {"name": "logtail-ds", "version": LOGTAIL})
    store.wants("flannel", {"name": "logtail-ds", "version": OLDER_LOGTAIL})
    assert [why["code"] for why in refusals(store, "logtail-ds", "--no-refresh")] == ["ACK2026"]


@pytest.mark.parametrize("there", [True, False], ids=["to upgrade to", "to install"])
def test_a_version_that_the_catalogue_lacks_is_refused_and_names_what_there_is(store: Shop, there: bool) -> None:
    store.applied("flannel", *([{"name": "logtail-ds", "version": OLDER_LOGTAIL}] if there else []))
    store.wants("flannel", {"name": "logtail-ds", "version": "v2.9.9"})
    (why,) = refusals(store, "logtail-ds")
    assert why["code"] == "ACK2027"
    assert "v2.9.9" in why["detail"]
    assert LOGTAIL in why["detail"]
    assert store.run("plan", "--skip-blocked").code == 0


def test_a_version_that_the_catalogue_has_is_not_refused(store: Shop) -> None:
    store.applied("flannel", {"name": "logtail-ds", "version": OLDER_LOGTAIL})
    store.wants(
        "flannel", {"name": "logtail-ds", "version": LOGTAIL}, {"name": "gatekeeper", "version": OLD_GATEKEEPER}
    )
    assert store.actions() == {"shop": "record", "logtail-ds": "update", "gatekeeper": "create"}
    assert store.apply().code == 0


def test_a_version_for_a_newer_kubernetes_comes_with_its_upgrade_alone(store: Shop) -> None:
    def wants(kubernetes: str, version: str) -> None:
        store.wants("flannel", {"name": "coredns", "version": version})
        spec = store.folder / "ackplan.yaml"
        spec.write_text(
            spec.read_text().replace("    node_pools:", f"    kubernetes_version: {kubernetes}\n    node_pools:")
        )

    older, newer = "v1.11.3.5-5321daf49-aliyun", "v1.12.1.3-e2c8c3a-aliyun"
    wants("1.30.7-aliyun.1", older)
    assert store.apply().code == 0
    wants("1.30.7-aliyun.1", newer)
    assert [why["code"] for why in refusals(store, "coredns")] == ["ACK2027"]
    wants("1.31.9-aliyun.1", newer)
    assert refusals(store, "coredns") == []
    assert store.apply().code == 0
    assert store.has("coredns")["version"] == newer


def test_one_that_was_upgraded_outside_is_said_and_left(store: Shop) -> None:
    store.applied("flannel", {"name": "logtail-ds", "version": OLDER_LOGTAIL})
    store.by_hand("upgrade", [{"component_name": "logtail-ds", "next_version": LOGTAIL}])
    said = store.run("plan", "--detailed-exitcode")
    assert said.code == 0
    assert "ACK2028" in said.out
    assert LOGTAIL in said.out
    store.wants("flannel", {"name": "logtail-ds", "version": LOGTAIL})
    assert store.applied("flannel", {"name": "logtail-ds", "version": LOGTAIL}) == []
    assert "ACK2028" not in store.run("plan").out


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--replace", "shop/addon/flannel"), id="replaced"),
        pytest.param(("--destroy", "--target", "shop/addon/flannel"), id="destroyed by itself"),
    ],
)
def test_what_a_cluster_cannot_do_without_is_not_taken_out_on_demand(store: Shop, arguments: tuple[str, ...]) -> None:
    store.applied("flannel", "gatekeeper")
    assert [why["code"] for why in refusals(store, "flannel", *arguments)] == ["ACK2025"]
    assert store.run("plan", *arguments).code == 1


def test_one_that_can_go_is_uninstalled_by_a_targeted_destroy(store: Shop) -> None:
    store.applied("flannel", "gatekeeper")
    before = len(store.bench.calls)
    ended = store.run("destroy", "--auto-approve", "--target", "shop/addon/gatekeeper")
    assert ended.code == 0, ended.err
    assert store.changing(before) == [("uninstall", [{"name": "gatekeeper"}])]
    assert store.has("gatekeeper") == {}
    assert set(store.recorded()) == {"flannel"}


def test_what_goes_with_a_cluster_stays_with_one_that_is_left_out(store: Shop) -> None:
    store.applied("flannel", "gatekeeper")
    said = store.run("destroy", "--auto-approve", "--exclude", "shop")
    assert "goes with shop" in said.out + said.err
    assert set(store.recorded()) == {"flannel", "gatekeeper"}


def test_the_network_goes_when_its_cluster_does(store: Shop) -> None:
    store.applied("flannel")
    assert store.run("destroy", "--auto-approve", "--target", "shop").code == 0
    assert store.recorded() == {}


@pytest.mark.parametrize(
    ("version", "other", "older"),
    [
        ("v1.9.3.10-7dfca203-aliyun", "v1.11.3.5-5321daf49-aliyun", True),
        ("v1.11.3.5-5321daf49-aliyun", "v1.9.3.10-7dfca203-aliyun", False),
        ("1.1.17", "v1.1.17-fix", False),
        ("v1.24", "v1.24.1", True),
        ("latest", "v1.24.1", False),
    ],
)
def test_versions_are_told_apart_by_their_numbers(version: str, other: str, older: bool) -> None:
    assert is_older(version, other) is older
