"""`ackplan validate`: the spec against the schemas and the rules."""

import click

from ackplan.cli.options import Settings, format_option, options


@click.command("validate")
@options(spec=True)
@format_option("text", "json")
def command(settings: Settings) -> int:
    """Check the spec against the schemas and the rules; no network."""
    from ackplan import spec
    from ackplan.cli.session import inputs
    from ackplan.diagnostics import has_errors
    from ackplan.render import json_plan, text

    checked = spec.read(inputs(settings))
    failed = has_errors(checked.diagnostics)
    if settings.format == "json":
        click.echo(json_plan.dumps(json_plan.validate_json(checked.diagnostics)))
    else:
        if checked.diagnostics:
            click.echo(text.diagnostics_text(checked.diagnostics, color=settings.color), err=True)
        if not failed:
            files = len(checked.files)
            count = len(checked.clusters)
            click.echo(f"Valid: {count} cluster{'s' * (count != 1)} in {files} file{'s' * (files != 1)}.")
    return 1 if failed else 0
