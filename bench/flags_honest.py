"""bench flags_honest: how many flags a month of honest households opens, and how much planted dishonesty is found.

28 days of 10,000 simulated households at 60 bins, calibrated on real figures (simulation.bins.calibration), four times
over: as simulated, with households' bags carried down together, with a queue at opening, and with both; then a week at
120 bins with planted cases, by strength. `python3 run.py bench flags_honest [--households N] [--bins N] [--days N]
[--copies N]`.
"""

import argparse
import datetime as dt
import os
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

MONDAY = dt.date(2026, 11, 2)


def main() -> None:
    """Four honest months, then a dishonest week."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--bins", type=int, default=60)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--copies", type=int, default=5)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    from simulation.bins.layout import plan_district
    from simulation.fairness.cheats import copies_max
    from simulation.fairness.honest import Habits
    from simulation.fairness.measuring import measure_cheats, measure_honest, prepare

    dishonest = plan_district(seed="cheats", bins=2 * options.bins, households=options.households, faults=())
    copies = min(options.copies, copies_max(layout=dishonest))
    if not copies:
        raise SystemExit("bench flags_honest needs at least 8 bins and 10 households for every bin")
    if copies < options.copies:
        print(f"bench=flags_honest copies={copies}: there is no room for {options.copies} of each strength", flush=True)
    call_command("migrate", verbosity=0)
    for name, habits in (
        ("as_simulated", Habits()),
        ("carried_together", Habits(carries_together=True)),
        ("queue_at_opening", Habits(is_crowded=True)),
        ("both", Habits(carries_together=True, is_crowded=True)),
    ):
        stage = prepare(seed=name, bins=options.bins, households=options.households, monday=MONDAY)
        counts = measure_honest(stage=stage, days=options.days, habits=habits)
        household_days = options.households * options.days
        print(
            f"bench=flags_honest case={name} rows={stage.row_count} household_days={household_days} "
            f"flags={counts.total()} per_10000_household_days={10_000 * counts.total() / household_days:.3f} "
            f"kinds={_kinds(counts)}",
            flush=True,
        )
    stage = prepare(seed="cheats", bins=2 * options.bins, households=options.households, monday=MONDAY)
    for (kind, strength), (found, planted) in measure_cheats(stage=stage, copies=copies).items():
        print(f"bench=flags_honest planted={kind} found={found}/{planted} strength={strength!r}", flush=True)


def _kinds(counts: Counter[str]) -> str:
    return ",".join(f"{kind}:{count}" for kind, count in sorted(counts.items())) or "none"


if __name__ == "__main__":
    main()
