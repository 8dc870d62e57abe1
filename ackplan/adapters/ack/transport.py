"""Moves bytes: one request out, one bounded answer in, over HTTPS with aiohttp. Knows nothing of what they mean.

It promises to send a request once. aiohttp by itself repeats PUT and DELETE after a broken connection; that is stopped
here, since the first one may have taken effect. Whether anything was sent is known for every error. No redirects, no
cookies, no .netrc; certificates are always checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from ackplan import __version__
from ackplan.adapters.ack.api_errors import (
    AnswerTooLarge,
    AnswerUnreadable,
    ConnectionLost,
    Fault,
    NoTls,
    NotSent,
    Timeout,
    Unreachable,
    Untrusted,
)
from ackplan.adapters.ack.bounded import BoundedBody, Broken, TooLarge
from ackplan.adapters.ack.connecting import Connecting
from ackplan.adapters.ack.endpoint import Endpoint
from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.adapters.ack.settings import ClientSettings
from ackplan.adapters.ack.signing import query_string

_CHUNK: Final = 64 * 1024
_OWN_HEADERS: Final = {"User-Agent": f"ackplan/{__version__}", "Accept-Encoding": "gzip"}


class _SentTwice(Exception):
    """aiohttp was about to send a request again."""


class _Attempt:
    """What is known of one request while it is under way."""

    def __init__(self, connected: Callable[[], None]) -> None:
        self.sent = False
        self.connected = connected

    async def headers_sent(self) -> None:
        self.connected()
        if self.sent:
            raise _SentTwice
        self.sent = True


class Transport:
    """The way to one endpoint. Connections are opened when first needed; `close` ends them all."""

    def __init__(self, endpoint: Endpoint, settings: ClientSettings) -> None:
        self._endpoint = endpoint
        self._timeouts = settings.timeouts
        self._tls = _trusting(settings.ca_file) if endpoint.scheme == "https" and settings.ca_file else None
        self._proxy = _proxy(endpoint)
        self._turns = asyncio.Semaphore(settings.connections)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._closed = False
        self.connecting = Connecting(endpoint.authority, settings.notice)

    @property
    def proxy_host(self) -> str:
        """The host and port of the proxy, without user and password; empty without one."""
        return urlsplit(self._proxy).netloc.rpartition("@")[2] if self._proxy else ""

    async def send(self, call: ApiCall, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Sends a request once. Raises a Fault where no whole answer came back."""
        async with self._turns:
            with self.connecting.under_way() as connected:
                return await self._send(call, headers, body, _Attempt(connected))

    async def _send(self, call: ApiCall, headers: Mapping[str, str], body: bytes | None, attempt: _Attempt) -> Answer:
        try:
            return await self._exchange(call, {**headers, **_OWN_HEADERS}, body, attempt)
        except (aiohttp.ClientError, OSError, ValueError, _SentTwice, TooLarge, Broken) as fault:
            raise self._fault(call, fault, attempt) from None

    async def close(self) -> None:
        """Closes every connection, even where whoever waits for it is cancelled meanwhile."""
        self._closed = True
        sessions, self._sessions = self._sessions, {}
        async with contextlib.AsyncExitStack() as closing:
            for session in sessions.values():
                closing.push_async_callback(session.close)

    async def _exchange(
        self, call: ApiCall, headers: Mapping[str, str], body: bytes | None, attempt: _Attempt
    ) -> Answer:
        request = self._session(fresh=call.changes).request(
            call.method,
            URL(self._endpoint.url(call.path, query_string(call.query)), encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            proxy=self._proxy,
            trace_request_ctx=attempt,
        )
        async with request as response:
            taken = BoundedBody(response.headers.get("Content-Encoding", ""), call.limit)
            try:
                async for chunk in response.content.iter_chunked(_CHUNK):
                    taken.feed(chunk)
            except (TooLarge, Broken):
                response.close()
                raise
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, names, taken.finish())

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        """The session to use. A changing call gets a connection of its own: one kept open may be closing."""
        if self._closed:
            raise NotSent("ClientClosed", "the client is closed already")
        if fresh not in self._sessions:
            tracing = aiohttp.TraceConfig()
            tracing.on_request_headers_sent.append(_note_sent)
            self._sessions[fresh] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._tls or True, limit=0, force_close=fresh),
                timeout=aiohttp.ClientTimeout(
                    total=self._timeouts.total,
                    connect=self._timeouts.connect,
                    sock_connect=self._timeouts.connect,
                    sock_read=self._timeouts.read,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[tracing],
                auto_decompress=False,
                trust_env=False,
            )
        return self._sessions[fresh]

    def _fault(self, call: ApiCall, fault: Exception, attempt: _Attempt) -> Fault:
        found = self._after(call, fault) if attempt.sent else self._before(fault)
        found.uncertain = attempt.sent and call.changes
        found.operation = call.operation
        return found

    def _before(self, fault: Exception) -> Fault:
        """Nothing was sent."""
        host = self._endpoint.authority
        if isinstance(fault, aiohttp.ClientConnectorCertificateError):
            why = getattr(fault.certificate_error, "verify_message", "its certificate does not check out")
            cure = "a private authority's certificate is named by --ca-file"
            return Untrusted("ConnectionFailed", f"{host} is not trusted: {why}; {cure}")
        if isinstance(fault, aiohttp.ClientConnectorSSLError) and _clear_text(fault):
            return NoTls("ConnectionFailed", f"{host} speaks plain http, where the endpoint says https://")
        if isinstance(fault, TimeoutError):
            return Timeout("Timeout", f"no connection to {host} within {self._timeouts.connect:g} seconds")
        if isinstance(fault, ValueError):
            return NotSent("RequestRefused", f"the request can't be sent to {host}: {type(fault).__name__}")
        return Unreachable("ConnectionFailed", f"no connection to {host}: {_reason(fault)}")

    def _after(self, call: ApiCall, fault: Exception) -> Fault:
        """Sending had begun."""
        if isinstance(fault, TooLarge):
            return AnswerTooLarge("AnswerTooLarge", f"the answer is larger than {call.limit} bytes")
        if isinstance(fault, Broken):
            return AnswerUnreadable("AnswerUnreadable", f"the answer can't be read: {fault}")
        if isinstance(fault, TimeoutError):
            return Timeout("Timeout", "no whole answer in time")
        if isinstance(fault, aiohttp.ClientResponseError | ValueError):
            return AnswerUnreadable("AnswerUnreadable", "the answer is not HTTP")
        return ConnectionLost("ConnectionLost", f"the connection broke: {_reason(fault)}")


async def _note_sent(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    await context.trace_request_ctx.headers_sent()


def _trusting(ca_file: Path | str) -> ssl.SSLContext:
    """Checks as aiohttp does by itself, and trusts these certificates besides. To read all of a machine takes long."""
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except OSError as fault:
        why = f"{ca_file} holds no certificates that can be read: {fault.strerror or fault}"
        raise NotSent("CaFileUnusable", why, operation="--ca-file") from None
    return context


def _proxy(endpoint: Endpoint) -> str | None:
    """The proxy that the environment names for this endpoint. This machine itself is never asked for by proxy."""
    if endpoint.loopback or urllib.request.proxy_bypass(endpoint.authority):
        return None
    proxy = urllib.request.getproxies().get(endpoint.scheme)
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        why = f"the proxy of {endpoint.scheme.upper()}_PROXY is neither http nor https"
        raise NotSent("ProxyRefused", why, operation="proxy")
    return proxy


def _clear_text(fault: aiohttp.ClientConnectorSSLError) -> bool:
    """Whether what answered was no TLS at all."""
    return getattr(fault.os_error, "reason", "") in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}


def _reason(fault: Exception) -> str:
    """Why, without what a text of somebody else might repeat of the request."""
    if isinstance(fault, aiohttp.ClientHttpProxyError):
        return f"the proxy answered {fault.status}"
    if isinstance(fault, aiohttp.ClientConnectorDNSError):
        return "there is no such host"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    return type(fault).__name__
