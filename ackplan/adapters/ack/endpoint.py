"""Where the API is, and whether a signed request may go there.

A signed request is good for minutes to whoever reads it, so clear text is for this machine alone unless allowed.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ackplan.adapters.ack.api_errors import NotSent

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The API's address. `authority` is what the Host header says: the default port left out."""

    scheme: str
    hostname: str
    authority: str

    @property
    def loopback(self) -> bool:
        return _is_loopback(self.hostname)

    def url(self, path: str, query: str) -> str:
        return f"{self.scheme}://{self.authority}{path}" + (f"?{query}" if query else "")


def parse_endpoint(url: str, *, allow_clear_text: bool = False) -> Endpoint:
    """The endpoint that a URL names. Raises NotSent, code `EndpointRefused`, which says what is wrong with it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("it is not a URL; expected https://HOST or https://HOST:PORT") from None
    hostname = _checked(parts)
    scheme = parts.scheme
    if scheme == "http" and not (allow_clear_text or _is_loopback(hostname)):
        raise _refused(f"signed requests do not go to {hostname} in clear text; use https://{hostname}")
    host = f"[{hostname}]" if ":" in hostname else hostname
    has_port = port is not None and port != _DEFAULT_PORTS[scheme]
    return Endpoint(scheme, hostname, f"{host}:{port}" if has_port else host)


def _checked(parts: SplitResult) -> str:
    if parts.scheme not in _DEFAULT_PORTS:
        raise _refused("it has to begin with https://, as https://cs.aliyuncs.com does")
    if "@" in parts.netloc:
        raise _refused("it must not hold a user or a password; credentials are set elsewhere")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise _refused("it must not have a path, a query or a fragment")
    hostname = parts.hostname or ""
    if not _HOST.fullmatch(hostname) and not _is_address(hostname):
        raise _refused("its host is no host name and no IP address")
    return hostname


def _refused(why: str) -> NotSent:
    return NotSent("EndpointRefused", f"the endpoint can't be used: {why}", operation="endpoint")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
