"""Whose turn it is among the workspaces of a run: each after those that it depends on, one at a time of an account.

Pure and without a clock, so that a run that an engine replays takes the same turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A workspace: its account, by the name of whose credentials serve, and what it depends on."""

    name: str
    account: str
    needs: tuple[str, ...] = ()


class Turns:
    """`ended` has the workspaces that ended before, and whether each failed."""

    def __init__(self, turns: tuple[Turn, ...], ended: Mapping[str, bool], jobs: int) -> None:
        names = {turn.name for turn in turns}
        self._waiting = {turn.name: turn for turn in turns if turn.name not in ended}
        self._needs = {turn.name: tuple(need for need in turn.needs if need in names) for turn in turns}
        self._running: dict[str, Turn] = {}
        self._jobs = jobs
        self._stopped = False
        self.ended: dict[str, bool] = dict(ended)

    def stop(self) -> None:
        """Nothing more is begun."""
        self._stopped = True

    def begin(self) -> Iterator[str]:
        """The workspaces whose turn it is now: from here on they run. Those behind one that failed end with it."""
        self._skip()
        for name, turn in list(self._waiting.items()):
            if self._stopped or len(self._running) >= self._jobs:
                return
            busy = any(other.account == turn.account for other in self._running.values())
            if not busy and all(need in self.ended for need in self._needs[name]):
                self._running[name] = self._waiting.pop(name)
                yield name

    def end(self, name: str, *, failed: bool) -> None:
        """A workspace that ran has ended."""
        del self._running[name]
        self.ended[name] = failed

    def _skip(self) -> None:
        while behind := [name for name in self._waiting if any(self.ended.get(need) for need in self._needs[name])]:
            for name in behind:
                del self._waiting[name]
                self.ended[name] = True
