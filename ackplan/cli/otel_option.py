"""The option `--otel`: traces of a run."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from ackplan.cli.options import Command
from ackplan.core.diagnostics import Failure
from ackplan.core.language import phrase
from ackplan.core.tracing import TracedSpan, span
from ackplan.execute.ports import ApiError


def otel_option(function: Command) -> Command:
    """Adds `--otel`; the command runs within a span of its name where that is given."""

    @functools.wraps(function)
    def wrapper(*positional: object, otel: bool, **given: object) -> object:
        if not otel:
            return function(*positional, **given)
        with _traced(click.get_current_context().command_path) as whole:
            result = function(*positional, **given)
            whole.set("exit_code", result if isinstance(result, int) else 0)
            return result

    return click.option(
        "--otel",
        is_flag=True,
        envvar="ACKPLAN_OTEL",
        show_envvar=True,
        help="Send traces of the run to a collector of OpenTelemetry, as OTEL_* variables say.",
    )(wrapper)


@contextmanager
def _traced(name: str) -> Iterator[TracedSpan]:
    """Processes that are started within the block go on with its trace."""
    from ackplan import __version__
    from ackplan.adapters.otel import collected

    with collected(os.environ, __version__, _lost) as current, span(name) as whole:
        place = current()
        carried = {"ACKPLAN_OTEL": "1", "TRACEPARENT": place.traceparent, "TRACESTATE": place.tracestate}
        with _variables({variable: value for variable, value in carried.items() if value}):
            try:
                yield whole
            except Failure as fault:
                whole.fail(next((finding.code for finding in fault.diagnostics), "Failure"))
                raise
            except ApiError as fault:
                whole.fail(fault.code)
                raise
            except BaseException as fault:
                whole.fail(type(fault).__name__)
                raise


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _lost() -> None:
    from ackplan.cli.printing import say

    say(phrase("Some traces of this run were not sent: the collector is away, slow, or refused them."))
