"""What commands make of the real API's clusters: lists, details and every state."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.answers import corpus, names
from tests.corpus.real_api import RealApi, serving, text_of


@pytest.fixture
def api() -> Iterator[RealApi]:
    with serving() as found:
        yield found


def put_up(api: RealApi, name: str) -> None:
    """The list as it is, and its clusters by themselves."""
    body = corpus()[name].body
    inner = body["clusters"] if isinstance(body, dict) else body
    api.shows(*(inner if isinstance(inner, list) else []))
    api.says("GET /clusters", corpus()[name])


# Each list: the clusters that an export of all writes, and those that it leaves out; None where it is refused.
LISTS: dict[str, tuple[list[str], list[str]] | None] = {
    "list-2015-swarm": ([], ["old-swarm"]),
    "list-2018-no-clusters-null": ([], []),
    "list-2018-swarm-type-aliyun": ([], ["swarm-18"]),
    "list-2020-all-texts": None,
    "list-2021-initial-without-slb": ([], ["fresh-one"]),
    "list-2021-two-managed": (["shop-prod"], ["fresh-one"]),
    "list-2021-v1-null": ([], []),
    "list-2021-v1-one-page": (["shop-prod"], []),
    "list-2021-v1-page": None,
    "list-2024-many-kinds": (
        ["acs", "ask-old", "ask-pro", "basic", "dedicated", "edge", "lingjun", "pro"],
        ["one", "registered", "registered-off"],
    ),
}


def test_every_list_has_an_outcome() -> None:
    assert set(LISTS) == set(names("list-"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_shown_and_exported(name: str, api: RealApi, tmp_path: Path) -> None:
    put_up(api, name)
    outcome, shown = LISTS[name], api.run(tmp_path, "clusters", "--format", "json")
    exported = api.run(tmp_path, "export", "--all", "--out", "spec.yaml")
    if outcome is None:
        assert (shown.code, exported.code) == (1, 1)
        assert "not whole: 1 of 50 clusters" in shown.err
        return
    written, left = outcome
    assert sorted(cluster["name"] for cluster in json.loads(shown.out)) == sorted(written + left)
    assert exported.code == 0
    assert all(f"ACK3051 warning: {cluster}: Cluster is skipped" in exported.err for cluster in left)
    assert exported.err.count("ACK3051") == len(left)
    spec = (tmp_path / "spec.yaml").read_text("utf-8") if written else ""
    assert all(f"\n  {cluster}:\n" in spec for cluster in written)
    assert api.changing() == []


@pytest.mark.parametrize("name", ["registered", "registered-off", "one"])
def test_what_no_spec_can_say_is_refused_by_name(name: str, api: RealApi, tmp_path: Path) -> None:
    put_up(api, "list-2024-many-kinds")
    for command in (["import", name], ["export", name]):
        refused = api.run(tmp_path, *command)
        assert refused.code == 1
        assert "ACK3008" in refused.err
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("name", ["acs", "ask-pro", "lingjun"])
def test_what_only_today_s_kinds_can_say_is_taken_over(name: str, api: RealApi, tmp_path: Path) -> None:
    put_up(api, "list-2024-many-kinds")
    spec = api.run(tmp_path, "export", name)
    assert spec.code == 0, spec.err
    assert "    node_pools: {}\n" in spec.out
    done = api.run(tmp_path, "import", name)
    assert done.code == 0, done.err
    entry = json.loads((tmp_path / "state/default.json").read_text("utf-8"))["clusters"][name]
    assert entry["kind"].startswith("pooled-")
    assert api.changing() == []


def test_the_size_of_a_control_plane_is_shown(api: RealApi, tmp_path: Path) -> None:
    put_up(api, "list-2024-many-kinds")
    rows = {line.split()[0]: line.split() for line in api.run(tmp_path, "clusters").out.splitlines()}
    assert rows["NAME"][-1] == "SPEC"
    assert (rows["pro"][-1], rows["basic"][-1], rows["dedicated"][-1]) == ("ack.pro.small", "ack.standard", "-")


# Each detail: what an export says of it.
DETAILS = {
    "detail-2020-all-texts": ["cluster_type: Kubernetes", "tags: [{key: tier, value: frontend}]"],
    "detail-2020-ask": ["cluster_type: Ask", "private_zone: false", "vswitch_id: vsw-inventedaaaaaaaaaaaa4"],
    "detail-2021": ["cluster_type: Kubernetes", 'kubernetes_version: "1.16.6-aliyun.1"'],
    "detail-2025-new-fields": ["service_cidr: 172.21.0.0/20", "proxy_mode: ipvs", 'node_cidr_mask: "25"'],
    "detail-2026-size-0-with-two-nodes": [
        "service_cidr: 172.23.0.0/16",
        "worker_system_disk_category: cloud_ssd",
        "worker_system_disk_size: 40",
        "worker_instance_charge_type: PostPaid",
        "snat_entry: true\n",
        "proxy_mode: ipvs",
    ],
}


def test_every_detail_has_an_outcome() -> None:
    assert set(DETAILS) == set(names("detail-"))


@pytest.mark.parametrize("name", DETAILS)
def test_a_detail_fills_the_export(name: str, api: RealApi, tmp_path: Path) -> None:
    body: dict[str, Any] = corpus()[name].body
    api.shows(body, nodes=2 if "two-nodes" in name else None)
    api.says(
        "GET /clusters", [{key: body[key] for key in ("cluster_id", "name", "state", "region_id", "cluster_type")}]
    )
    done = api.run(tmp_path, "export", body["name"])
    assert (done.code, done.err) == (0, "")
    assert [line for line in DETAILS[name] if line not in done.out] == []
    assert "******" not in done.out


def test_the_stack_leaves_no_placeholder_but_the_password(api: RealApi, tmp_path: Path) -> None:
    api.shows(corpus()["detail-2026-size-0-with-two-nodes"].body, nodes=2)
    done = api.run(tmp_path, "export", "--all")
    assert "not shown by the API: write" not in done.out
    assert "is left out" not in done.out


def test_a_cluster_that_vanishes_ends_no_export(api: RealApi, tmp_path: Path) -> None:
    put_up(api, "list-2024-many-kinds")
    known = {cluster["name"]: cluster["cluster_id"] for cluster in corpus()["list-2024-many-kinds"].body}
    del api.answers[f"GET /clusters/{known['pro']}/nodes"]
    del api.answers[f"GET /clusters/{known['edge']}"]
    done = api.run(tmp_path, "export", "--all")
    assert done.code == 0
    assert "\n  basic:\n" in done.out
    assert "\n  pro:\n" not in done.out
    for name in ("pro", "edge"):
        assert (
            f"ACK3051 warning: {name}: Cluster is skipped: {known[name]} was in the list, but the API does not find it now"
            in done.err
        )
    named = api.run(tmp_path, "export", "basic", "pro")
    assert named.code == 1
    assert "ACK3061" in named.err


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has the corpus' running cluster in spec and record."""
    folder = tmp_path_factory.mktemp("imported")
    with serving() as api:
        api.shows(corpus()["state-running"].body)
        assert api.run(folder, "export", "--all", "--out", "ackplan.yaml").code == 0
        assert api.run(folder, "import", "--all").code == 0
    return folder


BUSY = ["initial", "updating", "upgrading", "scaling", "removing", "draining", "waiting", "deleting"]
STAYING = ["failed", "updating_failed", "delete_failed", "stopped", "inactive", "unavailable", "disconnected"]
SPELLED = {"delete-failed": "delete_failed"}


def test_every_state_has_an_outcome() -> None:
    known = {f"state-{state}" for state in [*BUSY, *STAYING, *SPELLED, "running", "deleted"]}
    assert known == set(names("state-"))


def project(imported: Path, tmp_path: Path, *, workers: int = 2) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(imported, folder)
    spec = folder / "ackplan.yaml"
    text = spec.read_text("utf-8")
    assert "num_of_nodes: 2" in text
    spec.write_text(text.replace("num_of_nodes: 2", f"num_of_nodes: {workers}"), "utf-8")
    return folder


@pytest.mark.parametrize("state", [*STAYING, *SPELLED, "scaling", "upgrading", "waiting", "draining"])
def test_a_state_that_is_not_running_is_said(state: str, imported: Path, api: RealApi, tmp_path: Path) -> None:
    folder = project(imported, tmp_path)
    api.shows(corpus()[f"state-{state}"].body)
    for command in ("plan", "drift"):
        told = api.run(folder, command)
        assert told.code == 0
        words = " ".join(text_of(told).split())
        assert f"Cluster is not running: its state is {SPELLED.get(state, state)}: " in words
    assert api.changing() == []


@pytest.mark.parametrize("state", [*STAYING, *SPELLED])
def test_no_worker_is_added_to_a_cluster_that_stays_so(
    state: str, imported: Path, api: RealApi, tmp_path: Path
) -> None:
    folder = project(imported, tmp_path, workers=3)
    api.shows(corpus()[f"state-{state}"].body)
    applied = api.run(folder, "apply", "--auto-approve")
    assert applied.code == 1
    assert "ACK2031" in text_of(applied)
    assert api.changing() == []


@pytest.mark.parametrize("state", [*STAYING, *SPELLED, "running"])
def test_deletion_protection_keeps_a_cluster_in_every_state(
    state: str, imported: Path, api: RealApi, tmp_path: Path
) -> None:
    folder = project(imported, tmp_path)
    api.shows(corpus()[f"state-{state}"].body)
    destroyed = api.run(folder, "destroy", "--auto-approve")
    assert destroyed.code == 1
    assert "ACK2004" in text_of(destroyed)
    assert "deletion_protection" in text_of(destroyed)
    assert api.changing() == []


@pytest.mark.parametrize("state", [*STAYING, *SPELLED])
def test_without_protection_a_deletion_is_planned(state: str, imported: Path, api: RealApi, tmp_path: Path) -> None:
    folder = project(imported, tmp_path)
    api.shows({**corpus()[f"state-{state}"].body, "deletion_protection": False})
    planned = api.run(folder, "plan", "--destroy")
    assert planned.code == 0
    assert "1 to destroy" in planned.out
