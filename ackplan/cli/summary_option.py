"""`--summary`: what a command of one workspace tells whoever runs many of them, in the place of its output.

The last line on standard output is one JSON object, also where the command fails.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import click

from ackplan.cli.options import Command, Settings

if TYPE_CHECKING:
    from ackplan.plan.model import Plan


def summary_option(function: Command) -> Command:
    """Adds the option; the command gets it under the name `summary`, and prints what
    `ackplan.render.facts.workspace_summary` makes of it.

    What ends it before that is told as a failure.
    """

    @functools.wraps(function)
    def wrapper(*positional: object, **named: object) -> object:
        try:
            return function(*positional, **named)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as fault:
            if not named["summary"]:
                raise
            return _failed(fault)

    return click.option("--summary", is_flag=True, hidden=True, help="Print a summary for programs alone.")(wrapper)


def _failed(fault: Exception) -> int:
    from ackplan.app.errors import as_diagnostics
    from ackplan.render.facts.workspace_summary import failure_summary

    click.echo(failure_summary(as_diagnostics(fault)))
    return 1


def plan_in_short(settings: Settings, plan: Plan, location: str, digest: str) -> str:
    """The summary of a plan, with where its plan file is, if it has one."""
    from ackplan.render.facts.workspace_summary import plan_summary

    return plan_summary(plan, settings.limits, kept=(location, digest) if digest else None)
