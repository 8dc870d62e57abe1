"""Turns exceptions into diagnostics; one that is a bug of ours into one that says how to report it."""

from __future__ import annotations

import errno
import logging

from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.error_codes import error_code
from ackplan.execute.ports import ApiError, SecretUnreadable

# A folder that can't be written to: of somebody else, or of a file system that is read only.
_DENIED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


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
        why = f"{fault.filename or ''}: {fault.strerror or fault}".removeprefix(": ")
        return (error("ACK3014.denied" if fault.errno in _DENIED else "ACK3014", why=why),)
    logging.getLogger("ackplan").debug("bug", exc_info=fault)
    return (error("ACK9001", fault=type(fault).__name__, where=_where(fault)),)


def _api(fault: ApiError) -> Diagnostic:
    """What to do: by the code where it is known, else by what is known of the call."""
    if not fault.sent:
        return error("ACK4001.unsent", fault=fault)  # its message says what to do
    cure = error_code(fault.code).cure
    if cure:
        return error("ACK4001.code", fault=fault, remedy=cure)
    if fault.uncertain:
        return error("ACK4001.uncertain", fault=fault)
    if not fault.http_status:
        return error("ACK4001.network", fault=fault)
    return _by_status(fault)


def _by_status(fault: ApiError) -> Diagnostic:
    match fault.http_status:
        case 401:
            return error("ACK4001.credentials", fault=fault)
        case 403:
            return error("ACK4001.rights", fault=fault)
        case 404:
            return error("ACK4001.missing", fault=fault)
    return error("ACK4001.request" if 400 <= fault.http_status < 500 else "ACK4001.server", fault=fault)


def _where(fault: BaseException) -> str:
    frame = fault.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "an unknown place"
    return f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
