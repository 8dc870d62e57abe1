"""What is in a store of objects besides one workspace: the names of all, and kept plan files."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ackplan.adapters.stores.encryption.rekeying import KeyringEncryption
from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.encryption.store_place import StorePlace
from ackplan.adapters.stores.log.created_once import is_set_up, set_up
from ackplan.adapters.stores.log.keyring_objects import KeyringObjects
from ackplan.adapters.stores.log.log_workspace import LogWorkspace
from ackplan.adapters.stores.log.object_store import NAMES, NOTES, PLANS, ObjectStore
from ackplan.adapters.stores.log.shared_log import SharedLog
from ackplan.adapters.stores.sealed_notes import SealedNotes
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.waiting import AWAY, Waiter
from ackplan.app.workspace import WORKSPACE, StoreNote
from ackplan.core.diagnostics import Failure
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.record.notes import MAX_NOTE, MOST_NOTES

_AT_ONCE: Final = 8
_MAX_PLAN: Final = 1 << 30
_MOST: Final = 100_000
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class LogStore:
    """The store of objects under one prefix."""

    def __init__(
        self, objects: ObjectStore, settings: StoreSettings, waiter: Waiter, kinds: Kinds = CLUSTER_KINDS
    ) -> None:
        self.address = waiter.store
        self._settings = settings
        self._objects = objects
        self._waiter = waiter
        self._kinds = kinds
        keyrings = KeyringObjects(objects, waiter)
        self._cipher = StoreCipher(keyrings, waiter.store, settings.keys)
        self._notes = SealedNotes(self._cipher)
        self.encryption = KeyringEncryption(keyrings, waiter.store, settings.keys)

    def names(self) -> Sequence[str]:
        """The workspaces that there are, by name; not those that were removed. Raises Failure."""
        keys = self._waiter.until_there(lambda: self._objects.keys(NAMES, "", _MOST))
        names = [name for key in keys if WORKSPACE.fullmatch(name := key.removeprefix(NAMES))]
        if len(names) < 2:
            return [name for name in names if self._is_there(name)]
        with ThreadPoolExecutor(min(_AT_ONCE, len(names)), thread_name_prefix="names") as threads:
            return [name for name, there in zip(names, threads.map(self._is_there, names), strict=True) if there]

    def _is_there(self, name: str) -> bool:
        """One that can't be read is there: whoever reads it is told why, and of the others nothing is lost by it."""
        try:
            state = SharedLog(self._objects, name, self._waiter, self._kinds, self._cipher).follow()
        except Failure as failed:
            if any(fault.code == AWAY for fault in failed.diagnostics):
                raise
            return True
        return bool(state.version or state.head) and not state.moved_to

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Objects are reached by requests of their own."""
        yield

    def workspace(self, name: str) -> LogWorkspace:
        return LogWorkspace(self._objects, name, self._settings, self._waiter, self._kinds, self._cipher)

    def keep_plan(self, data: bytes, workspace: str) -> str:  # noqa: ARG002 - a plan file names its workspace
        """Keeps a plan file; the digest that it is asked for by. Raises Failure."""
        if not is_set_up(self._objects, self._waiter):
            set_up(self._objects, self._waiter)
        digest = hashlib.sha256(data).hexdigest()
        sealed = self._cipher.seal(data, _place(digest))
        self._waiter.until_there(lambda: self._objects.create(PLANS + digest, sealed))
        return digest

    def kept_plan(self, digest: str) -> bytes | None:
        """A plan file that was kept; None where none was. Raises Failure."""
        if not _DIGEST.fullmatch(digest):
            return None
        stored = self._waiter.until_there(lambda: self._objects.get(PLANS + digest, _MAX_PLAN))
        return self._cipher.open(stored.data, _place(digest)) if stored else None

    def keep_note(self, workspace: str, name: str, data: bytes) -> None:
        """Keeps a note about a workspace, in the place of an earlier one of this name. Raises Failure."""
        if not is_set_up(self._objects, self._waiter):
            set_up(self._objects, self._waiter)
        kept = self._notes.sealed(workspace, name, data)
        self._waiter.until_there(lambda: self._objects.put(f"{NOTES}{workspace}/{name}", kept))

    def notes(self, workspace: str, begins: Sequence[str]) -> Sequence[StoreNote]:
        """The notes about a workspace whose names begin so. Raises Failure."""
        folder = f"{NOTES}{workspace}/"
        keys = self._waiter.until_there(lambda: self._objects.keys(folder, "", _MOST))
        names = [name for key in keys if (name := key.removeprefix(folder)).startswith(tuple(begins))]
        return tuple(note for name in names[:MOST_NOTES] for note in self._note(workspace, name))

    def _note(self, workspace: str, name: str) -> Iterator[StoreNote]:
        key = f"{NOTES}{workspace}/{name}"
        stored = self._waiter.until_there(lambda: self._objects.get(key, MAX_NOTE))
        if stored is not None:
            yield StoreNote(name, self._notes.opened(workspace, name, stored.data), stored.modified)


def _place(digest: str) -> StorePlace:
    return StorePlace("plan", name=digest)
