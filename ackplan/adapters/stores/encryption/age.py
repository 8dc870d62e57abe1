"""age, by pyrage: recipients, identities, what they encrypt. Keys are opaque values of that library here.

pyrage is imported when it is used first; a store that is not encrypted needs none.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ackplan.core.diagnostics import Failure, error, printable
from ackplan.documents.files import display, read_regular

_HEADS: Final = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")
_SECRET: Final = "AGE-SECRET-KEY-"  # noqa: S105 - what one begins with
_SSH: Final = b"-----BEGIN "
_MAX_FILE: Final = 64 * 1024
_MOST_SHOWN: Final = 80


class NotDecryptable(ValueError):
    """Something was encrypted for others, or is not as it was encrypted."""


def need_age() -> None:
    """Raises Failure where the package is missing."""
    if importlib.util.find_spec("pyrage") is None:
        raise Failure(error("ACK3108.encryption", package="pyrage", extra="encryption"))


def is_encrypted(data: bytes) -> bool:
    """Whether something says of itself that age encrypted it."""
    return data.startswith(_HEADS)


def encrypt(data: bytes, recipients: Sequence[object], *, armored: bool = False) -> bytes:
    """The data as any of the recipients can read it; `armored`: as text."""
    import pyrage

    return bytes(pyrage.encrypt(data, list(recipients), armored=armored))


def decrypt(data: bytes, identities: Sequence[object]) -> bytes:
    """What was encrypted for one of these identities. Raises NotDecryptable."""
    import pyrage

    try:
        return bytes(pyrage.decrypt(data, list(identities)))
    except pyrage.DecryptError as fault:
        raise NotDecryptable(str(fault)) from None


def encrypt_by_passphrase(data: bytes, passphrase: str) -> str:
    """The data as text for whoever has the passphrase. Takes seconds, for it has to be hard to guess."""
    import pyrage

    return bytes(pyrage.passphrase.encrypt(data, passphrase, armored=True)).decode("ascii")


@functools.lru_cache(maxsize=4)
def decrypt_by_passphrase(data: str, passphrase: str) -> bytes:
    """What the passphrase opens. Takes seconds, once in a process. Raises NotDecryptable."""
    import pyrage

    try:
        return bytes(pyrage.passphrase.decrypt(data.encode(), passphrase))
    except (pyrage.DecryptError, UnicodeEncodeError) as fault:
        raise NotDecryptable(str(fault)) from None


def new_identity() -> str:
    """A new identity, as the text that it is written as."""
    import pyrage

    return str(pyrage.x25519.Identity.generate())


def identity_of(text: str) -> object:
    """The identity of such a text. Raises ValueError."""
    import pyrage

    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError as fault:
        raise ValueError(str(fault)) from None


def recipient_of_identity(text: str) -> str:
    """The recipient that an identity reads for."""
    import pyrage

    return str(pyrage.x25519.Identity.from_str(text).to_public())


def recipient_text(text: str) -> str:
    """A recipient without what only people read of it: the comment of an SSH key."""
    return " ".join(text.split()[:2])


def recipient_of(text: str) -> object:
    """The recipient `age1...`, or the public SSH key `ssh-...`, of such a text. Raises Failure."""
    import pyrage

    if text.upper().startswith(_SECRET):
        raise Failure(error("ACK3130.secret", what="--recipient"))
    of = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return of.from_str(text)
    except (pyrage.RecipientError, UnicodeEncodeError):
        raise Failure(error("ACK3130.recipient", recipient=printable(text[:_MOST_SHOWN]))) from None


def read_identities(path: Path) -> tuple[object, ...]:
    """The identities of a file: age's, one a line, or one SSH key. Raises Failure, which shows nothing of one."""
    if path.name.upper().startswith(_SECRET):
        raise Failure(error("ACK3130.secret", what="ACKPLAN_IDENTITY"))
    data = read_regular(path, _MAX_FILE)
    if data is None:
        raise _unusable(path, "there is no such file")
    if is_encrypted(data):
        raise _unusable(path, "it is encrypted itself")
    identities = (_ssh_identity(data, path),) if data.startswith(_SSH) else _age_identities(data, path)
    if not identities:
        raise _unusable(path, "it has no identity")
    return identities


def _ssh_identity(data: bytes, path: Path) -> object:
    import pyrage

    try:
        return pyrage.ssh.Identity.from_buffer(data)
    except pyrage.IdentityError:
        raise _unusable(path, "its SSH key can't be read, or has a passphrase") from None


def _age_identities(data: bytes, path: Path) -> tuple[object, ...]:
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    identities = []
    for number, line in numbered:
        try:
            identities.append(identity_of(line))
        except ValueError:
            raise _unusable(path, f"line {number} is no identity of age") from None
    return tuple(identities)


def _unusable(path: Path, why: str) -> Failure:
    return Failure(error("ACK3130", path=display(path), why=why))
