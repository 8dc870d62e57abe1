"""The slots of a log as they are kept. Whoever may write to a store could bring one along: reading trusts nothing.

In an encrypted store those with a run's entries are encrypted whole, and say once more in clear what the lock needs.
"""

from __future__ import annotations

import base64
import enum
import json
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.encryption.store_place import StorePlace
from ackplan.adapters.stores.packing import packed, unpacked
from ackplan.core.resource import Kinds
from ackplan.record.codec import MAX_SERIAL
from ackplan.record.entries import entry_of, entry_text, head_of, head_text
from ackplan.record.holder import Holder, decode_holder, encode_holder
from ackplan.record.journal import Entry, RunHead

VERSION: Final = 1
DIGITS: Final = 12
LAST: Final = 10**DIGITS - 1
# Of one slot, compressed.
MAX_SLOT: Final = 64 * 1024 * 1024
# How many slots may be written at once: so many may lie beyond one that is missing.
AT_ONCE: Final = 4
# How many versions of the record a slot names besides the one that is current.
MOST_EARLIER: Final = 100
_LONGEST_TTL = 86_400.0
# A hold lasts until it is released.
_LONGEST_HOLD = 4e9
_NONCE = re.compile(r"[0-9a-f]{16}")
_OBJECT = re.compile(r"[0-9]{16}-[0-9a-f]{16}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class SlotKind(enum.Enum):
    """`CONCLUDE` says all of a workspace: the record that is current, and the whole journal."""

    TAKE = "take"
    APPEND = "append"
    BEAT = "beat"
    CONCLUDE = "conclude"
    FREE = "free"
    MOVED = "moved"
    BACK = "back"


# The slots that say something of clusters, and where they say it.
_WITH_CONTENT: Final = frozenset({SlotKind.APPEND, SlotKind.CONCLUDE})
_CONTENT: Final = frozenset({"head", "entries"})
_SEALED: Final = "sealed"


@dataclass(frozen=True, slots=True)
class VersionSlot:
    """A version of the record: the slot that made it current, its serial, and the object that it is in."""

    slot: int
    serial: int
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot. `nonce` tells it from what others write at the same time; `after` is the nonce of the one before it.

    `earlier` has the versions before `version`, the newest first, each as its serial and its slot.
    """

    workspace: str
    number: int
    epoch: int
    kind: SlotKind
    after: str
    holder: Holder | None = None
    ttl: float = 0.0
    head: RunHead | None = None
    entries: tuple[Entry, ...] = ()
    version: VersionSlot | None = None
    earlier: tuple[tuple[int, int], ...] = ()
    moved_to: str = ""
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))


def slot_key(workspace: str, number: int) -> str:
    return f"{workspace}/log/{number:0{DIGITS}d}"


def encode_slot(slot: Slot, cipher: StoreCipher) -> bytes:
    """A slot as it is kept. Raises Failure where nobody here has the key of the store."""
    fields = _fields(slot)
    if slot.kind in _WITH_CONTENT and cipher.is_on:
        place = StorePlace("slot", slot.workspace, slot.epoch, slot.number)
        sealed = cipher.seal(packed(json.dumps(fields).encode()), place)
        fields = {**_clear(fields), _SEALED: base64.b64encode(sealed).decode()}
    return packed(json.dumps(fields).encode())


def _fields(slot: Slot) -> dict[str, object]:
    version = slot.version
    fields: dict[str, object] = {
        "version": VERSION,
        "workspace": slot.workspace,
        "number": slot.number,
        "epoch": slot.epoch,
        "kind": slot.kind.value,
        "nonce": slot.nonce,
        "after": slot.after,
        "holder": encode_holder(slot.holder) if slot.holder else None,
        "ttl": slot.ttl,
        "head": head_text(slot.head) if slot.head else None,
        "entries": [entry_text(entry) for entry in slot.entries],
        "record": [version.slot, version.serial, version.name, version.digest] if version else None,
        "earlier": slot.earlier,
        "moved_to": slot.moved_to,
    }
    return {key: value for key, value in fields.items() if value}


def _clear(fields: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if key not in _CONTENT}


def decode_slot(data: bytes, workspace: str, number: int, kinds: Kinds, cipher: StoreCipher | None) -> Slot:
    """The slot that lies there. Raises ValueError for what none writes there, and Failure where it can't be opened.

    Without a cipher it is only read for its lock: what is encrypted stays unread.
    """
    fields = json.loads(unpacked(data))
    if not isinstance(fields, dict):
        raise ValueError("a slot has the wrong shape")
    _expect(fields.get("version") == VERSION, f"slot {number} is of format {str(fields.get('version'))[:20]}")
    _expect(
        (fields.get("workspace"), fields.get("number")) == (workspace, number),
        f"slot {number} was written for another place",
    )
    if cipher and fields.get("kind") in {kind.value for kind in _WITH_CONTENT}:
        fields = _opened(fields, workspace, number, cipher)
    try:
        return _slot(fields, workspace, number, kinds)
    except (TypeError, AttributeError, RecursionError) as fault:
        raise ValueError(f"slot {number} has the wrong shape: {fault}") from None


def _opened(fields: dict[str, object], workspace: str, number: int, cipher: StoreCipher) -> dict[str, object]:
    """What a slot says inside. Raises ValueError for one that says another thing in clear, Failure as the cipher."""
    place = StorePlace("slot", workspace, _whole(fields.get("epoch"), LAST), number)
    opened = cipher.open(base64.b64decode(_text(fields.pop(_SEALED, "")), validate=True), place)
    if not cipher.is_on:
        return fields
    whole = json.loads(unpacked(opened))
    _expect(isinstance(whole, dict) and _clear(whole) == fields, f"slot {number} says another thing inside")
    return dict(whole)


def _slot(fields: Mapping[str, object], workspace: str, number: int, kinds: Kinds) -> Slot:
    kind = SlotKind(fields.get("kind"))
    version = _version(fields.get("record"), number)
    slot = Slot(
        workspace,
        number,
        _whole(fields.get("epoch"), LAST),
        kind,
        _text(fields.get("after", "")),
        decode_holder(fields.get("holder")),
        _ttl(fields.get("ttl", 0.0)),
        head_of(_text(fields["head"])) if "head" in fields else None,
        tuple(entry_of(_text(entry), kinds) for entry in _list(fields.get("entries", []))),
        version,
        _earlier(fields.get("earlier", []), version),
        _text(fields.get("moved_to", "")),
        _text(fields.get("nonce")),
    )
    _expect(bool(_NONCE.fullmatch(slot.nonce)), f"slot {number} has no nonce")
    if kind in {SlotKind.TAKE, SlotKind.CONCLUDE}:
        _expect(slot.holder is not None and slot.ttl > 0, f"slot {number} does not say who holds the lock")
        is_held = slot.holder is not None and slot.holder.hold
        _expect(is_held or slot.ttl <= _LONGEST_TTL, f"slot {number} has a lock that never ends")
    _expect((kind is SlotKind.MOVED) == bool(slot.moved_to), f"slot {number} says of a move what it can't")
    return slot


def _version(fields: object, number: int) -> VersionSlot | None:
    match fields:
        case None:
            return None
        case [slot, serial, str(name), str(digest)]:
            version = VersionSlot(_whole(slot, number), _whole(serial, MAX_SERIAL), name, digest)
            if _OBJECT.fullmatch(name) and _DIGEST.fullmatch(digest) and int(name[:16]) == version.serial:
                return version
    raise ValueError(f"slot {number} names no record")


def _earlier(fields: object, version: VersionSlot | None) -> tuple[tuple[int, int], ...]:
    """Slots that come one after the other backwards: whoever follows them comes to an end."""
    pairs, before = [], version.slot if version else 0
    for pair in _list(fields)[:MOST_EARLIER]:
        serial, slot = (_whole(each, MAX_SERIAL) for each in _list(pair))
        _expect(slot < before, "versions of the record are out of order")
        pairs.append((serial, slot))
        before = slot
    return tuple(pairs)


def _expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(otherwise)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is none")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("a list is none")
    return value


def _whole(value: object, most: int) -> int:
    if type(value) is not int or not 0 < value <= most:
        raise ValueError("a number is none, or out of bounds")
    return value


def _ttl(value: object) -> float:
    if type(value) not in {int, float} or not isinstance(value, int | float):
        raise ValueError("the time that a lock lasts is no number")
    if not math.isfinite(value) or not 0 <= value <= _LONGEST_HOLD:
        raise ValueError("the time that a lock lasts is out of bounds")
    return float(value)
