"""Makes a call: at the common pace, signed anew for every try, and tried again where that can do no harm."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from ackplan.adapters.ack.api_errors import Fault, NotSent, Throttled
from ackplan.adapters.ack.classify import error_of
from ackplan.adapters.ack.redact import secrets_in
from ackplan.adapters.ack.signing import SIGNERS, UnsignedRequest
from ackplan.core import tracing
from ackplan.core.answers import Retry
from ackplan.execute.ports import WriteDown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ackplan.adapters.ack.connecting import Connecting
    from ackplan.adapters.ack.credentials import Credentials
    from ackplan.adapters.ack.exchange import Answer, ApiCall
    from ackplan.adapters.ack.pace import RateLimit
    from ackplan.adapters.ack.retry import RetryPolicy
    from ackplan.adapters.ack.signing import Credential
    from ackplan.execute.ports import Clock

log = logging.getLogger("ackplan.adapters.ack")


class Carrier(Protocol):
    """Sends one request once."""

    async def send(self, call: ApiCall, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The answer, whatever its status. Raises a Fault where none came back whole."""
        ...


class _MonotonicClock:
    """This machine's time."""

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _nonce() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time and chance as the client sees them. `clock` is monotonic, `now` is the date for the Date header."""

    clock: Clock = field(default_factory=_MonotonicClock)
    now: Callable[[], datetime] = _utc_now
    nonce: Callable[[], str] = _nonce
    rng: random.Random = field(default_factory=random.SystemRandom)


class Signer:
    """Signs calls for one endpoint. `host` is what the Host header says; `signature` is a key of SIGNERS."""

    def __init__(self, host: str, signature: str, credentials: Credentials) -> None:
        self._host = host
        self._sign = SIGNERS[signature]
        self._credentials = credentials

    async def credential(self) -> Credential:
        return await self._credentials.fetch()

    def headers(
        self, call: ApiCall, body: bytes | None, credential: Credential, around: Surroundings
    ) -> dict[str, str]:
        request = UnsignedRequest(call.method, self._host, call.path, call.query, body, call.action)
        return self._sign(request, credential, now=around.now(), nonce=around.nonce(), region=call.region)


class Pace:
    """Lets calls start one by one, in the order they came, as fast as the limit allows."""

    def __init__(self, limit: RateLimit, clock: Clock, gate: asyncio.Lock) -> None:
        self._limit = limit
        self._clock = clock
        self._gate = gate

    async def turn(self) -> float:
        """Returns when the call may start: the time it is then."""
        async with self._gate:
            while (wait := self._limit.delay(self._clock.now())) > 0:
                await self._clock.sleep(wait)
            now = self._clock.now()
            self._limit.started(now)
            return now

    def throttled(self, started: float, fault: Throttled) -> None:
        self._limit.throttled(started, self._clock.now(), fault.retry_after)


class Sender:
    """Sends calls to one endpoint for as long as the client lives."""

    def __init__(
        self, carrier: Carrier, signer: Signer, pace: Pace, policy: RetryPolicy, around: Surroundings,
        connecting: Connecting,
    ) -> None:  # fmt: skip
        self._carrier = carrier
        self._connecting = connecting
        self._signer = signer
        self._pace = pace
        self._policy = policy
        self._around = around
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """From now on no changing call is sent, and none that did not succeed is sent again."""
        self._stopped.set()

    async def send(self, call: ApiCall, write_down: WriteDown | None = None) -> Answer:
        """The answer of a call that succeeded. Raises a Fault. Both tell of the tries before.

        `write_down` sees to it before each try that the call is written down, and not too long ago.
        """
        with tracing.span(call.operation, call=True, operation=call.operation, method=call.method) as span:
            try:
                answer = await self._sent(call, write_down)
            except Fault as fault:
                _told(span, fault.http_status, fault.request_id, len(fault.retries) + 1)
                span.fail(fault.code)
                raise
            _told(span, answer.status, answer.headers.get("x-acs-request-id", ""), len(answer.retries) + 1)
            return answer

    async def _sent(self, call: ApiCall, write_down: WriteDown | None) -> Answer:
        body = _encoded(call)
        begun: float | None = None
        retries: list[Retry] = []
        while True:
            started = await self._pace.turn()
            credential = await self._signer.credential()
            if write_down is not None:
                await write_down()
            if call.changes and self._stopped.is_set():
                raise NotSent("Stopped", "the run was stopped before it was sent", operation=call.operation)
            begun = started if begun is None else begun
            try:
                answer = await self._try(call, body, started, credential)
                self._connecting.came()
                return dataclasses.replace(answer, retries=tuple(retries))
            except Fault as fault:
                elapsed = self._around.clock.now() - begun
                pause = self._policy.pause(fault, len(retries) + 1, elapsed, self._around.rng.uniform)
                if pause is not None:
                    self._connecting.again(fault, len(retries) + 2, self._policy.attempts)
                if pause is None or not await self._paused(call, pause):
                    fault.retries = tuple(retries)
                    raise
                retries.append(Retry(fault.code, fault.request_id, pause))

    async def _paused(self, call: ApiCall, pause: float) -> bool:
        """Waits before the next try; False, and at once, where there is to be none because the client is stopped."""
        log.debug("%s %s: again in %.1f s", call.method, call.path, pause)
        sleeping = asyncio.ensure_future(self._around.clock.sleep(pause))
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({sleeping, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            stopped.cancel()
        return not self._stopped.is_set()

    async def _try(self, call: ApiCall, body: bytes | None, started: float, credential: Credential) -> Answer:
        try:
            answer = await self._carrier.send(call, self._signer.headers(call, body, credential, self._around), body)
        except Fault as fault:
            self._note(call, fault.code, "", started)
            raise
        secrets = (*credential.secrets, *secrets_in(call.body))
        found = error_of(call, answer, secrets, self._around.now())
        request_id = found.request_id if found else answer.headers.get("x-acs-request-id", "")
        self._note(call, str(answer.status), request_id, started)
        if isinstance(found, Throttled):
            self._pace.throttled(started, found)
        if found is not None:
            raise found
        return answer

    def _note(self, call: ApiCall, outcome: str, request_id: str, started: float) -> None:
        seconds = self._around.clock.now() - started
        log.debug("%s %s: %s, request %r, %.3f s", call.method, call.path, outcome, request_id, seconds)


def _told(span: tracing.TracedSpan, status: int, request_id: str, tries: int) -> None:
    if status:
        span.set("status", status)
    span.set("request_id", request_id)
    span.set("tries", tries)


def _encoded(call: ApiCall) -> bytes | None:
    body: object = call.body
    if body is None:
        return None
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise NotSent("BodyRefused", "the body can't be written as JSON", operation=call.operation) from None
