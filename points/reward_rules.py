"""When a reward is on offer, what a household may still have of it, and until when it is kept. Pure."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

QUANTITY_MAX = 20  # pieces in one redemption: what somebody carries home


def is_on_offer(*, is_offered: bool, starts_on: dt.date, ends_on: dt.date | None, on: dt.date) -> bool:
    """Whether it can be redeemed on this local day; the last day counts."""
    return is_offered and starts_on <= on and (ends_on is None or on <= ends_on)


def period_start(*, period: str, on: dt.date, zone: ZoneInfo) -> dt.datetime | None:
    """The first moment of the DAY, MONTH or YEAR that holds this local day; None for EVER: no beginning."""
    first = {"DAY": on, "MONTH": on.replace(day=1), "YEAR": on.replace(month=1, day=1)}.get(period)
    return None if first is None else dt.datetime.combine(first, dt.time(), tzinfo=zone)


def kept_until(*, reserved_at: dt.datetime, days: int, zone: ZoneInfo) -> dt.datetime:
    """The end of the local day `days` days after it was reserved: at least that many times 24 hours."""
    last_day = reserved_at.astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time(), tzinfo=zone)


def month_bounds(*, year: int, month: int, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a local month and that of the next one.

    :raises ValueError: there is no such month.
    """
    first = dt.date(year, month, 1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    begins_at, ends_at = (dt.datetime.combine(day, dt.time(), tzinfo=zone) for day in (first, following))
    return begins_at, ends_at


def yuan(*, points: int, points_per_yuan: int) -> Decimal:
    """What points are worth, in yuan to the fen, half a fen up."""
    return (Decimal(points) / points_per_yuan).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def pieces_left(
    *, stock_count: int | None, household_limit: int | None, had_count: int, quantity_max: int = QUANTITY_MAX
) -> int:
    """How many pieces one redemption of a household may hold now, its points aside."""
    bounds = [quantity_max]
    if stock_count is not None:
        bounds.append(stock_count)
    if household_limit is not None:
        bounds.append(household_limit - had_count)
    return max(0, min(bounds))
