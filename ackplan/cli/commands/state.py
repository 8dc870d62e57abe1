"""`ackplan state`: the recorded state."""

import click

from ackplan.cli.options import Settings, format_option, options


@click.group("state")
def command() -> None:
    """Look at the recorded state."""


@command.command("list")
@options(state=True)
def _list(settings: Settings) -> None:
    """List the recorded clusters."""
    from ackplan.cli.planning import before_now

    for name in sorted(before_now(settings).record.clusters):
        click.echo(name)


@command.command("show")
@options(state=True)
@format_option("text", "json")
@click.argument("name")
def _show(settings: Settings, name: str) -> None:
    """Show one recorded cluster."""
    import dataclasses

    from ackplan.cli.planning import before_now
    from ackplan.diagnostics import Failure, error
    from ackplan.render import json_plan, text

    record = before_now(settings).record
    if name not in record.clusters:
        raise Failure(error("ACK3005", "Unknown cluster", f'"{name}" is not recorded', "ackplan state list"))
    alone = dataclasses.replace(record, clusters={name: record.clusters[name]})
    as_json = settings.format == "json"
    click.echo(json_plan.dumps(json_plan.record_json(alone)) if as_json else text.record_text(alone))
