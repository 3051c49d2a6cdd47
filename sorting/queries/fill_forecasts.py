"""When the containers of one bin will be full, by its readings."""

import datetime as dt
from collections import defaultdict

from sorting.fill_forecast import READINGS_MAX, Reading, forecast_full_at
from sorting.models import FillReading, SmartBin


def read_fill_forecasts(*, smart_bin: SmartBin, now: dt.datetime) -> dict[str, dt.datetime | None]:
    """By category code, for each container that was ever reported: when it is full, None where nothing can be said."""
    since = now - READINGS_MAX * dt.timedelta(minutes=15)
    rows = FillReading.objects.filter(bin=smart_bin, read_at__gte=since).values_list("category", "read_at", "fill_rate")
    readings: defaultdict[str, list[Reading]] = defaultdict(list)
    for category, read_at, fill_rate in rows:
        readings[category].append((read_at, fill_rate))
    return {category: forecast_full_at(readings=each, now=now) for category, each in sorted(readings.items())}
