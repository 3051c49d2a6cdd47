"""/healthz, /readyz and /metrics: what machines learn of the platform, and who may ask."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from pages.monitoring.figures import read_platform_figures
from points.models import RunKind, TallyRun
from sorting.models import Alert, AlertKind, Door, DropOffBatch, Fate, RefusedEvent, SmartBin, TallyAttempt
from sorting.services.status import Heartbeat, record_status


def make_batch(*, smart_bin: SmartBin, due_at: dt.datetime, tallied_at: dt.datetime | None = None) -> DropOffBatch:
    """A batch of bin 07 that became due at `due_at`."""
    return DropOffBatch.objects.create(
        door=Door.HTTP,
        bin=smart_bin,
        community_id=smart_bin.point.community_id,
        received_at=due_at,
        due_at=due_at,
        event_count=1,
        tallied_at=tallied_at,
    )


def make_refused(*, now: dt.datetime, code: str, digest: str) -> RefusedEvent:
    """An event that bin 07 sent and that was rejected."""
    return RefusedEvent.objects.create(
        bin_code="B-0007",
        door=Door.HTTP,
        event_id=digest,
        fate=Fate.REJECTED,
        code=code,
        message="",
        payload={},
        payload_digest=digest,
        first_received_at=now,
        last_received_at=now,
    )


def test_a_process_that_answers_is_healthy_without_any_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_migrated_database_is_ready_even_without_redis(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "database": True, "missing_migrations": 0, "redis": False}


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("people", "0001_initial")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing_migrations"] == 1


def test_the_oldest_untallied_batch_tells_how_far_behind_the_tally_is(bin_07: SmartBin, now: dt.datetime) -> None:
    make_batch(smart_bin=bin_07, due_at=now - dt.timedelta(minutes=3))
    make_batch(smart_bin=bin_07, due_at=now - dt.timedelta(minutes=1))
    make_batch(smart_bin=bin_07, due_at=now - dt.timedelta(hours=9), tallied_at=now)
    make_batch(smart_bin=bin_07, due_at=now + dt.timedelta(minutes=1))
    figures = read_platform_figures(now=now)
    assert figures.oldest_untallied_age_s == 180
    assert figures.untallied_batch_count == 3


def test_what_was_set_aside_is_counted(bin_07: SmartBin, now: dt.datetime) -> None:
    batch = make_batch(smart_bin=bin_07, due_at=now)
    TallyAttempt.objects.create(batch=batch, attempt_count=3, last_at=now, error="as a test", is_set_aside=True)
    assert read_platform_figures(now=now).set_aside_batch_count == 1


@pytest.mark.django_db
def test_nothing_waiting_is_zero_seconds_old(now: dt.datetime) -> None:
    figures = read_platform_figures(now=now)
    assert (figures.oldest_untallied_age_s, figures.untallied_batch_count, figures.ledger_run_number) == (0, 0, 0)


@pytest.mark.django_db
def test_refused_events_are_counted_by_code_for_a_day(now: dt.datetime) -> None:
    make_refused(now=now, code="weight_out_of_range", digest="1")
    make_refused(now=now, code="weight_out_of_range", digest="2")
    make_refused(now=now, code="category_unknown", digest="3")
    make_refused(now=now - dt.timedelta(days=2), code="category_unknown", digest="4")
    assert read_platform_figures(now=now).refused_counts == {
        ("rejected", "category_unknown"): 1,
        ("rejected", "weight_out_of_range"): 2,
    }


@pytest.mark.django_db
def test_figures_cost_eight_queries(now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(11):  # and a savepoint and a timeout around them
        read_platform_figures(now=now)


@pytest.mark.django_db
def test_metrics_carry_the_number_to_watch(client: Client, now: dt.datetime) -> None:
    TallyRun.objects.create(
        number=7, kind=RunKind.TALLY, posted_at=now, transfer_count=0, previous_digest=b"", digest=b"x"
    )
    text = client.get("/metrics").content.decode()
    assert "fenfen_untallied_oldest_age_seconds 0.0" in text
    assert "fenfen_ledger_runs 7.0" in text
    assert "fenfen_database_up 1.0" in text
    assert "fenfen_bins_online 0.0" in text
    assert 'fenfen_open_alerts{kind="OFFLINE"} 0.0' in text
    assert "django_http_requests_total_by_method_total" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sender", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.9"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "8.8.8.8"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, 404),
        ({"REMOTE_ADDR": "8.8.8.8", "HTTP_AUTHORIZATION": "Bearer right-token"}, 200),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
    ],
)
def test_metrics_are_not_open_to_the_world(sender: dict[str, Any], status: int, settings: Settings) -> None:
    settings.METRICS_TOKEN = "right-token"
    assert Client(**sender).get("/metrics").status_code == status


@pytest.mark.django_db
def test_an_empty_token_opens_nothing(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="8.8.8.8", HTTP_AUTHORIZATION="Bearer ").status_code == 404


@pytest.mark.django_db
def test_bins_online_and_open_alerts_are_counted(client: Client, bin_07: SmartBin) -> None:
    now = timezone.now()
    record_status(smart_bin=bin_07, heartbeat=Heartbeat(signed_at=now, said_at=now), received_at=now)
    Alert.objects.create(bin=bin_07, kind=AlertKind.FULL, subject="FOOD", opened_at=now, last_seen_at=now)
    Alert.objects.create(bin=bin_07, kind=AlertKind.OFFLINE, opened_at=now, last_seen_at=now, closed_at=now)
    text = client.get("/metrics").content.decode()
    assert "fenfen_bins_online 1.0" in text
    assert 'fenfen_open_alerts{kind="FULL"} 1.0' in text
    assert 'fenfen_open_alerts{kind="OFFLINE"} 0.0' in text
