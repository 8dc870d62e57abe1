"""Where a plan comes from that is made now: the time, who runs this process, the commit that the spec is of."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ackplan.adapters.local import clock, process
from ackplan.adapters.local.checkout import Checkout, checkout
from ackplan.core.diagnostics import printable
from ackplan.core.provenance import Provenance
from ackplan.spec.fleet import DEFAULT_FILE, DEFAULT_FOLDER
from ackplan.workspaces.model import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from ackplan.project.project_settings import ProjectSettings
    from ackplan.workspaces.model import WorkspaceEntry

_LONGEST = 300


def provenance_now(settings: ProjectSettings) -> Provenance:
    """That of a plan of the project which is made now."""
    environment = dict(os.environ)
    return _provenance(settings, environment, _checkout(settings, environment))


def fleet_provenance(settings: ProjectSettings, root: Path, entries: Iterable[WorkspaceEntry]) -> Provenance:
    """That of plans of these workspaces below `root`, which are made now."""
    environment = dict(os.environ)
    specs = (f"{entry.path}/{spec}" for entry in entries for spec in (DEFAULT_FILE, DEFAULT_FOLDER))
    return _provenance(settings, environment, checkout(root, (FILE, *specs), environment))


def _provenance(settings: ProjectSettings, environment: dict[str, str], checked_out: Checkout) -> Provenance:
    return Provenance(
        clock.timestamp(),
        printable(process.who(environment))[:_LONGEST],
        process.job(environment),
        checked_out.commit,
        checked_out.branch,
        checked_out.altered,
        settings.sandbox,
    )


def _checkout(settings: ProjectSettings, environment: dict[str, str]) -> Checkout:
    """What a plan is made of is the spec; files of variables may as well stand where no commit has them."""
    spec = _spec(settings)
    with_variables = checkout(settings.chdir, (*spec, *settings.var_files), environment)
    outside = settings.var_files and not with_variables.commit
    return checkout(settings.chdir, spec, environment) if outside else with_variables


def _spec(settings: ProjectSettings) -> Sequence[str]:
    default = DEFAULT_FILE if os.path.lexists(settings.path(DEFAULT_FILE)) else DEFAULT_FOLDER
    return settings.files or (default,)
