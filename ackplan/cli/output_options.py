"""The files that a command line names to be written."""

from __future__ import annotations

import logging

from ackplan.adapters.local.output_files import Output, Sort
from ackplan.cli.options import Settings
from ackplan.project import outputs


def output(settings: Settings, name: str, sort: Sort) -> Output:
    """The file that an option names, of this sort; never the log, where something else is written."""
    log = [settings.path(settings.log_file)] if settings.log_file and sort is not Sort.LOG else []
    return outputs.output(settings, name, sort, force=settings.force, others=log)


def log_handler(settings: Settings) -> logging.Handler:
    """Writes to the file of `--log-file`, below what an earlier run logged. Raises Failure."""
    log = output(settings, settings.log_file, Sort.LOG)
    log.check_sort()
    mode = "w" if log.replaces else "a"
    return logging.FileHandler(log.path, mode, encoding="utf-8", errors="backslashreplace")
