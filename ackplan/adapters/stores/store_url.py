"""The address of a store: which sort it is, and what it is called where others can read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from ackplan.core.diagnostics import Failure, error

POSTGRESQL = ("postgresql", "postgres")
S3 = "s3"
OSS = "oss"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
# Parameters of a URL that hold secrets; libpq takes a password as one.
_SECRET = frozenset({"password", "sslpassword"})


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A store's URL. `text` may hold a password; `shown` does not."""

    scheme: str
    text: str
    shown: str

    @property
    def has_password(self) -> bool:
        parts = urlsplit(self.text)
        return bool(parts.password) or any(name in _SECRET for name, _ in parse_qsl(parts.query))


def scheme_of(location: str) -> str:
    """The scheme of a location that is a URL, in small letters; empty for a folder, `file:` included."""
    match = _SCHEME.match(location)
    scheme = match[1].lower() if match else ""
    return "" if scheme == "file" else scheme


def store_url(location: str) -> StoreUrl:
    """The store that a location names. Raises Failure for one that can't be read, or is no store's."""
    scheme = scheme_of(location)
    if scheme not in {*POSTGRESQL, S3, OSS}:
        raise Failure(error("ACK3107.scheme", scheme=scheme))
    try:
        parts = urlsplit(location)
        _ = parts.port
    except ValueError as fault:
        raise Failure(error("ACK3107", scheme=scheme, why=fault)) from None
    return StoreUrl(scheme, location, _shown(parts))


def _shown(parts: SplitResult) -> str:
    user, _, place = parts.netloc.rpartition("@")
    user = user.partition(":")[0]
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name not in _SECRET], safe="/:")
    return parts._replace(netloc=f"{user}@{place}" if user else place, query=query, fragment="").geturl()
