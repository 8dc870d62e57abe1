"""The keyrings of an encrypted database: rows that are inserted once, by their numbers."""

from __future__ import annotations

from collections.abc import Callable

from ackplan.adapters.stores.postgres import statements
from ackplan.adapters.stores.postgres.database import Database
from ackplan.adapters.stores.postgres.rows import Count, KeyringRow


class KeyringRows:
    """Those of one database. `is_set_up` says whether its tables are there."""

    def __init__(self, database: Database, is_set_up: Callable[[], bool]) -> None:
        self._database = database
        self._is_set_up = is_set_up

    def newest(self) -> tuple[int, bytes] | None:
        """Raises Failure."""
        rows = self._database.rows(statements.KEYRING, (), KeyringRow) if self._is_set_up() else []
        return (rows[0].number, rows[0].keyring) if rows else None

    def add(self, number: int, data: bytes) -> bool:
        """Raises Failure. An answer that was lost makes our own meet us: what is there decides."""
        self._database.run(statements.ADD_KEYRING, (number, data))
        rows = self._database.rows(statements.KEYRING_AT, (number,), KeyringRow)
        return [row.keyring for row in rows] == [data]

    def is_empty(self) -> bool:
        """Raises Failure."""
        return not self._database.rows(statements.KEPT, (), Count)[0].count
