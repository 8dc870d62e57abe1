"""Decides what an answer means: success, or which error, and whether the call may have taken effect all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from ackplan.adapters.ack.api_errors import (
    Answered,
    AnswerUnreadable,
    Denied,
    Fault,
    NameExists,
    NotFound,
    Rejected,
    ServerFault,
    Throttled,
)
from ackplan.adapters.ack.error_bodies import ErrorBody, one_line, read_error, request_id
from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.adapters.ack.pace import LONGEST_PAUSE
from ackplan.adapters.ack.redact import blanked
from ackplan.core.error_codes import Meaning, error_code

# The Date header has whole seconds, and the answer was some time on its way.
_NEAR: Final = 60.0
_DAY: Final = 86400.0
_SECONDS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE]\+?[0-9]{1,3})?", re.ASCII)
# The server gave the request up: it may have done its work all the same.
_GIVEN_UP: Final = frozenset({408, 499})


def error_of(call: ApiCall, answer: Answer, secrets: Iterable[str], now: datetime) -> Fault | None:
    """The error that an answer stands for; None where it is a success. What was sent as a secret is blanked."""
    if answer.succeeded:
        return None
    body = read_error(blanked(answer.body.decode("utf-8", "replace"), secrets))
    fault = _fault(call, answer, body)
    fault.request_id = body.request_id or request_id({}, answer.headers)
    fault.operation = call.operation
    there = _date(answer.headers.get("date", "")) or now
    fault.retry_after = retry_after(answer.headers, there)
    if error_code(fault.code).meaning is Meaning.MISTIMED:
        fault.message += _clock_told((there - now).total_seconds())
    if isinstance(fault, Answered):
        fault.status = answer.status
        fault.body = body.decoded
    return fault


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """How many seconds the server asks us to wait: `x-acs-retry-after` in milliseconds, `Retry-After` in seconds
    or as a date, reckoned from the server's `now`. None where it does not ask or can't be understood."""
    special = _seconds(headers.get("x-acs-retry-after", ""), 1000)
    if special:
        return special
    common = headers.get("retry-after", "")
    seconds = _seconds(common, 1)
    if seconds is not None:
        return seconds
    when = _date(common)
    return _bounded(max(0.0, (when - now).total_seconds())) if when else None


def _seconds(text: str, unit: int) -> float | None:
    """A number of units, in seconds; None for what is no number."""
    text = text.strip()
    return _bounded(float(text) / unit) if _SECONDS.fullmatch(text) else None


def _bounded(seconds: float) -> float:
    """Who asks for more than a day does not mean it: that is the longest pause that is made at all."""
    return seconds if seconds <= _DAY else LONGEST_PAUSE


def _date(text: str) -> datetime | None:
    """The moment that a header names; None where it names none."""
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _clock_told(ahead: float) -> str:
    """How far this machine's clock is off, where the API refuses a call for its date; seconds that the API is ahead."""
    if abs(ahead) < _NEAR:
        return ""
    return f"; this machine's clock is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} the API's: set it"


def _fault(call: ApiCall, answer: Answer, body: ErrorBody) -> Fault:
    code, message = body.code, body.message
    status, meaning = _status(answer.status, code), error_code(code).meaning
    if status == 429 or meaning is Meaning.THROTTLED:
        return Throttled(code or "Throttling", message, http_status=429)
    if status >= 500:
        return ServerFault(code or "ServerError", message, http_status=status, uncertain=call.changes)
    if status >= 400 and (code or (status == 404 and call.missing_by_status)):
        return _refusal(call, status, code, message)
    said = f"HTTP {status}, which does not come from the API: {message}"
    if 300 <= status < 400:
        said = f"HTTP {status}, a redirect to {_host(answer)}; redirects are not followed"
    return AnswerUnreadable("AnswerUnreadable", said, uncertain=call.changes)


def _status(status: int, code: str) -> int:
    """The status that an answer means: a server's fault whose code is the status of a refusal is that refusal."""
    number = int(code) if len(code) == 3 and code.isascii() and code.isdecimal() else 0
    return number if status >= 500 and 400 <= number < 500 and number not in _GIVEN_UP else status


def _host(answer: Answer) -> str:
    try:
        return one_line(urlsplit(answer.headers.get("location", "")).hostname or "another path", 100)
    except ValueError:
        return "an unknown place"


def _refusal(call: ApiCall, status: int, code: str, message: str) -> Rejected:
    """A definite refusal. `http_status` becomes 404 for what is missing, and for nothing else."""
    meaning = error_code(code).meaning
    if meaning in {Meaning.DENIED, Meaning.MISTIMED, Meaning.REPEATED}:
        # A nonce is new for each try: one that was used means that something repeated the request on its way.
        uncertain = call.changes and meaning is Meaning.REPEATED
        return Denied(code, message, http_status=401 if status == 404 else status, uncertain=uncertain)
    if meaning is Meaning.NAME_EXISTS:
        return NameExists(code, message, http_status=status)
    if meaning is Meaning.NO_CLUSTER:
        return NotFound(code, message, http_status=404)
    if status == 404 and (call.missing_by_status or meaning is Meaning.OTHER):
        return NotFound(code or "NotFound", message, http_status=404)
    return Rejected(code, message, http_status=400 if status == 404 else status)
