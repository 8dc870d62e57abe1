"""What commands say and ask about the encryption of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ackplan.core.diagnostics import Failure, error, printable
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from ackplan.app.store_encryption import Readers, StoreEncryption, StoreKey
    from ackplan.cli.options import Settings


def encryption_of(settings: Settings) -> StoreEncryption:
    """The encryption of the store that the settings name. Raises Failure for a folder."""
    from ackplan.project.wiring import store

    opened = store(settings)
    if opened.encryption is None:
        raise Failure(error("ACK3131.folder", store=opened.address))
    return opened.encryption


def begin_encryption(settings: Settings, readers: Readers, set_up: Callable[[], None]) -> StoreKey | None:
    """Sets a store up, encrypted where there are readers; its key. Raises Failure before anything is written."""
    from ackplan.project.wiring import store

    if readers:
        encryption = encryption_of(settings)
        encryption.check_readers(readers)
        set_up()
        return encryption.begin(readers)
    set_up()
    there = store(settings).encryption
    return there.key() if there and there.is_required else None


def check_move(old: Settings, new: Settings) -> None:
    """Raises Failure for a move that would leave what is encrypted now readable to everybody: into a folder."""
    from ackplan.project.wiring import store

    former, target = store(old).encryption, store(new)
    if former is not None and target.encryption is None and former.key() is not None:
        raise Failure(error("ACK3127.move", to=target.address))


def readers_of(key: StoreKey) -> list[str]:
    """For whom a store is encrypted, as people read it."""
    passphrase = (phrase("whoever has the passphrase"),) if key.by_passphrase else ()
    return [printable(text) for text in (*key.recipients, *passphrase)]


def key_text(key: StoreKey) -> str:
    """For whom a store is encrypted, and by which key it is told from another one."""
    pinned = phrase("Where ACKPLAN_KEY_ID={key} is set, no other store is taken for this one.", key=key.key_id)
    return "\n".join((phrase("Encrypted for:"), *(f"  {reader}" for reader in readers_of(key)), pinned))
