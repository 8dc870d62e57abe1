"""Calls a simulator as the official clients do: their own code makes the signatures."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import yarl
from alibabacloud_tea_openapi.utils import Utils
from aliyunsdkcore.auth.algorithm import sha_hmac1
from aliyunsdkcore.auth.composer import roa_signature_composer as roa
from darabonba.request import DaraRequest

from ackplan.simulator import SimulatorConfig, VirtualClock
from ackplan.simulator.request import Incoming, incoming

NOW = 1_600_000_000.0
_EXAMPLES = Path(__file__).parents[1] / "schemas/examples"


def example(kind: str, /, **changes: Any) -> dict[str, Any]:
    """A body of the guide's examples with some parameters changed; None takes one out."""
    body = json.loads((_EXAMPLES / f"{kind}.json").read_text()) | changes
    return {key: value for key, value in body.items() if value is not None}


def settings(**changes: Any) -> SimulatorConfig:
    """A simulator whose clocks stand still at NOW."""
    clock = changes.pop("clock", None) or VirtualClock(NOW)
    return SimulatorConfig(**{"clock": clock, "request_clock": VirtualClock(NOW)} | changes)


@dataclass
class Request:
    """A request to be signed. `headers` are added to, or with None taken out of, what a client sends."""

    method: str = "GET"
    path: str = "/clusters"
    query: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    key: str = "sandbox"
    secret: str = "sandbox"
    now: float = NOW

    @property
    def target(self) -> str:
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    def classic(self) -> dict[str, str]:
        """Its headers with an HMAC-SHA1 signature."""
        usual = {
            "Accept": "application/json",
            "Date": formatdate(self.now, usegmt=True),
            "x-acs-version": "2015-12-15",
            "x-acs-region-id": "cn-beijing",
            "x-acs-signature-method": "HMAC-SHA1",
            "x-acs-signature-version": "1.0",
        }
        if self.body:
            digest = hashlib.md5(self.body).digest()
            usual |= {"Content-MD5": base64.b64encode(digest).decode(), "Content-Type": "application/json"}
        headers = self._changed(usual)
        text = roa.compose_string_to_sign(self.method, dict(self.query), self.path, headers)
        signature = sha_hmac1.get_sign_string(text, self.secret)
        return {"Authorization": f"acs {self.key}:{signature}"} | headers

    def current(self) -> dict[str, str]:
        """Its headers with an ACS3-HMAC-SHA256 signature."""
        payload = hashlib.sha256(self.body).hexdigest()
        headers = self._changed(
            {
                "host": "127.0.0.1",
                "accept": "application/json",
                "x-acs-version": "2015-12-15",
                "x-acs-action": "Any",
                "x-acs-date": formatdate_iso(self.now),
                "x-acs-content-sha256": payload,
            }
        )
        request = DaraRequest()
        request.method, request.pathname, request.headers = self.method, self.path, headers
        request.query = {name: str(value) for name, value in self.query.items()}
        algorithm = "ACS3-HMAC-SHA256"
        signature = Utils.get_authorization(request, algorithm, payload, self.key, self.secret)
        return {"authorization": signature} | headers

    def _changed(self, usual: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in {**usual, **self.headers}.items() if value is not None}

    def arrived(self, headers: Mapping[str, str] | None = None) -> Incoming:
        """The request as the simulator takes it in, with a classic signature unless `headers` are given."""
        given = self.classic() if headers is None else headers
        return incoming(self.method, self.target, list(given.items()), self.body)


def formatdate_iso(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def call(url: str, method: str, path: str, body: Any = None, **parts: Any) -> Reply:
    """Makes one call with a classic signature; `parts` are those of Request."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    request = Request(method, path, body=data, **parts)
    async with aiohttp.ClientSession() as session:
        return await send(session, url, request)


async def send(session: aiohttp.ClientSession, url: str, request: Request) -> Reply:
    target = yarl.URL(url + quote(request.target, safe="/?=&%+:~-._*"), encoded=True)
    bare = ["Accept", "Content-Type", "User-Agent"]
    async with session.request(
        request.method,
        target,
        headers=request.classic(),
        data=io.BytesIO(request.body) if request.body else None,
        skip_auto_headers=bare,
    ) as answer:
        return Reply(answer.status, answer.headers, await answer.read())
