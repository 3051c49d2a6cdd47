"""What an officer asks a screen for: a period and a scope, in the address, so that a view can be sent as a link."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from households.reach import communities_in_reach
from indicators.facts import Period
from lib.errors import DomainError
from people.models import Role
from people.standing import Standing

DAYS_BY_DEFAULT = 30
PERIOD_DAYS_MAX = 366  # a year, so that the period before it is one too
FIRST_YEAR, LAST_YEAR = 1900, 2200
STEPS = {"day": "按日", "week": "按周", "month": "按月"}
DAYS_BY_DAY_MAX, DAYS_BY_WEEK_MAX = 45, 200  # what still fits side by side


class AskedWrongly(DomainError):
    """The address asks for a period or scope that there is none of."""

    code = "asked_wrongly"
    message = "地址里的日期或范围不对"


@dataclass(frozen=True, slots=True)
class Place:
    """A community that the officer may look at."""

    community_id: int
    name: str
    subdistrict_id: int
    subdistrict: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, how to divide it, and the communities looked at. `is_whole` where that is the whole district.

    `is_usual` where the period is the one of today that nobody has to ask for; `sort` is a ranking's, "" for the usual.
    """

    period: Period
    step: str
    scope: str
    scope_name: str
    places: Sequence[Place]
    choices: Sequence[tuple[str, str]]
    is_whole: bool
    is_usual: bool
    sort: str = ""

    @property
    def before(self) -> Period:
        """The period of as many days that ends the day before."""
        ends_on = self.period.starts_on - dt.timedelta(days=1)
        return Period(starts_on=ends_on - dt.timedelta(days=self.period.day_count - 1), ends_on=ends_on)

    @property
    def community_ids(self) -> Collection[int] | None:
        """The keys of the communities, None for every one of the district."""
        return None if self.is_whole else [place.community_id for place in self.places]

    def query(self, **changed: str) -> str:
        """The same question as the end of an address, with parts changed."""
        parts = {
            "from": self.period.starts_on.isoformat(),
            "to": self.period.ends_on.isoformat(),
            "by": self.step,
            "scope": self.scope,
            "sort": self.sort,
        } | changed
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def lasting_query(self) -> str:
        """The same for a screen that stays on: the usual period is not written down, and so moves on with the days."""
        return self.query(**({"from": "", "to": ""} if self.is_usual else {}))


def read_asked(
    *, parameters: Mapping[str, str], standing: Standing, today: dt.date, sorts: Collection[str] = ()
) -> Asked:
    """What the address says; the last DAYS_BY_DEFAULT days of all that is in reach where it says nothing. One query.

    `sorts` are the rankings that the screen has.

    :raises AskedWrongly: a date is none, the period is empty or too long, the scope is not in reach, or the screen has
        no such ranking.
    """
    period = _period(parameters=parameters, today=today)
    step = parameters.get("by") or _usual_step(period=period)
    if step not in STEPS:
        raise AskedWrongly("趋势只能按日、按周或按月(by=day、week、month)")
    sort = parameters.get("sort", "") if sorts else ""
    if sort and sort not in sorts:
        raise AskedWrongly("没有这种排名")
    reach = communities_in_reach(standing=standing, role=Role.OFFICER).order_by("subdistrict__name", "name")
    places = [Place(*row) for row in reach.values_list("pk", "name", "subdistrict_id", "subdistrict__name")]
    is_district = standing.is_district_wide(Role.OFFICER)
    everything = "全区" if is_district else "我负责的全部小区"
    choices = _choices(places=places, everything=everything)
    scope = parameters.get("scope", "")
    if scope not in (names := dict(choices)):
        raise AskedWrongly("没有这个街道或小区,或者不在您负责的范围里")
    chosen = [p for p in places if scope in ("", f"s{p.subdistrict_id}", f"c{p.community_id}")]
    return Asked(
        period=period,
        step=step,
        scope=scope,
        scope_name=names[scope].strip(),
        places=chosen,
        choices=choices,
        is_whole=is_district and not scope,
        is_usual=period == _period(parameters={}, today=today),
        sort=sort,
    )


def _choices(*, places: Sequence[Place], everything: str) -> list[tuple[str, str]]:
    choices = {"": everything}
    for place in places:
        choices[f"s{place.subdistrict_id}"] = place.subdistrict
        choices[f"c{place.community_id}"] = f"　{place.name}"
    return list(choices.items())


def _period(*, parameters: Mapping[str, str], today: dt.date) -> Period:
    ends_on = _date(text=parameters.get("to", "")) or today
    starts_on = _date(text=parameters.get("from", "")) or ends_on - dt.timedelta(days=DAYS_BY_DEFAULT - 1)
    if starts_on > ends_on:
        raise AskedWrongly(f"开始日期 {starts_on} 晚于结束日期 {ends_on}")
    period = Period(starts_on=starts_on, ends_on=ends_on)
    if period.day_count > PERIOD_DAYS_MAX:
        raise AskedWrongly(f"一次最多看 {PERIOD_DAYS_MAX} 天,地址里是 {period.day_count} 天")
    return period


def _date(*, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise AskedWrongly(f"“{text[:20]}”不是日期,请写成 2026-11-23 这样") from None
    if not FIRST_YEAR < date.year < LAST_YEAR:
        raise AskedWrongly(f"“{text[:20]}”的年份不可用")
    return date


def _usual_step(*, period: Period) -> str:
    if period.day_count <= DAYS_BY_DAY_MAX:
        return "day"
    return "week" if period.day_count <= DAYS_BY_WEEK_MAX else "month"
