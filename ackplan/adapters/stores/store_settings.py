"""How a store is used, whichever it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ackplan.record.holder import Holder

TTL = 60.0
PATIENCE = 120.0


class AccessKey(NamedTuple):
    """An access key of Alibaba Cloud, with a token where it is a temporary one. Its repr shows nothing of it."""

    id: str
    secret: str
    token: str = ""

    def __repr__(self) -> str:
        return "AccessKey()"


@dataclass(frozen=True, slots=True)
class StoreKeys:
    """What opens an encrypted store: a file of identities, or a passphrase. `key_id` is that of the store's own keys.

    Where any of them is set, a store that is not encrypted is refused, unless it may be `unencrypted`.
    """

    identity: Path | None = None
    passphrase: str = field(default="", repr=False)
    key_id: str = ""
    unencrypted: bool = False

    @property
    def is_required(self) -> bool:
        """Whether a store is to be encrypted."""
        return not self.unencrypted and bool(self.identity or self.passphrase or self.key_id)


def _silent(_text: str) -> None:
    pass


def _no_key() -> AccessKey:
    return AccessKey("", "")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How a store is used. `holder` tells who this process is when it takes a lock for something; the rest in seconds.

    `ttl` is how long a lock lasts that nobody renews; `patience` how long a store is waited for that is away.
    `access_key` is the one that calls are signed with, for a store of the same cloud: it may raise Failure.
    """

    holder: Callable[[str], Holder]
    ttl: float = TTL
    patience: float = PATIENCE
    notice: Callable[[str], None] = field(default=_silent)
    access_key: Callable[[], AccessKey] = field(default=_no_key)
    keys: StoreKeys = field(default_factory=StoreKeys)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
