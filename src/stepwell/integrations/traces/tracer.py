"""Traces to OpenTelemetry: spans of an execution that has ended, by the SDK and its environment variables."""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from stepwell.clock import Milliseconds
from stepwell.config import ConfigError, config_file, converted, read_table
from stepwell.core.spans import Span
from stepwell.integrations.aws.pool import Pool
from stepwell.integrations.traces.header import Caller, read_header

TABLE = "traces"

FLUSH = 500
"""Spans after which the SDK is given time to send them: its queue drops what is more than it can hold."""

NANOSECONDS = 1_000_000  # in a millisecond


class Trace(msgspec.Struct, frozen=True):
    """An execution to be told of."""

    arn: str
    started_at: Milliseconds
    header: str | None  # of whoever started it
    spans: Sequence[Span]  # outer ones first


class Tracer(Protocol):
    """Somebody who sends traces."""

    async def send(self, trace: Trace) -> None:
        """As good as can be: what cannot be sent is lost."""
        ...

    async def close(self, seconds: float) -> None:
        """Send what is left, for so long at most."""
        ...


class TraceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to: `otlp` is the collector that OTEL_EXPORTER_OTLP_ENDPOINT names."""

    to: Literal["otlp"]


def load_traces(directories: Iterable[Path]) -> Tracer | None:
    """What sends them; None where the first stepwell.toml of these directories does not say. Raises ConfigError."""
    file = config_file(directories)
    table = {} if file is None else read_table(file, TABLE)
    if not table:
        return None
    converted(table, TraceSettings, f"{file}, [{TABLE}]")
    try:
        return OtlpTracer()
    except ImportError as missing:
        raise ConfigError(f"{file}, [{TABLE}]: traces need OpenTelemetry. pip install 'stepwell[otel]'.") from missing


class OtlpTracer:
    """Sends spans by the SDK of OpenTelemetry, in a thread. Sampling, batching and destination are the SDK's own.

    Ids are made of the execution's ARN, so that a redrive's spans are in the trace of the first run, and prolong spans
    rather than repeat them.
    """

    def __init__(self) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        named = "OTEL_SERVICE_NAME" in os.environ or "service.name" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=Resource.create() if named else Resource.create({"service.name": "stepwell"}),
            id_generator=self._ids,  # type: ignore[arg-type]  # it is one by its methods
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("stepwell")
        self._pool = Pool("traces", 1)

    async def send(self, trace: Trace) -> None:
        await self._pool.run(lambda: self._send(trace))

    async def close(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._pool.run(self._provider.shutdown), seconds)

    def _send(self, trace: Trace) -> None:
        caller = read_header(trace.header)
        if caller is not None and not caller.sampled:
            return
        began = f"{trace.arn} {trace.started_at}"
        self._ids.trace = caller.trace if caller else _trace_of(began, trace.started_at)
        for number, span in enumerate(trace.spans, 1):
            self._ids.span = _hash(f"{began} {span.key}", 8)
            sampled = self._emit(span, self._context(began, span, caller))
            if not sampled:  # the first span decides for all
                return
            if number % FLUSH == 0:
                self._provider.force_flush()

    def _context(self, began: str, span: Span, caller: Caller | None) -> Any:
        from opentelemetry.context import Context
        from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

        if span.parent is not None:
            parent: int | None = _hash(f"{began} {span.parent}", 8)
        else:
            parent = None if caller is None else caller.span
        if parent is None:
            return Context()
        remote = span.parent is None
        within = SpanContext(self._ids.trace, parent, is_remote=remote, trace_flags=TraceFlags(TraceFlags.SAMPLED))
        return set_span_in_context(NonRecordingSpan(within), Context())

    def _emit(self, span: Span, context: Any) -> bool:
        """Whether it is sent."""
        from opentelemetry.trace import Status, StatusCode

        made = self._tracer.start_span(
            span.name, context, attributes=span.attributes, start_time=span.start * NANOSECONDS
        )
        for at, error, cause in span.failures:
            told = {"exception.type": error, "exception.message": cause}
            made.add_event("exception", told, at * NANOSECONDS)
        if span.failed is not None:
            made.set_status(Status(StatusCode.ERROR, span.failed))
        made.end(span.end * NANOSECONDS)
        return bool(made.get_span_context().trace_flags.sampled)


class _Ids:
    """Gives the SDK the ids that it is told to."""

    def __init__(self) -> None:
        self.trace = 0
        self.span = 0

    def generate_trace_id(self) -> int:
        return self.trace

    def generate_span_id(self) -> int:
        return self.span

    def is_trace_id_random(self) -> bool:
        return False


def _trace_of(began: str, at: Milliseconds) -> int:
    """A trace id as X-Ray has them: seconds first."""
    return (at // 1000 & 0xFFFFFFFF) << 96 | _hash(began, 12)


def _hash(text: str, bytes: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:bytes], "big")
