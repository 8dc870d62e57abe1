"""What is in a database besides one workspace: the names of all, and kept plan files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager

from ackplan.adapters.stores.encryption.rekeying import KeyringEncryption
from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.encryption.store_place import StorePlace
from ackplan.adapters.stores.postgres import statements
from ackplan.adapters.stores.postgres.database import Database
from ackplan.adapters.stores.postgres.keyring_rows import KeyringRows
from ackplan.adapters.stores.postgres.postgres_workspace import PostgresWorkspace, is_set_up, set_up
from ackplan.adapters.stores.postgres.rows import Count, Name, NoteRow, PlanRow
from ackplan.adapters.stores.sealed_notes import SealedNotes
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.waiting import Waiter
from ackplan.app.workspace import StoreNote
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.record.notes import MOST_NOTES


class PostgresStore:
    """The database of a URL. `address` is what messages call it."""

    def __init__(self, url: str, address: str, settings: StoreSettings, kinds: Kinds = CLUSTER_KINDS) -> None:
        self.address = address
        self._url = url
        self._kinds = kinds
        self._settings = settings
        self._noted = False
        self._database = Database(url, Waiter(address, settings.patience, settings.notice))
        keyrings = KeyringRows(self._database, lambda: is_set_up(self._database))
        self._cipher = StoreCipher(keyrings, address, settings.keys)
        self._notes = SealedNotes(self._cipher)
        self.encryption = KeyringEncryption(keyrings, address, settings.keys)

    def names(self) -> Sequence[str]:
        """The workspaces that there are, by name. Raises Failure."""
        if not is_set_up(self._database):
            return ()
        return [row.name for row in self._database.rows(statements.WORKSPACES, (), Name)]

    def connected(self) -> AbstractContextManager[None]:
        return self._database.kept()

    def workspace(self, name: str) -> PostgresWorkspace:
        return PostgresWorkspace(self._url, self.address, name, self._settings, self._kinds, self._cipher)

    def keep_plan(self, data: bytes, workspace: str) -> str:
        """Keeps a plan file; the digest that it is asked for by. Raises Failure."""
        if not is_set_up(self._database):
            set_up(self._database)
        digest = hashlib.sha256(data).hexdigest()
        holder = self._settings.holder("plan")
        sealed = self._cipher.seal(data, _place(digest))
        self._database.run(statements.KEEP_PLAN, (digest, workspace, sealed, holder.who, holder.job))
        return digest

    def kept_plan(self, digest: str) -> bytes | None:
        """A plan file that was kept; None where none was. Raises Failure."""
        if not is_set_up(self._database):
            return None
        rows = self._database.rows(statements.KEPT_PLAN, (digest,), PlanRow)
        return self._cipher.open(rows[0].data, _place(digest)) if rows else None

    def keep_note(self, workspace: str, name: str, data: bytes) -> None:
        """Keeps a note about a workspace, in the place of an earlier one of this name. Raises Failure."""
        if not self._has_notes():
            set_up(self._database)
        self._database.run(statements.KEEP_NOTE, (workspace, name, self._notes.sealed(workspace, name, data)))

    def notes(self, workspace: str, begins: Sequence[str]) -> Sequence[StoreNote]:
        """The notes about a workspace whose names begin so. Raises Failure."""
        if not self._has_notes():
            return ()
        rows = self._database.rows(statements.NOTES, (workspace, list(begins), MOST_NOTES), NoteRow)
        return tuple(
            StoreNote(row.name, self._notes.opened(workspace, row.name, row.data), row.kept_at) for row in rows
        )

    def _has_notes(self) -> bool:
        """Whether there is a table for notes: a database that was set up before has none."""
        self._noted = self._noted or (
            is_set_up(self._database) and self._database.rows(statements.NOTES_THERE, (), Count)[0].count == 1
        )
        return self._noted


def _place(digest: str) -> StorePlace:
    return StorePlace("plan", name=digest)
