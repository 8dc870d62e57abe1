"""Signs requests as they are about to go out, written from the contract alone: no code of ackplan, none of a client.

What is signed is what is sent: path, query and body are taken from the prepared request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import formatdate
from time import time
from urllib.parse import quote, unquote_plus, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

# What the guide's signature and today's clients both leave to the caller.
_FREE = ("x-acs-region-id", "x-acs-action")


class Signer(AuthBase):
    """Signs every request with a nonce of its own; the two signatures take turns."""

    def __init__(self, key: str, secret: str) -> None:
        self._key = key
        self._secret = secret.encode()
        self._numbers = itertools.count(1)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        number = next(self._numbers)
        for name in [name for name in request.headers if name.lower().startswith("x-acs-")]:
            if name.lower() not in _FREE:
                del request.headers[name]
        request.headers["x-acs-version"] = "2015-12-15"
        request.headers["x-acs-signature-nonce"] = f"nonce-{number}"
        body = _bytes(request.body)
        request.headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
        if number % 2:
            self._classic(request)
        else:
            self._current(request, body)
        return request

    def _classic(self, request: PreparedRequest) -> None:
        request.headers["Date"] = formatdate(time(), usegmt=True)
        request.headers["x-acs-signature-method"] = "HMAC-SHA1"
        request.headers["x-acs-signature-version"] = "1.0"
        headers = _lower(request)
        first = [headers.get(name, b"") for name in ("accept", "content-md5", "content-type", "date")]
        own = [name.encode() + b":" + headers[name].strip() for name in sorted(headers) if name.startswith("x-acs-")]
        path, pairs = _target(request)
        query = "&".join(f"{name}={value}" for name, value in sorted(pairs))
        resource = (path + ("?" + query if query else "")).encode()
        text = b"\n".join([str(request.method).encode(), *first, *own, resource])
        signature = base64.b64encode(hmac.digest(self._secret, text, "sha1")).decode()
        request.headers["Authorization"] = f"acs {self._key}:{signature}"

    def _current(self, request: PreparedRequest, body: bytes) -> None:
        request.headers["x-acs-date"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        request.headers["x-acs-content-sha256"] = hashlib.sha256(body).hexdigest()
        headers = _lower(request)
        names = sorted(name for name in headers if name.startswith("x-acs-") or name in {"accept", "content-type"})
        path, pairs = _target(request)
        query = "&".join(f"{name}={value}" for name, value in sorted(map(_quoted, pairs)))
        signed = b"".join(name.encode() + b":" + headers[name].strip() + b"\n" for name in names)
        parts = [str(request.method).encode(), path.encode(), query.encode(), signed, ";".join(names).encode()]
        text = b"\n".join([*parts, hashlib.sha256(body).hexdigest().encode()])
        whole = f"ACS3-HMAC-SHA256\n{hashlib.sha256(text).hexdigest()}".encode()
        signature = hmac.digest(self._secret, whole, "sha256").hex()
        request.headers["Authorization"] = (
            f"ACS3-HMAC-SHA256 Credential={self._key},SignedHeaders={';'.join(names)},Signature={signature}"
        )


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b""


def _lower(request: PreparedRequest) -> dict[str, bytes]:
    """The headers as they go over the wire, by their names in lower case."""
    return {name.lower(): v if isinstance(v, bytes) else v.encode("latin-1") for name, v in request.headers.items()}


def _target(request: PreparedRequest) -> tuple[str, list[tuple[str, str]]]:
    """The path as sent and the query's names and values, decoded."""
    parts = urlsplit(str(request.url))
    halves = (part.partition("=") for part in filter(None, parts.query.split("&")))
    return parts.path or "/", [(_decoded(name), _decoded(value)) for name, _, value in halves]


def _decoded(text: str) -> str:
    return unquote_plus(text)


def _quoted(pair: Iterable[str]) -> tuple[str, ...]:
    return tuple(quote(part, safe="~") for part in pair)
