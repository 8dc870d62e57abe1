"""Makes the files that options name to be written: see `ackplan.adapters.local.output_files`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ackplan.adapters.local.output_files import Output, Reserved, Sort
from ackplan.project.project_settings import ProjectSettings
from ackplan.spec.fleet import DEFAULT_FILE, DEFAULT_FOLDER


def output(
    settings: ProjectSettings, name: str, sort: Sort, *, force: bool = False, others: Iterable[Path] = ()
) -> Output:
    """The file that an option names, of this sort. Never the record, a file of the spec, or one of `others`."""
    specs = tuple(settings.path(file) for file in settings.files or (DEFAULT_FILE, DEFAULT_FOLDER))
    return Output(settings.path(name), sort, force, Reserved((*_records(settings), *others), specs))


def _records(settings: ProjectSettings) -> Iterator[Path]:
    location = settings.state.removeprefix("file:").removeprefix("//")
    if "://" not in location:
        yield settings.path(location) / f"{settings.workspace}.json"
