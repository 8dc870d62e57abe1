"""Turns exceptions into diagnostics; one that is a bug of ours into one that says how to report it."""

from __future__ import annotations

import logging

from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.error_codes import error_code
from ackplan.execute.ports import ApiError, SecretUnreadable

_BY_STATUS = {
    401: "Check the credentials: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or --profile",
    403: "Check the credentials and what they are allowed to do; check this machine's clock",
    404: "Check the name or id: ackplan clusters",
}
_LATER = "Try again later; the request id helps Alibaba Cloud's support"
_MEND = "Check what it names; the request id helps Alibaba Cloud's support"


def as_diagnostics(fault: BaseException) -> tuple[Diagnostic, ...]:
    """What to tell the user."""
    if isinstance(fault, BaseExceptionGroup):
        return tuple(diagnostic for part in fault.exceptions for diagnostic in as_diagnostics(part))
    if isinstance(fault, Failure):
        return fault.diagnostics
    if isinstance(fault, ApiError):
        return (_api(fault),)
    if isinstance(fault, SecretUnreadable):
        return (error("ACK5006.alone", why=fault),)
    if isinstance(fault, OSError):
        detail = f"{fault.filename or ''}: {fault.strerror or fault}".removeprefix(": ")
        return (error("ACK3014", "File can't be used", detail),)
    logging.getLogger("ackplan").debug("bug", exc_info=fault)
    where = _where(fault)
    detail = f"{type(fault).__name__} in {where}"
    return (error("ACK9001", "A bug in ackplan", detail, "Run it again with -v --log-file FILE and report that file"),)


def _api(fault: ApiError) -> Diagnostic:
    return error("ACK4001", "The API refused or failed", str(fault), _cure(fault))


def _cure(fault: ApiError) -> str:
    """What to do: by the code where it is known, else by what is known of the call."""
    if not fault.sent:
        return ""  # its message says what to do
    cure = error_code(fault.code).cure
    if cure:
        return cure
    if fault.uncertain:
        return "It may have taken effect: look before it is sent again: ackplan clusters"
    if not fault.http_status:
        return "Check the network and --endpoint"
    return _BY_STATUS.get(fault.http_status, _MEND if 400 <= fault.http_status < 500 else _LATER)


def _where(fault: BaseException) -> str:
    frame = fault.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "an unknown place"
    return f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
