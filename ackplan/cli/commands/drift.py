"""`ackplan drift`: how live clusters changed since the last apply, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options
from ackplan.cli.otel_option import otel_option
from ackplan.cli.plan_options import plan_options
from ackplan.cli.summary_option import summary_option
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from ackplan.app.drift import Drift
    from ackplan.app.plan import PlanOptions
    from ackplan.core.diagnostics import Diagnostic
    from ackplan.record import Record

_DRIFT = 2


@click.command("drift", cls=Command)
@options(spec=True, state=True, api=True)
@format_option("text", "json", "markdown", "html", "sarif", "junit", "github")
@plan_options(full=False, policies=False)
@click.option("--keep", is_flag=True, help="Keep the result where the record is, for the board.")
@click.option("--update-spec", is_flag=True, help="Write what is live into the spec, where that is one plain value.")
@otel_option
@summary_option
def command(settings: Settings, choices: PlanOptions, *, keep: bool, update_spec: bool, summary: bool) -> int:
    """Show how live clusters changed since the last apply. Exit 2 when some did.

    The same as plan --refresh-only --detailed-exitcode, with what can be done about each. Changes nothing but, with
    --update-spec, the spec. With --keep the result is kept, in the place of the one before: ackplan board shows it.
    """
    from ackplan.app.drift import look
    from ackplan.cli.loop import run_async
    from ackplan.project.wiring import host
    from ackplan.render import text

    drift, record = run_async(look(host(settings), choices))
    found = (*drift.plan.diagnostics, *(d for change in drift.plan.blocked for d in change.blocked))
    if summary:
        from ackplan.render.facts.workspace_summary import plan_summary

        click.echo(plan_summary(drift.plan, settings.limits, drift=True))
    elif found:
        click.echo(text.diagnostics_text(found, color=settings.color), err=True)
    if not drift.plan.applicable:
        return 1
    if keep:
        _keep(settings, drift)
    told = "" if summary else _told(settings, drift, record)
    if told:
        click.echo(told)
    if not drift.moved:
        return _DRIFT if drift.plan.skipped else 0
    faults = _update(settings, drift) if update_spec else ()
    if faults:
        click.echo(text.diagnostics_text(faults, color=settings.color), err=True)
    return 1 if faults else _DRIFT


def _keep(settings: Settings, drift: Drift) -> None:
    from ackplan.project.store_notes import keep_check

    click.echo(
        hint(phrase("Kept in {place}. To look at it: ackplan board --out DIR", place=keep_check(settings, drift))),
        err=True,
    )


def _told(settings: Settings, drift: Drift, record: Record) -> str:
    """The drift in the format asked for; findings are errors where only those fail."""
    from ackplan.cli.plan_formats import shown
    from ackplan.core.diagnostics import Severity
    from ackplan.render.facts import drift as words
    from ackplan.render.findings.forms import FORMS
    from ackplan.render.markdown.drift import drift_markdown
    from ackplan.render.page.html import drift_html
    from ackplan.render.text.drift import drift_text

    match settings.format:
        case "text":
            return drift_text(drift, color=settings.color)
        case "markdown":
            return drift_markdown(drift)
        case "html":
            return drift_html(drift)
        case form if form in FORMS:
            severity = Severity.ERROR if form == "junit" else Severity.WARNING
            return FORMS[form](words.findings(drift, severity), [change.name for change in drift.plan.changes])
        case _:
            return shown(settings, drift.plan, record)


def _update(settings: Settings, drift: Drift) -> list[Diagnostic]:
    """Writes what can be written, says what it wrote, and returns what a person has to write."""
    from ackplan.app.drift import edited
    from ackplan.cli.spec_files import overwrite, spec_files

    paths, sources = spec_files(settings)
    after, faults = edited(drift, sources)
    for name, data in after.items():
        if data != sources[name]:
            overwrite(paths[name], data)
            click.echo(hint(phrase("Wrote {name}. To record it: ackplan apply", name=name)), err=True)
    return faults
