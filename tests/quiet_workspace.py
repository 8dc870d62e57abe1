"""A workspace that nobody else has, and that nobody moves: what is left are its record and its journal."""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.app.workspace import TwoParts
from ackplan.core.diagnostics import Diagnostic
from ackplan.record import Record
from ackplan.record.holder import Holder


class QuietWorkspace(TwoParts):
    """All of a Workspace but what tests bring: `name`, `store`, `record`, `journal`, `lock` and `history`."""

    def set_up(self) -> None:
        """Nothing has to be made."""

    def check_lock(self) -> None:
        """Nobody takes it."""

    def holder(self) -> None:
        return None

    def left_behind(self) -> None:
        return None

    async def hold(self, reason: str) -> Holder:
        raise AssertionError(f"nobody holds it for {reason}")

    def move_away(self, to: str) -> None:
        raise AssertionError(f"nobody moves it to {to}")

    def move_back(self, left: str) -> None:
        raise AssertionError(f"nobody moves it back from {left}")

    def remove(self) -> None:
        raise AssertionError("nobody removes it")

    def at(self, serial: int) -> Record | None:
        raise AssertionError(f"nobody asks for {serial}")

    def release(self, lock_id: str = "") -> Holder:
        raise AssertionError(f"nobody holds {lock_id}")

    def missing_record(self) -> None:
        return None

    def skew(self) -> float:
        return 0.0

    def check(self) -> Iterator[Diagnostic]:
        return iter(())
