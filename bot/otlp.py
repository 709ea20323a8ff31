"""OpenTelemetry, known here alone: what bot/tracing.py tells goes to a collector, by OTLP over HTTP, from threads.

The instrumentations of aiohttp, httpx and SQLAlchemy are not used: they tell whole addresses, with what is searched for
and whose file it is. What they would tell besides is told where it happens, by names from a list.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExportResult, MetricsData, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span as Made
from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bot.errors import SharebotError, Unavailable, Unsure
from bot.tracing import METRICS, REFERENCE, Kind, Metric, Span, Value

log = logging.getLogger(__name__)

NAME = "sharebot"
KINDS = {"inside": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT}
# Seconds. A share takes a few, and Teams waits four for the answer to a press.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
# So long the end of the bot waits for what is still to be sent.
LAST_WORDS = 3.0
# Of what is said to people, what is no talk: something is wrong.
TROUBLE = (Unavailable, Unsure)
CARRIER = "traceparent"


class Otlp:
    """`traces` and `metrics` are whole addresses, "" for none. All else the libraries read in OTEL_… themselves."""

    def __init__(self, traces: str, metrics: str) -> None:
        # They would tell of each try to reach the collector, with its traceback; we tell when that changes.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        ours = Resource({"service.name": NAME, "service.instance.id": str(uuid.uuid4())})
        resource = ours.merge(OTELResourceDetector().detect())
        # We end them ourselves, and do not wait for long.
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        if traces:
            self._traces.add_span_processor(BatchSpanProcessor(_Spans(traces)))
        readers = [PeriodicExportingMetricReader(_Metrics(metrics))] if metrics else []
        seconds = View(
            instrument_name="*", instrument_unit="s", aggregation=ExplicitBucketHistogramAggregation(BUCKETS)
        )
        self._metrics = MeterProvider(readers, resource, shutdown_on_exit=False, views=[seconds])
        self._tracer = self._traces.get_tracer(NAME)
        self._counts = {each.name: self._made(each) for each in METRICS}
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, said: Mapping[str, Value], kind: Kind, parent: str) -> Generator[Span]:
        how: dict[str, Any] = {"record_exception": False, "set_status_on_exception": False}
        above = self._propagator.extract({CARRIER: parent}) if parent else None
        with self._tracer.start_as_current_span(name, above, KINDS[kind], dict(said), **how) as made:
            noted = _Noted(made)
            try:
                yield noted
            except Exception as error:
                noted.broke(error)
                raise

    def past(self, name: str, said: Mapping[str, Value], since: int) -> None:
        # By itself it would tell nobody anything.
        if get_current_span().get_span_context().is_valid:
            self._tracer.start_span(name, None, SpanKind.CLIENT, dict(said), start_time=since).end()

    def note(self, said: Mapping[str, Value]) -> None:
        if (made := get_current_span()).is_recording():
            made.set_attributes(dict(said))
        else:
            # What it is a part of is over: it goes on its own.
            self._tracer.start_span("note", attributes=dict(said)).end()

    def count(self, metric: Metric, value: float, said: Mapping[str, Value]) -> None:
        self._counts[metric.name](value, dict(said))

    def here(self) -> tuple[str, str] | None:
        where = get_current_span().get_span_context()
        return (f"{where.trace_id:032x}", f"{where.span_id:016x}") if where.is_valid else None

    def carrier(self) -> str:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(CARRIER, "")

    async def close(self) -> None:
        """Sends what is left, and does not wait long for a collector that does not take it."""
        thread = threading.Thread(target=self._end, daemon=True)
        thread.start()
        until = asyncio.get_running_loop().time() + LAST_WORDS
        while thread.is_alive() and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 a thread has no event
            await asyncio.sleep(0.01)

    def _end(self) -> None:
        self._traces.shutdown()
        self._metrics.shutdown()

    def _made(self, metric: Metric) -> Callable[[float, dict[str, Value]], None]:
        meter = self._metrics.get_meter(NAME)
        match metric.kind:
            case "count":
                return meter.create_counter(metric.name, description=metric.what).add
            case "seconds":
                return meter.create_histogram(metric.name, "s", metric.what).record
            case "now":
                return meter.create_gauge(metric.name, description=metric.what).set


class _Noted:
    def __init__(self, made: Made) -> None:
        self._made = made

    def note(self, said: Mapping[str, Value]) -> None:
        self._made.set_attributes(dict(said))

    def fails(self, kind: str) -> None:
        self._made.set_attribute("error.type", kind)
        self._made.set_status(Status(StatusCode.ERROR))

    def broke(self, error: Exception) -> None:
        """By the name of what it is: its words may be anybody's."""
        self._made.set_attribute("error.type", type(error).__name__)
        if reference := getattr(error, "reference", ""):
            self._made.set_attribute(REFERENCE, reference)
        if isinstance(error, TROUBLE) or not isinstance(error, SharebotError):
            self._made.set_status(Status(StatusCode.ERROR))


class _Arrival:
    """Whether what is sent of one kind arrives; the log hears when that changes."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._arrives = True

    def now(self, arrives: bool) -> None:  # noqa: FBT001 it is all there is to say
        if arrives != self._arrives:
            self._arrives = arrives
            if arrives:
                log.info("the collector takes %s again", self._what)
            else:
                log.warning("the collector does not take %s", self._what)


class _Spans(OTLPSpanExporter):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._arrival = _Arrival("traces")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        self._arrival.now(result is SpanExportResult.SUCCESS)
        return result


class _Metrics(OTLPMetricExporter):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._arrival = _Arrival("metrics")

    def export(
        self, metrics_data: MetricsData, timeout_millis: float | None = 10_000, **how: Any
    ) -> MetricExportResult:
        result = super().export(metrics_data, timeout_millis, **how)
        self._arrival.now(result is MetricExportResult.SUCCESS)
        return result
