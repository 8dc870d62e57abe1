"""Where `--out` writes a spec of clusters: one file that ends in .yaml or .yml, or one for each in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ackplan.cli.options import Settings
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ackplan.resources.cluster.describe import Described

_SUFFIXES = (".yaml", ".yml")


def files_of(
    settings: Settings, clusters: Sequence[Described], out: str, *, force: bool, source: str = "live"
) -> Mapping[Path, str]:
    """The files to write, with their text. Raises Failure where one is there already, unless `force`."""
    from ackplan.app.export import document
    from ackplan.core.diagnostics import Failure, error
    from ackplan.documents.files import display

    place, common = settings.path(out), True
    is_folder = out.endswith(os.sep) or place.is_dir()
    if place.suffix and place.suffix not in _SUFFIXES and not is_folder:
        raise click.UsageError(phrase("--out {name} is no .yaml file; for a folder: --out {name}/", name=out))
    texts = {place: clusters}
    if place.suffix not in _SUFFIXES or is_folder:
        texts, common = {place / f"{each.name}.yaml": [each] for each in clusters}, False
    files = {
        path: document(those, schema=_schema(settings, path), source=source, common_region=common)
        for path, those in texts.items()
    }
    there = [display(path) for path in files if os.path.lexists(path)]
    if there and not force:
        raise Failure(*(error("ACK3054", path=name) for name in there))
    return files


def _schema(settings: Settings, file: Path) -> str:
    """Where the spec's schema is that a new project has, as seen from this file."""
    from ackplan.app.export import SCHEMA

    found = os.path.relpath(settings.chdir / SCHEMA, file.parent)
    return found if found.startswith(os.pardir) else f"{os.curdir}/{found}"


def write(files: Mapping[Path, str], place: Path, clusters: Sequence[Described], after: str = "") -> None:
    """Writes the files, and says so, what has to be filled in, and what comes next."""
    from ackplan.adapters.local.atomic_files import write_atomically
    from ackplan.documents.files import display
    from ackplan.render.facts.words import counted

    for path, text in files.items():
        write_atomically(path, text.encode(), mode=0o644)
    left = sum(cluster.unfilled for cluster in clusters)
    fill = phrase("Fill in what is marked as not shown: {values}", values=counted(left, "value")) if left else ""
    wrote = phrase("Wrote {clusters} to {place}", clusters=counted(len(clusters), "cluster"), place=display(place))
    click.echo(phrase(". ").join(part for part in (wrote, fill, after) if part), err=True)
