"""The address of a bucket: `s3://BUCKET/PREFIX?region=...&endpoint=...`, and the same for OSS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from ackplan.adapters.stores.store_url import StoreUrl
from ackplan.core.diagnostics import Failure, error

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?!\.\.?(/|$))[A-Za-z0-9._-]+(/(?!\.\.?(/|$))[A-Za-z0-9._-]+)*")
_REGION = re.compile(r"[a-z0-9-]{1,50}")
_PARAMETERS = frozenset({"endpoint", "region", "allow_http"})


@dataclass(frozen=True, slots=True)
class BucketUrl:
    """A bucket and the prefix of what is kept in it. `plain`: the endpoint is reached by plain HTTP."""

    bucket: str
    prefix: str
    region: str
    endpoint: str
    plain: bool

    def key(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key


def bucket_url(url: StoreUrl, environment: Mapping[str, str], region: tuple[str, ...]) -> BucketUrl:
    """What a URL names; `region` are the variables that say it where the URL does not. Raises Failure."""
    parts = urlsplit(url.text)
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _refused(url, "its parameters can't be read") from None
    chosen = dict(pairs)
    prefix = parts.path.strip("/")
    if unknown := sorted(chosen.keys() - _PARAMETERS):
        raise _refused(url, f"it has no parameter {unknown[0][:50]!r}; it has {', '.join(sorted(_PARAMETERS))}")
    if not _BUCKET.fullmatch(parts.netloc):
        raise _refused(url, "it names no bucket; credentials are set elsewhere")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise _refused(url, "a prefix has letters, digits, -, _ and . between its slashes")
    named = chosen.get("region") or next((environment[name] for name in region if environment.get(name)), "")
    if named and not _REGION.fullmatch(named):
        raise _refused(url, "its region is none")
    endpoint = chosen.get("endpoint", "")
    return BucketUrl(parts.netloc, prefix, named, endpoint, _is_plain(url, endpoint, chosen.get("allow_http", "")))


def _is_plain(url: StoreUrl, endpoint: str, allowed: str) -> bool:
    """Whether the endpoint is one of plain HTTP. Raises Failure for one that may not be, and for what is none."""
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError:
        raise _refused(url, "its endpoint is no address") from None
    if not endpoint or parts.scheme == "https":
        return False
    if parts.scheme != "http" or not parts.hostname or "@" in parts.netloc:
        raise _refused(url, "its endpoint is no address: https://HOST")
    if not _is_loopback(parts.hostname) and allowed != "true":
        raise _refused(
            url,
            "its endpoint is plain HTTP, where others could read and change what is kept: https, or allow_http=true",
        )
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(url: StoreUrl, why: str) -> Failure:
    return Failure(error("ACK3107", scheme=f"{url.scheme}://", why=why))
