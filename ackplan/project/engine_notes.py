"""What workers leave in a workspace's store for each other and for whoever follows a run: outcomes and reports."""

from __future__ import annotations

import contextlib
import dataclasses
import zlib
from dataclasses import dataclass
from typing import Final

from ackplan.core.diagnostics import Failure
from ackplan.project import wiring
from ackplan.project.project_settings import ProjectSettings

_OUTCOME: Final = "outcome-"
_REPORT: Final = "report-"
_DIGITS = 16
_MOST: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class EngineNotes:
    """`record` is the workspace's name in its store; `state` the store where it is not that of the settings."""

    settings: ProjectSettings
    record: str
    state: str = ""

    def keep_outcome(self, digest: str, line: str) -> None:
        """Keeps the summary of a run that did all of the plan of this digest. Raises Failure."""
        self._keep(_OUTCOME + digest[:_DIGITS], line.encode())

    def outcome(self, digest: str) -> bytes:
        """What was kept so; empty where nothing was, or the store does not answer."""
        return self._read(_OUTCOME + digest[:_DIGITS])

    def keep_report(self, digest: str, report: bytes) -> None:
        """Keeps the report of an apply. Raises Failure."""
        self._keep(_REPORT + digest[:_DIGITS], zlib.compress(report))

    def report(self, digest: str) -> bytes:
        """What was kept so; empty where nothing was, or the store does not answer."""
        with contextlib.suppress(zlib.error):
            return zlib.decompressobj().decompress(self._read(_REPORT + digest[:_DIGITS]), _MOST)
        return b""

    def _keep(self, name: str, data: bytes) -> None:
        wiring.store(self._used, patient=False).keep_note(self.record, name, data)

    def _read(self, name: str) -> bytes:
        with contextlib.suppress(Failure):
            notes = wiring.store(self._used, patient=False).notes(self.record, (name,))
            return notes[0].data if notes else b""
        return b""

    @property
    def _used(self) -> ProjectSettings:
        if not self.state:
            return self.settings
        return dataclasses.replace(self.settings, state=self.state, state_named=True)
