"""What a client may have signed (guide 1.5), in every reading that real clients have of it.

The guide leaves room: whether an empty query value is `k=` or `k`, whether tabs in a header value stay. Each function
gives all texts that a well-made request may stand for; a signature is right if it fits one of them.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from urllib.parse import quote

from ackplan.simulator.request import Incoming

ACS3 = "ACS3-HMAC-SHA256"
_SIGNED_FIRST = ("accept", "content-md5", "content-type", "date")


def strings_to_sign(request: Incoming) -> Iterator[str]:
    """For HMAC-SHA1."""
    lines = [request.method, *(request.header(name) for name in _SIGNED_FIRST)]
    head = "\n".join(lines) + "\n"
    for headers, resource in itertools.product(_header_readings(request), _resource_readings(request)):
        yield head + headers + resource


def _header_readings(request: Incoming) -> set[str]:
    """Every `x-acs-*` header that arrived, sorted by name; tabs and line ends as they are, or as spaces."""
    names = sorted(name for name in request.headers if name.startswith("x-acs-"))
    literal = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    spaced = "".join(f"{name}:{_spaced(request.headers[name]).strip()}\n" for name in names)
    return {literal, spaced}


def _spaced(value: str) -> str:
    return re.sub(r"[\t\n\r\f]", " ", value)


def _resource_readings(request: Incoming) -> set[str]:
    queries = {_signed_query(request, empty) for empty in ("k=", "k", "literal")}
    return {path + query for path in (request.raw_path, request.path) for query in queries}


def _signed_query(request: Incoming, empty: str) -> str:
    if not request.query:
        return ""
    pairs = sorted((name, value or "", value is None) for name, value in request.query)
    return "?" + "&".join(_signed_pair(*pair, empty) for pair in pairs)


def _signed_pair(name: str, value: str, bare: bool, empty: str) -> str:  # noqa: FBT001 - unpacked from a tuple
    if value:
        return f"{name}={value}"
    return name if empty == "k" or (empty == "literal" and bare) else f"{name}="


def canonical_digests(request: Incoming, signed: list[str]) -> Iterator[str]:
    """For ACS3-HMAC-SHA256: the texts whose HMAC is the signature. `signed` are the names of the signed headers."""
    headers = "".join(f"{name}:{request.header(name).strip()}\n" for name in signed)
    payload = hashlib.sha256(request.body).hexdigest()
    tail = f"{headers}\n{';'.join(signed)}\n{payload}"
    paths = dict.fromkeys((request.raw_path, quote(request.path, safe="/~")))
    queries = dict.fromkeys(_quoted_query(request, quote_names=flag) for flag in (True, False))
    for path, query in itertools.product(paths, queries):
        text = f"{request.method}\n{path}\n{query}\n{tail}"
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        yield f"{ACS3}\n{digest}"


def _quoted_query(request: Incoming, *, quote_names: bool) -> str:
    pairs = [
        (quote(name, safe="~") if quote_names else name, quote(value or "", safe="~")) for name, value in request.query
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))
