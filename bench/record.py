"""bench record: batches of 1,000 new drop-offs through `record_drop_offs`, beside the bare INSERT … FROM unnest.

The raw side writes rows that are ready (validated, their households found, bound as array literals) into the same
table; ours starts from events as a bin sends them. They alternate in one run. `python3 run.py bench record`.
"""

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

HOUSEHOLDS = 10_000
BINS = 100
EVENTS_A_BATCH = 1_000


def make_district() -> list[Any]:
    """One community with households, cards and bins."""
    from django.utils import timezone

    from households.models import Card, Community, Household, Subdistrict
    from sorting.models import CollectionPoint, OpenWindow, SmartBin

    now = timezone.now()
    community = Community.objects.create(subdistrict=Subdistrict.objects.create(name="东城街道"), name="东湖花园")
    households = Household.objects.bulk_create(
        Household(community=community, serial=each, code=f"9{each:014d}", room=str(each), enrolled_on=now.date())
        for each in range(HOUSEHOLDS)
    )
    Card.objects.bulk_create(
        Card(household=home, kind="RFID", number=f"A{home.serial:07d}", number_key=f"a{home.serial:07d}", issued_at=now)
        for home in households
    )
    point = CollectionPoint.objects.create(community=community, name="东门")
    OpenWindow.objects.create(point=point, starts_at=dt.time(7), ends_at=dt.time(9))
    SmartBin.objects.bulk_create(
        SmartBin(code=f"B-{each:04d}", point=point, categories="FOOD;RESIDUAL", registered_at=now)
        for each in range(BINS)
    )
    return list(SmartBin.objects.select_related("point"))


def events_of(*, batch: int, now: dt.datetime) -> list[dict[str, object]]:
    """A batch as a bin sends it."""
    return [
        {
            "event_id": f"{batch:06d}-{each:04d}",
            "sequence": each,
            "card": f"A{(batch * 7_919 + each * 104_729) % HOUSEHOLDS:07d}",
            "method": "CARD",
            "category": "FOOD" if each % 2 else "RESIDUAL",
            "sub_class": None,
            "weight_g": 100 + (each * 37) % 4_000,
            "occurred_at": (now - dt.timedelta(seconds=(each * 7_919) % 86_400)).isoformat(),
            "fill_rate": 0.4,
        }
        for each in range(EVENTS_A_BATCH)
    ]


def insert_raw(*, prepared: Sequence[tuple[str, list[str]]]) -> None:
    """The bare statement, one transaction a batch."""
    from django.db import connection

    for statement, literals in prepared:
        with connection.cursor() as cursor:
            cursor.execute(statement, literals)


def prepare_raw(*, smart_bin: Any, first: int, count: int, now: dt.datetime) -> list[tuple[str, list[str]]]:
    """What our function would bind for these batches, ready to be executed."""
    from households.models import Household
    from lib.sql_lists import array_literal
    from sorting.services.drop_off_rows import BATCH_TYPES, DROP_OFF_TYPES

    types = BATCH_TYPES | DROP_OFF_TYPES
    home_ids = dict(Household.objects.values_list("serial", "id"))
    prepared = []
    for batch in range(first, first + count):
        columns: dict[str, list[Any]] = {name: [] for name in types}
        for event in events_of(batch=batch, now=now):
            occurred_at = dt.datetime.fromisoformat(str(event["occurred_at"]))
            card = str(event["card"])
            home_id, site_id = home_ids[int(card[1:])], smart_bin.point.community_id
            sent = (event["sequence"], card, card.lower(), "CARD", event["category"], "", event["weight_g"])
            seen = (occurred_at, occurred_at.date(), 0.4, True, True)
            row = (batch, smart_bin.pk, site_id, home_id, f"raw-{event['event_id']}", *sent, *seen)
            for values, value in zip(columns.values(), row, strict=True):
                values.append(value)
        statement = (
            f"INSERT INTO sorting_dropoff ({', '.join(types)}) SELECT * FROM "
            f"unnest({', '.join(f'%s::{kind}[]' for kind in types.values())}) ON CONFLICT DO NOTHING"
        )
        prepared.append((statement, [array_literal(values=values) for values in columns.values()]))
    return prepared


def measure(*, rounds: int, batches: int) -> None:
    """Alternate raw, ours and ours once more (all duplicates); print the medians and the ratio round by round."""
    from django.utils import timezone

    from sorting.models import Door, Fate
    from sorting.services import record_drop_offs

    bins = make_district()
    now = timezone.now()
    rates: dict[str, list[float]] = {"raw": [], "ours": [], "duplicates": []}
    for number in range(rounds):
        first = number * batches
        prepared = prepare_raw(smart_bin=bins[0], first=first, count=batches, now=now)
        sent = [events_of(batch=batch, now=now) for batch in range(first, first + batches)]
        started = time.perf_counter()
        insert_raw(prepared=prepared)
        rates["raw"].append(batches * EVENTS_A_BATCH / (time.perf_counter() - started))
        for kind, fate in (("ours", Fate.ACCEPTED), ("duplicates", Fate.DUPLICATE)):
            started = time.perf_counter()
            for position, events in enumerate(sent):
                batch = record_drop_offs(
                    smart_bin=bins[position % BINS], events=events, door=Door.HTTP, received_at=now
                )
                if batch.count(fate=fate) != EVENTS_A_BATCH:
                    raise SystemExit(f"bench=record: not every event was {fate}")
            rates[kind].append(batches * EVENTS_A_BATCH / (time.perf_counter() - started))
    ratios = [ours / raw for ours, raw in zip(rates["ours"], rates["raw"], strict=True)]
    print(
        f"bench=record batch={EVENTS_A_BATCH} ratio={statistics.median(ratios):.2f} "
        f"ours_per_s={statistics.median(rates['ours']):.0f} raw_per_s={statistics.median(rates['raw']):.0f} "
        f"duplicates_per_s={statistics.median(rates['duplicates']):.0f} "
        f"ratios={','.join(f'{ratio:.2f}' for ratio in ratios)}",
        flush=True,
    )


def main() -> None:
    """Make a district and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, default=40)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("bench record needs PostgreSQL: python3 run.py bench record, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    measure(rounds=options.rounds, batches=options.batches)


if __name__ == "__main__":
    main()
