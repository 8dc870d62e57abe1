"""Signs requests: HMAC-SHA1 as the guide has it (1.5), and ACS3-HMAC-SHA256 as today's official clients do.

Pure: a request, a credential, the time and a nonce give the headers to send, every one that the guide's table of
common headers names (1.2). Nothing here does I/O, reads a clock or keeps a secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from ackplan.core.catalog import DEFAULT

_ACS3: Final = "ACS3-HMAC-SHA256"
_BREAKS = re.compile(r"[\t\n\r\f]")


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key, with a security token where it is a temporary one. Its repr shows nothing of it."""

    access_key_id: str = field(repr=False)
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return tuple(filter(None, (self.access_key_secret, self.security_token)))


@dataclass(frozen=True, slots=True)
class UnsignedRequest:
    """What is to be signed. `host` is what the Host header says, `query` unquoted, `action` ACS3's own name of the
    operation (`CreateCluster`; empty where there is none)."""

    method: str
    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    action: str = ""
    accept: str = "application/json"
    content_type: str = "application/json;charset=utf-8"


def sign_hmac_sha1(
    request: UnsignedRequest, credential: Credential, *, now: datetime, nonce: str, region: str
) -> dict[str, str]:
    """All headers to send with a request signed by HMAC-SHA1 (guide 1.2, 1.5). `now` is aware of its zone."""
    headers = _headers(request, credential, now, nonce, region)
    headers["x-acs-signature-method"] = "HMAC-SHA1"
    headers["x-acs-signature-version"] = "1.0"
    signature = hmac_sha1(string_to_sign(request, headers), credential.access_key_secret)
    headers["Authorization"] = f"acs {credential.access_key_id}:{signature}"
    return headers


def sign_acs3(
    request: UnsignedRequest, credential: Credential, *, now: datetime, nonce: str, region: str
) -> dict[str, str]:
    """All headers to send with a request signed by ACS3-HMAC-SHA256 (beyond the guide); all of them are signed."""
    headers = _headers(request, credential, now, nonce, region)
    headers["x-acs-date"] = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers["x-acs-content-sha256"] = _sha256(request.body or b"")
    if request.action:
        headers["x-acs-action"] = request.action
    if credential.security_token:
        headers["x-acs-accesskey-id"] = credential.access_key_id
    canonical = canonical_request(request, headers)
    text = f"{_ACS3}\n{_sha256(canonical.encode())}"
    signature = hmac.digest(credential.access_key_secret.encode(), text.encode(), "sha256").hex()
    signed = ";".join(sorted(name.lower() for name in headers))
    headers["Authorization"] = (
        f"{_ACS3} Credential={credential.access_key_id},SignedHeaders={signed},Signature={signature}"
    )
    return headers


SIGNERS: Final[Mapping[str, Callable[..., dict[str, str]]]] = {"hmac-sha1": sign_hmac_sha1, "acs3": sign_acs3}


def string_to_sign(request: UnsignedRequest, headers: Mapping[str, str]) -> str:
    """The text that HMAC-SHA1 signs (guide 1.5): an absent header is an empty line, the query stands unquoted."""
    by_name = {name.lower(): value for name, value in headers.items()}
    first = (by_name.get(name, "") for name in ("accept", "content-md5", "content-type", "date"))
    special = (f"{name}:{_one_line(by_name[name])}" for name in sorted(by_name) if name.startswith("x-acs-"))
    query = "&".join(f"{key}={value}" for key, value in sorted(request.query.items()))
    return "\n".join((request.method, *first, *special, request.path + (f"?{query}" if query else "")))


def hmac_sha1(text: str, secret: str) -> str:
    """Base64 of the raw HMAC-SHA1 digest, which is what real servers check."""
    digest = hmac.digest(secret.encode(), text.encode(), "sha1")
    return base64.b64encode(digest).decode("ascii")


def canonical_request(request: UnsignedRequest, headers: Mapping[str, str]) -> str:
    """The text whose hash ACS3 signs."""
    by_name = {name.lower(): value.strip() for name, value in headers.items()}
    names = sorted(by_name)
    return "\n".join(
        (
            request.method,
            request.path,
            query_string(request.query),
            *(f"{name}:{by_name[name]}" for name in names),
            "",
            ";".join(names),
            by_name["x-acs-content-sha256"],
        )
    )


def query_string(query: Mapping[str, str]) -> str:
    """The query as it goes over the wire: sorted by name, everything but letters, digits and `-._~` quoted."""
    return "&".join(f"{quoted(key)}={quoted(value)}" for key, value in sorted(query.items()))


def quoted(text: str) -> str:
    """A text with everything but letters, digits and `-._~` quoted."""
    return quote(text, safe="~")


def _headers(
    request: UnsignedRequest, credential: Credential, now: datetime, nonce: str, region: str
) -> dict[str, str]:
    headers = {
        "Accept": request.accept,
        "Content-Type": request.content_type,
        "Date": format_datetime(now.astimezone(UTC), usegmt=True),
        "Host": request.host,
        "x-acs-version": DEFAULT.version,
        "x-acs-region-id": region,
        "x-acs-signature-nonce": nonce,
    }
    if request.body is not None:
        digest = hashlib.md5(request.body, usedforsecurity=False).digest()
        headers["Content-MD5"] = base64.b64encode(digest).decode("ascii")
    if credential.security_token:
        headers["x-acs-security-token"] = credential.security_token
    return headers


def _one_line(value: str) -> str:
    return _BREAKS.sub(" ", value).strip(" ")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
