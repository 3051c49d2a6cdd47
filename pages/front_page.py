"""Reads the public front page: sums of communities and of the district, as plain values for the template.

Nothing here names a household, and a community in which fewer than ACTIVE_HOUSEHOLDS_MIN households were active
shows — for all its figures: their sum would tell a neighbour what one family threw away. No district total stands
beside the table, because a total minus the rows shown would give the hidden one back.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Max, Min, Sum
from django.templatetags.static import static
from django.utils import timezone

from collection.queries import standing_loads
from households.models import Community
from indicators.catalogue import COMPUTED, Computed
from indicators.facts import CommunityFacts, Period
from indicators.formulas import Figure
from indicators.models import CommunityDay
from indicators.queries.communities import community_facts
from pages.reading_out import NO_DATA, bar_end, number_text, percent_of, state_of
from pages.wording import Wording
from sorting.categories import CATEGORY_FACTS
from sorting.models import DropOffBatch

ACTIVE_HOUSEHOLDS_MIN = 5
COMMUNITY_DAYS = 7
INDICATOR_DAYS = 30  # loads come once or a few times a month: a week would mostly be empty
HEADLINES_OF_TODAY = (
    ("pilot_households", None),
    ("sorting_coverage_rate", None),
)
HEADLINES_WEIGHED = (
    ("recovery_rate", "weighed"),
    ("waste_per_person_day_kg", None),
    ("hazardous_coverage_rate", None),
    ("landfill_kg", None),
)


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """A category with its icon, word and examples."""

    name: str
    icon: str
    examples: str


@dataclass(frozen=True, slots=True)
class IndicatorCard:
    """A figure as it is read out, and its bar: both ends in per cent of the bar's width."""

    name: str
    value: str
    unit: str
    target: str
    state: str
    state_text: str
    bar_percent: str
    target_percent: str


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """A community's last days, or — where it has no data or too few active households."""

    name: str
    subdistrict: str
    drop_offs: str
    weight: str
    participation: str


@dataclass(frozen=True, slots=True)
class FrontPage:
    """Everything the template shows beside fixed words."""

    categories: Sequence[CategoryCard]
    indicators: Sequence[IndicatorCard]
    communities: Sequence[CommunityRow]
    indicator_period: str
    community_period: str
    as_of: str
    is_settling: bool


def read_front_page(*, wording: Wording, now: dt.datetime) -> FrontPage:
    """The page at `now`, in a number of queries that does not depend on the data."""
    today = timezone.localdate(now)
    last_days = Period(starts_on=today - dt.timedelta(days=COMMUNITY_DAYS - 1), ends_on=today)
    weighed_days = _weighed_days(today=today)
    communities = community_facts(period=last_days)
    return FrontPage(
        categories=_category_cards(wording=wording),
        indicators=[
            *_indicator_cards(keys=HEADLINES_OF_TODAY, communities=communities, period=last_days, wording=wording),
            *_indicator_cards(
                keys=HEADLINES_WEIGHED,
                communities=community_facts(period=weighed_days),
                period=weighed_days,
                wording=wording,
            ),
        ],
        communities=_community_rows(communities=communities, period=last_days, wording=wording),
        indicator_period=wording.indicator_period.format(
            today=wording.day.format(day=today), span=_span(period=weighed_days, wording=wording)
        ),
        community_period=wording.community_period.format(span=_span(period=last_days, wording=wording)),
        as_of=wording.as_of.format(now=timezone.localtime(now)),
        is_settling=DropOffBatch.objects.filter(tallied_at__isnull=True).exists(),
    )


def _weighed_days(*, today: dt.date) -> Period:
    """The month that ends with the last load, from the first load on record on.

    Kilograms a person a day over days of which nobody has loads yet would look far better than they are.
    """
    first_on, last_on = standing_loads().aggregate(first=Min("collected_on"), last=Max("collected_on")).values()
    month = Period(starts_on=today - dt.timedelta(days=INDICATOR_DAYS - 1), ends_on=today)
    if last_on is None or last_on < month.starts_on:
        return month
    ends_on = min(last_on, today)
    return Period(starts_on=max(first_on, ends_on - dt.timedelta(days=INDICATOR_DAYS - 1)), ends_on=ends_on)


def _span(*, period: Period, wording: Wording) -> str:
    starts_on, ends_on = (wording.day.format(day=day) for day in (period.starts_on, period.ends_on))
    return ends_on if starts_on == ends_on else wording.span.format(starts_on=starts_on, ends_on=ends_on)


def _category_cards(*, wording: Wording) -> list[CategoryCard]:
    return [
        CategoryCard(
            name=facts.name_zh if wording.texts["lang"] != "en" else facts.name_en,
            icon=static(f"pages/icons/{category.value.lower()}.svg"),
            examples=wording.category_examples[category],
        )
        for category, facts in CATEGORY_FACTS.items()
    ]


def _indicator_cards(
    *,
    keys: Sequence[tuple[str, str | None]],
    communities: Sequence[CommunityFacts],
    period: Period,
    wording: Wording,
) -> list[IndicatorCard]:
    by_key = {(computed.code, computed.measure): computed for computed in COMPUTED}
    return [
        _indicator_card(computed=by_key[key], communities=communities, period=period, wording=wording) for key in keys
    ]


def _indicator_card(
    *, computed: Computed, communities: Sequence[CommunityFacts], period: Period, wording: Wording
) -> IndicatorCard:
    in_scope = [facts for facts in communities if computed.is_in_scope(facts)]
    figure: Figure = computed.formula(communities=in_scope, period=period)
    # No community in scope: a sum of nothing is no data.
    value = figure.value if in_scope else None
    given_target = computed.target(period.ends_on)
    target = None if given_target is None else Fraction(given_target)
    state = state_of(value=value, target=target, is_less_better=computed.is_less_better)
    shown_unit = wording.units[computed.unit]
    sign = "≤" if computed.is_less_better else "≥"
    end = bar_end(unit=computed.unit, value=value, target=target)
    return IndicatorCard(
        name=computed.name_zh if wording.texts["lang"] != "en" else computed.name_en,
        value=number_text(value=value, unit=computed.unit),
        unit=shown_unit if value is not None else "",
        target=wording.no_target
        if target is None
        else wording.target.format(sign=sign, value=number_text(value=target, unit=computed.unit), unit=shown_unit),
        state=state,
        state_text=wording.states[state],
        bar_percent=percent_of(part=value, whole=end),
        # The line is 0.8 wide: at the very end it would stick out of the bar.
        target_percent=percent_of(part=target, whole=end, most=99.2),
    )


def _community_rows(*, communities: Sequence[CommunityFacts], period: Period, wording: Wording) -> list[CommunityRow]:
    subdistricts = dict(Community.objects.values_list("pk", "subdistrict__name"))
    counts = dict(
        CommunityDay.objects.filter(occurred_on__range=(period.starts_on, period.ends_on))
        .values_list("community_id")
        .annotate(count=Sum("drop_off_count"))
    )
    return [
        _community_row(
            facts=facts,
            subdistrict=subdistricts[facts.community_id],
            drop_off_count=counts.get(facts.community_id, 0),
            wording=wording,
        )
        for facts in communities
        # A community that was registered between the two queries is on the page a moment later.
        if facts.community_id in subdistricts
    ]


def _community_row(*, facts: CommunityFacts, subdistrict: str, drop_off_count: int, wording: Wording) -> CommunityRow:
    participating_count = facts.households.participating_count
    if participating_count < ACTIVE_HOUSEHOLDS_MIN:
        return CommunityRow(
            name=facts.name, subdistrict=subdistrict, drop_offs=NO_DATA, weight=NO_DATA, participation=NO_DATA
        )
    weight_kg = sum(facts.drop_off_weights_g.values()) / 1_000
    return CommunityRow(
        name=facts.name,
        subdistrict=subdistrict,
        drop_offs=f"{drop_off_count:,}",
        weight=f"{weight_kg:,.1f} {wording.units['drop_off_weight']}",
        participation=f"{100 * participating_count / facts.households.enrolled_count:.1f} %",
    )
