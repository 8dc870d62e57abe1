"""`ackplan destroy`: `apply` of a `--destroy` plan."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from ackplan.cli.apply import Order, carry_out, common_options
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.plan import Asked, plan_options
from ackplan.cli.wiring import run_async


@click.command("destroy")
@options(spec=True, state=True, api=True, runs=True)
@format_option("text", "json")
@plan_options(full=False)
@common_options
def command(settings: Settings, asked: Asked, **how: Any) -> int:
    """Delete every recorded cluster that is not protected, after asking."""
    order = Order(dataclasses.replace(asked, destroy=True), verb="destroy", **how)
    return run_async(carry_out(settings, order))
