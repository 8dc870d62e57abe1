"""`fleet plan --out DIR`: where plan files go, and the index that `fleet apply DIR` holds them against."""

from __future__ import annotations

import dataclasses
import hashlib
import shlex
from dataclasses import dataclass
from pathlib import Path

import click

from ackplan.adapters.local.changed_files import head
from ackplan.adapters.local.output_files import Output, Sort
from ackplan.cli import hints
from ackplan.cli.options import Settings
from ackplan.cli.output_options import output
from ackplan.core.language import phrase
from ackplan.workspaces.fleet_index import FILE, STORE, encode_index, plan_name
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import FleetResult, KeptPlan

# Where the index goes of plans that stores keep, when no folder is named.
_FOLDER = "fleet-plan"


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """A folder for the index, and for the plan files unless stores keep them."""

    settings: Settings
    name: str
    stored: bool = False

    @classmethod
    def of_option(cls, settings: Settings, out: str) -> PlanFolder | None:
        """What `--out` names: a folder, `store:`, or `store:` with the folder for the index."""
        if not out:
            return None
        stored = out.startswith(STORE)
        return cls(settings, out.removeprefix(STORE) or _FOLDER, stored)

    @property
    def path(self) -> Path:
        return self.settings.path(self.name)

    def check(self) -> None:
        """Raises Failure where the index can't be written: that has to be known before the run."""
        self._index.check()

    def words(self, entry: WorkspaceEntry) -> tuple[str, ...]:
        """The options for the plan of one workspace."""
        return (f"--out={STORE if self.stored else (self.path / plan_name(entry)).absolute()}",)

    def keep(self, fleet: FleetResult) -> FleetResult:
        """Writes the index; the result with it. Raises Failure."""
        indexed = dataclasses.replace(fleet, commit=head(self.settings.chdir))
        data = encode_index(indexed)
        self._index.write(data)
        kept = KeptPlan(str(Path(self.name) / FILE), hashlib.sha256(data).hexdigest())
        return dataclasses.replace(indexed, index=kept)

    @property
    def _index(self) -> Output:
        return output(self.settings, str(Path(self.name) / FILE), Sort.INDEX)


def saved(fleet: FleetResult, out: str) -> str:
    """Where the plans are, and how to carry them out."""
    if fleet.index is None:
        return ""
    folder = shlex.quote(str(Path(fleet.index.location).parent))
    command = hints.given(click.get_current_context()).complete("ackplan fleet apply")
    again = f"{command} --sha256 {fleet.index.digest} {folder}"
    names = {"folder": folder, "index": fleet.index.location, "command": again}
    if out.startswith(STORE):
        return phrase("Saved the plans to their stores, with the index {index}. To carry them out: {command}", **names)
    return phrase("Saved the plans to {folder}, with the index {index}. To carry them out: {command}", **names)
