"""Repositories of several workspaces, each with a spec, beside a simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projects import WEB, Project

from tests.running import Command


@dataclass(frozen=True)
class FleetProject:
    """A repository with a `workspaces.yaml`, whose workspaces are all in one simulator."""

    project: Project

    @property
    def folder(self) -> Path:
        return self.project.folder

    def workspace(self, path: str, spec: str = WEB) -> None:
        """A folder with a spec whose cluster has the name of the folder."""
        self.project.write(spec.replace("  web:", f"  {Path(path).name}:"), f"{path}/ackplan.yaml")

    def listing(self, entries: str) -> None:
        """`workspaces.yaml` with these lines below `workspaces`."""
        lines = "".join(f"  {line.strip()}\n" for line in entries.strip().splitlines())
        self.project.write(f"ackplan: 1\nworkspaces:\n{lines}", "workspaces.yaml")

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Command:
        return self.project.run("fleet", *arguments, environment=environment)

    def results(self, *arguments: str) -> dict[str, str]:
        """What came of each workspace, by its name."""
        document = self.document(*arguments)
        return {name: entry["result"] for name, entry in document["workspaces"].items()}

    def document(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--format", "json").out)
