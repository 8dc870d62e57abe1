"""`ackplan show`: a plan file, or the recorded state. No network, no credentials."""

import click

from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.planning import PLAN_FORMATS


@click.command("show")
@options(state=True)
@format_option(*PLAN_FORMATS)
@click.argument("planfile", required=False)
def command(settings: Settings, planfile: str | None) -> None:
    """Show PLANFILE, or without one the recorded state."""
    from ackplan.cli.planning import before_now, drawn, read_plan, record_at_hand
    from ackplan.diagnostics import Failure, error
    from ackplan.render import json_plan, text

    if planfile:
        plan, as_json = read_plan(settings, planfile)
        if settings.format == "json" and not json_plan.tells(as_json, plan):
            detail = f"{planfile}: its JSON tells of another plan than the one that apply would carry out"
            raise Failure(error("ACK6003", "Plan file was altered", detail, "Plan again"))
        record = record_at_hand(settings, plan) if settings.format == "html" else None
        click.echo(json_plan.dumps(as_json) if settings.format == "json" else drawn(settings, plan, record))
        return
    if settings.format not in {"text", "json"}:
        raise click.UsageError(f"--format {settings.format} is for a plan file")
    record = before_now(settings).record
    if settings.format == "json":
        click.echo(json_plan.dumps(json_plan.record_json(record)))
    else:
        click.echo(text.record_text(record))
