"""Compares, day by day, what the database holds with what the oracle says, and names each difference."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum

from households.models import Household
from indicators.models import CommunityDay
from points.models import DaySettlement, HouseholdDay, Programme
from simulation.bins.counters import Counters
from simulation.bins.district import PreparedDistrict
from simulation.bins.faults import Fault
from simulation.bins.layout import Layout
from simulation.bins.machines import event_prefix
from simulation.bins.oracle import ExpectedDay, expect_day
from sorting.models import DropOff, DropOffBatch, RefusedEvent, SetAside

Key = TypeVar("Key", bound=Hashable)
SHOWN_A_KIND_MAX = 10


@dataclass(slots=True)
class Verdict:
    """What was compared and what differed. `differences` names the first of each kind; `difference_count` is all."""

    days: int = 0
    drop_offs: int = 0
    weight_g: int = 0
    household_days: int = 0
    points: int = 0
    right_count: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    difference_count: int = 0
    differences: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return not self.difference_count

    def compare(self, *, what: str, expected: Mapping[Key, Any], found: Mapping[Key, Any]) -> None:
        """Note each key whose value differs; one that is missing on a side counts as None there."""
        keys = [key for key in expected if found.get(key) != expected[key]]
        keys += [key for key in found if key not in expected]
        self.difference_count += len(keys)
        self.differences += [
            f"{what} {key}: 应为 {expected.get(key)},平台有 {found.get(key)} (expected, found)"
            for key in keys[:SHOWN_A_KIND_MAX]
        ]


def check_district(
    *,
    layout: Layout,
    district: PreparedDistrict,
    days: Sequence[dt.date],
    faults: frozenset[Fault],
    time_zone: ZoneInfo,
    counters: Counters,
) -> Verdict:
    """Everything that the bins sent on `days` against the tables. Bounded: one day is in memory at a time."""
    verdict = Verdict()
    communities = list(district.community_numbers)
    waiting = DropOffBatch.objects.filter(community__in=communities, tallied_at=None).count()
    aside = SetAside.objects.filter(drop_off__community__in=communities).count()
    verdict.compare(what="未结算与搁置 untallied, set aside", expected={"batches": 0, "rows": 0},
                    found={"batches": waiting, "rows": aside})  # fmt: skip
    has_other_programme = Programme.objects.count() != 1
    if has_other_programme:
        verdict.not_checked.append("积分:不只有默认方案 (points: there is more than the default programme)")
    for on in days:
        expected = expect_day(
            layout=layout, on=on, faults=faults, time_zone=time_zone, unsent=counters.unsent_event_ids
        )
        verdict.days += 1
        verdict.right_count += expected.right_count
        _check_drop_offs(verdict=verdict, district=district, on=on, expected=expected)
        _check_tallies(verdict=verdict, district=district, on=on, expected=expected)
        if not has_other_programme:
            _check_points(verdict=verdict, district=district, on=on, expected=expected)
    _check_refused(verdict=verdict, layout=layout, district=district, days=days, counters=counters)
    return verdict


def _check_drop_offs(*, verdict: Verdict, district: PreparedDistrict, on: dt.date, expected: ExpectedDay) -> None:
    """Every event once, with its facts and its household, and nothing else."""
    rows = DropOff.objects.filter(community__in=list(district.community_numbers), occurred_on=on).values_list(
        "bin_id", "event_id", "card", "method", "category", "weight_g", "occurred_at", "household_id"
    )
    found: dict[tuple[str, str], Any] = {}
    twice: Counter[tuple[str, str]] = Counter()
    for bin_id, event_id, *facts, household in rows.iterator():
        key = (district.bin_codes.get(bin_id, str(bin_id)), event_id)
        twice[key] += key in found
        found[key] = (*facts, None if household is None else district.household_numbers.get(household, household))
    verdict.drop_offs += len(expected.drop_offs)
    verdict.weight_g += sum(tally.weight_g for tally in expected.tallies.values())
    verdict.compare(what=f"投放 drop-off {on}", expected=expected.drop_offs, found=found)
    verdict.compare(what=f"两次 stored twice {on}", expected={}, found=+twice)


def _check_tallies(*, verdict: Verdict, district: PreparedDistrict, on: dt.date, expected: ExpectedDay) -> None:
    rows = CommunityDay.objects.filter(community__in=list(district.community_numbers), occurred_on=on).values_list(
        "community_id", "category", "drop_off_count", "weight_g", "household_count"
    )
    found = {(district.community_numbers[community], category): tuple(rest) for community, category, *rest in rows}
    verdict.compare(
        what=f"小区日汇总 community day {on} (次数 count, 克 g, 户 households)",
        expected={key: tally.figures for key, tally in expected.tallies.items()},
        found=found,
    )


def _check_points(*, verdict: Verdict, district: PreparedDistrict, on: dt.date, expected: ExpectedDay) -> None:
    """What each household's day earned by the rules, and what the ledger was told to post for it."""
    homes = Household.objects.filter(community__in=list(district.community_numbers)).values("pk")
    earned = HouseholdDay.objects.filter(household__in=homes, occurred_on=on).values_list("household")
    posted = DaySettlement.objects.filter(household__in=homes, occurred_on=on).values_list(
        "household_id", "awarded_points"
    )
    due = {household: points for household, points in expected.points.items() if points}
    for what, rows in (
        ("户日积分 points of a household's day", earned.annotate(points=Sum("points"))),
        ("已发放 points posted", posted),
    ):
        found = {district.household_numbers[household]: points for household, points in rows if points}
        verdict.compare(what=f"{what} {on}", expected=due, found=found)
    verdict.household_days += len(expected.points)
    verdict.points += sum(due.values())


def _check_refused(
    *, verdict: Verdict, layout: Layout, district: PreparedDistrict, days: Collection[dt.date], counters: Counters
) -> None:
    """Every refusal is kept with its reason, and counted as often as it was told."""
    verdict.refused = dict(counters.refused)
    if not district.is_fresh:
        verdict.not_checked.append("拒收次数:以前模拟过 (how often refused: this district was simulated before)")
        return
    prefixes = tuple(event_prefix(layout=layout, on=on) for on in days)
    rows = RefusedEvent.objects.filter(bin_code__in=list(district.bin_codes.values()), event_id__startswith=layout.tag)
    found = {
        code: count + repeats
        for code, count, repeats in rows.values_list("code").annotate(count=Count("pk"), repeats=Sum("repeat_count"))
    }
    verdict.compare(what="拒收 refused by code", expected=verdict.refused, found=found)
    strange = [event_id for event_id in rows.values_list("event_id", flat=True) if not event_id.startswith(prefixes)]
    verdict.compare(what="拒收 refused", expected={}, found=dict.fromkeys(strange, "not of these days"))
