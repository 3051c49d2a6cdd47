"""Which indicators the platform computes, in the contract's order: code, scope, formula and target of each."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from indicators import formulas
from indicators.facts import CommunityFacts, Period
from indicators.formulas import Figure

PILOT_TARGET_BY_2019 = 6_000
PILOT_TARGET_AFTER = 10_000


class Formula(Protocol):
    """A function of indicators.formulas: the communities of the scope and the period in, a Figure out."""

    def __call__(self, *, communities: Sequence[CommunityFacts], period: Period) -> Figure: ...


@dataclass(frozen=True, slots=True)
class Computed:
    """One row of the contract's table. `number` is the plan's, None outside the plan; `target` by the last day."""

    code: str
    number: int | None
    measure: str | None
    name_zh: str
    name_en: str
    unit: str
    is_in_scope: Callable[[CommunityFacts], bool]
    formula: Formula
    target: Callable[[dt.date], Decimal | None]
    is_less_better: bool = False


def is_pilot(community: CommunityFacts) -> bool:
    """Pilot communities, as of the period's last day."""
    return community.is_pilot


def is_urban_core(community: CommunityFacts) -> bool:
    """Communities of the urban core."""
    return community.is_urban_core


def is_of_district(community: CommunityFacts) -> bool:
    """Every community."""
    return True


def pilot_target(on: dt.date) -> Decimal:
    """6,000 households up to 2019, 10,000 after."""
    return Decimal(PILOT_TARGET_BY_2019 if on.year <= 2019 else PILOT_TARGET_AFTER)


def fixed(target: str) -> Callable[[dt.date], Decimal]:
    """A target that holds on every day, in the unit of the value."""
    return lambda on: Decimal(target)


def none_set(on: dt.date) -> None:
    """The plan sets no target."""


COMPUTED: tuple[Computed, ...] = (
    Computed(
        "pilot_households", None, None, "试点户数", "Pilot households", "households",
        is_pilot, formulas.pilot_households, pilot_target,
    ),
    Computed(
        "sorting_coverage_rate", None, None, "中心城区生活垃圾分类覆盖率", "Sorting coverage, urban core", "rate",
        is_urban_core, formulas.sorting_coverage, fixed("0.30"),
    ),
    Computed(
        "recovery_rate", 7, "weighed", "试点小区回收利用率(过磅)", "Recovery rate, pilots, weighed", "rate",
        is_pilot, formulas.recovery_weighed, fixed("0.35"),
    ),
    Computed(
        "recovery_rate", 7, "bin_side", "试点小区回收利用率(桶端估算)", "Recovery rate, pilots, bin side", "rate",
        is_pilot, formulas.recovery_bin_side, none_set,
    ),
    Computed(
        "collection_coverage_rate", 8, None, "中心城区分类收运系统覆盖率", "Sorted collection coverage, urban core",
        "rate", is_urban_core, formulas.collection_coverage, fixed("0.30"),
    ),
    Computed(
        "waste_per_person_day_kg", 9, None, "人均生活垃圾日产量", "Waste a person a day", "kg/person/day",
        is_of_district, formulas.waste_per_person_day, fixed("0.9"), is_less_better=True,
    ),
    Computed(
        "hazardous_coverage_rate", 10, None, "中心城区有害垃圾收集处置覆盖率", "Hazardous waste coverage, urban core",
        "rate", is_urban_core, formulas.hazardous_coverage, fixed("0.30"),
    ),
    Computed(
        "landfill_kg", 11, None, "生活垃圾填埋量", "Waste to landfill", "kg",
        is_of_district, formulas.landfill, fixed("0"), is_less_better=True,
    ),
    Computed(
        "participation_rate", None, None, "参与率", "Participation rate", "rate",
        is_of_district, formulas.participation, none_set,
    ),
    Computed(
        "food_separation_rate", None, None, "厨余垃圾分出率", "Food-waste separation rate", "rate",
        is_of_district, formulas.food_separation, none_set,
    ),
    Computed(
        "sorting_accuracy_rate", None, "random_sample", "投放准确率(随机抽样)", "Sorting accuracy, random sample",
        "rate", is_of_district, formulas.accuracy_random_sample, none_set,
    ),
    Computed(
        "sorting_accuracy_rate", None, "spot_check", "投放准确率(抽查)", "Sorting accuracy, spot checks", "rate",
        is_of_district, formulas.accuracy_spot_check, none_set,
    ),
)  # fmt: skip
