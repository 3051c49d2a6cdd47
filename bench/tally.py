"""bench tally: a million untallied drop-offs through `tally_next_batch`, beside hand-written SQL with rules inlined.

Both write the same rows into the same tables under the same constraints, claim the same batches and commit after each
claim; they alternate in one run, three times. `python3 run.py bench tally [--rows N] [--rounds N]`.
"""

import argparse
import datetime as dt
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

EVENTS_A_BATCH = 500
HOUSEHOLDS = 10_000
COMMUNITIES = 12
BINS = 120
DAYS = 45  # how far back a bin may fill in


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over all rows: rows a second, peak and growth of the workers' memory in MB."""

    rows_a_s: float
    rss_mb_max: float
    rss_mb_growth: float


def set_up_django() -> None:
    """Load Django in this process."""
    import django

    django.setup()


def make_rows(*, row_count: int) -> None:
    """Communities, bins, households with accounts, and untallied batches of 500 drop-offs of one bin each."""
    from bench import tally_data

    tally_data.make(
        row_count=row_count,
        events_a_batch=EVENTS_A_BATCH,
        household_count=HOUSEHOLDS,
        community_count=COMMUNITIES,
        bin_count=BINS,
        day_count=DAYS,
    )


def work(kind: str, results: "multiprocessing.Queue[tuple[int, float, float, float, float]]") -> None:
    """A worker process: tally until nothing is left; report rows, start, end and memory."""
    set_up_django()
    from bench import tally_raw

    step: Callable[[], int] = tally_raw.tally_next if kind == "raw" else _ours()
    now_mb: list[float] = []
    rows = 0
    started = time.time()
    while True:
        done = step()
        if done < 0:
            break
        rows += done
        now_mb.append(_rss_mb())
    settled = now_mb[len(now_mb) // 4] if now_mb else 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put((rows, started, time.time(), peak, (now_mb[-1] - settled) if now_mb else 0.0))


def _ours() -> Callable[[], int]:
    from django.utils import timezone as clock

    from worker.tally import tally_next_batch
    from worker.transaction import Fate

    def step() -> int:
        outcome = tally_next_batch(now=clock.now())
        if outcome.fate is Fate.BUSY:
            time.sleep(0.01)
        return -1 if outcome.fate is Fate.IDLE else outcome.row_count

    return step


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def one_pass(*, kind: str, workers: int, row_count: int) -> Pass:
    """Start the workers on a fresh backlog and time them from first start to last end."""
    from bench import tally_data

    tally_data.untally()
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[tuple[int, float, float, float, float]] = context.Queue()
    processes = [context.Process(target=work, args=(kind, results)) for _ in range(workers)]
    for process in processes:
        process.start()
    reports = [results.get(timeout=900) for _ in processes]
    for process in processes:
        process.join()
    rows = sum(report[0] for report in reports)
    if rows != row_count:
        raise SystemExit(f"bench=tally {kind}: {rows} of {row_count} rows were tallied")
    seconds = max(report[2] for report in reports) - min(report[1] for report in reports)
    return Pass(
        rows_a_s=rows / seconds,
        rss_mb_max=max(report[3] for report in reports),
        rss_mb_growth=max(report[4] for report in reports),
    )


def measure(*, workers: int, rounds: int, row_count: int) -> None:
    """Alternate ours and raw; print one line with the medians and the ratio pair by pair."""
    from bench import tally_data

    ours: list[Pass] = []
    raw: list[Pass] = []
    for _ in range(rounds):
        ours.append(one_pass(kind="ours", workers=workers, row_count=row_count))
        after_ours = tally_data.checksum()
        raw.append(one_pass(kind="raw", workers=1, row_count=row_count))
        if tally_data.checksum() != after_ours:
            raise SystemExit("bench=tally: the two did not do the same work")
    ratios = [mine.rows_a_s / theirs.rows_a_s for mine, theirs in zip(ours, raw, strict=True)]
    print(
        f"bench=tally workers={workers} ratio={statistics.median(ratios):.2f} "
        f"ours_per_s={statistics.median(each.rows_a_s for each in ours):.0f} "
        f"raw_per_s={statistics.median(each.rows_a_s for each in raw):.0f} "
        f"ratios={','.join(f'{ratio:.2f}' for ratio in ratios)} rows={row_count} "
        f"worker_rss_mb_max={max(each.rss_mb_max for each in ours):.0f} "
        f"worker_rss_mb_growth={max(each.rss_mb_growth for each in ours):.1f}",
        flush=True,
    )


def main() -> None:
    """Run both cases: one worker, then two (raw stays at one connection)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args()
    set_up_django()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("bench tally needs PostgreSQL: python3 run.py bench tally, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    started = dt.datetime.now(tz=dt.UTC)
    make_rows(row_count=options.rows)
    print(
        f"made {options.rows} rows in {(dt.datetime.now(tz=dt.UTC) - started).total_seconds():.0f} s", file=sys.stderr
    )
    for workers in options.workers:
        measure(workers=workers, rounds=options.rounds, row_count=options.rows)


if __name__ == "__main__":
    main()
