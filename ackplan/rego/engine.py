"""Starts the process that evaluates Rego, bounds what it may take, and reads its answer, which is checked as any other.

The process gets an empty environment: Rego can read that, and a policy of a stranger's pull request must not see a
secret. It opens no connection: the engine has no function that could.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ackplan.core.diagnostics import Diagnostic, Failure, Span, error
from ackplan.core.json_types import Json, JsonObject
from ackplan.policy.rego import built_in_calls
from ackplan.rego.child import TOO_MUCH_MEMORY, TOO_MUCH_TIME, RegoAnswer, RegoFault, RegoRequest

_CHILD = Path(__file__).with_name("child.py")
_MAX_ANSWER = 64 * 1024 * 1024
# The process ends itself when its time is up; this is for one that can't, as when it was stopped.
_GRACE = 10.0


@dataclass(frozen=True, slots=True)
class RegoLimits:
    """What all policies of a plan may take together: seconds on the clock, and bytes of memory."""

    seconds: float = 300.0
    memory: int = 4 * 1024**3


def evaluate(
    modules: Sequence[tuple[str, str]],
    data: JsonObject,
    document: Json,
    paths: Sequence[str],
    limits: RegoLimits | None = None,
) -> JsonObject:
    """The values of rules, by path (`data.main.deny`); undefined ones are left out.

    `modules` are file names and sources, `document` is what policies call `input`. Raises Failure where the engine is
    missing, a policy is broken, or takes too much.
    """
    calls = [
        (at, len(source[:place].encode("utf-8", "surrogatepass")), name)
        for at, (_, source) in enumerate(modules)
        for name, place in built_in_calls(source)
    ]
    request: RegoRequest = {"modules": modules, "calls": calls, "data": data, "input": document, "paths": list(paths)}
    answer = _answered(request, limits or RegoLimits())
    if answer["faults"]:
        raise Failure(*dict.fromkeys(_broken(fault, modules) for fault in answer["faults"]))
    return answer["values"]


def _answered(request: RegoRequest, limits: RegoLimits) -> RegoAnswer:
    text = json.dumps(request).encode("utf-8", "surrogatepass")
    bounds = (str(limits.memory), str(limits.seconds), str(os.getpid()))
    try:
        with _interruptible():
            done = subprocess.run(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-I", str(_CHILD), _engine_folder(), *bounds],
                input=text,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=limits.seconds + _GRACE,
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise Failure(_too_long(limits)) from None
    if done.returncode in {TOO_MUCH_TIME, -signal.SIGXCPU}:
        raise Failure(_too_long(limits))
    if done.returncode == TOO_MUCH_MEMORY:
        raise Failure(_exhausted(f"they took more than {limits.memory / 1024**2:,.0f} MiB of memory"))
    if done.returncode or len(done.stdout) > _MAX_ANSWER:
        raise Failure(_exhausted(f"the engine broke off (exit {done.returncode})"))
    answer: RegoAnswer = json.loads(done.stdout)
    return answer


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Lets Ctrl-C end the waiting at once. An event loop would take it as a wish, for when the waiting is over."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def _engine_folder() -> str:
    """Where the engine is installed. Raises Failure where it is not."""
    package = importlib.util.find_spec("regopy")
    if package is None or package.origin is None:
        raise Failure(error("ACK2103"))
    return str(Path(package.origin).parent.parent)


def _too_long(limits: RegoLimits) -> Diagnostic:
    return _exhausted(f"they ran for more than {limits.seconds:g} s")


def _exhausted(detail: str) -> Diagnostic:
    return error("ACK2105", detail=detail)


def _broken(fault: RegoFault, modules: Sequence[tuple[str, str]]) -> Diagnostic:
    module, offset = fault["module"], fault["offset"]
    where = f"{fault['path']}: " if fault.get("path") else ""
    span = None
    if module is not None and module < len(modules):
        name, source = modules[module]
        span = _span(name, source, offset)
    return error("ACK2104", where=where, reason=fault["text"], span=span)


def _span(name: str, source: str, offset: int) -> Span:
    before = source.encode("utf-8", "surrogatepass")[:offset]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return Span(name, before.count(b"\n") + 1, column)
