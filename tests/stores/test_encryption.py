"""Encrypted stores: nobody reads them without a key, and nothing that its key did not encrypt is believed."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ackplan.adapters.stores.log.log_workspace import LogWorkspace
from ackplan.adapters.stores.log.object_store import NOTES
from ackplan.adapters.stores.log.slot import slot_key
from ackplan.adapters.stores.packing import packed, unpacked
from ackplan.adapters.stores.store_settings import StoreKeys
from ackplan.app.store_encryption import Readers
from ackplan.core.diagnostics import Failure
from ackplan.record import Record
from ackplan.record.notes import CHECK
from ackplan.record.unsettled import Unsettled, head_on

from .cases import encrypted, opened
from .encrypted import CANARY, encrypt_memory, entry, identity_file, readable, store, under_lock, whole_run, workspace
from .memory_objects import MemoryObjects


@pytest.fixture
def objects(tmp_path: Path) -> MemoryObjects:
    """An empty store, encrypted."""
    objects = MemoryObjects()
    workspace(objects).set_up()
    encrypt_memory(objects, tmp_path)
    return objects


def test_nothing_of_clusters_can_be_read_in_objects(objects: MemoryObjects) -> None:
    whole_run(workspace(objects))
    digest = store(objects).keep_plan(f"plan of {CANARY}".encode(), "default")
    assert store(objects).kept_plan(digest) == f"plan of {CANARY}".encode()
    for key, stored in objects.objects.items():
        assert CANARY.encode() not in readable(stored.data), key
    record, leftover = workspace(objects).snapshot()
    assert (record.world.account, [each.name for each in leftover.entries]) == (CANARY, [f"a-{CANARY}", f"c-{CANARY}"])
    plain = MemoryObjects()
    whole_run(workspace(plain))
    assert any(CANARY.encode() in readable(stored.data) for stored in plain.objects.values())


def test_a_note_is_encrypted_and_another_one_is_none(objects: MemoryObjects) -> None:
    """Notes are for people alone: one that is out of place is no reason to refuse the others."""
    for workspace_name in ("default", "other"):
        store(objects).keep_note(workspace_name, CHECK, f"{workspace_name} {CANARY}".encode())
    assert [note.data for note in store(objects).notes("default", [CHECK])] == [f"default {CANARY}".encode()]
    assert not [key for key, stored in objects.objects.items() if CANARY.encode() in readable(stored.data)]
    with pytest.raises(Failure, match="ACK3125"):
        store(objects, StoreKeys()).notes("default", [CHECK])
    for forged in (objects.objects[f"{NOTES}other/{CHECK}"].data, packed(b"plain"), b"plain"):
        objects.put(f"{NOTES}default/{CHECK}", forged)
        assert [note.data for note in store(objects).notes("default", [CHECK])] == [b""]


# Keys


@pytest.fixture
def other(tmp_path: Path) -> StoreKeys:
    """A key that opens nothing."""
    return StoreKeys(identity_file(tmp_path, "other")[0])


def uses(of: LogWorkspace) -> list[Callable[[], object]]:
    """Whatever reads or writes what is encrypted."""

    async def nothing() -> None:
        pass

    return [of.snapshot, of.read, lambda: of.at(1), lambda: of.history(3), lambda: under_lock(of, nothing)]


def test_without_the_key_nothing_is_read_and_nothing_written(objects: MemoryObjects, other: StoreKeys) -> None:
    whole_run(workspace(objects))
    before = dict(objects.objects)
    cases = {
        "ACK3125": StoreKeys(),
        "ACK3126": other,
        "ACK3126 .* passphrase": StoreKeys(passphrase="wrong"),
        "ACK3132": dataclasses.replace(objects.opened_with, key_id="0" * 32),
    }
    for code, keys in cases.items():
        for use in uses(workspace(objects, keys=keys)):
            with pytest.raises(Failure, match=code):
                use()
        with pytest.raises(Failure, match=code):
            store(objects, keys).keep_plan(b"plan", "default")
    assert objects.objects == before


def test_a_lock_needs_no_key(objects: MemoryObjects) -> None:
    whole_run(workspace(objects))
    keyless = workspace(objects, keys=StoreKeys())
    assert keyless.holder() is None
    asyncio.run(keyless.hold("freeze"))
    assert str(workspace(objects).holder()).count("freeze")
    assert workspace(objects, keys=StoreKeys()).release().hold
    assert store(objects, StoreKeys()).names() == ["default"]
    assert workspace(objects).snapshot()[0].world.account == CANARY
    with pytest.raises(Failure, match="ACK3125"):
        keyless.snapshot()


def test_a_store_that_is_read_for_its_lock_first_is_read_whole_then(objects: MemoryObjects) -> None:
    whole_run(workspace(objects))
    objects.objects.pop("default/hint")
    one = workspace(objects)
    assert one.holder() is None
    assert [each.name for each in one.snapshot()[1].entries] == [f"a-{CANARY}", f"c-{CANARY}"]


def test_a_missing_package_is_said(objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(Failure, match=r"ACK3108 .*pip install 'ackplan\[encryption\]'"):
        workspace(objects).snapshot()
    assert workspace(MemoryObjects()).snapshot()[0].serial == 0


# Strangers who may write to the store


def moved(source: str, target: str) -> Callable[[MemoryObjects], None]:
    def move(objects: MemoryObjects) -> None:
        objects.put(target, objects.objects[source].data)

    return move


def changed(number: int, **fields: object) -> Callable[[MemoryObjects], None]:
    """Rewrites what a slot says in clear; None takes something away."""

    def change(objects: MemoryObjects) -> None:
        key = slot_key("default", number)
        slot = json.loads(unpacked(objects.objects[key].data)) | fields
        objects.put(key, packed(json.dumps({k: v for k, v in slot.items() if v is not None}).encode()))

    return change


def sealed_of(source: int) -> Callable[[MemoryObjects], None]:
    """Puts what is encrypted in another slot into the fifth."""

    def swap(objects: MemoryObjects) -> None:
        taken = json.loads(unpacked(objects.objects[slot_key("default", source)].data))["sealed"]
        changed(5, sealed=taken)(objects)

    return swap


def without_keyring(objects: MemoryObjects) -> None:
    for key in [key for key in objects.objects if "/encryption/" in key]:
        objects.objects.pop(key)


def another_record(objects: MemoryObjects) -> None:
    """The old version of the record in the place of the new one, with its digest."""
    old, new = sorted(key for key in objects.objects if "/record/" in key)
    objects.put(new, objects.objects[old].data)


# Slots: take, record, begin, two entries, conclude, one entry, free.
STRANGERS = {
    "an old slot in another place": ("ACK3129", sealed_of(4)),
    "an entry in clear": ("ACK3128 .*not encrypted", changed(5, sealed=None, entries=[])),
    "entries in clear besides": ("ACK3104", changed(5, entries=["x"])),
    "another record named in clear": ("ACK3104", changed(6, record=[6, 2, f"{2:016d}-{'0' * 16}", "0" * 64])),
    "another holder": ("ACK3104", changed(6, ttl=5.0)),
    "what is not base64": ("ACK3104", changed(5, sealed="???")),
    "what its key did not encrypt": ("ACK3128 .*key of this store", changed(5, sealed="YWdlLWVuY3J5cHRpb24ub3JnL3YxCg==")),
    "an old version of the record": ("ACK3104", another_record),
    "an empty keyring": ("ACK3126", lambda objects: objects.put(".ackplan/encryption/000001", b"{}")),
    "a deep keyring": ("ACK3126", lambda objects: objects.put(".ackplan/encryption/000001", b"[" * 100_000)),
    "the keyring in another place": (
        "ACK3126 .*written as keyring, number 1", moved(".ackplan/encryption/000001", ".ackplan/encryption/000002")
    ),
    "no keyring": ("ACK3127", without_keyring),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_nothing_that_its_key_did_not_encrypt_is_believed(objects: MemoryObjects, name: str) -> None:
    code, act = STRANGERS[name]
    whole_run(workspace(objects))
    objects.objects.pop("default/hint")
    act(objects)
    before = dict(objects.objects)
    for use in (workspace(objects).snapshot, lambda: whole_run(workspace(objects))):
        with pytest.raises(Failure, match=code):
            use()
    kept = {key: stored for key, stored in objects.objects.items() if "/log/" not in key and "hint" not in key}
    assert kept == {key: before[key] for key in kept}


def test_a_slot_of_another_workspace_is_refused(objects: MemoryObjects) -> None:
    for name in ("default", "other"):
        whole_run(workspace(objects, name))
    taken = json.loads(unpacked(objects.objects[slot_key("other", 5)].data))
    changed(5, sealed=taken["sealed"])(objects)
    objects.objects.pop("default/hint")
    with pytest.raises(Failure, match=r"ACK3129 .*workspace default.*workspace other"):
        workspace(objects).snapshot()


def test_a_plan_in_another_place_is_refused(objects: MemoryObjects) -> None:
    one, two = (store(objects).keep_plan(data, "default") for data in (b"one", b"two"))
    moved(f".ackplan/plans/{one}", f".ackplan/plans/{two}")(objects)
    with pytest.raises(Failure, match="ACK3129"):
        store(objects).kept_plan(two)
    objects.put(f".ackplan/plans/{two}", b"two")
    with pytest.raises(Failure, match="ACK3128"):
        store(objects).kept_plan(two)


def test_what_is_encrypted_is_refused_where_the_store_says_that_it_is_not(objects: MemoryObjects) -> None:
    """Whoever has no key set does not write beside it in clear."""
    whole_run(workspace(objects))
    without_keyring(objects)
    with pytest.raises(Failure, match=r"ACK3128 .*removed its key"):
        whole_run(workspace(objects, keys=StoreKeys()))


def test_a_store_that_was_put_in_the_place_of_another_has_another_key(objects: MemoryObjects, tmp_path: Path) -> None:
    """Somebody who knows a recipient and may write to the store: the id of its key tells."""
    key = store(objects).encryption.key()
    assert key is not None
    pinned = dataclasses.replace(objects.opened_with, key_id=key.key_id)
    assert workspace(objects, keys=pinned).snapshot()[0].serial == 0
    forged = MemoryObjects()
    store(forged, StoreKeys()).encryption.begin(Readers(key.recipients))
    assert workspace(forged, keys=objects.opened_with).snapshot()[0].serial == 0
    with pytest.raises(Failure, match="ACK3132"):
        workspace(forged, keys=pinned).snapshot()


# PostgreSQL


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an encrypted database with a run in it."""
    case, variables = encrypted("postgresql", tmp_path)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    whole_run(opened(case.url))
    case.store().keep_note("default", CHECK, CANARY.encode())
    return case.url


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_nothing_of_clusters_can_be_read_in_tables(database: str) -> None:
    tables = [name for (name,) in rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'ackplan'")]
    assert {"entry", "record", "workspace", "note", "encryption"} <= set(tables)
    assert rows(database, "SELECT 1 FROM ackplan.note")
    for table in tables:
        for row in rows(database, f"SELECT * FROM ackplan.{table}"):
            for value in row:
                data = value if isinstance(value, bytes) else str(value).encode()
                assert CANARY.encode() not in readable(data), table
    assert opened(database).record.read().world.account == CANARY


ROWS = {
    "an entry with another number": ("ACK3129", "UPDATE ackplan.entry SET number = number + 10"),
    "an entry of another epoch": ("ACK3129", "UPDATE ackplan.entry SET epoch = epoch + 1"),
    "an entry in clear": ("ACK3128", "UPDATE ackplan.entry SET data = '{}'"),
    "an old version of the record": (
        "ACK3129",
        "UPDATE ackplan.record SET data = (SELECT data FROM ackplan.record WHERE serial = 1) WHERE serial = 2",
    ),
    "a head in clear": ("ACK3128", "UPDATE ackplan.workspace SET head = '{}'"),
    "a record for a head": (
        "ACK3128", "UPDATE ackplan.workspace SET head = encode(data, 'base64') FROM ackplan.record"
    ),
    "a record in clear": ("ACK3128", "UPDATE ackplan.record SET data = 'x'"),
    "no keyring": ("ACK3127", "DELETE FROM ackplan.encryption"),
    "a keyring that is none": ("ACK3126", "UPDATE ackplan.encryption SET keyring = '[]'"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_no_row_that_a_stranger_changed_is_believed(database: str, name: str) -> None:
    code, statement = ROWS[name]
    rows(database, statement)
    with pytest.raises(Failure, match=code):
        opened(database).snapshot()
    with pytest.raises(Failure, match=code):
        whole_run(opened(database))
    assert len(rows(database, "SELECT 1 FROM ackplan.record")) == 2


def test_an_old_head_of_a_run_is_refused(database: str) -> None:
    """Beside a newer record it would have what its run left taken for out of date."""
    workspace = opened(database, "other")

    async def act() -> None:
        first = workspace.record.write(Record(""), expect=workspace.record.read())
        workspace.journal.open(head_on(first, "run", "plan"))
        rows(database, "CREATE TABLE old AS SELECT head FROM ackplan.workspace WHERE name = 'other'")
        workspace.conclude(dataclasses.replace(first), Unsettled("run", (entry("a"),)), expect=first)

    under_lock(workspace, act)
    rows(database, "UPDATE ackplan.workspace SET head = old.head FROM old WHERE name = 'other'")
    with pytest.raises(Failure, match=r"ACK3129 .*head, workspace other, number 2.*number 1"):
        opened(database, "other").snapshot()


def test_a_row_of_another_workspace_is_refused(database: str) -> None:
    whole_run(opened(database, "other"))
    rows(database, "UPDATE ackplan.workspace SET head = (SELECT head FROM ackplan.workspace WHERE name = 'other')")
    with pytest.raises(Failure, match=r"ACK3129 .*head, workspace default.*head, workspace other"):
        opened(database).snapshot()
