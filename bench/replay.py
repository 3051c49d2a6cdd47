"""bench replay: a day of eight real cities through signed HTTP batches into tallied points, on the embedded set-up.

SQLite, Valkey, a Celery worker, beat, the tally watch and the web server, as `run.py serve` starts them. The day has
33,000 drop-offs (../shared/data/food_waste_daily.csv; a made-up day of that size where the file is absent). Beside it
the raw limit: the same rows put into the same database by bare INSERTs, in batches of 500, one transaction each.
`python3 run.py bench replay [--senders 1 4] [--postgresql]`.
"""

import argparse
import csv
import datetime as dt
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

from launch.children import Children
from launch.environment import Level, prepared_python
from launch.services import SetUp, start_services
from lib.ports import free_port

PUBLISHED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "food_waste_daily.csv"
DROP_OFFS = 33_000
CITIES = 8
PATIENCE_S = 120
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one case. The client's part (signing is some of it) and the door's are summed over the senders.

    The tally works beside them, on the same cores; `tally_after_s` is what it still had to do after the last answer.
    """

    client_s: float
    signing_s: float
    door_s: float
    sending_s: float
    tally_after_s: float


def days_of_rows(*, count: int) -> list[list[Row]]:
    """The `count` days of eight cities whose number of drop-offs lies nearest to 33,000; each a list of file rows."""
    if not PUBLISHED.is_file():
        print(f"{PUBLISHED} is not there: made-up days of the same size instead", file=sys.stderr)
        return [_made_up_day(on=dt.date(2019, 1, 1 + number)) for number in range(count)]
    by_date: dict[str, list[Row]] = defaultdict(list)
    with PUBLISHED.open(encoding="utf8") as file:
        for row in csv.DictReader(file):
            by_date[row["date"]].append(row)
    whole = [rows for rows in by_date.values() if len(rows) == CITIES]
    whole.sort(key=lambda rows: abs(sum(int(row["drop_offs"]) for row in rows) - DROP_OFFS))
    return whole[:count]


def _made_up_day(*, on: dt.date) -> list[Row]:
    each = DROP_OFFS // CITIES
    return [
        {"date": on.isoformat(), "community": f"City {n}", "weight_g": str(each * 1_800 + n), "drop_offs": str(each)}
        for n in range(CITIES)
    ]


def run_case(*, rows: Sequence[Row], senders: int, base_url: str) -> tuple[int, Times]:
    """One day through the door with so many senders at once, until the last point is tallied."""
    from django.utils import timezone

    from lib.tables import TableRow
    from simulation.client import DeviceClient
    from simulation.daily_totals import DailyTotal, read_totals
    from simulation.keys import bin_keys
    from simulation.replay_district import prepare_district
    from simulation.replaying import ReplayOutcome, days_to_yesterday, http_door, replay_totals

    on = dt.date.fromisoformat(rows[0]["date"])
    totals, refused = read_totals(rows=[TableRow(n, row) for n, row in enumerate(rows, 2)], from_on=on, to_on=on)
    assert not refused
    now = timezone.now()
    places = prepare_district(totals=totals, now=now)
    keys = bin_keys(bins=[each for place in places.values() for each in place.bins], now=now)
    clients = [DeviceClient(base_url=base_url) for _ in range(senders)]
    outcomes = [ReplayOutcome() for _ in range(senders)]

    def send(number: int, share: list[DailyTotal]) -> None:
        replay_totals(
            totals=share,
            communities=places,
            send=http_door(client=clients[number], keys=keys),
            moved_by=days_to_yesterday(to_on=on, now=now),
            outcome=outcomes[number],
        )

    threads = [threading.Thread(target=send, args=(n, totals[n::senders])) for n in range(senders)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent_at = time.perf_counter()
    _wait_until_tallied()
    tallied_at = time.perf_counter()
    accepted = sum(outcome.fates["accepted"] for outcome in outcomes)
    assert accepted == sum(total.drop_offs for total in totals), outcomes
    signing_s = sum(client.times.signing_s for client in clients)
    door_s = sum(client.times.waiting_s for client in clients)
    return accepted, Times(
        client_s=(sent_at - started) * senders - door_s,
        signing_s=signing_s,
        door_s=door_s,
        sending_s=sent_at - started,
        tally_after_s=tallied_at - sent_at,
    )


def _wait_until_tallied() -> None:
    from sorting.models import DropOffBatch

    deadline = time.monotonic() + PATIENCE_S
    while DropOffBatch.objects.filter(tallied_at=None).exists():
        if time.monotonic() > deadline:
            raise SystemExit(f"not tallied within {PATIENCE_S} s")
        time.sleep(0.05)


def raw_rows_per_s(*, row_count: int) -> float:
    """The last `row_count` drop-offs, put into a bare table of the same database: rows a second."""
    from django.db import connection, transaction

    from simulation.spread import EVENTS_A_BATCH
    from sorting.models import DropOff
    from sorting.services.rows import insert_rows

    types = {str(field.column): str(field.db_type(connection)) for field in DropOff._meta.concrete_fields}
    types["id"] = "bigint"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_raw")
        cursor.execute("CREATE TABLE bench_raw AS SELECT * FROM sorting_dropoff WHERE 1 = 0")
        cursor.execute(f"SELECT {', '.join(types)} FROM sorting_dropoff ORDER BY id DESC LIMIT {row_count:d}")
        rows = cursor.fetchall()
        batches = [
            dict(zip(types, map(list, zip(*rows[start : start + EVENTS_A_BATCH], strict=True)), strict=True))
            for start in range(0, len(rows), EVENTS_A_BATCH)
        ]
        started = time.perf_counter()
        for batch in batches:
            with transaction.atomic():
                insert_rows(table="bench_raw", types=types, columns=batch, on_conflict="")
        taken_s = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_raw")
    return len(rows) / taken_s


def report(*, database: str, senders: int, drop_offs: int, times: Times, raw_per_s: float) -> str:
    """One line of `name=value`."""
    total_s = times.sending_s + times.tally_after_s
    ours_per_s = drop_offs / total_s
    figures = {
        "bench": "replay",
        "database": database,
        "senders": str(senders),
        "ratio": f"{ours_per_s / raw_per_s:.3f}",
        "ours_per_s": f"{ours_per_s:.0f}",
        "raw_per_s": f"{raw_per_s:.0f}",
        "drop_offs": str(drop_offs),
        "seconds": f"{total_s:.2f}",
        "client_s": f"{times.client_s:.2f}",
        "signing_s": f"{times.signing_s:.2f}",
        "door_s": f"{times.door_s:.2f}",
        "tally_after_s": f"{times.tally_after_s:.2f}",
    }
    return " ".join(f"{name}={value}" for name, value in figures.items())


def main() -> int:
    """Start the services, run the cases, print a line for each."""
    parser = argparse.ArgumentParser(prog="bench replay", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--senders", type=int, nargs="+", default=[1, 4], help="senders at once, a case each")
    parser.add_argument("--postgresql", action="store_true", help="on DATABASE_URL instead of SQLite")
    options = parser.parse_args()
    state = Path(os.environ.get("STATE_DIR") or sys.exit("start it with: python3 run.py bench replay"))
    if not options.postgresql:
        os.environ["DATABASE_URL"] = f"sqlite:///{state / 'fenfen.sqlite3'}"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    set_up = SetUp(
        python=prepared_python(level=Level.DEVELOP), environment=dict(os.environ), state=state, port=free_port()
    )
    with Children() as children:
        start_services(children=children, set_up=set_up)
        for rows, senders in zip(days_of_rows(count=len(options.senders)), options.senders, strict=True):
            drop_offs, times = run_case(rows=rows, senders=senders, base_url=set_up.base_url)
            raw_per_s = raw_rows_per_s(row_count=drop_offs)
            print(
                report(
                    database=connection.vendor, senders=senders, drop_offs=drop_offs, times=times, raw_per_s=raw_per_s
                ),
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
