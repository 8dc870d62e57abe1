"""The tables of the PostgreSQL store in memory: each statement of the product as PostgreSQL would carry it out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ackplan.adapters.stores.postgres import statements
from ackplan.adapters.stores.postgres.rows import Count, FormatRow, LockRow, SnapshotRow, VersionRow
from ackplan.adapters.stores.waiting import Waiter

Values = Any


@dataclass
class LeasedTable:
    """One workspace, as its rows say. `clock` is the server's."""

    clock: Callable[[], float]
    epoch: int = 0
    holder: str | None = None
    expires: float = 0.0
    serial: int = 0
    head: str | None = None
    entries: dict[tuple[int, int], bytes] = field(default_factory=dict)
    records: dict[int, VersionRow] = field(default_factory=dict)

    def carry_out(self, statement: str, values: Values) -> list[Any]:
        """What a statement gives."""
        acts: dict[str, Callable[[Values], list[Any]]] = {
            statements.THERE: lambda _: [Count(1)],
            statements.FORMAT: lambda _: [FormatRow(statements.VERSION)],
            statements.NEW_WORKSPACE: lambda _: [],
            statements.KEYRING: lambda _: [],
            statements.TAKE: self._take,
            statements.LOOK: lambda _: [self._looked()],
            statements.RENEW: lambda values: [Count(self._leased(values))],
            statements.BEGIN: self._begin,
            statements.APPEND: self._append,
            statements.CONCLUDE: self._conclude,
            statements.FREE: self._free,
            statements.SNAPSHOT: self._snapshot,
            statements.AT: lambda values: [self.records[values[1]]] if values[1] in self.records else [],
        }
        return acts[statement](values)

    def _take(self, values: Values) -> list[Any]:
        if self.holder is not None and self.expires >= self.clock():
            return []
        self.epoch, self.holder, self.expires = self.epoch + 1, values["holder"], self.clock() + values["ttl"]
        return [Count(1)]

    def _looked(self) -> LockRow:
        now = self.clock()
        held = self.holder is not None
        expires, left = (str(self.expires), self.expires - now) if held else (None, None)
        return LockRow(self.holder, self.epoch, expires, left, "", now)

    def _leased(self, values: Values) -> int:
        is_ours = self.epoch == values["epoch"] and self.holder is not None
        if is_ours:
            self.expires = self.clock() + values["ttl"]
        return int(is_ours)

    def _begin(self, values: Values) -> list[Any]:
        count = self._leased(values)
        if count:
            self.head = values["head"]
        return [Count(count)]

    def _insert(self, values: Values) -> None:
        for number, data in zip(values["numbers"], values["entries"], strict=True):
            self.entries.setdefault((values["epoch"], number), data)

    def _append(self, values: Values) -> list[Any]:
        count = self._leased(values)
        if count:
            self._insert(values)
        return [Count(count)]

    def _conclude(self, values: Values) -> list[Any]:
        if self.serial != values["expected"] or not self._leased(values):
            return [Count(0)]
        self.serial, self.head = values["serial"], values["head"]
        if values["record"] is not None:
            moment = datetime.fromtimestamp(self.clock(), UTC)
            said = (values[name] for name in ("who", "what", "job", "record"))
            self.records[self.serial] = VersionRow(self.serial, values["epoch"], values["nonce"], moment, *said)
        if values["first"] > 0:
            first = values["epoch"], values["first"]
            self.entries = {key: data for key, data in self.entries.items() if key >= first}
        self._insert(values)
        return [Count(1)]

    def _free(self, values: Values) -> list[Any]:
        if self._leased(values):
            self.holder = None
        return []

    def _snapshot(self, values: Values) -> list[Any]:
        known = self.records.get(self.serial)
        data = known.data if known and self.serial != values["cached"] else None
        keys = sorted(self.entries)
        return [
            SnapshotRow(
                head=self.head,
                serial=self.serial,
                data=data,
                epoch=known.epoch if known else 0,
                moved_to="",
                entries=[self.entries[key] for key in keys],
                epochs=[epoch for epoch, _ in keys],
                numbers=[number for _, number in keys],
            )
        ]


class TableDatabase:
    """In the place of a connection. `before` and `after` run around each statement, told whether it writes."""

    name = "memory"

    def __init__(
        self,
        table: LeasedTable,
        waiter: Waiter,
        before: Callable[[bool], None] = lambda _writes: None,
        after: Callable[[bool], None] = lambda _writes: None,
    ) -> None:
        self._table = table
        self._waiter = waiter
        self._before = before
        self._after = after

    def rows(self, statement: str, values: Values, _row: object) -> list[Any]:
        return self._waiter.until_there(lambda: self.try_rows(statement, values, _row))

    def try_rows(self, statement: str, values: Values, _row: object) -> list[Any]:
        writes = isinstance(values, Mapping) and "cached" not in values
        self._before(writes)
        rows = self._table.carry_out(statement, values)
        self._after(writes)
        return rows

    def run(self, statement: str, values: Values = ()) -> None:
        self.rows(statement, values, None)

    def try_run(self, statement: str, values: Values = ()) -> None:
        self.try_rows(statement, values, None)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        yield
