"""The option `--policy`."""

from __future__ import annotations

import click

from ackplan.cli.options import Decorator


def policy_option() -> Decorator:
    """Adds `--policy`; the command gets a tuple under the name `policy`."""
    return click.option(
        "--policy",
        multiple=True,
        envvar="ACKPLAN_POLICY",
        show_envvar=True,
        metavar="FILE",
        help="Hold the plan against a policy: a .yaml or .rego file, a folder, or builtin:PACK (recommended, pinned).",
    )
