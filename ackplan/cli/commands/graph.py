"""`ackplan graph`: the steps of a plan, as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.plan_options import plan_options

if TYPE_CHECKING:
    from ackplan.app.plan import PlanOptions
    from ackplan.plan.model import Plan


@click.command("graph", cls=Command)
@options(spec=True, state=True, api=True, runs=True)
@format_option("dot", "mermaid", "svg", "html", default="dot")
@plan_options(full=True, policies=False)
@click.argument("planfile", required=False)
def command(settings: Settings, choices: PlanOptions, planfile: str | None) -> None:
    """Print the graph of PLANFILE's steps, or of a plan made now."""
    from ackplan.cli.plan_formats import drawn
    from ackplan.render.page.html import plan_html

    plan = _plan(settings, choices, planfile)
    click.echo(
        plan_html(plan, view="graph", limits=settings.limits) if settings.format == "html" else drawn(settings, plan)
    )


def _plan(settings: Settings, choices: PlanOptions, planfile: str | None) -> Plan:
    from ackplan.cli.loop import run_async
    from ackplan.project.project import Project

    project = Project(settings)
    if planfile:
        return project.saved_plan(planfile).plan
    return run_async(project.propose(choices)).plan
