"""Small fleets and a folder to work in, for tests of commands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.running import Command, Simulator, command_line

PASSWORD = {"ACK_NODE_PASSWORD": "Node-password-1"}

WEB = """\
ackplan: 1
region: cn-beijing
clusters:
  # the shop
  web:
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: 3  # enough
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {env: ACK_NODE_PASSWORD}
"""


@dataclass(frozen=True)
class Project:
    """A folder with a spec, and the API that it is applied to."""

    folder: Path
    api: Simulator

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Command:
        settings = {**self.api.credentials, **PASSWORD, "ACKPLAN_ENDPOINT": self.api.url, **(environment or {})}
        return command_line(self.folder, *arguments, environment=settings)

    def write(self, text: str, name: str = "ackplan.yaml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def applied(self, text: str) -> Project:
        """The project once this spec is applied."""
        self.write(text)
        done = self.run("apply", "--auto-approve")
        assert done.code == 0, done.out + done.err
        return self

    def live(self) -> list[dict[str, Any]]:
        """The clusters that the API lists."""
        listed: list[dict[str, Any]] = json.loads(self.run("api", "GET", "/clusters").out)
        return listed

    def deleted_by_hand(self, *names: str) -> None:
        """Somebody deletes these clusters in the console, and they are gone."""
        for cluster in self.live():
            if cluster["name"] in names:
                self.run("api", "DELETE", f"/clusters/{cluster['cluster_id']}")
        while {cluster["name"] for cluster in self.live()} & {*names}:
            pass

    def changing(self) -> list[str]:
        """The calls so far that change something."""
        return [f"{call.method} {call.path}" for call in self.api.calls if call.method != "GET"]
