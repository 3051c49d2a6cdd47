"""Expiring: what was not collected in time goes back, points and stock, by the thousand."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from households.models import NoticeKind
from households.services import notify_households_of
from lib import dialect
from lib.contention import retry_on_contention
from points import ledger
from points.models import Redemption, RedemptionStatus, RunKind
from points.services import locks

REDEMPTIONS_A_RUN_MAX = 1_000  # one transaction stays short: shops and residents want the same rows


def expire_redemptions_due(*, now: dt.datetime) -> int:
    """Close every redemption whose time is over and give everything back; how many. Safe to repeat.

    :raises lib.contention.Busy: rows were locked for too long; what was closed before stays closed.
    """
    closed = 0
    due = Redemption.objects.filter(status=RedemptionStatus.RESERVED, expires_at__lte=now).order_by("pk")
    while ids := list(due.values_list("pk", flat=True)[:REDEMPTIONS_A_RUN_MAX]):
        closed += _expire(redemption_ids=ids, now=now)
    return closed


@retry_on_contention
@transaction.atomic
def _expire(*, redemption_ids: Sequence[int], now: dt.datetime) -> int:
    chosen = Redemption.objects.filter(pk__in=redemption_ids)
    run_id = ledger.next_run_id()
    locks.lock_accounts(household_ids=chosen.values_list("household_id", flat=True))
    locks.lock_rewards(reward_ids=chosen.values_list("reward_id", flat=True))
    _stage_due(redemption_ids=redemption_ids)
    _stage_refunds()
    _put_back_stock()
    _close(now=now)
    _tell(now=now)
    count = int(dialect.fetch("SELECT COUNT(*) FROM work_redemption")[0][0])
    if count:
        ledger.post_staged(run_id=run_id, kind=RunKind.EXPIRE, now=now)
    return count


def _stage_due(*, redemption_ids: Sequence[int]) -> None:
    dialect.work_table(
        name="work_redemption",
        columns="id bigint, household_id bigint, reward_id bigint, quantity integer, points integer",
    )
    listed = ",".join(str(each) for each in redemption_ids)
    # Read again under the locks: somebody may just have collected or cancelled some.
    dialect.execute(
        f"""INSERT INTO work_redemption
            SELECT r.id, r.household_id, r.reward_id, r.quantity, r.points
            FROM (SELECT * FROM points_redemption WHERE id IN ({listed}) AND status = 'RESERVED'
                  ORDER BY id {dialect.words()["for_update"]}) r"""  # noqa: S608
    )


def _stage_refunds() -> None:
    ledger.begin_staging()
    redeemed_id = ledger.platform_account_ids()["REDEEMED"]
    dialect.execute(
        f"""INSERT INTO work_transfer
            SELECT w.household_id, {redeemed_id:d}, a.id, w.points, 'REFUND',
                   'redemption/' || CAST(w.id AS varchar) || '/refund'
            FROM work_redemption w
            JOIN points_account a ON a.household_id = w.household_id AND a.kind = 'AVAILABLE'
            ORDER BY w.id"""  # noqa: S608
    )


def _put_back_stock() -> None:
    dialect.execute(
        """UPDATE points_reward SET stock_count = stock_count + back.quantity
           FROM (SELECT reward_id, SUM(quantity) AS quantity FROM work_redemption GROUP BY reward_id) back
           WHERE points_reward.id = back.reward_id AND points_reward.stock_count IS NOT NULL"""
    )


def _close(*, now: dt.datetime) -> None:
    moment = dialect.adapt(value=now)
    dialect.execute(
        "UPDATE points_redemption SET status = 'EXPIRED', closed_at = %s WHERE id IN (SELECT id FROM work_redemption)",
        [moment],
    )
    dialect.execute(
        "INSERT INTO points_redemptionevent (redemption_id, status, at) "
        "SELECT id, 'EXPIRED', %s FROM work_redemption ORDER BY id",
        [moment],
    )


def _tell(*, now: dt.datetime) -> None:
    today = timezone.localdate(now)
    notify_households_of(
        rows_sql=f"""
            SELECT w.household_id, r.name || ' 过了领取期限,' || CAST(w.points AS varchar)
                   || ' 分已在{today.month}月{today.day}日退回。' AS text,
                   'redemption/' || CAST(w.id AS varchar) || '/expired' AS reference
            FROM work_redemption w JOIN points_reward r ON r.id = w.reward_id""",  # noqa: S608
        params=[],
        kind=NoticeKind.REDEMPTION,
        now=now,
    )
