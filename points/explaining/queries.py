"""Reading days with their explanations: a number of queries that depends neither on days nor on households."""

import datetime as dt
import enum
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext, gettext_noop

from households.models import Household
from lib import dialect
from points.explaining.day import DropOffExplanation, ToldFact, explain_day
from points.models import DaySettlement, Programme
from points.programmes import ProgrammeBook, load_programme_book
from points.rules import STREAK_DAYS_MAX

HOUSEHOLD_DAYS_MAX = 5_000  # one page's worth: a community's day, or a household's years

Key = tuple[int, dt.date]


class State(enum.Enum):
    """Where a drop-off's points are."""

    WAITING = "waiting"  # received, not tallied yet
    SET_ASIDE = "set_aside"  # could not be tallied; people look at it
    PENDING = "pending"  # may still be judged
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ExplainedDropOff:
    """One drop-off as a page shows it. `checked_until` is when its points are released unless it is judged before."""

    drop_off_id: int
    occurred_at: dt.datetime
    point_name: str
    category: str
    sub_class: str
    weight_g: int
    verdict: str
    state: State
    checked_until: dt.datetime
    explanation: DropOffExplanation

    @property
    def sentence(self) -> str:
        """What it earned and why."""
        return self.explanation.sentence

    @property
    def points(self) -> int:
        """What it earned in all."""
        return self.explanation.points


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """One household-day. The points of its drop-offs add up to `points`; what waits for the tally adds nothing yet.

    `pending_points` of them are still to be checked. `shortfall_points` is what a reversal or penalty did not find.
    """

    household_id: int
    occurred_on: dt.date
    programme: Programme
    points: int
    pending_points: int
    shortfall_points: int
    drop_offs: tuple[ExplainedDropOff, ...]


def explained_drop_offs(
    *, household: Household, on: dt.date, now: dt.datetime, settlements: Iterable[DaySettlement] | None = None
) -> tuple[ExplainedDropOff, ...]:
    """The drop-offs of one household's local day in order of time, those that wait for the tally included.

    `settlements`: the household's settled days from STREAK_DAYS_MAX before `on`, where they were read already.
    """
    days = explained_days(household_ids=[household.pk], first_on=on, last_on=on, now=now, settlements=settlements)
    return days[household.pk, on].drop_offs if days else ()


def explained_days(
    *,
    household_ids: Collection[int],
    first_on: dt.date,
    last_on: dt.date,
    now: dt.datetime,
    settlements: Iterable[DaySettlement] | None = None,
) -> dict[Key, ExplainedDay]:
    """All days with drop-offs of these households, both dates included, by (household, date) in order.

    In three queries; in two where the `settlements` from STREAK_DAYS_MAX before were read already.

    :raises ValueError: more household-days are asked for than one page can hold.
    """
    day_count = (last_on - first_on).days + 1
    if len(household_ids) * day_count > HOUSEHOLD_DAYS_MAX:
        raise ValueError(f"{len(household_ids)} households × {day_count} days are more than {HOUSEHOLD_DAYS_MAX}")
    rows = _rows(household_ids=household_ids, first_on=first_on, last_on=last_on)
    if not rows:
        return {}
    if settlements is None:
        settlements = _settlements(
            household_ids=household_ids, first_on=first_on - dt.timedelta(days=STREAK_DAYS_MAX), last_on=last_on
        )
    reading = _Reading(
        book=load_programme_book(),
        settlements={(each.household_id, each.occurred_on): each for each in settlements},
        now=now,
    )
    grouped = itertools.groupby(rows, key=lambda row: (row.household_id, row.occurred_on))
    return {key: _explained_day(key=key, rows=list(group), reading=reading) for key, group in grouped}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What stands beside the drop-offs, read once for all days."""

    book: ProgrammeBook
    settlements: Mapping[Key, DaySettlement]
    now: dt.datetime

    def earning_days_before(self, *, key: Key) -> int:
        """How many days right before this one earned, as points.rules counts them."""
        household_id, on = key
        for days in range(1, STREAK_DAYS_MAX):
            before = self.settlements.get((household_id, on - dt.timedelta(days=days)))
            if before is None or before.awarded_points - before.release_shortfall_points <= 0:
                return days - 1
        return STREAK_DAYS_MAX - 1


class _Row(NamedTuple):
    """The columns of _DROP_OFFS."""

    household_id: int
    occurred_on: dt.date
    occurred_at: dt.datetime
    drop_off_id: int
    point_name: str
    received_at: dt.datetime
    is_tallied: bool
    is_set_aside: bool
    is_attributed: bool
    category: str
    sub_class: str
    weight_g: int
    is_in_window: bool
    is_awarding: bool
    community_id: int
    verdict: str

    @property
    def is_counted(self) -> bool:
        return self.is_tallied and not self.is_set_aside


def _explained_day(*, key: Key, rows: Sequence[_Row], reading: _Reading) -> ExplainedDay:
    _, on = key
    programme = reading.book.programme_on(community_id=rows[0].community_id, on=on)
    rules = reading.book.rules_by_programme_id[programme.pk]
    explanation = explain_day(
        rules=rules,
        facts=[_told(row=row) for row in rows if row.is_counted],
        earning_days_before=reading.earning_days_before(key=key),
    )
    told = iter(explanation.drop_offs)
    settlement = reading.settlements.get(key)
    return ExplainedDay(
        household_id=rows[0].household_id,
        occurred_on=on,
        programme=programme,
        points=sum(each.points for each in explanation.drop_offs),
        pending_points=settlement.awarded_points - settlement.released_points if settlement else 0,
        shortfall_points=_shortfall(settlement=settlement),
        drop_offs=tuple(
            _explained(
                row=row,
                explanation=next(told) if row.is_counted else None,
                checked_until=row.received_at + dt.timedelta(seconds=rules.checking_window_s),
                reading=reading,
            )
            for row in rows
        ),
    )


def _explained(
    *, row: _Row, explanation: DropOffExplanation | None, checked_until: dt.datetime, reading: _Reading
) -> ExplainedDropOff:
    if explanation is None:
        state = State.SET_ASIDE if row.is_set_aside else State.WAITING
        explanation = DropOffExplanation(sentence=gettext(_UNCOUNTED[state]))
    else:
        is_open = explanation.awarded > 0 and row.verdict != "CORRECT" and checked_until > reading.now
        state = State.PENDING if is_open else State.DONE
    return ExplainedDropOff(
        drop_off_id=row.drop_off_id,
        occurred_at=row.occurred_at,
        point_name=row.point_name,
        category=row.category,
        sub_class=row.sub_class,
        weight_g=row.weight_g,
        verdict=row.verdict,
        state=state,
        checked_until=checked_until,
        explanation=explanation,
    )


_UNCOUNTED = {
    State.WAITING: gettext_noop("已收到,正在结算积分"),
    State.SET_ASIDE: gettext_noop("已收到,结算时出了问题,工作人员正在处理"),
}


def _told(*, row: _Row) -> ToldFact:
    return ToldFact(
        category=row.category,
        sub_class=row.sub_class,
        weight_g=row.weight_g,
        is_in_window=row.is_in_window,
        is_awarding=row.is_awarding,
        verdict=row.verdict,
        is_attributed=row.is_attributed,
    )


def _shortfall(*, settlement: DaySettlement | None) -> int:
    if settlement is None:
        return 0
    return settlement.release_shortfall_points + settlement.bonus_shortfall_points + settlement.penalty_shortfall_points


def _settlements(*, household_ids: Collection[int], first_on: dt.date, last_on: dt.date) -> Iterable[DaySettlement]:
    return DaySettlement.objects.filter(household__in=household_ids, occurred_on__range=(first_on, last_on))


def _rows(*, household_ids: Collection[int], first_on: dt.date, last_on: dt.date) -> list[_Row]:
    days = [dialect.adapt(value=first_on), dialect.adapt(value=last_on)]
    found = dialect.fetch(_DROP_OFFS.format(ids=_listed(household_ids)), days * 2)
    return [_row(each) for each in found]


def _row(columns: tuple[Any, ...]) -> _Row:
    row = _Row(*columns)
    on = row.occurred_on
    return row._replace(
        occurred_on=on if isinstance(on, dt.date) else dt.date.fromisoformat(on),
        occurred_at=dialect.moment(value=row.occurred_at),
        received_at=dialect.moment(value=row.received_at),
        is_in_window=bool(row.is_in_window),
        is_awarding=bool(row.is_awarding),
        verdict="" if row.verdict == "WITHDRAWN" else row.verdict or "",
    )


def _listed(ids: Collection[int]) -> str:
    return ",".join(str(int(each)) for each in sorted(ids)) or "NULL"


# The verdict is the one that holds for the points: the last that is tallied; a WITHDRAWN one refutes nothing.
_DROP_OFFS = """
    SELECT o.household_id, d.occurred_on, d.occurred_at, d.id, p.name, b.received_at,
           CASE WHEN b.tallied_at IS NULL OR o.is_waiting = 1 THEN 0 ELSE 1 END,
           CASE WHEN s.drop_off_id IS NULL THEN 0 ELSE 1 END, o.is_attributed,
           d.category, d.sub_class, d.weight_g, d.is_in_window, b.is_awarding, h.community_id,
           (SELECT v.verdict FROM sorting_verification v
            JOIN sorting_dropoffbatch vb ON vb.id = v.batch_id AND vb.tallied_at IS NOT NULL
            WHERE v.drop_off_id = d.id ORDER BY v.id DESC LIMIT 1)
    FROM (SELECT household_id, id AS drop_off_id, 0 AS is_attributed, 0 AS is_waiting
          FROM sorting_dropoff WHERE household_id IN ({ids}) AND occurred_on BETWEEN %s AND %s
          UNION ALL
          SELECT a.household_id, a.drop_off_id, 1, CASE WHEN ab.tallied_at IS NULL THEN 1 ELSE 0 END
          FROM sorting_attribution a JOIN sorting_dropoffbatch ab ON ab.id = a.batch_id
          WHERE a.household_id IN ({ids}) AND a.occurred_on BETWEEN %s AND %s) o
    JOIN sorting_dropoff d ON d.id = o.drop_off_id
    JOIN sorting_dropoffbatch b ON b.id = d.batch_id
    JOIN households_household h ON h.id = o.household_id
    JOIN sorting_smartbin m ON m.id = d.bin_id JOIN sorting_collectionpoint p ON p.id = m.point_id
    LEFT JOIN sorting_setaside s ON s.drop_off_id = d.id
    ORDER BY o.household_id, d.occurred_on, d.occurred_at, d.id"""
