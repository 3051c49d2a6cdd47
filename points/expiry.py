"""Expiry: available points end on 31 December of the year after they were awarded, oldest first."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from lib import dialect
from points import ledger
from points.models import RunKind

HOUSEHOLDS_A_RUN_MAX = 5_000  # one transaction stays short


def expire_due(*, now: datetime) -> int:
    """Expire what is due by `now`; returns the points expired. Safe to repeat.

    On local day D every point awarded before 1 January of D's year minus one has ended. What a household spent,
    lost or let expire before is taken from its oldest points, so only the older points' unspent rest expires.
    """
    ended_before = timezone.make_aware(datetime(timezone.localtime(now).year - 1, 1, 1))  # noqa: DTZ001 - made aware
    total = 0
    while points := _expire_some(ended_before=ended_before, now=now):
        total += points
    return total


def _expire_some(*, ended_before: datetime, now: datetime) -> int:
    with transaction.atomic():
        listed = ",".join(
            str(row[0])
            for row in dialect.fetch(
                f"SELECT household_id FROM ({_DUE}) due ORDER BY household_id LIMIT {HOUSEHOLDS_A_RUN_MAX:d}",  # noqa: S608
                [dialect.adapt(value=ended_before)],
            )
        )
        if not listed:
            return 0
        run_id = ledger.next_run_id()
        ledger.lock_accounts_of(household_ids_sql=listed)
        ledger.begin_staging()
        expired_id = ledger.platform_account_ids()["EXPIRED"]
        # Computed again under the locks: somebody may just have spent some.
        dialect.execute(
            f"""INSERT INTO work_transfer
                SELECT due.household_id, due.account_id, {expired_id:d}, due.points, 'EXPIRE',
                       'expire/' || CAST(due.household_id AS varchar) || '/{run_id:d}'
                FROM ({_DUE}) due WHERE due.household_id IN ({listed}) ORDER BY due.household_id""",  # noqa: S608
            [dialect.adapt(value=ended_before)],
        )
        return ledger.post_staged(run_id=run_id, kind=RunKind.EXPIRE, now=now).points


# Of each household: the available points awarded before a moment, less all that ever left its AVAILABLE account
# (a REFUND gives back what a REDEEM took). Reversals are already out of the settlements' own figures.
_DUE = """
    SELECT old.household_id, old.account_id, old.points - COALESCE(gone.points, 0) AS points
    FROM (SELECT s.household_id, a.id AS account_id, SUM(s.released_points + s.bonus_points) AS points
          FROM points_daysettlement s
          JOIN points_account a ON a.household_id = s.household_id AND a.kind = 'AVAILABLE' AND a.balance_points > 0
          WHERE s.first_awarded_at < %s
          GROUP BY s.household_id, a.id) old
    LEFT JOIN (SELECT t.household_id,
                      SUM(CASE WHEN t.credit_id = v.id THEN -t.points ELSE t.points END) AS points
               FROM points_transfer t
               JOIN points_account v ON v.household_id = t.household_id AND v.kind = 'AVAILABLE'
                                    AND (t.debit_id = v.id OR t.credit_id = v.id)
               JOIN points_account other ON other.id = CASE WHEN t.credit_id = v.id THEN t.debit_id ELSE t.credit_id END
               WHERE other.kind IN ('REDEEMED', 'EXPIRED', 'PENALISED')
               GROUP BY t.household_id) gone ON gone.household_id = old.household_id
    WHERE old.points - COALESCE(gone.points, 0) > 0"""
