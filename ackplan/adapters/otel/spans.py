"""Spans of `ackplan.core.tracing` as OpenTelemetry has them, sent in the background.

A collector that is away, slow or refuses never fails a run: what is left when the run ends is waited for `PATIENCE`
seconds at most, and then given up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from ackplan.core.diagnostics import Failure, error
from ackplan.core.tracing import COLLECTOR, Fact, TracedSpan

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer

PATIENCE: Final = 5.0
_PREFIX: Final = "ackplan."
# Names that OpenTelemetry has for facts of ours.
_NAMES: Final = {
    "method": "http.request.method",
    "status": "http.response.status_code",
    "request_id": "aliyun.request_id",
}


@dataclass(frozen=True, slots=True)
class TraceParent:
    """Where a span is in a trace, as W3C Trace Context writes it; empty where it is in none."""

    traceparent: str = ""
    tracestate: str = ""


class _OpenSpan:
    """A span that facts can be told of."""

    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def set(self, name: str, value: Fact) -> None:
        if value != "":
            self._span.set_attribute(_NAMES.get(name, _PREFIX + name), value)

    def fail(self, code: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        self._span.set_attribute("error.type", code)
        self._span.set_status(Status(StatusCode.ERROR, code))


class _Collecting:
    """A SpanCollector. Exceptions leave no message in a span: it may quote anything."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def span(self, name: str, facts: Mapping[str, Fact], *, call: bool) -> Iterator[TracedSpan]:
        from opentelemetry.trace import SpanKind

        kind = SpanKind.CLIENT if call else SpanKind.INTERNAL
        with self._tracer.start_as_current_span(
            name, kind=kind, record_exception=False, set_status_on_exception=False
        ) as begun:
            opened = _OpenSpan(begun)
            for fact, value in facts.items():
                opened.set(fact, value)
            yield opened


class _LossCounting:
    """An exporter that knows whether anything was lost."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.lost = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        from opentelemetry.sdk.trace.export import SpanExportResult

        try:
            result = self._exporter.export(spans)
        except Exception:  # noqa: BLE001 - whatever it is, the run goes on
            result = SpanExportResult.FAILURE
        self.lost = self.lost or result is not SpanExportResult.SUCCESS
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


@contextmanager
def collected(
    environment: Mapping[str, str], version: str, notice: Callable[[], None]
) -> Iterator[Callable[[], TraceParent]]:
    """Within the block spans are collected, as parts of the trace that TRACEPARENT names.

    Gives what says where the current span is. Calls `notice` where some were lost. Raises Failure without the extra.
    """
    try:
        from opentelemetry import context
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError:
        raise Failure(error("ACK3160")) from None
    propagator = TraceContextTextMapPropagator()
    carried = {name: environment.get(name.upper(), "") for name in ("traceparent", "tracestate")}
    provider, exporter = TracerProvider(resource=_resource(environment, version), shutdown_on_exit=False), None
    if environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() != "none":
        exporter = _exporting(provider)
    inside = context.attach(propagator.extract(carried))
    before = COLLECTOR.set(_Collecting(provider.get_tracer("ackplan", version)))

    def current() -> TraceParent:
        written: dict[str, str] = {}
        propagator.inject(written)
        return TraceParent(written.get("traceparent", ""), written.get("tracestate", ""))

    try:
        yield current
    finally:
        COLLECTOR.reset(before)
        context.detach(inside)
        if not _ended(provider) or (exporter is not None and exporter.lost):
            notice()


def _resource(environment: Mapping[str, str], version: str) -> Resource:
    from opentelemetry.sdk.resources import Resource

    named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return Resource.create({"service.version": version, **({} if named else {"service.name": "ackplan"})})


def _exporting(provider: TracerProvider) -> _LossCounting:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    watched = _LossCounting(OTLPSpanExporter())
    provider.add_span_processor(BatchSpanProcessor(cast("SpanExporter", watched)))
    return watched


def _ended(provider: TracerProvider) -> bool:
    """Whether all that was left was sent, or refused, in time. A thread that is still at it ends with the process."""
    ending = threading.Thread(target=provider.shutdown, daemon=True)
    ending.start()
    ending.join(PATIENCE)
    return not ending.is_alive()
