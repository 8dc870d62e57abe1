"""Keys for the tests of encrypted stores: identities in files, and stores that are encrypted for them."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pyrage

from ackplan.adapters.stores.log.log_store import LogStore
from ackplan.adapters.stores.log.log_workspace import LogWorkspace
from ackplan.adapters.stores.open_store import open_store
from ackplan.adapters.stores.packing import unpacked
from ackplan.adapters.stores.store_settings import StoreKeys, StoreSettings
from ackplan.adapters.stores.store_url import store_url
from ackplan.adapters.stores.waiting import Waiter
from ackplan.app.store_encryption import Readers
from ackplan.app.workspace import Workspace
from ackplan.core.world import World
from ackplan.record import Record
from ackplan.record.holder import Holder
from ackplan.record.journal import Entry, Phase
from ackplan.record.unsettled import Unsettled, head_on

from .memory_objects import MemoryObjects

CANARY = "canary-7f3a"
VARIABLES = ("ACKPLAN_IDENTITY", "ACKPLAN_PASSPHRASE", "ACKPLAN_NEW_PASSPHRASE", "ACKPLAN_KEY_ID")


def identity_file(folder: Path, name: str = "identity") -> tuple[Path, str]:
    """A new identity in a file, as age-keygen writes it, and its recipient."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    path = folder / name
    path.write_text(f"# created: 2026-01-01T00:00:00Z\n# public key: {recipient}\n{identity}\n")
    return path, recipient


def keys_of_environment() -> StoreKeys:
    """What the environment says of keys, as the command line has it."""
    identity, passphrase, _, key_id = (os.environ.get(name, "") for name in VARIABLES)
    return StoreKeys(Path(identity) if identity else None, passphrase, key_id)


def encrypt(url: str, *recipients: str) -> str:
    """Encrypts the store of a URL; the id of its key."""
    settings = StoreSettings(lambda what: Holder("0a0b0c0d", "me@here", 1, what, "2026-01-01T00:00:00Z"))
    encryption = open_store(store_url(url), settings).encryption
    assert encryption is not None
    return encryption.begin(Readers(recipients)).key_id


def encrypt_memory(objects: MemoryObjects, folder: Path) -> None:
    """Encrypts a store in memory, and has its workspaces opened with the key of an identity there."""
    identity, recipient = identity_file(folder)
    objects.opened_with = StoreKeys(identity)
    store = LogStore(objects, settings(objects.opened_with), waiter())
    store.encryption.begin(Readers((recipient,)))


def settings(keys: StoreKeys) -> StoreSettings:
    return StoreSettings(lambda what: Holder("0a0b0c0d", "me@here", 1, what, "2026-01-01T00:00:00Z"), keys=keys)


def waiter() -> Waiter:
    return Waiter("memory", 0.0, lambda _text: None)


def workspace(objects: MemoryObjects, name: str = "default", keys: StoreKeys | None = None) -> LogWorkspace:
    return LogWorkspace(objects, name, settings(objects.opened_with if keys is None else keys), waiter())


def store(objects: MemoryObjects, keys: StoreKeys | None = None) -> LogStore:
    return LogStore(objects, settings(objects.opened_with if keys is None else keys), waiter())


def under_lock(of: Workspace, act: Callable[[], Awaitable[object]]) -> None:
    async def main() -> None:
        async with of.lock("test"):
            await act()
            of.journal.close()

    asyncio.run(main())


def entry(name: str) -> Entry:
    return Entry("run", f"step-{name}", name, Phase.INTENT)


def whole_run(of: Workspace) -> None:
    """A run that leaves a call in flight, with the canary wherever something is written."""

    async def act() -> None:
        now = of.record.read()
        first = of.record.write(Record("", world=World(CANARY)), expect=now)
        of.journal.open(head_on(first, f"run-{CANARY}", f"plan-{CANARY}"))
        for name in "ab":
            await of.journal.write(entry(f"{name}-{CANARY}"))
        of.conclude(dataclasses.replace(first), Unsettled("run", (entry(f"a-{CANARY}"),)), expect=first)
        of.journal.append([entry(f"c-{CANARY}")])

    under_lock(of, act)


def readable(data: bytes) -> bytes:
    """Something as it is kept, with what anybody can unpack of it."""
    try:
        return data + unpacked(data)
    except ValueError:
        return data
