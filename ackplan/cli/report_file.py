"""`--report FILE`: what a run did, or why it did nothing. FILE says in which form: .html for a page, else JSON."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from ackplan.adapters.local.output_files import Output, Sort
from ackplan.app.apply import Applied
from ackplan.cli.clock import timestamp
from ackplan.cli.options import Settings
from ackplan.cli.output_options import output
from ackplan.core.diagnostics import Diagnostic
from ackplan.execute.executor import Executor
from ackplan.execute.outcomes import Result
from ackplan.plan.model import Pins, Plan
from ackplan.record import Record
from ackplan.render.facts.run import RunFacts

_PAGES = frozenset({".html", ".htm"})


def report_file(settings: Settings, name: str) -> Output | None:
    """The file of `--report`; None without one."""
    sort = Sort.PAGE if Path(name).suffix.lower() in _PAGES else Sort.REPORT
    return output(settings, name, sort) if name else None


class Report:
    """The report of one run, from its order on. Whatever is set by the time that it ends is told; once at most."""

    def __init__(self, file: Output | None) -> None:
        self._file = file
        self._started = timestamp()
        self.plan = Plan("normal", (), Pins("", 0, ""))
        self.before = Record("")
        self.executor: Executor | None = None
        self.run = ""

    def check(self) -> None:
        """Raises Failure where it can't be written: that has to be known before the run."""
        if self._file is not None:
            self._file.check()

    def refused(self, errors: Iterable[Diagnostic]) -> None:
        """Of a run that these errors ended, or kept from beginning."""
        result = self.executor.cut_short(self.plan.steps, errors) if self.executor else Result(errors=tuple(errors))
        self.write(Applied(result, self.before, self.run))

    def write(self, applied: Applied) -> None:
        """Raises Failure where that can't be done."""
        file, self._file = self._file, None
        if file is not None:
            facts = RunFacts(applied.run, f"{_user()}@{socket.gethostname()}", self._started, timestamp())
            file.write(self._text(file.sort, applied, facts).encode("utf-8", "backslashreplace"))

    def _text(self, sort: Sort, applied: Applied, facts: RunFacts) -> str:
        if sort is Sort.PAGE:
            from ackplan.render.page.html import report_html

            return report_html(self.plan, applied.result, facts)
        from ackplan.render.terraform import report

        return report.dumps(self.plan, applied.result, facts, applied.record)


def _user() -> str:
    """Who runs this; in a container that may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
