"""Makes the files that a command line names to be written: see `ackplan.adapters.local.output_files`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from ackplan.adapters.local.output_files import Output, Sort, belongs_to_a_run, same
from ackplan.cli.options import Settings
from ackplan.spec.fleet import DEFAULT_FILE, DEFAULT_FOLDER

_SPEC = (".yaml", ".yml")


def output(settings: Settings, name: str, sort: Sort) -> Output:
    """The file that an option names, of this sort."""

    def reserved(path: Path) -> bool:
        return belongs_to_a_run(path) or same(path, _kept(settings, sort)) or _is_spec(settings, path)

    return Output(settings.path(name), sort, settings.force, reserved)


def _kept(settings: Settings, sort: Sort) -> Iterator[Path]:
    """The record, and the log where something else is written."""
    location = settings.state.removeprefix("file:").removeprefix("//")
    if "://" not in location:
        yield settings.path(location) / f"{settings.workspace}.json"
    if settings.log_file and sort is not Sort.LOG:
        yield settings.path(settings.log_file)


def _is_spec(settings: Settings, path: Path) -> bool:
    """Whether the spec is read from there, or would be if there were something."""
    named = [settings.path(name) for name in settings.files or (DEFAULT_FILE, DEFAULT_FOLDER)]
    if path.suffix not in _SPEC:
        return same(path, (file for file in named if not file.is_dir()))
    return same(path, named) or any(same(folder, path.absolute().parents) for folder in named if folder.is_dir())


def log_handler(settings: Settings) -> logging.Handler:
    """Writes to the file of `--log-file`, below what an earlier run logged. Raises Failure."""
    log = output(settings, settings.log_file, Sort.LOG)
    log.check_sort()
    mode = "w" if log.replaces else "a"
    return logging.FileHandler(log.path, mode, encoding="utf-8", errors="backslashreplace")
