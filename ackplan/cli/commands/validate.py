"""`ackplan validate`: the spec against the schemas and the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options
from ackplan.core.language import phrase
from ackplan.project.project_settings import inputs

if TYPE_CHECKING:
    from ackplan.spec import Spec


@click.command("validate", cls=Command)
@options(spec=True)
@format_option("text", "json", "sarif", "junit", "github")
def command(settings: Settings) -> int:
    """Check the spec against the schemas and the rules; no network."""
    from ackplan import spec
    from ackplan.core.diagnostics import has_errors

    checked = spec.read(inputs(settings))
    failed = has_errors(checked.diagnostics)
    if settings.format == "json":
        from ackplan.render.terraform import plan

        click.echo(plan.dumps(plan.validate_json(checked.diagnostics)))
    elif settings.format != "text":
        click.echo(_findings(settings.format, checked))
    else:
        if checked.diagnostics:
            from ackplan.render import text

            click.echo(text.diagnostics_text(checked.diagnostics, color=settings.color), err=True)
        if not failed:
            files = len(checked.files)
            count = len(checked.clusters)
            sizes = {"clusters": count, "files": files}
            click.echo(phrase("Valid: {clusters:# cluster|# clusters} in {files:# file|# files}.", **sizes))
    return 1 if failed else 0


def _findings(form: str, checked: Spec) -> str:
    from ackplan.render.findings.forms import FORMS

    return FORMS[form](checked.diagnostics, list(checked.clusters))
