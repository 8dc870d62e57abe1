"""The whole life of `examples/today` by the command line: six clusters of four sorts, with pools and add-ons.

Each stage ends with a plan that finds nothing to do, and what is live is held against what was asked for.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.running import Command, Simulator, command_line, simulator

EXAMPLE = Path(__file__).parents[2] / "examples" / "today" / "ackplan.yaml"
PASSWORD = "Node-password-1"
# Edits of the example, by what they are about.
EDITS = {
    "size": ("desired_size: 3\n          system_disk_category", "desired_size: 5\n          system_disk_category"),
    "tags": ("tags: [{key: team, value: shop}]", "tags: [{key: team, value: shop}, {key: stage, value: live}]"),
    "window": ('weekly_period: "Monday,Thursday"', "weekly_period: Sunday"),
    "add-ons": ("{name: nginx-ingress-controller, disabled: true}", "{name: ack-node-problem-detector}"),
    "one add-on fewer": ("{name: metrics-server}, ", ""),
    "two versions on": ("default: 1.31.9-aliyun.1", "default: 1.33.3-aliyun.1"),
    "a fixed parameter": (
        "      hot:\n        scaling_group:\n",
        "      hot:\n        scaling_group:\n          login_as_non_root: true\n",
    ),
    "consent": ("      hot:\n", "      hot:\n        lifecycle: {replace: allow}\n"),
    "which go": (
        "        management: {enable: true, auto_repair: true}\n",
        "        management: {enable: true, auto_repair: true}\n        scale_in: {strategy: newest}\n",
    ),
    "deletion": ("deletion_protection: true", "deletion_protection: false"),
    "protection": ("lifecycle: {prevent_destroy: true}", "lifecycle: {prevent_destroy: false}"),
}


@dataclass
class Fleet:
    """The example in a folder of its own, and the account that it is applied to."""

    folder: Path
    api: Simulator

    def run(self, *arguments: str, code: int = 0) -> Command:
        environment = {**self.api.credentials, "ACK_NODE_PASSWORD": PASSWORD, "ACKPLAN_ENDPOINT": self.api.url}
        ran = command_line(self.folder, *arguments, environment=environment)
        assert ran.code == code, f"{arguments}: exit {ran.code}\n{ran.out}{ran.err}"
        assert PASSWORD not in ran.out + ran.err
        return ran

    def edit(self, *about: str) -> None:
        file = self.folder / "ackplan.yaml"
        text = file.read_text()
        for before, after in map(EDITS.__getitem__, about):
            assert before in text
            text = text.replace(before, after)
        file.write_text(text)

    def apply(self) -> str:
        """Carries out a reviewed plan; what the plan said."""
        planned = self.run("plan", "--out", "it.plan").out
        self.run("apply", "it.plan")
        self.settled()
        return planned

    def settled(self) -> None:
        assert self.run("plan", "--detailed-exitcode").out.startswith("No changes.")

    def clusters(self) -> dict[str, Any]:
        return {cluster["name"]: cluster for cluster in self.get("/clusters")}

    def get(self, path: str) -> Any:
        return json.loads(self.run("api", "GET", path).out)

    def pools(self, cluster: str) -> dict[str, Any]:
        listed = self.get(f"/clusters/{self.clusters()[cluster]['cluster_id']}/nodepools")["nodepools"]
        return {pool["nodepool_info"]["name"]: pool for pool in listed}

    def addons(self, cluster: str) -> set[str]:
        listed = self.get(f"/clusters/{self.clusters()[cluster]['cluster_id']}/addon_instances")["addons"]
        return {addon["name"] for addon in listed}

    def by_hand(self, method: str, path: str, body: object) -> None:
        self.run("api", method, path, "--body", json.dumps(body))

    @property
    def changing(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.api.calls if call.method != "GET"]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    shutil.copy(EXAMPLE, tmp_path / "ackplan.yaml")
    with simulator(time_scale=60_000) as api:
        made = Fleet(tmp_path, api)
        made.run("apply", "--auto-approve")
        made.settled()
        yield made


def sizes(fleet: Fleet) -> dict[str, int]:
    return {
        f"{cluster}/{pool}": body["status"]["total_nodes"]
        for cluster in ("shop-prod", "shop-dev", "shop-logs", "data", "floor", "jobs")
        for pool, body in fleet.pools(cluster).items()
        if pool != "default-nodepool"
    }


def test_settings_sizes_and_addons_change_in_place(fleet: Fleet) -> None:
    before = sizes(fleet)
    made = {name: cluster["cluster_id"] for name, cluster in fleet.clusters().items()}
    fleet.edit("size", "tags", "window", "add-ons")
    assert "Plan: 1 to create, 7 to change, 0 to replace, 0 to destroy." in fleet.apply()
    assert sizes(fleet) == {**before, "shop-prod/web": 5}
    live = fleet.clusters()
    assert {name: cluster["cluster_id"] for name, cluster in live.items()} == made
    assert all({"key": "stage", "value": "live"} in cluster["tags"] for cluster in live.values())
    assert {"ack-node-problem-detector", "metrics-server", "terway-eniip"} <= fleet.addons("shop-prod")
    fleet.edit("one add-on fewer")
    assert "1 to destroy" in fleet.apply()
    assert "metrics-server" not in fleet.addons("shop-prod")


def test_all_are_upgraded_over_two_versions(fleet: Fleet) -> None:
    begun = len(fleet.changing)
    fleet.edit("two versions on")
    planned = fleet.apply()
    assert planned.count("upgrade to 1.32.7-aliyun.1") == 6
    assert {cluster["current_version"] for cluster in fleet.clusters().values()} == {"1.33.3-aliyun.1"}
    calls = [call.split("/")[-1] for call in fleet.changing[begun:]]
    assert calls.count("upgrade") == 6 * 2 + len(sizes(fleet))
    fleet.folder.joinpath("ackplan.yaml").write_text(EXAMPLE.read_text())
    assert "ACK2037" in fleet.run("plan", code=1).out


def test_a_pool_is_replaced_with_consent_alone(fleet: Fleet) -> None:
    before = fleet.pools("shop-logs")
    fleet.edit("a fixed parameter")
    assert "ACK2003" in fleet.run("plan", code=1).out
    fleet.edit("consent")
    assert "1 to replace" in fleet.apply()
    after = fleet.pools("shop-logs")
    ids = [{name: pool["nodepool_info"]["nodepool_id"] for name, pool in pools.items()} for pools in (before, after)]
    assert {name for name in ids[0] if ids[0][name] != ids[1].get(name)} == {"hot"}
    assert after["hot"]["status"]["total_nodes"] == 2


def test_drift_is_told_and_put_back(fleet: Fleet) -> None:
    prod = fleet.clusters()["shop-prod"]["cluster_id"]
    web = fleet.pools("shop-prod")["web"]["nodepool_info"]["nodepool_id"]
    labels = {"kubernetes_config": {"labels": [{"key": "role", "value": "hand"}]}}
    fleet.by_hand("PUT", f"/clusters/{prod}/nodepools/{web}", labels)
    fleet.by_hand("POST", f"/clusters/{prod}/nodepools/{web}", {"count": 2})
    fleet.by_hand("PUT", f"/api/v2/clusters/{prod}", {"deletion_protection": False})
    told = fleet.run("drift", code=2).out
    assert "Drift: 2 resources changed outside of ackplan" in told
    for moved in (
        "deletion_protection = true -> false",
        "scaling_group.desired_size = 3 -> 5",
        "kubernetes_config.labels",
    ):
        assert moved in told
    assert "ACK2005" in fleet.run("plan", code=1).out
    fleet.edit("which go")
    fleet.run("apply", "--auto-approve")
    fleet.settled()
    assert sizes(fleet)["shop-prod/web"] == 3
    assert fleet.clusters()["shop-prod"]["deletion_protection"] is True


def test_a_lost_record_is_imported_and_the_fleet_exported_and_destroyed(fleet: Fleet) -> None:
    before = len(fleet.changing)
    (fleet.folder / "state" / "default.json").unlink()
    assert fleet.run("plan", code=1).out.count("BLOCKED ACK2001") == 6 + len(sizes(fleet))
    for name in sorted(fleet.clusters()):
        fleet.run("import", name)
    fleet.settled()
    (fleet.folder / "exported.yaml").write_text(fleet.run("export", "--all").out)
    planned = fleet.run("plan", "-f", "exported.yaml")
    assert "calls:" not in planned.out
    assert len(fleet.changing) == before
    refused = fleet.run("destroy", "--auto-approve", code=1)
    assert "deletion_protection" in refused.out + refused.err
    fleet.edit("deletion", "protection")
    fleet.apply()
    fleet.run("destroy", "--auto-approve")
    assert fleet.clusters() == {}


def test_a_lost_record_is_imported_at_once_and_the_fleet_exported_into_a_folder(fleet: Fleet) -> None:
    before, state = len(fleet.changing), fleet.folder / "state" / "default.json"
    recorded = f"Recorded {len(fleet.clusters())} clusters"
    state.unlink()
    assert fleet.run("import", "--all").out.startswith(recorded)
    fleet.settled()
    fleet.run("export", "--all", "--out", "exported/")
    assert {path.stem for path in (fleet.folder / "exported").rglob("*.yaml")} == set(fleet.clusters())
    planned = fleet.run("plan", "-f", "exported")
    assert "calls:" not in planned.out
    assert "0 to create" in planned.out or planned.out.startswith("No changes.")
    state.unlink()
    assert fleet.run("import", "--all", "-f", "exported").out.startswith(recorded)
    assert "calls:" not in fleet.run("plan", "-f", "exported").out
    assert len(fleet.changing) == before
