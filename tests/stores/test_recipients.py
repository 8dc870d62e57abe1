"""Who opens an encrypted store: recipients, a passphrase, keys that follow each other."""

from __future__ import annotations

import dataclasses
import json
import zlib
from pathlib import Path

import pyrage
import pytest

from ackplan.adapters.stores.encryption.store_place import StorePlace
from ackplan.adapters.stores.log.log_store import LogStore
from ackplan.adapters.stores.store_settings import StoreKeys
from ackplan.adapters.stores.waiting import Waiter
from ackplan.app.store_encryption import Readers
from ackplan.core.diagnostics import Failure
from ackplan.core.world import World
from ackplan.record import Record

from .encrypted import encrypt_memory, identity_file, readable, settings, store, under_lock, whole_run, workspace
from .memory_objects import MemoryObjects, lost


@pytest.fixture
def objects(tmp_path: Path) -> MemoryObjects:
    """An empty store, encrypted."""
    objects = MemoryObjects()
    workspace(objects).set_up()
    encrypt_memory(objects, tmp_path)
    return objects


def test_recipients_come_and_go(objects: MemoryObjects, tmp_path: Path) -> None:
    whole_run(workspace(objects))
    first = store(objects).encryption.key()
    assert first is not None
    path, recipient = identity_file(tmp_path, "second")
    second = StoreKeys(path)
    added = store(objects).encryption.rekey(Readers((recipient,)), ())
    assert (added.recipients, added.key_id) == ((*first.recipients, recipient), first.key_id)
    assert workspace(objects, keys=second).snapshot() == workspace(objects).snapshot()
    assert workspace(objects, keys=second).at(1) == workspace(objects).at(1)
    with pytest.raises(Failure, match=r"ACK3131 .*the key of this machine"):
        store(objects, second).encryption.rekey(Readers(), (recipient,))
    left = store(objects, second).encryption.rekey(Readers(), first.recipients)
    assert left.recipients == (recipient,)
    with pytest.raises(Failure, match="ACK3126"):
        workspace(objects).snapshot()
    whole_run(workspace(objects, "later", second))
    assert workspace(objects, "later", second).snapshot()[0].serial == 2
    for removed, code in ((("age1nobody",), "not encrypted for age1nobody"), ((recipient,), "nobody could read")):
        with pytest.raises(Failure, match=f"ACK3131 .*{code}"):
            store(objects, second).encryption.rekey(Readers(), removed)


def test_whoever_is_removed_opens_nothing_that_comes_after(objects: MemoryObjects, tmp_path: Path) -> None:
    """Also with the keyring from before, which they could have kept."""
    path, recipient = identity_file(tmp_path, "second")
    second = StoreKeys(path)
    first = store(objects).encryption.key()
    assert first is not None
    store(objects).encryption.rekey(Readers((recipient,)), ())
    former = {key: stored for key, stored in objects.objects.items() if "/encryption/" in key}
    store(objects, second).encryption.rekey(Readers(), first.recipients)
    whole_run(workspace(objects, keys=second))
    for key in [key for key in objects.objects if "/encryption/" in key]:
        objects.objects.pop(key)
    objects.objects |= former
    with pytest.raises(Failure, match="ACK3128"):
        workspace(objects).snapshot()


def test_a_run_goes_on_while_the_key_is_changed(objects: MemoryObjects) -> None:
    """It writes on with the key that it began with, and reads what others write with the new one."""
    reader = workspace(objects)
    reader.snapshot()
    running = workspace(objects)

    async def act() -> None:
        running.write(Record("", world=World("1")), expect=running.read())
        store(objects).encryption.rekey(Readers(), ())
        running.write(dataclasses.replace(running.read(), world=World("2")), expect=running.read())

    under_lock(running, act)
    whole_run(workspace(objects))
    assert reader.snapshot() == workspace(objects).snapshot()
    assert reader.read().serial == 4


def test_a_key_that_does_not_go_on_from_the_former_is_none(objects: MemoryObjects) -> None:
    """Somebody who knows a recipient puts a key of their own after ours, and what it encrypted."""
    reader = workspace(objects).log.cipher
    assert reader.is_on
    key = store(objects).encryption.key()
    assert key is not None
    forged = MemoryObjects()
    forged.opened_with = objects.opened_with
    for change in (store(forged, StoreKeys()).encryption.begin, lambda of: store(forged).encryption.rekey(of, ())):
        change(Readers(key.recipients))
    objects.put(".ackplan/encryption/000002", forged.objects[".ackplan/encryption/000002"].data)
    place = StorePlace("record", "default", 1, 1)
    data = workspace(forged).log.cipher.seal(b"forged", place)
    with pytest.raises(Failure, match="ACK3128"):
        reader.open(data, place)


def test_two_who_change_the_key_at_once_do_not_undo_each_other(objects: MemoryObjects) -> None:
    encryption = store(objects).encryption
    fired: list[bool] = []

    def meanwhile(verb: str, key: str) -> None:
        if verb == "create" and not fired:
            fired.append(True)
            store(objects).encryption.rekey(Readers(), ())

    objects.before = meanwhile
    with pytest.raises(Failure, match=r"ACK3131 .*at the same time"):
        encryption.rekey(Readers(), ())
    assert [key for key in objects.objects if "/encryption/" in key][1:] == [".ackplan/encryption/000002"]


def test_a_lost_answer_to_a_new_key_changes_nothing(objects: MemoryObjects) -> None:
    objects.after = lost("create", "/encryption/")
    patient = LogStore(
        objects, settings(objects.opened_with), Waiter("memory", 60.0, lambda _text: None, lambda _s: None)
    )
    assert patient.encryption.rekey(Readers(), ()).recipients
    assert workspace(objects).snapshot()[0].serial == 0


def test_only_an_empty_store_is_encrypted(objects: MemoryObjects, tmp_path: Path) -> None:
    _, recipient = identity_file(tmp_path, "second")
    key = store(objects).encryption.key()
    assert key is not None
    assert store(objects).encryption.begin(Readers(key.recipients)) == key  # doing it again changes nothing
    with pytest.raises(Failure, match=r"ACK3131 .*for others"):
        store(objects).encryption.begin(Readers((recipient,)))
    with pytest.raises(Failure, match="ACK3125"):
        store(objects, StoreKeys()).encryption.begin(Readers(key.recipients))
    plain = MemoryObjects()
    whole_run(workspace(plain))
    with pytest.raises(Failure, match=r"ACK3131 .*is not empty"):
        store(plain, StoreKeys()).encryption.begin(Readers((recipient,)))
    with pytest.raises(Failure, match=r"ACK3131 .*is not encrypted"):
        store(plain, StoreKeys()).encryption.rekey(Readers((recipient,)), ())


def test_a_passphrase_opens_an_identity_in_the_store(objects: MemoryObjects) -> None:
    whole_run(workspace(objects))
    assert store(objects).encryption.rekey(Readers(passphrase="a horse"), ()).by_passphrase
    by_passphrase = StoreKeys(passphrase="a horse")
    assert workspace(objects, keys=by_passphrase).snapshot() == workspace(objects).snapshot()
    with pytest.raises(Failure, match=r"ACK3126 .*ACKPLAN_PASSPHRASE"):
        workspace(objects, keys=StoreKeys(passphrase="a house")).snapshot()
    assert b"a horse" not in b"".join(readable(stored.data) for stored in objects.objects.values())
    changed_to = store(objects, by_passphrase).encryption.rekey(Readers(passphrase="another"), ())
    assert changed_to.by_passphrase
    with pytest.raises(Failure, match=r"ACK3126 .*ACKPLAN_PASSPHRASE"):
        workspace(objects, keys=by_passphrase).snapshot()
    assert not store(objects).encryption.rekey(Readers(), (), keeps_passphrase=False).by_passphrase
    with pytest.raises(Failure, match="ACK3126"):
        workspace(objects, keys=StoreKeys(passphrase="another")).snapshot()


# Identities


def test_identities_that_can_not_be_used_are_said_and_never_shown(objects: MemoryObjects, tmp_path: Path) -> None:
    assert objects.opened_with.identity is not None
    own = objects.opened_with.identity.read_text().splitlines()[-1]
    contents = {
        "no such file": None,
        "no identity": b"# nothing\n\n",
        "line 2 is no identity": b"# x\n" + own[:-2].encode(),
        "is encrypted itself": b"age-encryption.org/v1\n-> scrypt x 18\n",
        "SSH key": b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    }
    for why, content in contents.items():
        path = tmp_path / "identity-file"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Failure, match=f"ACK3130 .*{why}") as caught:
            workspace(objects, keys=StoreKeys(path)).snapshot()
        assert own[:-2] not in str(caught.value)
    for use in (
        lambda: workspace(objects, keys=StoreKeys(tmp_path / own)).snapshot(),
        lambda: store(objects).encryption.rekey(Readers((own,)), ()),
    ):
        with pytest.raises(Failure, match=r"ACK3130 .*secret key") as caught:
            use()
        assert own not in str(caught.value)


def test_an_ssh_key_is_an_identity_as_well(objects: MemoryObjects, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = Ed25519PrivateKey.generate()
    path = tmp_path / "id_ed25519"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    whole_run(workspace(objects))
    assert public in store(objects).encryption.rekey(Readers((f"{public} me@here",)), ()).recipients
    assert workspace(objects, keys=StoreKeys(path)).snapshot() == workspace(objects).snapshot()


def test_whoever_has_an_identity_reads_without_ackplan(objects: MemoryObjects) -> None:
    """With what age itself does, and zlib: nobody depends on this program to get at what is recorded."""
    whole_run(workspace(objects))
    assert objects.opened_with.identity is not None
    own = pyrage.x25519.Identity.from_str(objects.opened_with.identity.read_text().splitlines()[-1])
    keyring = json.loads(objects.objects[".ackplan/encryption/000001"].data)["keyring"]
    _, _, inside = pyrage.decrypt(keyring.encode(), [own]).partition(b"\n")
    identities = [pyrage.x25519.Identity.from_str(text) for text in json.loads(inside)["identities"]]
    newest = max(key for key in objects.objects if "/record/" in key)
    place, _, record = pyrage.decrypt(objects.objects[newest].data, identities).partition(b"\n")
    assert json.loads(place)["workspace"] == "default"
    assert json.loads(zlib.decompress(record))["serial"] == 2
