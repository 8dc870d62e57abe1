"""`fleet apply --report FILE`: what was done in all workspaces, by whom and when, with each call's request id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ackplan.adapters.local.clock import timestamp
from ackplan.adapters.local.output_files import Output, Sort
from ackplan.app.run_view import RunEnd
from ackplan.cli.options import Settings
from ackplan.cli.report_file import report_file
from ackplan.documents.files import read_regular
from ackplan.render.facts.workspaces_json import fleet_data
from ackplan.workspaces.result import FleetResult

# Of one workspace's report.
_MOST = 64 << 20


class FleetReport:
    """The report of one apply of many workspaces, from its order on."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._file: Output | None = report_file(settings, name)
        self._started = timestamp()

    def check(self) -> None:
        """Raises Failure where it can't be written: that has to be known before the run."""
        if self._file is not None:
            self._file.check()

    def write(self, fleet: FleetResult, reports: Path) -> None:
        """`reports` has that of each workspace, under its name. Raises Failure."""
        if self._file is None:
            return
        if self._file.sort is Sort.PAGE:
            from ackplan.render.page.workspaces import fleet_html

            self._file.write(fleet_html(fleet).encode("utf-8", "backslashreplace"))
        else:
            self._file.write(self._pieces(fleet, reports))

    def _pieces(self, fleet: FleetResult, reports: Path) -> Iterator[bytes]:
        """One at a time: together the reports of large fleets are more than one process should hold."""
        from ackplan.project.run_report import facts

        run = facts(RunEnd(), self._started, timestamp())
        head = {"run": "", "who": run.who, "started": run.started, "ended": run.ended, "complete": fleet.complete,
                "interrupted": fleet.interrupted, "fleet": fleet_data(fleet)}  # fmt: skip
        yield json.dumps(head, indent=2).removesuffix("\n}").encode() + b',\n  "reports": {'
        for number, result in enumerate(fleet.results):
            report = read_regular(reports / result.name, _MOST)
            yield (b",\n    " if number else b"\n    ") + json.dumps(result.name).encode() + b": "
            yield report.strip() if report else b"null"
        yield b"\n  }\n}\n"
