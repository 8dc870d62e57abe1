"""`--report FILE`: what a run did, or why it did nothing. FILE says in which form: .html for a page, else JSON."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from ackplan.app.applying import Applied
from ackplan.cli.clock import timestamp
from ackplan.diagnostics import Diagnostic
from ackplan.execute.executor import Executor
from ackplan.execute.outcomes import Result
from ackplan.plan.model import Pins, Plan
from ackplan.record import Record
from ackplan.render.runs import RunFacts

_PAGES = frozenset({".html", ".htm"})


class Report:
    """The report of one run, from its order on. Whatever is set by the time that it ends is told; once at most."""

    def __init__(self, file: Path | None) -> None:
        self._path = file
        self._started = timestamp()
        self.plan = Plan("normal", (), Pins("", 0, ""))
        self.before = Record("")
        self.executor: Executor | None = None
        self.run = ""

    def check(self) -> None:
        """Raises Failure where it can't be written: that has to be known before the run."""
        from ackplan.stores.files import check_writable

        if self._path is not None:
            check_writable(self._path)

    def refused(self, errors: Iterable[Diagnostic]) -> None:
        """Of a run that these errors ended, or kept from beginning."""
        result = self.executor.cut_short(self.plan.steps, errors) if self.executor else Result(errors=tuple(errors))
        self.write(Applied(result, self.before, self.run))

    def write(self, applied: Applied) -> None:
        """Raises Failure where that can't be done."""
        from ackplan.stores.files import write_atomically

        path, self._path = self._path, None
        if path is not None:
            facts = RunFacts(applied.run, f"{_user()}@{socket.gethostname()}", self._started, timestamp())
            write_atomically(path, self._text(path, applied, facts).encode("utf-8", "backslashreplace"))

    def _text(self, path: Path, applied: Applied, facts: RunFacts) -> str:
        if path.suffix.lower() in _PAGES:
            from ackplan.render.html import report_html

            return report_html(self.plan, applied.result, facts, self.before)
        from ackplan.render import json_report

        return json_report.dumps(self.plan, applied.result, facts, applied.record)


def _user() -> str:
    """Who runs this; in a container that may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
