"""The stores of a team in memory: the product's own log over objects, and its own statements over tables."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from unittest import mock

from ackplan.adapters.stores.leased import Lease, LeasedWorkspace
from ackplan.adapters.stores.log.log_workspace import LogWorkspace
from ackplan.adapters.stores.postgres import postgres_workspace
from ackplan.adapters.stores.postgres.postgres_workspace import PostgresWorkspace
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.waiting import Waiter
from ackplan.record import Record
from ackplan.record.holder import Holder
from ackplan.record.journal import Leftover, RunHead, fold
from ackplan.resources.types import BUILT_IN
from tests.stores.memory_objects import MemoryObjects

from .leased_table import LeasedTable, TableDatabase
from .loop import OWNER, LoopClock
from .machines import TeamMachine

T = TypeVar("T")
TTL, PATIENCE = 60.0, 120.0
_CHANGING = ("create", "put")


def _machine() -> TeamMachine | None:
    machine = OWNER.get()
    return machine if isinstance(machine, TeamMachine) else None


class SharedStore(ABC):
    """One workspace in a store that several computers reach. Whoever looks at it from outside disturbs nobody."""

    @abstractmethod
    def workspace(self, machine: TeamMachine, run: str) -> LeasedWorkspace:
        """The workspace as one run on a computer has it."""

    @abstractmethod
    def snapshot(self) -> tuple[Record, Leftover]: ...

    @abstractmethod
    def epoch(self) -> int:
        """Whose lock it is now: 0 where it is nobody's."""

    @property
    def head(self) -> RunHead | None:
        return self.snapshot()[1].head

    @property
    def rows(self) -> tuple[object, ...]:
        return self.snapshot()[1].entries

    @property
    def written(self) -> list[str]:
        """Secrets are looked for in the stories of one computer."""
        return []

    def leftover(self) -> Leftover:
        return self.snapshot()[1]

    def intends(self, operation: str) -> set[str]:
        """The clusters of which it is written down that this is about to be done to them."""
        _, flying = fold(Record(""), self.leftover().entries)
        return {call.name for call in flying if call.facts.operation == operation}


def _settings(machine: str, run: str) -> StoreSettings:
    return StoreSettings(lambda what: Holder(run, machine, 1, what, "2026-01-01T00:00:00Z"), TTL, PATIENCE)


def _before(changes: bool) -> None:
    if machine := _machine():
        machine.before(changes=changes)


def _after(changes: bool) -> None:
    if machine := _machine():
        machine.after(changes=changes)


class SharedLogStore(SharedStore):
    """A log over objects."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        start = LoopClock().now() - loop.time()
        self._objects = MemoryObjects(lambda: start + loop.time())
        self._objects.before = lambda verb, _key: _before(verb in _CHANGING)
        self._objects.after = lambda verb, _key: _after(verb in _CHANGING)
        self._observer = self._opened(_settings("observer", "observer"), Waiter("memory", 0.0, lambda _text: None))
        self._observer.set_up()
        self._objects.requests.clear()

    def _opened(self, settings: StoreSettings, waiter: Waiter) -> LogWorkspace:
        return LogWorkspace(self._objects, "default", settings, waiter, BUILT_IN)

    def workspace(self, machine: TeamMachine, run: str) -> LeasedWorkspace:
        self._objects.requests.clear()
        return self._opened(_settings(machine.name, run), machine.waiter(PATIENCE))

    def snapshot(self) -> tuple[Record, Leftover]:
        return self._outside(self._observer.snapshot)

    def epoch(self) -> int:
        state = self._outside(self._observer.log.follow)
        return state.epoch if state.holder is not None else 0

    @staticmethod
    def _outside(look: Callable[[], T]) -> T:
        token = OWNER.set(None)
        try:
            return look()
        finally:
            OWNER.reset(token)


class SharedTableStore(SharedStore):
    """Tables, as PostgreSQL keeps them."""

    def __init__(self) -> None:
        self._table = LeasedTable(LoopClock().now)
        self._observer = self._opened(_settings("observer", "observer"), Waiter("memory", 0.0, lambda _text: None))

    def _opened(self, settings: StoreSettings, waiter: Waiter, **hooks: Callable[[bool], None]) -> PostgresWorkspace:
        database = TableDatabase(self._table, waiter, **hooks)
        with mock.patch.object(postgres_workspace, "Database", return_value=database):
            return PostgresWorkspace("postgresql://memory", "memory", "default", settings, BUILT_IN)

    def workspace(self, machine: TeamMachine, run: str) -> LeasedWorkspace:
        waiter = machine.waiter(PATIENCE)
        return self._opened(_settings(machine.name, run), waiter, before=_before, after=_after)

    def snapshot(self) -> tuple[Record, Leftover]:
        return self._observer.snapshot()

    def epoch(self) -> int:
        return self._table.epoch if self._table.holder is not None else 0


STORES: dict[str, Callable[[], SharedStore]] = {"log": SharedLogStore, "postgresql": SharedTableStore}


@dataclass
class Term:
    """What a run has of the lock. `lease` is the last that it got, None where it got none."""

    workspace: LeasedWorkspace
    lease: Lease | None = None
