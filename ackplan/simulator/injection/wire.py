"""What faults do to an answer, and to the connection that it should go over."""

from __future__ import annotations

import socket
import struct
from dataclasses import replace

from aiohttp import web

from ackplan.simulator.answers import Answer
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.refusals import Refusal

_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body><h1>{0}</h1></body>\r\n</html>\r\n"
_TITLES = {504: "504 Gateway Time-out"}
_GARBAGE = b"\x00\xff{]<not an answer at all"
_DEFAULTS = {
    "error": (500, "InternalError", "The request processing has failed due to some unknown error."),
    "throttle": (429, "Throttling.User", "Request was denied due to user flow control."),
}
SILENT = frozenset({"reset", "hang"})


def refusal(fault: Rule) -> Refusal | None:
    """The error answer that a fault asks for, None for a fault of another kind."""
    if fault["kind"] not in _DEFAULTS:
        return None
    status, code, message = _DEFAULTS[fault["kind"]]
    return Refusal(fault.get("status", status), fault.get("code", code), fault.get("message", message))


def spoil(answer: Answer, fault: Rule) -> Answer:
    """The answer as a fault leaves it."""
    match fault["kind"]:
        case "garbage":
            return replace(answer, body=_GARBAGE)
        case "truncated":
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        case "html":
            return _page(fault.get("status", 502))
        case "late_commit":
            return _page(fault.get("status", 504))
        case "throttle":
            return replace(answer, headers=_waits(fault))
        case _:
            return answer


def _page(status: int) -> Answer:
    """A gateway's page."""
    return Answer(status, "text/html", _PAGE.format(_TITLES.get(status, "502 Bad Gateway")).encode())


def _waits(fault: Rule) -> dict[str, str]:
    waits = {"Retry-After": fault.get("retry_after"), "x-acs-retry-after": fault.get("acs_retry_after")}
    return {header: str(wait) for header, wait in waits.items() if wait is not None}


def reset(request: web.Request) -> None:
    """Cuts the connection the hard way: the other side sees a reset, not an end."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
