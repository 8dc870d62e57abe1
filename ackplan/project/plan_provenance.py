"""Where a plan comes from that is made now: the time, who runs this process, the commit that the spec is of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ackplan.adapters.local import clock, process
from ackplan.adapters.local.checkout import Checkout, checkout
from ackplan.core.diagnostics import printable
from ackplan.core.provenance import Provenance
from ackplan.spec.fleet import DEFAULT_FILE, DEFAULT_FOLDER

if TYPE_CHECKING:
    from ackplan.project.project_settings import ProjectSettings

_LONGEST = 300


def provenance_now(settings: ProjectSettings) -> Provenance:
    """That of a plan of the project which is made now."""
    environment = dict(os.environ)
    checked_out = _checkout(settings, environment)
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
