"""bench bins: 1,000 bins that fall silent and come back: each alert opened once and closed, beside bare SQL.

Ours is `watch_bins`, all kinds of alert. Raw is one hand-written statement that opens, and one that closes, the
alerts of bins that are offline: one kind, by heartbeats alone. `python3 run.py bench bins [--bins N] [--rounds N]`.
"""

import argparse
import datetime as dt
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import record  # sets the environment of a benchmark

MINUTE = dt.timedelta(minutes=1)
QUIET = 20 * MINUTE  # more than the quarter of an hour after which a bin is offline
FULL_EVERY = 10  # each tenth bin comes back with a full container
WATCHERS = 2

_OPEN = """
    INSERT INTO sorting_alert (bin_id, kind, subject, detail, opened_at, last_seen_at)
    SELECT b.id, 'OFFLINE', '', '', %(now)s, %(now)s FROM sorting_smartbin b JOIN sorting_binstatus s ON s.bin_id = b.id
    WHERE s.received_at < %(now)s - interval '15 minutes' ON CONFLICT DO NOTHING"""
_CLOSE = """
    UPDATE sorting_alert a SET closed_at = %(now)s FROM sorting_binstatus s
    WHERE s.bin_id = a.bin_id AND a.closed_at IS NULL AND s.received_at >= %(now)s - interval '15 minutes'"""


def beat(*, bins: Sequence[Any], now: dt.datetime, is_full: bool) -> float:
    """A heartbeat of each; heartbeats a second."""
    from sorting.services.status import Heartbeat, record_status

    started = time.perf_counter()
    for number, smart_bin in enumerate(bins):
        rates = {"FOOD": 0.95 if is_full and number % FULL_EVERY == 0 else 0.3, "RESIDUAL": 0.4}
        heartbeat = Heartbeat(signed_at=now, said_at=now, boot_id="7f3a", fill_rates=rates, battery_rate=0.9)
        record_status(smart_bin=smart_bin, heartbeat=heartbeat, received_at=now)
    return len(bins) / (time.perf_counter() - started)


def watch_by_several(*, now: dt.datetime) -> float:
    """Watchers that look at the same moment, as the workers and `tally --watch` do; seconds until all are done."""
    from django.db import connection

    from sorting.services.alerts import watch_bins

    errors: list[BaseException] = []

    def look() -> None:
        try:
            watch_bins(now=now)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(WATCHERS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return time.perf_counter() - started


def look_once(*, now: dt.datetime) -> float:
    """One watcher; seconds."""
    from sorting.services.alerts import watch_bins

    started = time.perf_counter()
    watch_bins(now=now)
    return time.perf_counter() - started


def bare(*, statement: str, now: dt.datetime, count: int) -> float:
    """The hand-written statement on the same rows, undone afterwards; seconds."""
    from django.db import connection, transaction

    with transaction.atomic():
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(statement, {"now": now})
            if cursor.rowcount != count:
                raise SystemExit(f"bench=bins: the bare statement changed {cursor.rowcount} rows, not {count}")
        taken = time.perf_counter() - started
        transaction.set_rollback(True)
    return taken


def expect(*, what: str, opened: int, now_open: int) -> None:
    """Exactly so many alerts were ever opened, and are open now."""
    from sorting.models import Alert

    found = (Alert.objects.count(), Alert.objects.filter(closed_at__isnull=True).count())
    if found != (opened, now_open):
        raise SystemExit(f"bench=bins: {what}: {found[0]} opened and {found[1]} open, not {opened} and {now_open}")


def measure(*, bin_count: int, rounds: int) -> None:
    """Each round: all fall silent, several watchers look, look again, all beat, and they look once more."""
    from django.utils import timezone

    from sorting.models import SmartBin

    record.BINS = bin_count
    bins = record.make_district()
    if SmartBin.objects.count() != bin_count:
        raise SystemExit("bench=bins: the district has another number of bins")
    now, opened, full_count = timezone.now(), 0, len(range(0, bin_count, FULL_EVERY))
    taken: dict[str, list[float]] = {}

    def note(name: str, work: Callable[..., float], **facts: Any) -> None:
        taken.setdefault(name, []).append(work(**facts))

    for _ in range(rounds):
        note("beat_per_s", beat, bins=bins, now=now, is_full=False)
        look_once(now=now)
        expect(what="all is well", opened=opened, now_open=0)
        now += QUIET
        note("raw_open", bare, statement=_OPEN, now=now, count=bin_count)
        note("open", watch_by_several, now=now)
        opened += bin_count
        expect(what="all are silent", opened=opened, now_open=bin_count)
        now += MINUTE
        note("keep", look_once, now=now)
        expect(what="they still are", opened=opened, now_open=bin_count)
        beat(bins=bins, now=now, is_full=True)
        note("raw_close", bare, statement=_CLOSE, now=now, count=bin_count)
        note("close", watch_by_several, now=now)
        opened += full_count
        expect(what="all are back, some full", opened=opened, now_open=full_count)
        now += MINUTE
    middle = {name: statistics.median(values) for name, values in taken.items()}
    for name in ("open", "close"):
        print(
            f"bench=bins case={name} bins={bin_count} watchers={WATCHERS} "
            f"ratio={middle[f'raw_{name}'] / middle[name]:.2f} "
            f"ours_per_s={bin_count / middle[name]:.0f} raw_per_s={bin_count / middle[f'raw_{name}']:.0f}",
            flush=True,
        )
    print(
        f"bench=bins case=look bins={bin_count} keep_ms={middle['keep'] * 1000:.0f} "
        f"heartbeats_per_s={middle['beat_per_s']:.0f} alerts_opened={opened}",
        flush=True,
    )


def main() -> None:
    """Make a district and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bins", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("bench bins needs PostgreSQL: python3 run.py bench bins, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    measure(bin_count=options.bins, rounds=options.rounds)


if __name__ == "__main__":
    main()
