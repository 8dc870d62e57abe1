"""Notes about a workspace as stores keep them: compressed, and encrypted where the store is."""

from __future__ import annotations

from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.encryption.store_place import StorePlace
from ackplan.adapters.stores.packing import packed, unpacked_note
from ackplan.core.diagnostics import Failure


class SealedNotes:
    """Those of a store."""

    def __init__(self, cipher: StoreCipher) -> None:
        self._cipher = cipher

    def sealed(self, workspace: str, name: str, data: bytes) -> bytes:
        """A note as it is kept. Raises Failure where nobody here has the store's key."""
        return self._cipher.seal(packed(data), _place(workspace, name))

    def opened(self, workspace: str, name: str, data: bytes) -> bytes:
        """A note; nothing where it is none, for notes are for people alone. Raises Failure as `sealed`."""
        self._cipher.opened()
        try:
            return unpacked_note(self._cipher.open(data, _place(workspace, name)))
        except Failure:
            return b""


def _place(workspace: str, name: str) -> StorePlace:
    return StorePlace("note", workspace, name=name)
