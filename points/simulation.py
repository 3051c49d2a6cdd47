"""Simulates a draft: what the last 30 days would have brought, by the settlement's own statements, posting nothing.

One community at a time, so that a screen can show how far it is. What comes out are sums and counts of households,
never a household.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from households.models import Community, Household
from lib import dialect
from people.models import AccessLog, User
from points.models import Programme, ProgrammeSimulation, ProgrammeState, SimulatedCommunity
from points.programmes import ProgrammeBook, book_as_if
from points.settlement import DAY_TOTALS, rate_staged_days, stage_days
from sorting.services.arrivals import stage_arrivals

SIMULATED_DAYS = 30
SUBJECT_KIND = "programme"

# A household's difference over the days, in points: the least of each band, from the second on.
BAND_FLOORS = (-99, -19, 0, 1, 20, 100)
BANDS = ("少 100 分以上", "少 20–99 分", "少 1–19 分", "不变", "多 1–19 分", "多 20–99 分", "多 100 分以上")


@transaction.atomic
def begin_simulation(*, programme: Programme, officer: User, now: dt.datetime) -> ProgrammeSimulation:
    """Begin with the 30 days before today. All households' days are read, so it is written down who began it."""
    today = timezone.localdate(now)
    simulation = ProgrammeSimulation.objects.create(
        programme=programme,
        first_on=today - dt.timedelta(days=SIMULATED_DAYS),
        last_on=today - dt.timedelta(days=1),
        begun_by=officer,
        begun_at=now,
    )
    SimulatedCommunity.objects.bulk_create(
        SimulatedCommunity(simulation=simulation, community=community)
        for community in communities_of(programme=programme)
    )
    AccessLog.objects.create(
        user=officer, subject_kind=SUBJECT_KIND, subject_id=programme.pk, reason="试算积分方案(只看合计)", at=now
    )
    return simulation


def communities_of(*, programme: Programme) -> QuerySet[Community]:
    """Where the programme would hold: its community, or all with households and without a programme of their own."""
    if programme.community_id is not None:
        return Community.objects.filter(pk=programme.community_id)
    own = Programme.objects.filter(
        community=OuterRef("pk"), state=ProgrammeState.APPROVED, holds_from__lte=programme.holds_from
    )
    homes = Household.objects.filter(community=OuterRef("pk"))
    return Community.objects.filter(Exists(homes), ~Exists(own)).order_by("pk")


def simulate_next_community(*, simulation: ProgrammeSimulation, now: dt.datetime) -> bool:
    """Simulate one community that is not done; False if there was none. Two at once do the same, and one writes it."""
    row = simulation.communities.filter(is_done=False).order_by("pk").first()
    if row is None:
        return False
    with _one_view():
        _rate(
            simulation=simulation,
            community_id=row.community_id,
            book=book_as_if(programme=simulation.programme),
            now=now,
        )
        counts, spread = _households()
        days = _days(simulation=simulation)
    SimulatedCommunity.objects.filter(pk=row.pk, is_done=False).update(
        gaining_count=counts[0],
        losing_count=counts[1],
        same_count=counts[2],
        points_before=sum(before for before, _ in days),
        points_after=sum(after for _, after in days),
        spread=spread,
        days=days,
        is_done=True,
    )
    return True


@contextmanager
def _one_view() -> Iterator[None]:
    """One consistent view of the facts, with work tables, keeping no writer out.

    On PostgreSQL `dialect.snapshot` would refuse to make the work tables; on SQLite a transaction of Django's would
    take the write lock.
    """
    if connection.in_atomic_block or not dialect.is_postgresql():
        with dialect.snapshot():
            yield
    else:
        with transaction.atomic():
            dialect.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield


def _rate(*, simulation: ProgrammeSimulation, community_id: int, book: ProgrammeBook, now: dt.datetime) -> None:
    """Fill `work_simulated`: each settled household-day with what it came to, and what it would have."""
    first_on, last_on = (dialect.adapt(value=each) for each in (simulation.first_on, simulation.last_on))
    stage_arrivals(batch_ids=())
    stage_days(
        days_sql=f"""SELECT s.household_id, s.occurred_on FROM points_daysettlement s
                     JOIN households_household home ON home.id = s.household_id
                     WHERE home.community_id = {community_id:d}
                       AND s.occurred_on BETWEEN '{first_on}' AND '{last_on}'"""  # noqa: S608 - a number and two dates
    )
    rate_staged_days(book=book, now=now)
    dialect.work_table(
        name="work_simulated",
        columns="household_id bigint, occurred_on date, points_before integer, points_after integer",
    )
    dialect.execute(
        f"""INSERT INTO work_simulated
            SELECT s.household_id, s.occurred_on,
                   s.awarded_points - s.release_shortfall_points + s.bonus_points - s.bonus_shortfall_points
                   - s.penalty_points - s.penalty_shortfall_points,
                   COALESCE(t.awarded + t.bonus - t.penalty, 0)
            FROM work_day w
            JOIN points_daysettlement s ON s.household_id = w.household_id AND s.occurred_on = w.occurred_on
            LEFT JOIN ({DAY_TOTALS}) t ON t.household_id = w.household_id AND t.occurred_on = w.occurred_on"""  # noqa: S608
    )


def _households() -> tuple[list[int], list[int]]:
    """How many households gain, lose and stay as they are; and how many are in each band."""
    bands = [f"delta < {BAND_FLOORS[0]}"]
    bands += [f"delta >= {low} AND delta < {high}" for low, high in itertools.pairwise(BAND_FLOORS)]
    bands.append(f"delta >= {BAND_FLOORS[-1]}")
    columns = ", ".join(
        f"COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0)"
        for condition in ("delta > 0", "delta < 0", "delta = 0", *bands)
    )
    row = dialect.fetch(
        f"""SELECT {columns} FROM (SELECT SUM(points_after) - SUM(points_before) AS delta
                                   FROM work_simulated GROUP BY household_id) each_household"""  # noqa: S608
    )[0]
    numbers = [int(each) for each in row]
    return numbers[:3], numbers[3:]


def _days(*, simulation: ProgrammeSimulation) -> list[list[int]]:
    """[before, after] of each day in order, 0 where nobody came."""
    found = {
        on if isinstance(on, dt.date) else dt.date.fromisoformat(on): [int(before), int(after)]
        for on, before, after in dialect.fetch(
            "SELECT occurred_on, SUM(points_before), SUM(points_after) FROM work_simulated GROUP BY occurred_on"
        )
    }
    day_count = (simulation.last_on - simulation.first_on).days + 1
    return [found.get(simulation.first_on + dt.timedelta(days=each), [0, 0]) for each in range(day_count)]
