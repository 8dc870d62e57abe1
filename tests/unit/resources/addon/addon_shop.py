"""A cluster of today with add-ons, commands on it, and a simulator beside them, all in one virtual time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.faults.virtual import Bench, bench
from tests.running import Command

SHOP = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    node_pools: {}
"""
LOGTAIL, OLDER_LOGTAIL = "v2.1.6.0-aliyun", "v1.8.7.0-aliyun"
METRICS = "v0.3.9.7-d5bd4a9-aliyun"
GATEKEEPER = "v3.15.1.63-ga2c7e6d-aliyun"


def spec(*addons: Mapping[str, object] | str) -> str:
    """The spec with these add-ons, by their names or in full."""
    items = [{"name": each} if isinstance(each, str) else each for each in addons]
    listed = "".join(f"    - {json.dumps(each)}\n" for each in items)
    return f"{SHOP}    addons:\n{listed}" if items else SHOP


class Shop:
    """The project of one cluster."""

    def __init__(self, folder: Path, at: Bench) -> None:
        self.folder = folder
        self.bench = at

    def wants(self, *addons: Mapping[str, object] | str) -> None:
        (self.folder / "ackplan.yaml").write_text(spec(*addons))

    def run(self, *arguments: str) -> Command:
        return self.bench.run(*arguments)

    def apply(self, *arguments: str) -> Command:
        return self.run("apply", "--auto-approve", *arguments)

    def applied(self, *addons: Mapping[str, object] | str) -> list[tuple[str, Any]]:
        """Applies the spec with these; the changing calls that were made, each by what follows the cluster's id."""
        self.wants(*addons)
        before = len(self.bench.calls)
        ended = self.apply()
        assert ended.code == 0, ended.out + ended.err
        return self.changing(before)

    def changing(self, since: int = 0) -> list[tuple[str, Any]]:
        calls = [call for call in list(self.bench.calls)[since:] if call.method != "GET"]
        return [(call.path.partition("/components/")[2] or call.path, call.body) for call in calls]

    def planned(self, *arguments: str) -> dict[str, Any]:
        """What a plan says of each resource, by its short name."""
        said = self.run("plan", "--format", "json", *arguments)
        assert said.out, said.err
        return {change["cluster"]: change for change in json.loads(said.out)["ackplan"]["changes"]}

    def actions(self, *arguments: str) -> dict[str, str]:
        """What happens to those to which something happens."""
        actions = {name: change["action"] for name, change in self.planned(*arguments).items()}
        return {name.removeprefix("shop/addon/"): action for name, action in actions.items() if action != "no-op"}

    @property
    def cluster_id(self) -> str:
        (cluster,) = self.bench.world.clusters()
        return str(cluster["cluster_id"])

    def by_hand(self, what: str, body: object) -> None:
        """A call that somebody makes outside of ackplan, and its end."""
        said = self.run("api", "POST", f"/clusters/{self.cluster_id}/components/{what}", "--body", json.dumps(body))
        assert said.code == 0, said.err
        self.bench.skip(400.0)

    def has(self, name: str) -> dict[str, Any]:
        said = self.run("api", "GET", f"/clusters/{self.cluster_id}/addon_instances/{name}")
        return json.loads(said.out) if said.code == 0 else {}

    def recorded(self) -> dict[str, Any]:
        """The parameters of each add-on in the record, by its name."""
        text = (self.folder / "state" / "default.json").read_text() if (self.folder / "state").exists() else "{}"
        entries = json.loads(text).get("resources", {})
        return {key.rpartition("/")[2]: entry["parameters"] for key, entry in entries.items() if "/addon/" in key}


@contextlib.contextmanager
def shop(folder: Path, **settings: Any) -> Iterator[Shop]:
    """`settings` are those of the simulator."""
    with bench(folder, **settings) as at:
        yield Shop(folder, at)
