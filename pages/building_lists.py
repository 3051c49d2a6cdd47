"""楼栋榜 of the last finished month, as plain values for the screens of residents and officers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils import dateformat, timezone
from django.utils.translation import gettext

from households.models import Community
from indicators.building_lists import BuildingStanding, list_buildings
from indicators.facts import Period
from indicators.queries.buildings import building_facts
from pages.front_page import ACTIVE_HOUSEHOLDS_MIN
from pages.reading_out import NO_DATA

Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ShownLists:
    """The lists in words; a row is the building, its accuracy and its participation."""

    month: str
    best: Sequence[Row]
    between: Sequence[Row]
    needing_help: Sequence[Row]
    unranked: Sequence[Row]
    withheld_count: int
    homes_min: int


def read_building_lists(*, community: Community, now: dt.datetime) -> ShownLists:
    """The lists of the community for the month before this one."""
    ends_on = timezone.localdate(now).replace(day=1) - dt.timedelta(days=1)
    facts = building_facts(community=community, period=Period(starts_on=ends_on.replace(day=1), ends_on=ends_on))
    lists = list_buildings(facts=facts, homes_min=ACTIVE_HOUSEHOLDS_MIN)
    return ShownLists(
        month=dateformat.format(ends_on, gettext("Y年n月")),
        best=_rows(lists.best),
        between=_rows(lists.between),
        needing_help=_rows(lists.needing_help),
        unranked=_rows(lists.unranked),
        withheld_count=lists.withheld_count,
        homes_min=ACTIVE_HOUSEHOLDS_MIN,
    )


def _rows(standings: Sequence[BuildingStanding]) -> list[Row]:
    return [
        (gettext("{building}栋").format(building=each.building), _percent(each.accuracy), _percent(each.participation))
        for each in standings
    ]


def _percent(value: Fraction | None) -> str:
    return NO_DATA if value is None else f"{float(value) * 100:.1f} %"
