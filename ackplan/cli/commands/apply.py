"""`ackplan apply`: carries a plan out."""

from __future__ import annotations

import dataclasses
from typing import Unpack

import click

from ackplan.app.plan import PlanOptions
from ackplan.cli.execution import ApplyChoices, Order, carry_out, common_options
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.otel_option import otel_option
from ackplan.cli.plan_options import plan_options
from ackplan.cli.summary_option import summary_option
from ackplan.core.language import phrase


@click.command("apply", cls=Command)
@options(spec=True, state=True, api=True, runs=True)
@format_option("text", "json")
@plan_options(full=True)
@common_options
@click.option("--same-as", default="", metavar="FILE", help="Approve the plan made now where it is the one in FILE.")
@click.option("--sha256", default="", metavar="DIGEST", help="Carry out PLANFILE only where this is its SHA-256.")
@otel_option
@summary_option
@click.argument("planfile", required=False, default="")
def command(settings: Settings, choices: PlanOptions, planfile: str, **how: Unpack[ApplyChoices]) -> int:
    """Carry out PLANFILE: exactly what was shown, or nothing. Without one: plan, ask, carry out."""
    if planfile and dataclasses.replace(choices, policy=()) != PlanOptions():
        raise click.UsageError(phrase("a plan file was narrowed when it was made: plan options don't go with it"))
    if (how["sha256"] and not planfile) or (how["same_as"] and planfile):
        raise click.UsageError(phrase("--sha256 is of a plan file; --same-as is for an apply without one"))
    if choices.no_refresh:
        raise click.UsageError(phrase("apply always looks at what is live: --no-refresh is for plan"))
    return run_async(carry_out(settings, Order(choices, planfile, **how)))
