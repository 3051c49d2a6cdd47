"""A refused event is tried again once its cause is mended: a bin that was registered, a clock whose error is known."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from lib.errors import DomainError
from people.models import User
from sorting.models import DEVICE_DOORS, Door, Fate, RefusedEvent, SmartBin
from sorting.services.events import EventRejected, Rejection, clock_at, read_event
from sorting.services.recording import record_drop_offs

BIN_UNKNOWN_CODE = "bin_unknown"
BIN_UNKNOWN_MESSAGE = "没有这个桶号的智能桶,请先登记"
REASON_LENGTH_MAX = 200
SHIFT_S_MAX = 60 * 366 * 86_400  # a clock that fell back to 1970; more is no clock's error
NO_CLOCK_MESSAGE = "不是因时间被拒收,时移不能解决"
REPLAYED_MESSAGE = "此前已重放,不再处理"
_CLOCK_CODES = (Rejection.OCCURRED_IN_FUTURE.value, Rejection.OCCURRED_TOO_LONG_AGO.value)
_SETTLED = (Fate.ACCEPTED, Fate.DUPLICATE)


class ShiftOutOfRange(DomainError):
    """No clock is off by as much, or by nothing."""

    code = "shift_out_of_range"
    message = "时移须为非零的整秒数,至多 60 年 (a shift is a whole number of seconds, not 0, at most 60 years)"


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much a bin's clock was wrong, who says so, and why. `seconds` is added to `occurred_at`.

    Negative where the bin's clock ran ahead.

    :raises ShiftOutOfRange: 0, or more than SHIFT_S_MAX either way.
    """

    seconds: int
    officer: User
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 < abs(self.seconds) <= SHIFT_S_MAX:
            raise ShiftOutOfRange


class ReplayedEvent(NamedTuple):
    """What became of one kept event; the fate is None, and it was left alone, where it was replayed before."""

    row_id: int
    fate: Fate | None
    message: str = ""


@dataclass(slots=True)
class ReplayOutcome:
    """How many kept events went in now, were in already, or are still refused; and what became of each."""

    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    events: list[ReplayedEvent] = field(default_factory=list)

    def add(self, *, row_id: int, fate: Fate | None, message: str = "") -> None:
        """Note and count one event."""
        self.events.append(ReplayedEvent(row_id, fate, message))
        self.accepted += fate is Fate.ACCEPTED
        self.duplicate += fate is Fate.DUPLICATE
        self.refused += fate in (Fate.CONFLICT, Fate.REJECTED)


def replay_refused(*, refused: Iterable[RefusedEvent], now: dt.datetime, shift: Shift | None = None) -> ReplayOutcome:
    """Send kept events through record_drop_offs again; those that went in are stamped with `replayed_at`.

    Each is judged as on the day it first came, through the door by which it came: what was too old or too early then
    still is. `shift` moves their `occurred_at` and goes on record with whoever stated it. What was replayed before is
    left alone, whatever the shift now, and what would still be refused is neither changed nor kept again. Only what a
    bin sent itself earns points, as an import may have been without `--award`.
    """
    outcome = ReplayOutcome()
    by_arrival = sorted(refused, key=_arrival)
    for arrival, group in groupby(by_arrival, key=_arrival):
        _replay(arrival=arrival, row_ids=[row.pk for row in group], now=now, shift=shift, outcome=outcome)
    return outcome


def preview_replay(*, refused: Iterable[RefusedEvent], now: dt.datetime, shift: Shift) -> ReplayOutcome:
    """What `replay_refused` would do now: done, looked at, and undone, so that the two cannot differ."""
    with transaction.atomic():
        outcome = replay_refused(refused=refused, now=now, shift=shift)
        transaction.set_rollback(True)
    return outcome


_Arrival = tuple[str, str, str, dt.datetime]


def _arrival(row: RefusedEvent) -> _Arrival:
    return (row.bin_code, row.door, row.boot_id, row.first_received_at)


@transaction.atomic
def _replay(
    *, arrival: _Arrival, row_ids: list[int], now: dt.datetime, shift: Shift | None, outcome: ReplayOutcome
) -> None:
    bin_code, door, boot_id, first_received_at = arrival
    # Locked and read again: two officers with two shifts must not both find them waiting.
    waiting = RefusedEvent.objects.select_for_update().filter(pk__in=row_ids, replayed_at__isnull=True)
    rows = list(waiting.order_by("pk"))
    for row_id in sorted(set(row_ids) - {row.pk for row in rows}):
        outcome.add(row_id=row_id, fate=None, message=REPLAYED_MESSAGE)
    if shift is not None:
        # What would be refused again must not be kept a second time with its moment moved: the next try would move it
        # once more.
        rows = _fitting(rows=rows, shift=shift, outcome=outcome)
    smart_bin = SmartBin.objects.select_related("point").filter(code=bin_code).first()
    if smart_bin is None:
        for row in rows:
            outcome.add(row_id=row.pk, fate=Fate.REJECTED, message=BIN_UNKNOWN_MESSAGE)
        return
    if not rows:
        return
    batch = record_drop_offs(
        smart_bin=smart_bin,
        events=[shifted(event=row.payload, shift_s=shift.seconds) if shift else row.payload for row in rows],
        door=Door(door),
        received_at=now,
        boot_id=boot_id,
        is_awarding=door in DEVICE_DOORS,
        judged_at=first_received_at,
    )
    for row, result in zip(rows, batch.results, strict=True):
        outcome.add(row_id=row.pk, fate=result.fate, message=result.message)
    settled = [row.pk for row, result in zip(rows, batch.results, strict=True) if result.fate in _SETTLED]
    RefusedEvent.objects.filter(pk__in=settled).update(
        replayed_at=now,
        replay_shift_s=shift.seconds if shift else None,
        replay_reason=shift.reason if shift else "",
        replayed_by=shift.officer if shift else None,
    )


def _fitting(*, rows: list[RefusedEvent], shift: Shift, outcome: ReplayOutcome) -> list[RefusedEvent]:
    """The rows of which the moved event would have been taken when it came; the others are noted as refused."""
    fitting = []
    for row in rows:
        obstacle = _obstacle(row=row, shift=shift)
        if obstacle is None:
            fitting.append(row)
        else:
            outcome.add(row_id=row.pk, fate=Fate.REJECTED, message=obstacle)
    return fitting


def _obstacle(*, row: RefusedEvent, shift: Shift) -> str | None:
    """Why a shift does not help this event. Only for what was refused for its moment."""
    if row.code not in _CLOCK_CODES:
        return NO_CLOCK_MESSAGE
    zone = ZoneInfo(settings.TIME_ZONE)
    clock = clock_at(judged_at=row.first_received_at, zone=zone, has_age_limit=row.door in DEVICE_DOORS)
    try:
        read_event(shifted(event=row.payload, shift_s=shift.seconds), clock)
    except EventRejected as rejected:
        return rejected.message
    return None


def shifted(*, event: Any, shift_s: int) -> Any:
    """The event with its `occurred_at` moved by `shift_s` seconds; as it is where it names no moment."""
    if not isinstance(event, Mapping) or not isinstance(event.get("occurred_at"), str):
        return event
    try:
        moved = dt.datetime.fromisoformat(event["occurred_at"]) + dt.timedelta(seconds=shift_s)
    except (ValueError, OverflowError):
        return event
    return {**event, "occurred_at": moved.isoformat()}
