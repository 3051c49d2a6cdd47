"""bench programme: a draft simulated on 30 days of 10,000 households, beside the settlement of the same days.

Both rate the same household-days by the same statements; the settlement also posts them. Prints the seconds of each and
the longest that one community took, for which a screen waits. `python3 run.py bench programme [--households N]`.
"""

import argparse
import datetime as dt
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

if TYPE_CHECKING:
    from people.models import User
    from points.models import Programme

COMMUNITIES = 12
BINS = 120
EVENTS_A_BATCH = 100


def main() -> None:
    """Make the days, settle them, simulate a draft that pays food waste half and has a streak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--drop-offs-a-day", type=float, default=2.0, help="of a household")
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("bench programme needs PostgreSQL: python3 run.py bench programme, or DATABASE_URL")
    call_command("migrate", verbosity=0)

    from bench import tally_data
    from points.models import DaySettlement, SimulatedCommunity
    from points.simulation import begin_simulation, simulate_next_community
    from worker.tally import drain

    rows = int(options.households * options.days * options.drop_offs_a_day) // EVENTS_A_BATCH // BINS
    rows = max(rows, 1) * EVENTS_A_BATCH * BINS
    tally_data.make(
        row_count=rows,
        events_a_batch=EVENTS_A_BATCH,
        household_count=options.households,
        community_count=COMMUNITIES,
        bin_count=BINS,
        day_count=options.days,
    )
    tally_data.untally()
    now = dt.datetime.now(dt.UTC)
    started = time.perf_counter()
    drain(now=now)
    settled_s = time.perf_counter() - started
    for table in ("points_daysettlement", "sorting_dropoffbatch"):
        tally_data.run(f"VACUUM ANALYZE {table}")
    simulation = begin_simulation(programme=_draft(now=now), officer=_officer(), now=now)
    steps = []
    while True:
        started = time.perf_counter()
        if not simulate_next_community(simulation=simulation, now=now):
            break
        steps.append(time.perf_counter() - started)
    done = SimulatedCommunity.objects.filter(simulation=simulation)
    before, after = (sum(done.values_list(name, flat=True)) for name in ("points_before", "points_after"))
    if not 0 < after < before:
        raise SystemExit(f"the draft pays less, yet {before} became {after}")
    print(
        f"bench=programme ratio={settled_s / sum(steps):.2f} simulated_s={sum(steps):.1f} settled_s={settled_s:.1f} "
        f"community_s_max={max(steps):.2f} drop_offs={rows} household_days={DaySettlement.objects.count()} "
        f"households={options.households} days={options.days} points_before={before} points_after={after}",
        flush=True,
    )


def _officer() -> "User":
    from people.models import User

    return User.objects.get_or_create(username="bench")[0]


def _draft(*, now: dt.datetime) -> "Programme":
    """The default programme with food waste at half, and a streak of 7 days."""
    from dataclasses import replace

    from points.models import Programme
    from points.programmes import rules_of
    from points.services.programmes import draft_programme, first_possible_day

    rules = rules_of(programme=Programme.objects.get())
    food = replace(rules.by_code["FOOD"], points=5, points_outside=2)
    return draft_programme(
        name="bench",
        community=None,
        holds_from=first_possible_day(now=now),
        rules=replace(rules, by_code={**rules.by_code, "FOOD": food}, streak_days=7, streak_bonus_points=1),
        reason="bench",
        officer=_officer(),
        now=now,
    )


if __name__ == "__main__":
    main()
