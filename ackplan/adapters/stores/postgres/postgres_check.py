"""Whether a database keeps what workspaces rely on."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ackplan.adapters.stores.postgres import statements
from ackplan.adapters.stores.postgres.database import Database
from ackplan.adapters.stores.postgres.rows import CheckRow
from ackplan.adapters.stores.store_clock import skew_told
from ackplan.core.diagnostics import Diagnostic, error


def check_database(database: Database, store: str) -> Iterator[Diagnostic]:
    """What stands in the way. Raises Failure where it can't be begun.

    Whether commits are durable by default means nothing: each of ours asks for it.
    """
    begun = time.time()
    (row,) = database.rows(statements.CHECK, (), CheckRow)
    ended = time.time()
    if row.is_standby or row.is_read_only:
        yield error("ACK3116", store=store, why="it is a standby" if row.is_standby else "it is read-only")
    for setting, value in (("fsync", row.fsync), ("full_page_writes", row.full_page_writes)):
        if value != "on":
            yield error("ACK3114", store=store, setting=setting, value=value, wanted="on")
    if row.missing:
        yield error("ACK3115", store=store, missing=", ".join(row.missing))
    yield from skew_told(store, row.clock - min(max(row.clock, begun), ended))
