"""A collector of OpenTelemetry's that remembers: what came, byte for byte, and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Said = dict[str, str | int | float | bool]


@dataclass
class Collector:
    """`delay` and `status` are how it answers; `headers`, what it was sent besides."""

    url: str = ""
    delay: float = 0.0
    status: int = 200
    bodies: list[bytes] = field(default_factory=list[bytes])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    spans: list[Span] = field(default_factory=list[Span])
    metrics: list[Metric] = field(default_factory=list[Metric])
    resources: list[Said] = field(default_factory=list[Said])

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        await asyncio.sleep(self.delay)
        if self.status != 200:
            return web.Response(status=self.status)
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        if request.path == "/v1/traces":
            for each in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resources.append(said(each.resource.attributes))
                self.spans += [span for scope in each.scope_spans for span in scope.spans]
        else:
            for each in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self.resources.append(said(each.resource.attributes))
                self.metrics += [metric for scope in each.scope_metrics for metric in scope.metrics]
        return web.Response()

    def named(self, name: str) -> list[Span]:
        return [each for each in self.spans if each.name == name]

    def path(self, span: Span) -> list[str]:
        """The names of all it is a part of, from the outermost on; its own last."""
        by_id = {each.span_id: each for each in self.spans if each.trace_id == span.trace_id}
        names = [span.name]
        while above := by_id.get(span.parent_span_id):
            names.insert(0, above.name)
            span = above
        return names

    def numbers(self, name: str) -> dict[frozenset[tuple[str, str | int | float | bool]], float]:
        """By what they are of, the newest; of those that are measured, how many were."""
        found: dict[frozenset[tuple[str, str | int | float | bool]], float] = {}
        for metric in (each for each in self.metrics if each.name == name):
            for point in metric.sum.data_points or metric.gauge.data_points:
                found[frozenset(said(point.attributes).items())] = point.as_double or point.as_int
            for point in metric.histogram.data_points:
                found[frozenset(said(point.attributes).items())] = point.count
        return found


@asynccontextmanager
async def collecting() -> AsyncGenerator[Collector]:
    """On this machine, until the block ends."""
    collector = Collector()
    app = web.Application()
    app.add_routes([web.post("/v1/traces", collector.take), web.post("/v1/metrics", collector.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        await runner.cleanup()


def said(attributes: Iterable[KeyValue]) -> Said:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: AnyValue) -> str | int | float | bool:
    return getattr(value, value.WhichOneof("value") or "string_value")
