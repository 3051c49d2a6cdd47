"""Puts an honest month or a dishonest week into the database, looks for flags, and counts what came of it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from points.flags.finding import week_of
from points.flags.look import look_for_flags
from points.models import Flag
from simulation.bins.days import Bag
from simulation.bins.district import prepare_district
from simulation.bins.layout import Layout, plan_district
from simulation.fairness.cheats import Cheat, plan_cheats
from simulation.fairness.honest import Habits, honest_bags
from simulation.fairness.rows import Ids, ids_of, place_points, put_day
from worker.tally import drain

DAYS_A_WEEK = 7


@dataclass(slots=True)
class Stage:
    """A district on its first Monday, with nothing dropped off yet."""

    layout: Layout
    ids: Ids
    monday: dt.date
    row_count: int = 0


def prepare(*, seed: str, bins: int, households: int, monday: dt.date) -> Stage:
    """A district of this seed and size, beside others of other seeds. Its points have coordinates."""
    layout = plan_district(seed=seed, bins=bins, households=households, faults=())
    district = prepare_district(layout=layout, now=_midnight(monday))
    place_points(layout=layout)
    return Stage(layout=layout, ids=ids_of(layout=layout, district=district), monday=monday)


def measure_honest(*, stage: Stage, days: int, habits: Habits) -> Counter[str]:
    """Honest days from the Monday on; how many flags of each kind they opened."""
    for on in _days(starts_on=stage.monday, count=days):
        stage.row_count += put_day(ids=stage.ids, on=on, bags=honest_bags(layout=stage.layout, on=on, habits=habits))
    return _look(stage=stage, days=days)


def measure_cheats(*, stage: Stage, copies: int) -> dict[tuple[str, str], tuple[int, int]]:
    """An honest week with `copies` planted cases of each strength: kind and strength → found, planted."""
    cheats = plan_cheats(layout=stage.layout, monday=stage.monday, copies=copies)
    for number, on in enumerate(_days(starts_on=stage.monday, count=DAYS_A_WEEK)):
        bags: list[Bag] = list(honest_bags(layout=stage.layout, on=on, habits=Habits()))
        bags += [bag for cheat in cheats for day, bag in cheat.bags if day == number]
        stage.row_count += put_day(ids=stage.ids, on=on, bags=bags)
    _look(stage=stage, days=DAYS_A_WEEK)
    result: dict[tuple[str, str], tuple[int, int]] = {}
    for cheat in cheats:
        found, planted = result.get((cheat.kind.value, cheat.strength), (0, 0))
        is_found = _is_found(cheat=cheat, stage=stage)
        result[cheat.kind.value, cheat.strength] = found + is_found, planted + 1
    return result


def _look(*, stage: Stage, days: int) -> Counter[str]:
    """Tally, look for flags when the last week is over, and count those of this district."""
    after = _midnight(week_of(stage.monday + dt.timedelta(days=days - 1)).ends_on + dt.timedelta(days=1))
    drain(now=after)
    look_for_flags(starts_on=stage.monday, ends_on=stage.monday + dt.timedelta(days=days - 1), now=after)
    communities = [stage.layout.community_name(number) for number in range(stage.layout.community_count)]
    return Counter(Flag.objects.filter(community__name__in=communities).values_list("kind", flat=True))


def _is_found(*, cheat: Cheat, stage: Stage) -> bool:
    flags = Flag.objects.filter(kind=cheat.kind)
    if cheat.household is not None:
        return flags.filter(household=stage.ids.households[cheat.household]).exists()
    return cheat.bin_number is not None and flags.filter(bin=stage.ids.bins[cheat.bin_number][0]).exists()


def _days(*, starts_on: dt.date, count: int) -> Iterable[dt.date]:
    return [starts_on + dt.timedelta(days=number) for number in range(count)]


def _midnight(on: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(on, dt.time.min))
