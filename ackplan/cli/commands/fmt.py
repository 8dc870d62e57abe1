"""`ackplan fmt`: the canonical layout of spec files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ackplan.cli import printing
from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, options
from ackplan.cli.spec_files import difference, overwrite
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from ackplan.core.diagnostics import Diagnostic

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class _File:
    """A file before and after. `path` is None for standard input."""

    name: str
    path: Path | None
    before: bytes
    after: bytes

    @property
    def differs(self) -> bool:
        return self.before != self.after


@click.command("fmt", cls=Command)
@options()
@click.option("-f", "--file", "files", multiple=True, metavar="PATH", envvar="ACKPLAN_FILE", help="The same as PATH.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Show how files change, and change them; with --check show it alone.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
def command(settings: Settings, paths: tuple[str, ...], check: bool, diff: bool) -> int:  # noqa: FBT001
    """Bring spec files into their canonical layout; comments stay, and what they mean does not change.

    PATH is a file or a folder, - standard input. Default: ackplan.yaml, else fleet/. Prints the names of files that
    change.
    """
    from ackplan.render import text

    given = (*paths, *settings.files)
    if _STDIN in given and len(given) > 1:
        raise click.UsageError(phrase("{value} stands alone", value="-"))
    done, faults = _lay_out(settings, given)
    if diff or given == (_STDIN,):
        printing.as_document()
    for file in (file for file in done if file.differs):
        if diff:
            click.echo(difference(file.name, file.before, file.after), nl=False)
        elif file.path is not None:
            click.echo(file.name)
        if not check and file.path is not None:
            overwrite(file.path, file.after)
    if given == (_STDIN,) and not check and not diff:
        click.echo("".join(file.after.decode("utf-8", "replace") for file in done), nl=False)
    if faults:
        click.echo(text.diagnostics_text(faults, color=settings.color), err=True)
    return 1 if faults or (check and any(file.differs for file in done)) else 0


def _lay_out(settings: Settings, given: tuple[str, ...]) -> tuple[list[_File], list[Diagnostic]]:
    """Every file in its layout, and what is wrong with those that have none."""
    from ackplan.adapters.local.output_files import check_not_else
    from ackplan.core.diagnostics import Failure
    from ackplan.spec.layout import laid_out

    done: list[_File] = []
    faults: list[Diagnostic] = []
    for name, path, data, fault in _sources(settings, given):
        if fault is not None:
            faults.append(fault)
            continue
        try:
            check_not_else(data, name)
            done.append(_File(name, path, data, laid_out(data, name)))
        except Failure as failed:
            faults += failed.diagnostics
    return done, faults


def _sources(settings: Settings, given: tuple[str, ...]) -> Iterator[tuple[str, Path | None, bytes, Diagnostic | None]]:
    """Name, path and bytes of each file, or what is wrong with it."""
    from ackplan.documents.files import MAX_BYTES, display, read_bounded
    from ackplan.spec.fleet import find

    if given == (_STDIN,):
        yield "<stdin>", None, sys.stdin.buffer.read(MAX_BYTES + 1), None
        return
    paths, faults = find(given, settings.chdir)
    for fault in faults:
        yield "", None, b"", fault
    for path in paths if not faults else ():
        name = display(path)
        yield name, path, *read_bounded(path, name)
