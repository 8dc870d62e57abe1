"""Sends spans of a run to a collector of OpenTelemetry: OTLP over HTTP, set up by the variables `OTEL_*`."""

from ackplan.adapters.otel.spans import TraceParent, collected

__all__ = ["TraceParent", "collected"]
