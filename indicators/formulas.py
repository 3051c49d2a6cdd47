"""The indicators' arithmetic: pure, exact, parts in and rates last. No ORM.

Each formula is handed the communities of its scope (indicators.catalogue says which) and adds up their parts: a rate
of several communities is the sum of the numerators over the sum of the denominators, never an average of rates.
Weights come in whole grams and leave as exact Fractions, so that a figure is right to the gram.
Numbers are those of the district plan (2019-2020); the formulas are those of docs/indicators.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from collection.models import Destination
from indicators.facts import CommunityFacts, Period, SampleFacts
from sorting.categories import WasteCategory

GRAMS_A_KG = 1_000
RECOVERABLE_CATEGORIES = (WasteCategory.RECYCLABLE, WasteCategory.FOOD)
RECOVERING_DESTINATIONS = (Destination.RECYCLING, Destination.COMPOSTING)
SERVED_CATEGORIES_MIN = 2  # sorted transport is shown by loads of at least two categories

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its parts. `value` is None where the denominator is 0 or unknown: no data is never 0 or 100 %."""

    value: Number | None
    numerator: Number | None
    denominator: Number | None
    sample_count: int | None = None
    stages: Mapping[str, int | None] | None = None


NO_FIGURE = Figure(value=None, numerator=None, denominator=None)
STAGES = ("enrolled", "card_issued", "first_drop_off", "active_30_days", "sorting_right")


def rate(*, numerator: Number | None, denominator: Number | None) -> Fraction | None:
    """Numerator ÷ denominator, exact; None where the denominator is 0 or either of them is unknown."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    return Fraction(numerator) / Fraction(denominator)


def rate_figure(*, numerator: Number, denominator: Number, sample_count: int | None = None) -> Figure:
    """A Figure whose value is `rate`."""
    value = rate(numerator=numerator, denominator=denominator)
    return Figure(value=value, numerator=numerator, denominator=denominator, sample_count=sample_count)


def kg(*, weight_g: int) -> Fraction:
    """Grams as kilograms, exact."""
    return Fraction(weight_g, GRAMS_A_KG)


def pilot_households(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """试点户数: enrolled households of pilot communities, with the funnel beside them.

    `sorting_right` is None before any drop-off of these households was judged.
    Source: the plan's targets of 6,000 households by the end of 2019 and 10,000 by the end of 2020.
    """
    households = [community.households for community in communities]
    is_judged = any(facts.judged_count for facts in households)
    stages = {
        "enrolled": sum(facts.enrolled_count for facts in households),
        "card_issued": sum(facts.card_issued_count for facts in households),
        "first_drop_off": sum(facts.first_drop_off_count for facts in households),
        "active_30_days": sum(facts.active_30_days_count for facts in households),
        "sorting_right": sum(facts.sorting_right_count for facts in households) if is_judged else None,
    }
    return Figure(value=stages["enrolled"], numerator=stages["enrolled"], denominator=None, stages=stages)


def sorting_coverage(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """中心城区生活垃圾分类覆盖率: households with sorted collection and sorted transport ÷ all households.

    Households of a community: declared, else enrolled. Source: the plan, 30 %.
    """
    return _coverage(communities=communities, covered=[c for c in communities if c.has_sorted_service])


def collection_coverage(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """中心城区生活垃圾分类收运系统覆盖率 (no. 8): as sorting coverage, where the loads show that it is so.

    A community counts as covered if, besides, loads of at least two categories left it in the period.
    """
    covered = [
        community
        for community in communities
        if community.has_sorted_service
        and len({category for category, _ in community.load_weights_g}) >= SERVED_CATEGORIES_MIN
    ]
    return _coverage(communities=communities, covered=covered)


def recovery_weighed(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """试点小区生活垃圾回收利用率 (no. 7), weighed: kg recovered ÷ kg of all loads.

    Recovered: category RECYCLABLE or FOOD and destination RECYCLING or COMPOSTING. Source: "城镇生活垃圾回收利用率:
    未进入焚烧和填埋设施进行处理的可回收物、易腐垃圾的数量 ÷ 城镇生活垃圾产生量" (zero-waste city indicators).
    """
    recovered_g = sum(
        _loads_g(community=community, categories=RECOVERABLE_CATEGORIES, destinations=RECOVERING_DESTINATIONS)
        for community in communities
    )
    all_g = sum(_loads_g(community=community) for community in communities)
    return rate_figure(numerator=kg(weight_g=recovered_g), denominator=kg(weight_g=all_g))


def recovery_bin_side(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """The same by the bins (an estimate, no. 7): g of RECYCLABLE and FOOD drop-offs ÷ g of all drop-offs."""
    recovered_g = sum(_drop_offs_g(community=c, categories=RECOVERABLE_CATEGORIES) for c in communities)
    all_g = sum(_drop_offs_g(community=c, categories=tuple(WasteCategory)) for c in communities)
    return rate_figure(numerator=recovered_g, denominator=all_g)


def waste_per_person_day(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """人均生活垃圾日产量 (no. 9): kg of all loads ÷ (days × declared residents), in kg a person a day.

    Over the communities that have both loads in the period and declared residents; None where there is none.
    """
    both = [community for community in communities if community.load_weights_g and community.declared_resident_count]
    if not both:
        return NO_FIGURE
    resident_count = sum(community.declared_resident_count or 0 for community in both)
    return rate_figure(
        numerator=kg(weight_g=sum(_loads_g(community=community) for community in both)),
        denominator=period.day_count * resident_count,
    )


def hazardous_coverage(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """中心城区有害垃圾收集处置体系覆盖率 (no. 10): communities covered ÷ communities.

    Covered: a bin for HAZARDOUS, and in the period a HAZARDOUS load to HAZARDOUS_TREATMENT.
    """
    treated = (WasteCategory.HAZARDOUS, Destination.HAZARDOUS_TREATMENT)
    covered_count = sum(1 for c in communities if c.has_hazardous_bin and treated in c.load_weights_g)
    return rate_figure(numerator=covered_count, denominator=len(communities))


def landfill(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """生活垃圾填埋量 (no. 11): kg of loads to LANDFILL.

    None where the period has no load at all: "nothing was weighed" must not read as "nothing was landfilled".
    """
    if not any(community.load_weights_g for community in communities):
        return NO_FIGURE
    landfilled = kg(weight_g=sum(_loads_g(community=c, destinations=(Destination.LANDFILL,)) for c in communities))
    return Figure(value=landfilled, numerator=landfilled, denominator=None)


def participation(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """参与率: enrolled households with a drop-off in the period ÷ enrolled households."""
    return rate_figure(
        numerator=sum(community.households.participating_count for community in communities),
        denominator=sum(community.households.enrolled_count for community in communities),
    )


def food_separation(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """厨余垃圾分出率: g of FOOD ÷ g of FOOD and RESIDUAL, drop-offs."""
    both = (WasteCategory.FOOD, WasteCategory.RESIDUAL)
    return rate_figure(
        numerator=sum(_drop_offs_g(community=c, categories=(WasteCategory.FOOD,)) for c in communities),
        denominator=sum(_drop_offs_g(community=c, categories=both) for c in communities),
    )


def accuracy_random_sample(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """投放准确率, random sample: drop-offs judged CORRECT ÷ drop-offs judged, with the size of the sample."""
    return _accuracy(samples=[community.random_sample for community in communities])


def accuracy_spot_check(*, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """投放准确率, spot checks: Σ (looked at − wrong) ÷ Σ looked at. Never pooled with the random sample."""
    return _accuracy(samples=[community.spot_checks for community in communities])


def _accuracy(*, samples: Sequence[SampleFacts]) -> Figure:
    looked_at_count = sum(sample.looked_at_count for sample in samples)
    right_count = sum(sample.right_count for sample in samples)
    return rate_figure(numerator=right_count, denominator=looked_at_count, sample_count=looked_at_count)


def _coverage(*, communities: Sequence[CommunityFacts], covered: Sequence[CommunityFacts]) -> Figure:
    return rate_figure(
        numerator=sum(community.household_count for community in covered),
        denominator=sum(community.household_count for community in communities),
    )


def _loads_g(
    *,
    community: CommunityFacts,
    categories: Sequence[str] = tuple(WasteCategory),
    destinations: Sequence[str] = tuple(Destination),
) -> int:
    return sum(
        weight_g
        for (category, destination), weight_g in community.load_weights_g.items()
        if category in categories and destination in destinations
    )


def _drop_offs_g(*, community: CommunityFacts, categories: Sequence[str]) -> int:
    return sum(community.drop_off_weights_g.get(category, 0) for category in categories)
