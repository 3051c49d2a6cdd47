"""Records a bin's heartbeat: how it is doing now, and how full it was when."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from lib import dialect
from sorting.models import Alert, AlertKind, BinStatus, FillReading, SmartBin
from sorting.services.rows import insert_rows

READING_EVERY_S = 15 * 60  # a bin that beats every minute leaves 96 readings a day of each category, not 1,440
READINGS_KEPT_DAYS = 30

_STATUS_TYPES = {
    "bin_id": "bigint",
    "received_at": "timestamptz",
    "signed_at": "timestamptz",
    "said_at": "timestamptz",
    "clock_skew_s": "float8",
    "boot_id": "text",
    "last_sequence": "bigint",
    "is_lid_open": "bool",
    "temperature_c": "float8",
    "battery_rate": "float8",
    "firmware": "text",
    "fill_rates": "jsonb",
}
_READING_TYPES = {"bin_id": "bigint", "category": "text", "fill_rate": "float8", "read_at": "timestamptz"}


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a bin says of itself. `signed_at`: the moment of its signature; `said_at`: what its own clock shows.

    What it does not report is None, "" or an empty mapping. `fill_rates`: 0..1 by category code.
    """

    signed_at: dt.datetime
    said_at: dt.datetime
    boot_id: str = ""
    last_sequence: int | None = None
    fill_rates: Mapping[str, float] = field(default_factory=dict)
    is_lid_open: bool | None = None
    temperature_c: float | None = None
    battery_rate: float | None = None
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class StatusRecorded:
    """What a bin is told: by how many seconds its clock is ahead of ours, and which alerts are open."""

    clock_skew_s: float
    alerts: list[tuple[AlertKind, str]]


@transaction.atomic
def record_status(*, smart_bin: SmartBin, heartbeat: Heartbeat, received_at: dt.datetime) -> StatusRecorded:
    """Overwrite the bin's status and keep its fill rates.

    A heartbeat that was signed before the one on record changes only when the bin was last heard. A repeat changes
    nothing else either, so heartbeats need no row by which a message is known again.
    """
    skew_s = (heartbeat.said_at - received_at).total_seconds()
    status = {
        "bin_id": smart_bin.pk,
        "received_at": received_at,
        "signed_at": heartbeat.signed_at,
        "said_at": heartbeat.said_at,
        "clock_skew_s": skew_s,
        "boot_id": heartbeat.boot_id,
        "last_sequence": heartbeat.last_sequence,
        "is_lid_open": heartbeat.is_lid_open,
        "temperature_c": heartbeat.temperature_c,
        "battery_rate": heartbeat.battery_rate,
        "firmware": heartbeat.firmware,
        "fill_rates": json.dumps(dict(heartbeat.fill_rates)),
    }
    insert_rows(
        table=BinStatus._meta.db_table,
        types=_STATUS_TYPES,
        columns={name: [value] for name, value in status.items()},
        on_conflict=_unless_older(),
    )
    _keep_readings(smart_bin=smart_bin, heartbeat=heartbeat)
    alerts = Alert.objects.filter(bin=smart_bin, closed_at__isnull=True).order_by("kind", "subject")
    return StatusRecorded(
        clock_skew_s=skew_s,
        alerts=[(AlertKind(kind), subject) for kind, subject in alerts.values_list("kind", "subject")],
    )


def forget_old_readings(*, now: dt.datetime) -> int:
    """Delete the fill readings that no forecast looks at any more; how many."""
    return FillReading.objects.filter(read_at__lt=now - dt.timedelta(days=READINGS_KEPT_DAYS)).delete()[0]


def _unless_older() -> str:
    """Two heartbeats may be recorded at once, in either order: the database compares, under the row's lock."""
    table, greatest = BinStatus._meta.db_table, dialect.words()["greatest"]
    kept = [name for name in _STATUS_TYPES if name not in ("bin_id", "received_at")]
    newer = f"EXCLUDED.signed_at >= {table}.signed_at"
    changes = [f"{name} = CASE WHEN {newer} THEN EXCLUDED.{name} ELSE {table}.{name} END" for name in kept]
    changes.append(f"received_at = {greatest}(EXCLUDED.received_at, {table}.received_at)")
    return f"ON CONFLICT (bin_id) DO UPDATE SET {', '.join(changes)}"


def _keep_readings(*, smart_bin: SmartBin, heartbeat: Heartbeat) -> None:
    # The signature's moment is within five minutes of ours; the clock that the bin shows may be anywhere.
    seconds = int(heartbeat.signed_at.timestamp())
    read_at = dt.datetime.fromtimestamp(seconds - seconds % READING_EVERY_S, tz=dt.UTC)
    rates = sorted(heartbeat.fill_rates.items())
    insert_rows(
        table=FillReading._meta.db_table,
        types=_READING_TYPES,
        columns={
            "bin_id": [smart_bin.pk] * len(rates),
            "category": [category for category, _ in rates],
            "fill_rate": [rate for _, rate in rates],
            "read_at": [read_at] * len(rates),
        },
        on_conflict="ON CONFLICT (bin_id, category, read_at) DO UPDATE SET fill_rate = EXCLUDED.fill_rate",
    )
