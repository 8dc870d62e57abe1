"""`ackplan graph`: the steps of a plan, as a graph."""

import click

from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.planning import Asked, plan_options


@click.command("graph")
@options(spec=True, state=True, api=True)
@format_option("dot", "mermaid", default="dot")
@plan_options(full=True)
@click.argument("planfile", required=False)
def command(settings: Settings, asked: Asked, planfile: str | None) -> None:
    """Print the graph of PLANFILE's steps, or of a plan made now."""
    from ackplan.cli.planning import plan_now, read_plan
    from ackplan.cli.session import run_async
    from ackplan.render import graph

    plan = read_plan(planfile)[0] if planfile else run_async(plan_now(settings, asked))[0].plan
    click.echo(graph.mermaid(plan.steps) if settings.format == "mermaid" else graph.dot(plan.steps))
