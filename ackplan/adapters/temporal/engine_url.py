"""The address of an engine: `temporal://HOST:PORT/NAMESPACE?queue=NAME`, and how it is reached."""

from __future__ import annotations

import importlib.util
import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ackplan.core.diagnostics import Failure, error, printable

SCHEME: Final = "temporal"
_PORT: Final = 7233
_QUEUE: Final = "ackplan"
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})|[0-9a-f:.]{2,45}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_SWITCH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class EngineUrl:
    """A server of Temporal, a namespace in it, and the name that the task queues of one company's fleets begin with."""

    host: str
    port: int
    namespace: str
    queue: str
    tls: bool

    @property
    def target(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def shown(self) -> str:
        return f"{SCHEME}://{self.target}/{self.namespace}?queue={self.queue}"


def engine_url(text: str) -> EngineUrl:
    """The engine that a URL names. Raises Failure for one that can't be read, or whose package is missing."""
    try:
        url = _read(urlsplit(text))
    except ValueError as fault:
        raise Failure(error("ACK8200", url=_without_password(text), why=fault)) from None
    if importlib.util.find_spec("temporalio") is None:
        raise Failure(error("ACK8200.package"))
    return url


def _read(parts: SplitResult) -> EngineUrl:
    """Raises ValueError."""
    if parts.scheme != SCHEME:
        raise ValueError("an engine is temporal://HOST:PORT/NAMESPACE?queue=NAME")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it names a user: who asks is said by ACKPLAN_ENGINE_API_KEY or a certificate")
    host, namespace = parts.hostname or "", parts.path.strip("/") or "default"
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    options = dict(pairs)
    unknown = sorted(options.keys() - {"queue", "tls"})
    if unknown or len(options) < len(pairs):
        raise ValueError(f"it takes queue and tls, each once, not {', '.join(unknown) or 'one of them twice'}")
    if not _HOST.fullmatch(host):
        raise ValueError("its host is no host name and no IP address")
    queue = options.get("queue", _QUEUE)
    for what, name in (("namespace", namespace), ("queue", queue)):
        if not _NAME.fullmatch(name):
            raise ValueError(f"the name of its {what} has to be letters, digits, '.', '_' and '-'")
    tls = _SWITCH.get(options.get("tls", "false" if _is_loopback(host) else "true"))
    if tls is None:
        raise ValueError("tls is true or false")
    return EngineUrl(host, parts.port or _PORT, namespace, queue, tls)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_password(text: str) -> str:
    return printable(re.sub(r"//[^/@]*@", "//...@", text))[:200]
