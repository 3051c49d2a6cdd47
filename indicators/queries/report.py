"""The indicators of a period: the district's, or one community's."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from indicators.catalogue import COMPUTED, Computed
from indicators.facts import CommunityFacts, Period
from indicators.formulas import NO_FIGURE, STAGES, Figure
from indicators.queries.communities import community_facts
from indicators.queries.numbers import json_number
from indicators.queries.staleness import is_anything_untallied
from lib.errors import DomainError


class UnknownCommunity(DomainError):
    """There is no community of that name in the district."""

    code = "community_unknown"
    message = "没有这个小区"


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator of one period. `community` is None for the indicator's own scope."""

    computed: Computed
    figure: Figure
    community: str | None
    period: Period
    as_of: dt.datetime
    is_stale: bool


def read_indicators(*, period: Period, community: str | None = None, now: dt.datetime) -> list[IndicatorRow]:
    """Every row of the contract's table, in its order, computed from the tallies as they are now.

    :raises UnknownCommunity: `community` is not the name of one.
    """
    # Asked before the tallies are read: what is tallied in between makes the figures newer than the flag says.
    is_stale = is_anything_untallied(period=period)
    communities = community_facts(period=period)
    if community is not None and all(facts.name != community for facts in communities):
        raise UnknownCommunity(f"没有小区“{community}”", fields={"community": community})
    return [
        IndicatorRow(
            computed=computed,
            figure=_figure(computed=computed, communities=communities, community=community, period=period),
            community=community,
            period=period,
            as_of=now,
            is_stale=is_stale,
        )
        for computed in COMPUTED
    ]


def figures_everywhere(*, period: Period) -> list[tuple[Computed, CommunityFacts | None, Figure]]:
    """Every computed figure of the district (None) and of each community, from one reading of the tallies."""
    communities = community_facts(period=period)
    return [
        (
            computed,
            place,
            _figure(computed=computed, communities=communities, community=place.name if place else None, period=period),
        )
        for place in (None, *communities)
        for computed in COMPUTED
    ]


def row_as_json(*, row: IndicatorRow) -> dict[str, object]:
    """A row in the contract's keys and units; numbers are exact to the gram."""
    target = row.computed.target(row.period.ends_on)
    document: dict[str, object] = {
        "code": row.computed.code,
        "number": row.computed.number,
        "measure": row.computed.measure,
        "community": row.community,
        "value": json_number(row.figure.value),
        "unit": row.computed.unit,
        "numerator": json_number(row.figure.numerator),
        "denominator": json_number(row.figure.denominator),
        "sample_count": row.figure.sample_count,
        "target": json_number(target),
        "from": row.period.starts_on.isoformat(),
        "to": row.period.ends_on.isoformat(),
        "as_of": timezone.localtime(row.as_of).isoformat(timespec="seconds"),
        "stale": row.is_stale,
    }
    if row.figure.stages is not None:
        document["stages"] = dict(row.figure.stages)
    return document


def _figure(
    *, computed: Computed, communities: Sequence[CommunityFacts], community: str | None, period: Period
) -> Figure:
    in_scope = [facts for facts in communities if computed.is_in_scope(facts) and community in (None, facts.name)]
    if community is not None and not in_scope:
        return _outside_scope(computed=computed)
    return computed.formula(communities=in_scope, period=period)


def _outside_scope(*, computed: Computed) -> Figure:
    if computed.code != "pilot_households":
        return NO_FIGURE
    return Figure(value=None, numerator=None, denominator=None, stages=dict.fromkeys(STAGES))
