"""`--report FILE`: what a run did, or why it did nothing. FILE says in which form: .html for a page, else JSON."""

from __future__ import annotations

from pathlib import Path

from ackplan.adapters.local.clock import timestamp
from ackplan.adapters.local.output_files import Output, Sort
from ackplan.app.run_view import RunEnd
from ackplan.cli.options import Settings
from ackplan.cli.output_options import output

_PAGES = frozenset({".html", ".htm"})


def report_file(settings: Settings, name: str) -> Output | None:
    """The file of `--report`; None without one."""
    sort = Sort.PAGE if Path(name).suffix.lower() in _PAGES else Sort.REPORT
    return output(settings, name, sort) if name else None


class Report:
    """The report of one run, from its order on."""

    def __init__(self, file: Output | None) -> None:
        self._file = file
        self._started = timestamp()

    def check(self) -> None:
        """Raises Failure where it can't be written: that has to be known before the run."""
        if self._file is not None:
            self._file.check()

    def write(self, end: RunEnd) -> None:
        """Raises Failure where that can't be done."""
        file = self._file
        if file is None:
            return
        from ackplan.project import run_report

        run = run_report.facts(end, self._started, timestamp())
        text = run_report.report_page(end, run) if file.sort is Sort.PAGE else run_report.report_json(end, run)
        file.write(text.encode("utf-8", "backslashreplace"))
