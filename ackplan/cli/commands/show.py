"""`ackplan show`: a plan file, or the recorded state. No network, no credentials."""

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.plan_formats import PLAN_FORMATS
from ackplan.cli.price_option import price_option
from ackplan.core.language import phrase


@click.command("show", cls=Command)
@options(state=True, runs=True)
@format_option(*PLAN_FORMATS)
@price_option
@click.argument("planfile", required=False)
def command(settings: Settings, planfile: str | None) -> None:
    """Show PLANFILE, or without one the recorded state."""
    from ackplan.cli.plan_formats import drawn
    from ackplan.cli.price_option import costs, price_list
    from ackplan.cli.printing import echo_pieces
    from ackplan.cli.records import baseline_now
    from ackplan.project.plan_files import read_plan
    from ackplan.render import text
    from ackplan.render.terraform import plan

    if planfile:
        listed = price_list(settings)
        kept = read_plan(settings, planfile)
        cost = costs(kept.plan, listed)
        as_json = settings.format == "json"
        if as_json:
            echo_pieces(plan.pieces(plan.with_costs(plan.file_json(kept), cost)))
        else:
            click.echo(drawn(settings, kept.plan, cost))
        return
    if settings.format not in {"text", "json"}:
        raise click.UsageError(phrase("{option} is for a plan file", option=f"--format {settings.format}"))
    record = baseline_now(settings).record
    if settings.format == "json":
        click.echo(plan.dumps(plan.record_json(record)))
    else:
        click.echo(text.record_text(record))
