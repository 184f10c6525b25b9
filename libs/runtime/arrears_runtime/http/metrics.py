"""Metrics for Prometheus: requests by route template, and the few numbers of the service that have an alarm."""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
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
        self._now = _Now()
        self.registry.register(self._now)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._requests.labels(method, route, str(status))
        series.observe(seconds)

    def show(self, condition: Condition | None) -> None:
        self._now.condition = condition


class _Now(Collector):
    """What was asked last. What is not known is left out: a zero would keep an alarm silent."""

    def __init__(self) -> None:
        self.condition: Condition | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self.condition
        checks = {"condition": found is not None}
        if found:
            yield _by("arrears_lag_records", "Records not yet handled", "topic", found.lag)
            for name, told, value in (
                ("arrears_outbox_records", "Events not yet published", found.outbox),
                (
                    "arrears_oldest_unpublished_seconds",
                    "Age of the oldest event not yet published",
                    found.oldest_unpublished_seconds,
                ),
                ("arrears_dead_letters_open", "Neither replayed nor skipped", found.dead_letters_open),
            ):
                if value is not None:
                    yield GaugeMetricFamily(name, told, value=value)
            checks |= {name: check.ok for name, check in found.checks.items()}
        yield _by("arrears_check_ok", "1 while the check of readiness passes", "check", checks)


def _by(name: str, told: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family


async def metrics(request: Request) -> Response:
    state = request.app.state
    state.metrics.show(await condition_of(request))
    return Response(generate_latest(state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
