"""When a container is full, from how full it was. Pure arithmetic: no ORM.

The slope is Theil and Sen's: the median of the slopes between all pairs of readings, which one reading in four may be
wrong without moving. None is an answer: a forecast that the readings do not bear out is not made up.
"""

import datetime as dt
from collections.abc import Sequence
from statistics import median

FULL_RATE = 0.9
EMPTIED_FALL_RATE = 0.2  # a container whose rate falls by as much was emptied; less is the waste settling
READINGS_MIN = 4
READINGS_MAX = 96  # a day of quarters of an hour; the pairs grow with the square
SPAN_MIN = dt.timedelta(hours=2)
RISE_RATE_MIN = 0.1  # what rose less may be the sensor's noise
FORECAST_MAX = dt.timedelta(days=7)

Reading = tuple[dt.datetime, float]


def since_emptied(*, readings: Sequence[Reading]) -> Sequence[Reading]:
    """The readings (in order of time) from the last emptying on. One reading that stands apart is no emptying."""
    rates = [rate for _, rate in readings]
    start = 0
    for index in range(1, len(rates)):
        before = min(rates[max(0, index - 2) : index])
        if before - max(rates[index : index + 2]) >= EMPTIED_FALL_RATE:
            start = index
    return readings[start:]


def forecast_full_at(*, readings: Sequence[Reading], now: dt.datetime) -> dt.datetime | None:
    """When the rate reaches FULL_RATE if it goes on as since the last emptying.

    None where it is full already, and where nothing can be said: under READINGS_MIN readings or SPAN_MIN between the
    first and the last, no rise that stands out from the noise, later than FORECAST_MAX, or past already.
    """
    recent = since_emptied(readings=sorted(readings))[-READINGS_MAX:]
    if len(recent) < READINGS_MIN or recent[-1][0] - recent[0][0] < SPAN_MIN or recent[-1][1] >= FULL_RATE:
        return None
    start_at = recent[0][0]
    points = [((read_at - start_at).total_seconds(), rate) for read_at, rate in recent]
    slope_per_s = median(
        (later_rate - rate) / (later_s - at_s)
        for index, (at_s, rate) in enumerate(points)
        for later_s, later_rate in points[index + 1 :]
        if later_s > at_s
    )
    base_rate = median(rate - slope_per_s * at_s for at_s, rate in points)
    noise_rate = median(abs(rate - base_rate - slope_per_s * at_s) for at_s, rate in points)
    if slope_per_s * points[-1][0] < max(RISE_RATE_MIN, 3 * noise_rate):
        return None
    full_s = (FULL_RATE - base_rate) / slope_per_s
    if full_s > (now - start_at + FORECAST_MAX).total_seconds():
        return None
    full_at = start_at + dt.timedelta(seconds=full_s)
    return full_at if full_at > now else None
