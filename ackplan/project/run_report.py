"""The report of an apply: what was done, by whom, when, or why nothing was."""

from __future__ import annotations

import getpass
import os
import socket

from ackplan.app.run_view import RunEnd
from ackplan.render.facts.run import RunFacts


def facts(end: RunEnd, started: str, ended: str) -> RunFacts:
    """A run as its reports tell of it. `started` and `ended` are RFC 3339."""
    return RunFacts(end.run, f"{_user()}@{socket.gethostname()}", started, ended)


def report_json(end: RunEnd, run: RunFacts) -> str:
    from ackplan.render.terraform import report

    return report.dumps(end.plan, end.result, run, end.record)


def report_page(end: RunEnd, run: RunFacts) -> str:
    from ackplan.render.page.html import report_html

    return report_html(end.plan, end.result, run)


def _user() -> str:
    """Who runs this; in a container that may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
