"""Starts the process that evaluates Rego, bounds what it may take, and reads its answer, which is checked as any other.

The process gets an empty environment: Rego can read that, and a policy of a stranger's pull request must not see a
secret. It opens no connection: the engine has no function that could.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ackplan.diagnostics import Diagnostic, Failure, Span, error
from ackplan.policy.rego import built_in_calls
from ackplan.rego.child import TOO_MUCH_MEMORY

_CHILD = Path(__file__).with_name("child.py")
_MAX_ANSWER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What all policies of a plan may take together: seconds on the clock, and bytes of memory."""

    seconds: float = 300.0
    memory: int = 4 * 1024**3


def evaluate(
    modules: Sequence[tuple[str, str]],
    data: Mapping[str, Any],
    document: Any,
    paths: Sequence[str],
    limits: Limits | None = None,
) -> Mapping[str, Any]:
    """The values of rules, by path (`data.main.deny`); undefined ones are left out.

    `modules` are file names and sources, `document` is what policies call `input`. Raises Failure where the engine is
    missing, a policy is broken, or takes too much.
    """
    calls = [
        [at, len(source[:place].encode("utf-8", "surrogatepass")), name]
        for at, (_, source) in enumerate(modules)
        for name, place in built_in_calls(source)
    ]
    request = {"modules": list(modules), "calls": calls, "data": data, "input": document, "paths": list(paths)}
    answer = _asked(request, limits or Limits())
    if "faults" in answer:
        raise Failure(*dict.fromkeys(_broken(fault, modules) for fault in answer["faults"]))
    return dict(answer["values"])


def _asked(request: Mapping[str, Any], limits: Limits) -> Mapping[str, Any]:
    command = [sys.executable, "-I", str(_CHILD), _engine_folder(), str(limits.memory)]
    text = json.dumps(request).encode("utf-8", "surrogatepass")
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and file
            command,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failure(_exhausted(f"they ran for more than {limits.seconds:g} s")) from None
    if done.returncode == TOO_MUCH_MEMORY:
        raise Failure(_exhausted(f"they took more than {limits.memory / 1024**2:,.0f} MiB of memory"))
    if done.returncode or len(done.stdout) > _MAX_ANSWER:
        raise Failure(_exhausted(f"the engine broke off (exit {done.returncode})"))
    answer: Mapping[str, Any] = json.loads(done.stdout)
    return answer


def _engine_folder() -> str:
    """Where the engine is installed. Raises Failure where it is not."""
    found = importlib.util.find_spec("regopy")
    if found is None or found.origin is None:
        cure = "Install it: pip install 'ackplan[rego]'"
        raise Failure(error("ACK2103", "Rego engine is not installed", "policies in .rego files need it", cure))
    return str(Path(found.origin).parent.parent)


def _exhausted(detail: str) -> Diagnostic:
    cure = "Look for a rule that goes over very many combinations, or that never ends"
    return error("ACK2105", "Rego policies took too much", detail, cure)


def _broken(fault: Mapping[str, Any], modules: Sequence[tuple[str, str]]) -> Diagnostic:
    module, offset = fault.get("module"), int(fault["offset"])
    where = f"{fault['path']}: " if fault.get("path") else ""
    span = None
    if isinstance(module, int) and module < len(modules):
        name, source = modules[module]
        span = _span(name, source, offset)
    cure = "Try it alone: opa check FILE; docs/policies.md says what the engine does not know"
    return error("ACK2104", "Rego policy is broken", f"{where}{fault['text']}", cure, span=span)


def _span(name: str, source: str, offset: int) -> Span:
    before = source.encode("utf-8", "surrogatepass")[:offset]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return Span(name, before.count(b"\n") + 1, column)
