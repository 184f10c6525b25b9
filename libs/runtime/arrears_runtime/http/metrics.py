"""Metrics for Prometheus: requests by route template, and the few numbers of the service that have an alarm."""

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from arrears_runtime.http.health import condition_of
from arrears_runtime.http.service import Condition

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """One registry an application, so that two in one process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "arrears_http_request_seconds",
            "Requests by method, route template and status",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._series: dict[tuple[str, str, int], Histogram] = {}
        self._lag = Gauge("arrears_lag_records", "Records not yet handled", ["topic"], registry=self.registry)
        self._outbox = Gauge("arrears_outbox_records", "Events not yet published", registry=self.registry)
        self._oldest = Gauge(
            "arrears_oldest_unpublished_seconds", "Age of the oldest event not yet published", registry=self.registry
        )
        self._dead_letters = Gauge("arrears_dead_letters_open", "Neither replayed nor skipped", registry=self.registry)
        self._check = Gauge(
            "arrears_check_ok", "1 while the check of readiness passes", ["check"], registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._requests.labels(method, route, str(status))
        series.observe(seconds)

    def show(self, condition: Condition | None) -> None:
        self._check.labels("condition").set(condition is not None)
        if condition is None:
            return
        for topic, lag in condition.lag.items():
            self._lag.labels(topic).set(lag)
        for name, check in condition.checks.items():
            self._check.labels(name).set(check.ok)
        self._outbox.set(condition.outbox)
        self._oldest.set(condition.oldest_unpublished_seconds)
        self._dead_letters.set(condition.dead_letters_open)


async def metrics(request: Request) -> Response:
    state = request.app.state
    state.metrics.show(await condition_of(request))
    return Response(generate_latest(state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
