"""The three addresses for machines."""

import hmac
import ipaddress
from collections.abc import Iterator

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from pages.monitoring.figures import PlatformFigures, read_platform_figures
from pages.monitoring.readiness import read_readiness


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else, so that a database that is gone restarts no web process."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where requests may be sent here, else 503."""
    readiness = read_readiness()
    return JsonResponse(
        {
            "ok": readiness.is_ready,
            "database": readiness.is_database_reachable,
            "missing_migrations": readiness.missing_migration_count,
            "redis": readiness.is_redis_reachable,
        },
        status=200 if readiness.is_ready else 503,
    )


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Requests and the platform's own figures for Prometheus; 404 to strangers, who learn not even that it exists."""
    if not _may_read_metrics(request):
        return HttpResponse(status=404)
    own = CollectorRegistry()
    own.register(_PlatformCollector())
    return HttpResponse(generate_latest(_request_registry()) + generate_latest(own), content_type=CONTENT_TYPE_LATEST)


class _PlatformCollector(Collector):
    """Asks the database when it is scraped."""

    def collect(self) -> Iterator[Metric]:
        try:
            figures = read_platform_figures(now=timezone.now())
        except Error:
            yield _gauge("fenfen_database_up", "Whether the database answered this scrape", 0)
            return
        yield _gauge("fenfen_database_up", "Whether the database answered this scrape", 1)
        yield from _as_metrics(figures)


def _as_metrics(figures: PlatformFigures) -> Iterator[Metric]:
    yield _gauge(
        "fenfen_untallied_oldest_age_seconds",
        "Age of the oldest batch that is due and not tallied: the number to watch",
        figures.oldest_untallied_age_s,
    )
    yield _gauge("fenfen_untallied_batches", "Batches not tallied yet", figures.untallied_batch_count)
    yield _gauge("fenfen_set_aside_rows", "Rows set aside with an error; see retry_faults", figures.set_aside_count)
    yield _gauge("fenfen_set_aside_batches", "Whole batches set aside; see retry_faults", figures.set_aside_batch_count)
    yield _gauge("fenfen_ledger_runs", "Number of the last run that the ledger sealed", figures.ledger_run_number)
    refused = GaugeMetricFamily(
        "fenfen_refused_events_last_day",
        "Refused events received within 24 hours, repeats counted once",
        labels=["fate", "code"],
    )
    for (fate, code), count in sorted(figures.refused_counts.items()):
        refused.add_metric([fate, code], count)
    yield refused
    yield _gauge("fenfen_bins_online", "Bins heard within 15 minutes", figures.bins_online_count)
    alerts = GaugeMetricFamily("fenfen_open_alerts", "Alerts of bins that are open", labels=["kind"])
    for kind, count in sorted(figures.open_alert_counts.items()):
        alerts.add_metric([kind], count)
    yield alerts


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _request_registry() -> CollectorRegistry:
    """The counters of all web processes where they share a folder, else of this one."""
    if not settings.METRICS_DIR:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    return registry


def _may_read_metrics(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    # What came through a proxy arrives from the proxy's private address: its sender may be anybody.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback or address.is_private
