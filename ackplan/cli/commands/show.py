"""`ackplan show`: a plan file, or the recorded state. No network, no credentials."""

import click

from ackplan.cli.options import Settings, format_option, options


@click.command("show")
@options(state=True)
@format_option("text", "json")
@click.argument("planfile", required=False)
def command(settings: Settings, planfile: str | None) -> None:
    """Show PLANFILE, or without one the recorded state."""
    from ackplan.cli.planning import before_now, read_plan
    from ackplan.render import json_plan, text

    if planfile:
        plan, as_json = read_plan(planfile)
        click.echo(
            json_plan.dumps(as_json) if settings.format == "json" else text.plan_text(plan, color=settings.color)
        )
        return
    record = before_now(settings).record
    if settings.format == "json":
        click.echo(json_plan.dumps(json_plan.record_json(record)))
    else:
        click.echo(text.record_text(record))
