"""Encrypts what goes into histories, so that a server and whoever looks at it read names of workspaces at most.

AES-256-GCM. A payload says which key it is under by the first bytes of the key's digest, so that keys can be changed:
the first encrypts, each decrypts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from ackplan.core.diagnostics import Failure, error, printable
from ackplan.documents.files import read_regular

VARIABLE: Final = "ACKPLAN_ENGINE_KEY"
FILE_VARIABLE: Final = "ACKPLAN_ENGINE_KEY_FILE"
_ENCODING: Final = b"binary/ackplan-aes256gcm"
_KEY_BYTES, _NONCE_BYTES = 32, 12
_MOST = 1 << 16


class EncryptedPayloads(PayloadCodec):
    """`keys`: at least one, each of 32 bytes."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_name(key): AESGCM(key) for key in keys}
        self._first = _name(keys[0])

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises Failure for what none of the keys opens, and for what was not encrypted at all."""
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, payload.SerializeToString(), _ENCODING)
        return Payload(metadata={"encoding": _ENCODING, "key": self._first}, data=nonce + sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            raise Failure(error("ACK8208.plain"))
        cipher = self._ciphers.get(payload.metadata.get("key", b""))
        try:
            if cipher is None:
                raise InvalidTag
            nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
            return Payload.FromString(cipher.decrypt(nonce, sealed, _ENCODING))
        except (InvalidTag, ValueError):
            raise Failure(error("ACK8208.sealed")) from None


class PlainPayloads(PayloadCodec):
    """Leaves everything as it is, and says of what is encrypted that it can't be read."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if any(payload.metadata.get("encoding") == _ENCODING for payload in payloads):
            raise Failure(error("ACK8208.sealed"))
        return list(payloads)


def payload_codec(environment: Mapping[str, str], folder: Path) -> PayloadCodec:
    """What the environment asks for: keys in a variable, or in a file. Raises Failure for what is no key."""
    text, source = environment.get(VARIABLE, ""), VARIABLE
    name = environment.get(FILE_VARIABLE, "")
    if name:
        if text:
            raise Failure(error("ACK8208.both"))
        path = folder / name
        text, source = _read(path), printable(str(path))
    if not text:
        return PlainPayloads()
    return EncryptedPayloads([_key(word, source) for word in text.replace(",", " ").split()])


def _read(path: Path) -> str:
    data = read_regular(path, _MOST)
    if data is None or not data.strip():
        raise Failure(error("ACK8208.file", file=printable(str(path))))
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) & ~stat.S_IRGRP:
        raise Failure(error("ACK8208.rights", file=printable(str(path))))
    return data.decode("ascii", "replace")


def _key(word: str, source: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise Failure(error("ACK8208.key", source=source))
    return key


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"ackplan engine key\0" + key).hexdigest()[:12].encode()
