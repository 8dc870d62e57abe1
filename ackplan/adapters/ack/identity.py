"""Whose credentials these are: the official call for the caller's identity (STS 2015-04-01, GetCallerIdentity).

It needs no permission. That it is not answered is no failure: a network may keep it from getting out.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ackplan.adapters.ack.api_errors import Fault
from ackplan.adapters.ack.endpoint import parse_endpoint
from ackplan.adapters.ack.error_bodies import one_line
from ackplan.adapters.ack.exchange import ApiCall
from ackplan.adapters.ack.settings import ClientSettings, Timeouts
from ackplan.adapters.ack.signing import hmac_sha1, query_string, quoted
from ackplan.core.world import ACCOUNT

if TYPE_CHECKING:
    from pathlib import Path

    from ackplan.adapters.ack.credentials import Credentials
    from ackplan.adapters.ack.endpoint import Endpoint
    from ackplan.adapters.ack.signing import Credential

log = logging.getLogger("ackplan.adapters.ack")

DEFAULT_STS: Final = "https://sts.aliyuncs.com"
_ACTION: Final = {"Action": "GetCallerIdentity", "Version": "2015-04-01"}
_SECONDS: Final = 3.0
_MOST_BYTES: Final = 64 * 1024
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials they are: the account, and the name of user or role in it. Empty where it is not told."""

    account: str = ""
    name: str = ""


async def caller_identity(
    endpoint: str,
    credentials: Credentials,
    *,
    nonce: Callable[[], str],
    now: Callable[[], datetime],
    ca_file: Path | str | None = None,
    notice: Callable[[str], None] | None = None,
) -> Caller:
    """Whose these credentials are; nobody's where it is not told within three seconds. Raises nothing."""
    try:
        async with asyncio.timeout(_SECONDS):
            credential = await credentials.fetch()
            call = _signed(credential, nonce(), now())
            return await _asked(parse_endpoint(endpoint), call, ca_file, notice)
    except (Fault, TimeoutError) as fault:
        # No more than its kind: the request holds a token.
        log.debug("the caller's identity is not told: %s", getattr(fault, "code", type(fault).__name__))
        return Caller()


async def _asked(
    endpoint: Endpoint, call: ApiCall, ca_file: Path | str | None, notice: Callable[[str], None] | None
) -> Caller:
    from ackplan.adapters.ack.transport import Transport

    timeouts = Timeouts(connect=_SECONDS, read=_SECONDS, total=_SECONDS)
    transport = Transport(endpoint, ClientSettings(timeouts=timeouts, ca_file=ca_file, notice=notice))
    headers = {
        "Accept": "application/json",
        "Host": endpoint.authority,
        "x-acs-action": _ACTION["Action"],
        "x-acs-version": _ACTION["Version"],
    }
    try:
        answer = await transport.send(call, headers, None)
    finally:
        await transport.close()
    return _caller(answer.body) if answer.succeeded else Caller()


def _signed(credential: Credential, nonce: str, now: datetime) -> ApiCall:
    """The call, signed as calls of this style are: all of it stands in the query."""
    query = {
        **_ACTION,
        "Format": "JSON",
        "AccessKeyId": credential.access_key_id,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": nonce,
        "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if credential.security_token:
        query["SecurityToken"] = credential.security_token
    text = f"POST&{quoted('/')}&{quoted(query_string(query))}"
    query["Signature"] = hmac_sha1(text, credential.access_key_secret + "&")
    return ApiCall("caller_identity", "POST", "/", changes=False, query=query, limit=_MOST_BYTES)


def _caller(body: bytes) -> Caller:
    try:
        told = json.loads(body)
        account, arn = told["AccountId"], told.get("Arn", "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Caller()
    account = str(account) if isinstance(account, str | int) and not isinstance(account, bool) else ""
    if not ACCOUNT.fullmatch(account):
        return Caller()
    return Caller(account, one_line(arn)[:_LONGEST] if isinstance(arn, str) else "")
