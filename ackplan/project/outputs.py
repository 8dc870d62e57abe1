"""Makes the files that options name to be written: see `ackplan.adapters.local.output_files`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ackplan.adapters.local.output_files import Output, Sort, belongs_to_a_run, same
from ackplan.project.project_settings import ProjectSettings
from ackplan.spec.fleet import DEFAULT_FILE, DEFAULT_FOLDER

_SPEC = (".yaml", ".yml")


def output(
    settings: ProjectSettings, name: str, sort: Sort, *, force: bool = False, others: Iterable[Path] = ()
) -> Output:
    """The file that an option names, of this sort. Never the record, a file of the spec, or one of `others`."""
    kept = (*_records(settings), *others)

    def reserved(path: Path) -> bool:
        return belongs_to_a_run(path) or same(path, kept) or _is_spec(settings, path)

    return Output(settings.path(name), sort, force, reserved)


def _records(settings: ProjectSettings) -> Iterator[Path]:
    location = settings.state.removeprefix("file:").removeprefix("//")
    if "://" not in location:
        yield settings.path(location) / f"{settings.workspace}.json"


def _is_spec(settings: ProjectSettings, path: Path) -> bool:
    """Whether the spec is read from there, or would be if there were something."""
    named = [settings.path(name) for name in settings.files or (DEFAULT_FILE, DEFAULT_FOLDER)]
    if path.suffix not in _SPEC:
        return same(path, (file for file in named if not file.is_dir()))
    return same(path, named) or any(same(folder, path.absolute().parents) for folder in named if folder.is_dir())
