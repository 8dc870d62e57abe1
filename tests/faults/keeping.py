"""Where the runs that are killed keep record and journal: in their folder, or in a store, with nothing on the machine."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from ackplan.core.diagnostics import Failure
from ackplan.record.codec import encode
from ackplan.record.journal import Leftover
from tests.stores.bucket_server import Buckets, serve
from tests.stores.cases import ENVIRONMENT, StoreCase, postgres_server

# What another machine has of it, too.
_ARTIFACTS = ("ackplan.yaml", "it.plan")


class Keeping(Protocol):
    """Keeps what belongs to a project's folder."""

    def begin(self, folder: Path) -> None:
        """Makes room for a folder that has nothing yet."""
        ...

    def copy(self, source: Path, target: Path) -> None:
        """A folder's project becomes another folder's, with all that is kept of it."""
        ...

    def environment(self, folder: Path) -> dict[str, str]:
        """What a run in the folder needs to be told."""
        ...

    def move(self, folder: Path) -> None:
        """The next run is on another machine, where the store allows that: who had the lock is dead."""
        ...

    def record(self, folder: Path) -> dict[str, Any]: ...

    def journal(self, folder: Path) -> list[Any]:
        """What is left in the journal."""
        ...


class InFolder:
    """The folder has it all."""

    def begin(self, folder: Path) -> None:
        pass

    def copy(self, source: Path, target: Path) -> None:
        shutil.copytree(source, target)

    def environment(self, _folder: Path) -> dict[str, str]:
        return {}

    def move(self, folder: Path) -> None:
        """A folder that is lost is lost with its record."""

    def record(self, folder: Path) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((folder / "state" / "default.json").read_text())
        return found

    def journal(self, folder: Path) -> list[Any]:
        connection = sqlite3.connect(folder / ".ackplan" / "default.journal")
        try:
            return connection.execute("SELECT step, phase FROM entry UNION ALL SELECT id, plan FROM run").fetchall()
        finally:
            connection.close()


class _InStore:
    """A store has it, a workspace of its own for each folder."""

    def __init__(self) -> None:
        os.environ.update(ENVIRONMENT)

    def case(self, folder: Path) -> StoreCase:
        raise NotImplementedError

    def environment(self, folder: Path) -> dict[str, str]:
        return {**ENVIRONMENT, "ACKPLAN_STATE": self.case(folder).url, "ACKPLAN_LOCK_TTL": "3s"}

    def move(self, folder: Path) -> None:
        artifacts = {name: (folder / name).read_bytes() for name in _ARTIFACTS if (folder / name).exists()}
        shutil.rmtree(folder)
        folder.mkdir()
        for name, data in artifacts.items():
            (folder / name).write_bytes(data)
        workspace = self.case(folder).workspace()
        left = workspace.holder() or workspace.left_behind()
        if left is not None:
            with contextlib.suppress(Failure):
                workspace.release(left.id)

    def record(self, folder: Path) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(encode(self._snapshot(folder)[0]))
        return found

    def journal(self, folder: Path) -> list[Any]:
        leftover = self._snapshot(folder)[1]
        return [*leftover.entries, *([leftover.head] if leftover.head else ())]

    def _snapshot(self, folder: Path) -> tuple[Any, Leftover]:
        return self.case(folder).workspace().snapshot()


def _name(folder: Path) -> str:
    return "k" + hashlib.sha256(str(folder).encode()).hexdigest()[:24]


class InPostgres(_InStore):
    """A database for each folder."""

    def __init__(self) -> None:
        super().__init__()
        self._server = postgres_server()
        self._lock = threading.Lock()

    def case(self, folder: Path) -> StoreCase:
        return StoreCase(self._server.replace("/postgres?", f"/{_name(folder)}?"))

    def begin(self, folder: Path) -> None:
        self._run(f"CREATE DATABASE {_name(folder)}")
        self.case(folder).workspace().set_up()

    def copy(self, source: Path, target: Path) -> None:
        shutil.copytree(source, target)
        self._run(f"CREATE DATABASE {_name(target)} TEMPLATE {_name(source)} STRATEGY wal_log")

    def _run(self, statement: str) -> None:
        import psycopg

        with self._lock, psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.encode())


class InLog(_InStore):
    """A bucket for each folder, of a server in this process."""

    def __init__(self) -> None:
        super().__init__()
        self._buckets = Buckets()
        self._url = serve(self._buckets)

    def case(self, folder: Path) -> StoreCase:
        return StoreCase(f"oss://{_name(folder)}/team?region=cn-hangzhou&endpoint={self._url}")

    def begin(self, folder: Path) -> None:
        self.case(folder).workspace().set_up()

    def copy(self, source: Path, target: Path) -> None:
        shutil.copytree(source, target)
        before, after = f"{_name(source)}/", f"{_name(target)}/"
        with self._buckets.lock:
            for key, kept in list(self._buckets.objects.items()):
                if key.startswith(before):
                    self._buckets.objects[after + key.removeprefix(before)] = kept


KEEPINGS: dict[str, Callable[[], Keeping]] = {"folder": InFolder, "postgresql": InPostgres, "log": InLog}


def modules(store: str) -> Iterator[str]:
    """What its runs have imported beforehand."""
    yield from {
        "postgresql": ("ackplan.adapters.stores.postgres.postgres_workspace",),
        "log": ("ackplan.adapters.stores.log.oss", "ackplan.adapters.stores.log.log_workspace"),
    }.get(store, ())
