"""How the process of a workspace ended, and what came of the workspace by that: the same wherever the process ran."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from ackplan.core.diagnostics import error, printable
from ackplan.workspaces import summary_reader
from ackplan.workspaces.result import Ending, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder


@dataclass(frozen=True, slots=True)
class ChildEnd:
    """The exit code, below zero for a signal; the last line on standard output; the end of standard error."""

    code: int
    last: bytes
    said: str


def result_of_end(order: WorkspaceOrder, end: ChildEnd) -> WorkspaceResult:
    """What came of the workspace."""
    return summary_reader.result_of(order, end.code, end.last) or _without_summary(order, end)


def _without_summary(order: WorkspaceOrder, end: ChildEnd) -> WorkspaceResult:
    """A process that ended without a word for us: it was interrupted, killed, or can't even begin."""
    code, said = end.code, end.said
    if code in {summary_reader.INTERRUPTED, -signal.SIGINT}:
        return WorkspaceResult(order.entry, Ending.INTERRUPTED, said=said)
    lines = [line for line in said.splitlines() if line.strip()]
    last = printable(lines[-1][:500]) if lines else ""
    if code < 0:
        return failed(order, "ACK8011.killed", said, signal=signal_name(-code), last=last)
    return failed(order, "ACK8011.code", said, code=str(code), last=last)


def signal_name(number: int) -> str:
    """What a signal is called."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def failed(order: WorkspaceOrder, message: str, said: str, **arguments: str) -> WorkspaceResult:
    """A workspace that this keeps from having a result of its own."""
    finding = error(message, span=order.entry.span, **arguments)
    return WorkspaceResult(order.entry, Ending.FAILED, diagnostics=(finding,), findings=1, said=said)
