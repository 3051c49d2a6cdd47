"""Expiry: available points end on 31 December of the year after they were awarded, oldest first."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from households.models import NoticeKind
from households.services import notify_households_of
from lib import dialect
from points import ledger
from points.ages import came_since_sql, local_year, year_begins_at
from points.models import RunKind

HOUSEHOLDS_A_RUN_MAX = 5_000  # one transaction stays short
ANNOUNCED_BEFORE = dt.timedelta(days=30)


def expire_due(*, now: dt.datetime) -> int:
    """Expire what is due by `now`; returns the points expired. Safe to repeat.

    On local day D every point awarded before 1 January of D's year minus one has ended. What a household spent,
    lost or let expire before is taken from its oldest points, so only the older points' unspent rest expires.
    """
    kept_since = year_begins_at(year=local_year(now=now) - 1)
    older, params = _older_sql(than=kept_since)
    listed = dialect.fetch(f"SELECT household_id FROM ({older}) older ORDER BY household_id", params)  # noqa: S608
    due_ids = [row[0] for row in listed]
    return sum(
        _expire(household_ids=due_ids[start : start + HOUSEHOLDS_A_RUN_MAX], kept_since=kept_since, now=now)
        for start in range(0, len(due_ids), HOUSEHOLDS_A_RUN_MAX)
    )


def announce_expiry(*, now: dt.datetime) -> int:
    """From 30 days before the year ends, tell each household once what ends with it; how many were told. Repeatable."""
    today = timezone.localdate(now)
    last_day = dt.date(today.year, 12, 31)
    if today < last_day - ANNOUNCED_BEFORE:
        return 0
    when = f"{last_day.year}年12月31日"
    older, params = _older_sql(than=year_begins_at(year=last_day.year))
    return notify_households_of(
        rows_sql=f"""
            SELECT older.household_id, '您家有 ' || CAST(older.points AS varchar) || ' 分将在{when}到期,'
                   || '请在这天之前兑换。到期的积分不能恢复。' AS text, 'expiry/{last_day.year:d}' AS reference
            FROM ({older}) older
            JOIN households_household h ON h.id = older.household_id AND h.left_on IS NULL""",  # noqa: S608
        params=params,
        kind=NoticeKind.POINTS,
        now=now,
    )


def _expire(*, household_ids: Sequence[int], kept_since: dt.datetime, now: dt.datetime) -> int:
    listed = ",".join(str(each) for each in household_ids)
    with transaction.atomic():
        run_id = ledger.next_run_id()
        ledger.lock_accounts_of(household_ids_sql=listed)
        ledger.begin_staging()
        expired_id = ledger.platform_account_ids()["EXPIRED"]
        # Computed again under the locks: somebody may just have spent some.
        older, params = _older_sql(than=kept_since, household_ids_sql=listed)
        staged = dialect.execute(
            f"""INSERT INTO work_transfer
                SELECT older.household_id, older.account_id, {expired_id:d}, older.points, 'EXPIRE',
                       'expire/' || CAST(older.household_id AS varchar) || '/{run_id:d}'
                FROM ({older}) older ORDER BY older.household_id""",  # noqa: S608
            params,
        )
        return ledger.post_staged(run_id=run_id, kind=RunKind.EXPIRE, now=now).points if staged else 0


def _older_sql(*, than: dt.datetime, household_ids_sql: str | None = None) -> tuple[str, list[Any]]:
    """A query for (household_id, account_id, points): the available points that are older than a moment."""
    came, params = came_since_sql(moment=than, household_ids_sql=household_ids_sql)
    own = f"AND a.household_id IN ({household_ids_sql})" if household_ids_sql is not None else ""
    return (
        f"""SELECT a.household_id, a.id AS account_id, a.balance_points - COALESCE(came.points, 0) AS points
            FROM points_account a
            LEFT JOIN (SELECT household_id, SUM(points) AS points FROM ({came}) each_one GROUP BY household_id) came
              ON came.household_id = a.household_id
            WHERE a.kind = 'AVAILABLE' AND a.balance_points > COALESCE(came.points, 0) {own}""",  # noqa: S608
        params,
    )
