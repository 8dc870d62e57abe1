"""The report of an apply: what was done, by whom, when, or why nothing was."""

from __future__ import annotations

import os

from ackplan.adapters.local import process
from ackplan.app.run_view import RunEnd
from ackplan.render.facts.run import RunFacts


def facts(end: RunEnd, started: str, ended: str) -> RunFacts:
    """A run as its reports tell of it. `started` and `ended` are RFC 3339."""
    environment = dict(os.environ)
    return RunFacts(end.run, process.who(environment), started, ended, job=process.job(environment))


def report_json(end: RunEnd, run: RunFacts) -> str:
    from ackplan.render.terraform import report

    return report.dumps(end.plan, end.result, run, end.record)


def report_page(end: RunEnd, run: RunFacts) -> str:
    from ackplan.render.page.html import report_html

    return report_html(end.plan, end.result, run)
