"""Reads everything that the first screen shows, in a number of queries that does not grow with the district."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from indicators.facts import CommunityFacts, Period
from indicators.queries.communities import community_facts
from indicators.queries.series import drop_off_series, last_load_on
from pages.bureau.asked import Asked
from pages.bureau.dashboard.cards import Card, Stage, cards_of, stages_of
from pages.bureau.dashboard.ranking import Ranked, rank_communities, rank_subdistricts, sort_of
from pages.bureau.dashboard.trend import Share, Trend, buckets_of, shares_of, trend_of
from sorting.models import AlertKind
from sorting.queries.watch import read_watch

SHOWN_ENDS = 10  # so many communities of each end; the ranking has a screen of its own with all of them


@dataclass(frozen=True, slots=True)
class Live:
    """What changes by the minute, as (word, value) pairs."""

    bins: Sequence[tuple[str, str]]
    alerts: Sequence[tuple[str, str]]
    waiting: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The first screen."""

    cards: Sequence[Card]
    stages: Sequence[Stage]
    trend: Trend
    shares: Sequence[Share]
    communities: Sequence[Ranked]
    left_out_count: int
    subdistricts: Sequence[Ranked]
    live: Live
    loads_note: str


LATE_AFTER = dt.timedelta(minutes=5)


def read_dashboard(*, asked: Asked, now: dt.datetime) -> Dashboard:
    """The screen of what was asked, as of now."""
    sort = sort_of(asked=asked)
    communities = facts_in_scope(asked=asked)
    both = Period(starts_on=asked.before.starts_on, ends_on=asked.period.ends_on)
    series = drop_off_series(period=both, community_ids=asked.community_ids)
    ranked = rank_communities(places=asked.places, communities=communities, period=asked.period, by=sort)
    return Dashboard(
        cards=cards_of(communities=communities, period=asked.period),
        stages=stages_of(communities=communities, period=asked.period),
        trend=trend_of(buckets=buckets_of(period=asked.period, step=asked.step, rows=series)),
        shares=shares_of(period=asked.period, rows=series),
        communities=_both_ends(ranked=ranked),
        left_out_count=max(0, len(ranked) - 2 * SHOWN_ENDS),
        subdistricts=rank_subdistricts(places=asked.places, communities=communities, period=asked.period, by=sort),
        live=read_live(asked=asked, now=now),
        loads_note=_loads_note(asked=asked),
    )


def facts_in_scope(*, asked: Asked) -> list[CommunityFacts]:
    """The facts of the communities that were asked for."""
    wanted = {place.community_id for place in asked.places}
    return [facts for facts in community_facts(period=asked.period) if facts.community_id in wanted]


def read_live(*, asked: Asked, now: dt.datetime) -> Live:
    """Bins, alerts and the queue, as of now."""
    watch = read_watch(community_ids=asked.community_ids, now=now)
    age = watch.oldest_untallied_age
    return Live(
        bins=[
            ("在用", f"{watch.bin_count:,}"),
            ("在线", f"{watch.online_count:,}"),
            ("不在线", f"{watch.bin_count - watch.online_count:,}"),
        ],
        alerts=[(str(AlertKind(kind).label), f"{count:,}") for kind, count in watch.open_alert_counts.items()],
        waiting="没有等待结算的投放" if age is None else f"最早一批已等 {_span(age=age)}",
        is_late=age is not None and age > LATE_AFTER,
    )


def _both_ends(*, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
    if len(ranked) <= 2 * SHOWN_ENDS:
        return ranked
    return [*ranked[:SHOWN_ENDS], *ranked[-SHOWN_ENDS:]]


def _loads_note(*, asked: Asked) -> str:
    """Until when loads are known: figures by weight look better than they are over days without any."""
    last_on = last_load_on(period=asked.period, community_ids=asked.community_ids)
    if last_on is None:
        return "这段日期没有清运过磅,过磅的指标都没有数据。"
    if last_on == asked.period.ends_on:
        return ""
    return f"清运过磅只到 {last_on:%-m月%-d日}:之后几天还没有清运单,人均日产量会偏低。"


def _span(*, age: dt.timedelta) -> str:
    seconds = int(age.total_seconds())
    return f"{seconds} 秒" if seconds < 120 else f"{seconds // 60:,} 分钟"
