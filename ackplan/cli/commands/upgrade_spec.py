"""`ackplan upgrade-spec`: a cluster's spec of the guide's sort becomes one with node pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli import printing
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase, sentences
from ackplan.project.wiring import host

if TYPE_CHECKING:
    from ackplan.app.upgrade_spec import UpgradedSpec


@click.command("upgrade-spec", cls=Command)
@options(spec=True, state=True, api=True)
@click.option(
    "--write", is_flag=True, help="Write it into the spec, and record the pools; else only show how it differs."
)
@click.argument("name")
def command(settings: Settings, name: str, write: bool) -> None:  # noqa: FBT001
    """Show the spec of the cluster NAME with its workers in node_pools, as its pools are live.

    Every key but those about workers stays as it is, comments too. With --write it is written, and the pools are
    recorded: the next plan has nothing to do. Calls nothing that changes a cluster; refuses what would not plan to
    nothing.
    """
    from ackplan.cli.spec_files import difference
    from ackplan.render import text
    from ackplan.render.facts.words import counted

    done = run_async(_upgraded(settings, name, write=write))
    if done.remarks:
        click.echo(text.diagnostics_text(done.remarks, color=settings.color), err=True)
    if not write:
        printing.as_document()
        click.echo(difference(done.file, done.before, done.after), nl=False)
        return
    counts = phrase(", ").join([counted(1, "cluster"), *(counted(count, what) for what, count in done.counts.items())])
    wrote = phrase("Wrote {file}. Recorded {counts}.", file=done.file, counts=counts)
    click.echo(sentences(wrote, hint(phrase("See that nothing changes: ackplan plan"))))


async def _upgraded(settings: Settings, name: str, *, write: bool) -> UpgradedSpec:
    from ackplan.app.upgrade_spec import upgrading_spec
    from ackplan.cli.spec_files import overwrite, spec_files

    paths, sources = spec_files(settings)
    async with upgrading_spec(host(settings), name, sources) as done:
        if write:
            overwrite(paths[done.file], done.after)
            done.record()
    return done
