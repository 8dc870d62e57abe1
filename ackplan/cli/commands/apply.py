"""`ackplan apply`: carries a plan out."""

from __future__ import annotations

import dataclasses
from typing import Unpack

import click

from ackplan.app.plan import PlanOptions
from ackplan.cli.execution import Order, RunChoices, carry_out, common_options
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.plan_options import plan_options


@click.command("apply")
@options(spec=True, state=True, api=True, runs=True)
@format_option("text", "json")
@plan_options(full=True)
@common_options
@click.argument("planfile", required=False, default="")
def command(settings: Settings, choices: PlanOptions, planfile: str, **how: Unpack[RunChoices]) -> int:
    """Carry out PLANFILE: exactly what was shown, or nothing. Without one: plan, ask, carry out."""
    if planfile and dataclasses.replace(choices, policy=()) != PlanOptions():
        raise click.UsageError("a plan file was narrowed when it was made: plan options don't go with it")
    if choices.no_refresh:
        raise click.UsageError("apply always looks at what is live: --no-refresh is for plan")
    return run_async(carry_out(settings, Order(choices, planfile, **how)))
