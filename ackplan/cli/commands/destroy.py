"""`ackplan destroy`: `apply` of a `--destroy` plan."""

from __future__ import annotations

import dataclasses
from typing import Unpack

import click

from ackplan.app.plan import PlanOptions
from ackplan.cli.execution import Order, RunChoices, carry_out, common_options
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.otel_option import otel_option
from ackplan.cli.plan_options import plan_options


@click.command("destroy", cls=Command)
@options(spec=True, state=True, api=True, runs=True)
@format_option("text", "json")
@plan_options(full=False)
@otel_option
@common_options
def command(settings: Settings, choices: PlanOptions, **how: Unpack[RunChoices]) -> int:
    """Delete every recorded cluster that is not protected, after asking."""
    order = Order(dataclasses.replace(choices, destroy=True), verb="destroy", **how)
    return run_async(carry_out(settings, order))
