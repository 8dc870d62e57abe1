"""`--report FILE`: what a run did. FILE says in which form: a page where it ends in .html, else JSON."""

from __future__ import annotations

import getpass
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from ackplan.app.applying import Applied
from ackplan.cli.clock import timestamp
from ackplan.plan.model import Plan
from ackplan.record import Record
from ackplan.render.runs import RunFacts

_PAGES = frozenset({".html", ".htm"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a report is of: a plan, how its run ended, and the record from before it."""

    plan: Plan
    applied: Applied
    before: Record


def write(path: Path, told: Told, facts: RunFacts) -> None:
    """Writes the report. Raises Failure where that can't be done."""
    from ackplan.stores.files import write_atomically

    write_atomically(path, _text(path, told, facts).encode())


def facts_of(run: str, started: str) -> RunFacts:
    """Of a run that ends now."""
    return RunFacts(run, f"{_user()}@{socket.gethostname()}", started, timestamp())


def _text(path: Path, told: Told, facts: RunFacts) -> str:
    if path.suffix.lower() in _PAGES:
        from ackplan.render.html import report_html

        return report_html(told.plan, told.applied.result, facts, told.before)
    from ackplan.render import json_report

    return json_report.dumps(told.plan, told.applied.result, facts, told.applied.record)


def _user() -> str:
    """Who runs this; in a container that may be a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
