"""bench ingest: signed HTTP batches into PostgreSQL, beside the bare INSERT … FROM unnest of the same rows.

Each case alternates with its raw limit in one run. Batches: what one connection inserts into the same table, rows
ready (bench record). Single drop-offs: the smallest Django REST framework view that inserts one row, on as many web
processes (bench/drf_view.py). At the end the time of a single drop-off at half of the rate just measured.
`python3 run.py bench ingest [--rounds N]`.
"""

import argparse
import datetime as dt
import itertools
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")
os.environ["DEVICE_REQUESTS_PER_S"] = os.environ["DEVICE_REQUESTS_BURST"] = "1000000"  # one bin stands for hundreds
os.environ["LOG_LEVEL"] = "WARNING"

from bench import record
from bench.http_load import Request, send_all

DOOR = "/api/v1/device/drop-offs"
CASES = ((1, 500), (1, 100), (1, 1_000), (2, 500))  # web processes, events a batch
ROWS_A_ROUND = 20_000
SINGLES_A_ROUND = 2_000
SENDERS_A_PROCESS = 2

_message_ids = itertools.count()
_batch_numbers = itertools.count()


def signed(*, bins: list[Any], keys: dict[str, str], batches: int, events_a_batch: int) -> list[Request]:
    """Requests of new events, bin after bin, signed now: within five minutes of being sent."""
    from standardwebhooks import Webhook

    now = dt.datetime.now(tz=dt.UTC)
    requests: list[Request] = []
    events: list[dict[str, object]] = []
    for number in range(batches):
        if len(events) < events_a_batch:
            events = record.events_of(batch=next(_batch_numbers), now=now)
        sender = bins[number % len(bins)]
        sent, events = events[:events_a_batch], events[events_a_batch:]
        body = json.dumps({"bin": sender.code, "boot_id": "bench", "events": sent})
        message_id = f"bench-{next(_message_ids)}"
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(keys[sender.code]).sign(message_id, now, body),
        }
        requests.append((DOOR, body.encode(), headers))
    return requests


def measure_batches(*, bins: list[Any], keys: dict[str, str], workers: int, events_a_batch: int, rounds: int) -> None:
    """Alternate raw and ours; print the medians and the ratio round by round."""
    from simulation.server import running_server

    raw_per_s, ours_per_s = [], []
    with running_server(workers=workers) as url:
        for _ in range(rounds):
            raw_per_s.append(_raw_rows_per_s(bins=bins, events_a_batch=events_a_batch))
            requests = signed(
                bins=bins, keys=keys, batches=ROWS_A_ROUND // events_a_batch, events_a_batch=events_a_batch
            )
            load = send_all(
                port=urlsplit(url).port or 0, requests=requests, senders=workers * SENDERS_A_PROCESS, rate_per_s=None
            )
            accepted = sum(answer.count(b'"fate":"accepted"') for answer in load.answers)
            if accepted != ROWS_A_ROUND:
                raise SystemExit(f"bench=ingest: {accepted} of {ROWS_A_ROUND} events were accepted")
            ours_per_s.append(load.requests_per_s * events_a_batch)
    _print(workers=workers, case=f"batch={events_a_batch}", ours=ours_per_s, raw=raw_per_s)


def _raw_rows_per_s(*, bins: list[Any], events_a_batch: int) -> float:
    record.EVENTS_A_BATCH = events_a_batch
    first = 10_000_000 // events_a_batch + next(_batch_numbers) * (ROWS_A_ROUND // events_a_batch)
    prepared = record.prepare_raw(
        smart_bin=bins[0], first=first, count=ROWS_A_ROUND // events_a_batch, now=dt.datetime.now(tz=dt.UTC)
    )
    record.EVENTS_A_BATCH = 1_000
    started = time.perf_counter()
    record.insert_raw(prepared=prepared)
    return ROWS_A_ROUND / (time.perf_counter() - started)


def measure_singles(*, bins: list[Any], keys: dict[str, str], workers: int, rounds: int) -> None:
    """One event a request, beside the smallest DRF view; then the 99th percentile at half of the rate reached."""
    from simulation.server import running_server

    raw_per_s, ours_per_s = [], []
    senders = workers * 2 * SENDERS_A_PROCESS
    with (
        running_server(workers=workers, application="bench.drf_view:application") as raw_url,
        running_server(workers=workers) as url,
    ):
        raw_port, port = urlsplit(raw_url).port or 0, urlsplit(url).port or 0
        for _ in range(rounds):
            raw_per_s.append(send_all(port=raw_port, requests=_unsigned_singles(), senders=senders).requests_per_s)
            singles = signed(bins=bins, keys=keys, batches=SINGLES_A_ROUND, events_a_batch=1)
            ours_per_s.append(send_all(port=port, requests=singles, senders=senders).requests_per_s)
        _print(workers=workers, case="single", ours=ours_per_s, raw=raw_per_s)
        rate_per_s = statistics.median(ours_per_s) / 2
        singles = signed(bins=bins, keys=keys, batches=SINGLES_A_ROUND, events_a_batch=1)
        load = send_all(port=port, requests=singles, senders=senders * 2, rate_per_s=rate_per_s)
    print(
        f"bench=ingest_latency workers={workers} rate_per_s={rate_per_s:.0f} p50_ms={load.percentile_ms(50):.1f} "
        f"p95_ms={load.percentile_ms(95):.1f} p99_ms={load.percentile_ms(99):.1f} "
        f"max_ms={load.percentile_ms(100):.1f}",
        flush=True,
    )


def _unsigned_singles() -> list[Request]:
    now = dt.datetime.now(tz=dt.UTC)
    events = [
        event
        for _ in range(SINGLES_A_ROUND // record.EVENTS_A_BATCH)
        for event in record.events_of(batch=next(_batch_numbers), now=now)
    ]
    headers = {"content-type": "application/json"}
    return [("/", json.dumps(event | {"event_id": f"drf-{event['event_id']}"}).encode(), headers) for event in events]


def _print(*, workers: int, case: str, ours: list[float], raw: list[float]) -> None:
    ratios = [mine / theirs for mine, theirs in zip(ours, raw, strict=True)]
    print(
        f"bench=ingest workers={workers} {case} ratio={statistics.median(ratios):.2f} "
        f"ours_per_s={statistics.median(ours):.0f} raw_per_s={statistics.median(raw):.0f} "
        f"ratios={','.join(f'{ratio:.2f}' for ratio in ratios)}",
        flush=True,
    )


def main() -> None:
    """Make a district with keys and measure every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from sorting.services.bin_keys import make_bin_key

    if connection.vendor != "postgresql":
        raise SystemExit("bench ingest needs PostgreSQL: python3 run.py bench ingest, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    bins = record.make_district()
    keys = {smart_bin.code: make_bin_key(smart_bin=smart_bin, now=timezone.now()).key for smart_bin in bins}
    for workers, events_a_batch in CASES:
        measure_batches(bins=bins, keys=keys, workers=workers, events_a_batch=events_a_batch, rounds=options.rounds)
    for workers in (1, 2):
        measure_singles(bins=bins, keys=keys, workers=workers, rounds=options.rounds)


if __name__ == "__main__":
    main()
