"""One connection to the database, made anew whenever it was lost. Statements are safe to be sent twice."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

import psycopg
from psycopg import conninfo, errors, pq
from psycopg.rows import class_row

from ackplan.adapters.stores.waiting import StoreAway, Waiter
from ackplan.core.diagnostics import Diagnostic, Failure, error

# A server that vanished is noticed within seconds, however long a statement may take.
_CONNECTION: Final[Mapping[str, str | int]] = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "ackplan",
}
# What passes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_PASSING_CLASSES = ("08", "53", "57", "40")
_READ_ONLY = "25006"
# libpq does not say why a server did not take a connection: one that was only lost is taken the next time.
_REFUSALS = 3

Parameters = Sequence[object] | Mapping[str, object]
Row = tuple[object, ...]
T = TypeVar("T")


class Database:
    """A database by its libpq URL. May be used by several threads."""

    def __init__(self, url: str, waiter: Waiter) -> None:
        self._url = url
        self._waiter = waiter
        self._connection: psycopg.Connection[Row] | None = None
        self._lock = threading.Lock()
        self._was_there = False
        self._refusals = 0
        self._is_kept = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._waiter.store

    def rows(self, statement: str, parameters: Parameters, row: type[T]) -> list[T]:
        """What a statement gives. Raises Failure where the server stays away, or refuses."""
        return self._waiter.until_there(lambda: self._once(statement, parameters, row))

    def try_rows(self, statement: str, parameters: Parameters, row: type[T]) -> list[T]:
        """The same without waiting. Raises StoreAway as well."""
        return self._once(statement, parameters, row)

    def run(self, statement: str, parameters: Parameters = ()) -> None:
        """Runs a statement that gives nothing. Raises Failure as `rows`."""
        self._waiter.until_there(lambda: self._once(statement, parameters, Row))

    def try_run(self, statement: str, parameters: Parameters = ()) -> None:
        """The same without waiting. Raises StoreAway as well."""
        self._once(statement, parameters, Row)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Within it the connection is kept for the next statement."""
        self._is_kept = True
        try:
            yield
        finally:
            with self._lock:
                self._is_kept = False
                self._drop()

    def _once(self, statement: str, parameters: Parameters, row: type[T]) -> list[T]:
        with self._lock:
            try:
                with self._connected().cursor(binary=True, row_factory=class_row(row)) as cursor:
                    cursor.execute(statement.encode(), parameters)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.Error as fault:
                self._drop()
                raise self._fault(fault) from None
            finally:
                if not self._is_kept:
                    self._drop()

    def _connected(self) -> psycopg.Connection[Row]:
        if self._connection is None:
            facts = self._facts()
            try:
                # pgbouncer gives each statement another connection: nothing may stay behind in one.
                self._connection = psycopg.connect(facts, autocommit=True, prepare_threshold=None)
            except psycopg.OperationalError as fault:
                if not self._was_there and self._answers(facts):
                    self._refusals += 1
                    if self._refusals == _REFUSALS:
                        raise Failure(self._refused(fault)) from None
                raise
            self._was_there = True
        return self._connection

    def _facts(self) -> str:
        """What libpq needs; what the URL says goes before what is usual here."""
        usual = {name: value for name, value in _CONNECTION.items() if name not in conninfo.conninfo_to_dict(self._url)}
        return conninfo.make_conninfo(self._url, **usual)

    def _answers(self, facts: str) -> bool:
        """Whether a server is there that takes connections: then it was ours that it did not take."""
        return bool(pq.PGconn.ping(facts.encode()) == pq.Ping.OK)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _fault(self, fault: psycopg.Error) -> Exception:
        state = fault.sqlstate or ""
        lost = isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError) and not state
        if lost or state == _READ_ONLY or state.startswith(_PASSING_CLASSES):
            return StoreAway(_told(fault))
        if isinstance(fault, errors.UndefinedTable | errors.InvalidSchemaName):
            return Failure(error("ACK3102", store=self._waiter.store))
        return Failure(self._refused(fault))

    def _refused(self, fault: psycopg.Error) -> Diagnostic:
        return error("ACK3103", store=self._waiter.store, why=_told(fault))


def _told(fault: psycopg.Error) -> str:
    """The first line of what the server or the library says; it never has a password."""
    primary = fault.diag.message_primary
    return (primary or str(fault) or type(fault).__name__).strip().splitlines()[0]
