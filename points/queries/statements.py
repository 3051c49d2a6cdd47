"""A household's statement: what it holds, and its last transfers with the balances that each left behind."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from households.models import Household
from lib import dialect
from points.transfer_words import transfer_sentence

LINES_A_PAGE = 20
LINES_A_PAGE_MAX = 100
_NO_LATER_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as its household sees it. The changes are signed; `…_after` is what the account held then."""

    transfer_id: int
    posted_at: dt.datetime
    reason: str
    reference: str
    points: int
    sentence: str
    pending_change: int
    available_change: int
    pending_after: int
    available_after: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a household holds now, and one page of its transfers, newest first.

    `next_before_id` is what asks for the page after this one; None on the last.
    """

    pending_points: int
    available_points: int
    lines: tuple[StatementLine, ...]
    next_before_id: int | None


def statement_of(
    *,
    household: Household,
    before_id: int | None = None,
    month: dt.date | None = None,
    line_count: int = LINES_A_PAGE,
) -> Statement:
    """The newest transfers, those before `before_id`, or those posted in the local month of a date. One query.

    What has been read is never changed, so a page is asked for by the transfer before which it begins.
    """
    wanted = min(max(line_count, 1), LINES_A_PAGE_MAX)
    in_month, month_params = _month_condition(month=month)
    rows = dialect.fetch(
        _STATEMENT.format(in_month=in_month),
        [
            *(household.pk, household.pk, _NO_LATER_ID if before_id is None else before_id),
            *month_params,
            *(wanted + 1, household.pk),
        ],
    )
    pending_id, available_id, pending, available, newer_pending, newer_available = rows[0][:6]
    pending_after, available_after = (pending or 0) - newer_pending, (available or 0) - newer_available
    lines = []
    page = [row[6:] for row in rows if row[6] is not None]
    for transfer_id, debit_id, credit_id, points, reason, reference, posted_at in page[:wanted]:
        pending_change = points * ((credit_id == pending_id) - (debit_id == pending_id))
        available_change = points * ((credit_id == available_id) - (debit_id == available_id))
        lines.append(
            StatementLine(
                transfer_id=transfer_id,
                posted_at=dialect.moment(value=posted_at),
                reason=reason,
                reference=reference,
                points=points,
                sentence=transfer_sentence(reason=reason, reference=reference, points=points),
                pending_change=pending_change,
                available_change=available_change,
                pending_after=pending_after,
                available_after=available_after,
            )
        )
        pending_after -= pending_change
        available_after -= available_change
    return Statement(
        pending_points=pending or 0,
        available_points=available or 0,
        lines=tuple(lines),
        next_before_id=lines[-1].transfer_id if len(page) > wanted else None,
    )


def _month_condition(*, month: dt.date | None) -> tuple[str, list[Any]]:
    if month is None:
        return "", []
    first = month.replace(day=1)
    next_first = (first + dt.timedelta(days=31)).replace(day=1)
    bounds = [timezone.make_aware(dt.datetime(day.year, day.month, 1)) for day in (first, next_first)]  # noqa: DTZ001
    return "AND r.posted_at >= %s AND r.posted_at < %s", [dialect.adapt(value=bound) for bound in bounds]


# One statement is one view of the database: what is held now, less what moved after the page, is what was held then.
_STATEMENT = """
    WITH own AS (
        SELECT MAX(CASE WHEN kind = 'PENDING' THEN id END) AS pending_id,
               MAX(CASE WHEN kind = 'AVAILABLE' THEN id END) AS available_id,
               MAX(CASE WHEN kind = 'PENDING' THEN balance_points END) AS pending_points,
               MAX(CASE WHEN kind = 'AVAILABLE' THEN balance_points END) AS available_points
        FROM points_account WHERE household_id = %s),
    page AS (
        SELECT t.id, t.debit_id, t.credit_id, t.points, t.reason, t.reference, r.posted_at
        FROM points_transfer t JOIN points_tallyrun r ON r.id = t.run_id
        WHERE t.household_id = %s AND t.id < %s {in_month}
        ORDER BY t.id DESC LIMIT %s),
    newer AS (
        SELECT COALESCE(SUM(t.points * (CASE WHEN t.credit_id = o.pending_id THEN 1 ELSE 0 END
                                        - CASE WHEN t.debit_id = o.pending_id THEN 1 ELSE 0 END)), 0) AS pending_points,
               COALESCE(SUM(t.points * (CASE WHEN t.credit_id = o.available_id THEN 1 ELSE 0 END
                                        - CASE WHEN t.debit_id = o.available_id THEN 1 ELSE 0 END)), 0)
                   AS available_points
        FROM points_transfer t CROSS JOIN own o
        WHERE t.household_id = %s AND t.id > (SELECT MAX(id) FROM page))
    SELECT o.pending_id, o.available_id, o.pending_points, o.available_points, n.pending_points, n.available_points,
           p.id, p.debit_id, p.credit_id, p.points, p.reason, p.reference, p.posted_at
    FROM own o CROSS JOIN newer n LEFT JOIN page p ON true
    ORDER BY p.id DESC"""
