"""`ackplan export`: live clusters as a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.language import phrase
from ackplan.project.wiring import open_api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ackplan.core.diagnostics import Diagnostic
    from ackplan.resources.cluster.describe import Described


@click.command("export", cls=Command)
@options(state=True, api=True, document=True)
@click.option("--all", "everything", is_flag=True, help="Every live cluster.")
@click.option(
    "--out", default="", metavar="PATH", help="Write this .yaml file, or a folder with a file for each cluster."
)
@click.option("--force", is_flag=True, help="With --out: replace files that are there.")
@click.option("--adopt", is_flag=True, help="Write that a plan may adopt each that is not recorded.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
def command(settings: Settings, names: tuple[str, ...], out: str, **given: bool) -> int:
    """Write live clusters as a spec: YAML that plans to no changes once they are recorded.

    What the API does not show is marked in it. Prints it, or with --out writes it. Changes nothing else.
    """
    from ackplan.app.export import document
    from ackplan.cli.export_files import files_of, write
    from ackplan.core.diagnostics import hint
    from ackplan.render import text

    everything, adopt = given["everything"], given["adopt"]
    if everything == bool(names):
        raise click.UsageError(phrase("Name clusters, or give --all"))
    clusters, faults = run_async(_read(settings, names, adopt=adopt))
    if faults:
        click.echo(text.diagnostics_text(faults, color=settings.color), err=True)
    if clusters and out:
        files = files_of(settings, clusters, out, force=given["force"])
        after = hint(
            phrase("To adopt them: ackplan plan")
            if adopt
            else phrase("Record what is in the spec: ackplan import --all")
        )
        write(files, settings.path(out), clusters, after)
    elif clusters:
        click.echo(document(clusters), nl=False)
    elif everything and not faults:
        click.echo(phrase("No clusters are live."), err=True)
    return 1 if any(fault.is_error for fault in faults) else 0


async def _read(settings: Settings, names: Sequence[str], *, adopt: bool) -> tuple[list[Described], list[Diagnostic]]:
    from ackplan.app.export_clusters import exported
    from ackplan.cli.records import baseline_now

    record = baseline_now(settings).record
    async with open_api(settings) as api:
        return await exported(api, record, names, settings.resource_types, adopt=adopt)
