"""What each computed figure is made of, in words that an auditor can follow, and the version of its formula.

The version goes up when the arithmetic of indicators.formulas changes, so that two figures of one period
can be told apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from indicators.facts import CommunityFacts

PLAN = "《“无废城区”建设实施方案》(2019—2020 年)"


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure in words. `has_data` says whether a community brings anything into it; `denominator` may be none."""

    numerator: str
    denominator: str
    scope: str
    source: str
    basis: str
    has_data: Callable[[CommunityFacts], bool]
    version: int = 1


def _has_loads(community: CommunityFacts) -> bool:
    return bool(community.load_weights_g)


def _has_drop_offs(community: CommunityFacts) -> bool:
    return bool(community.drop_off_weights_g)


def _has_households(community: CommunityFacts) -> bool:
    return community.household_count > 0


def _has_enrolled(community: CommunityFacts) -> bool:
    return community.households.enrolled_count > 0


def _has_loads_and_residents(community: CommunityFacts) -> bool:
    return bool(community.load_weights_g and community.declared_resident_count)


def _is_sampled(community: CommunityFacts) -> bool:
    return community.random_sample.looked_at_count > 0


def _is_spot_checked(community: CommunityFacts) -> bool:
    return community.spot_checks.looked_at_count > 0


DEFINITIONS: Mapping[tuple[str, str | None], Definition] = {
    ("pilot_households", None): Definition(
        "期末已登记的住户", "", "试点小区", f"{PLAN}:试点户数目标", "住户登记", _has_enrolled
    ),
    ("sorting_coverage_rate", None): Definition(
        "分类收集和分类运输都已开始的小区的户数", "全部小区的户数(申报,否则登记)", "中心城区小区",
        f"{PLAN}:分类覆盖率", "小区登记", _has_households,
    ),
    ("recovery_rate", "weighed"): Definition(
        "可回收物和厨余垃圾中去往回收利用、堆肥的千克数", "全部清运千克数", "试点小区",
        f"{PLAN}第 7 项;未进入焚烧和填埋设施的可回收物、易腐垃圾 ÷ 产生量", "清运过磅", _has_loads,
    ),
    ("recovery_rate", "bin_side"): Definition(
        "投放为可回收物和厨余垃圾的克数", "全部投放克数", "试点小区",
        "桶端估算,不是方案口径,不与过磅混用", "投放记录", _has_drop_offs,
    ),
    ("collection_coverage_rate", None): Definition(
        "分类覆盖、并且本期清运了至少两类垃圾的小区的户数", "全部小区的户数(申报,否则登记)", "中心城区小区",
        f"{PLAN}第 8 项", "小区登记和清运", _has_households,
    ),
    ("waste_per_person_day_kg", None): Definition(
        "全部清运千克数", "天数 × 申报人口", "既有清运又有申报人口的小区", f"{PLAN}第 9 项", "清运过磅、申报人口",
        _has_loads_and_residents,
    ),
    ("hazardous_coverage_rate", None): Definition(
        "有有害垃圾桶、并且本期有有害垃圾送危废处置的小区", "全部小区", "中心城区小区",
        f"{PLAN}第 10 项", "智能桶登记和清运", lambda community: True,
    ),
    ("landfill_kg", None): Definition(
        "去往填埋的千克数", "", "全部小区", f"{PLAN}第 11 项", "清运过磅", _has_loads
    ),
    ("participation_rate", None): Definition(
        "本期有投放的登记住户", "登记住户", "全部小区", "平台口径", "投放记录", _has_enrolled
    ),
    ("food_separation_rate", None): Definition(
        "厨余垃圾投放克数", "厨余垃圾和其他垃圾投放克数", "全部小区", "平台口径", "投放记录", _has_drop_offs
    ),
    ("sorting_accuracy_rate", "random_sample"): Definition(
        "随机抽样中判为合格的投放", "随机抽样中判过的投放", "全部小区", "平台口径(95 % 区间,Wilson 1927)",
        "督导员核验", _is_sampled,
    ),
    ("sorting_accuracy_rate", "spot_check"): Definition(
        "抽查中没有问题的", "抽查看过的", "全部小区", "平台口径,不与随机抽样混用", "督导员抽查", _is_spot_checked
    ),
}  # fmt: skip
