"""What a door handed over, read event by event: facts or a rejection each. Pure: no database."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from households.cards import CardRead
from sorting.models import DEVICE_DOORS, Door, SmartBin
from sorting.queries.first_look import Circumstances
from sorting.services.events import Clock, EventFacts, EventRejected, clock_at, read_event


@dataclass(frozen=True, slots=True)
class Readings:
    """The events as they came, what each was read as, and the drop-offs they tell of: of each event id the first.

    `drop_offs` are in the order of their ids, so that two senders of the same events lock them in one order and
    cannot deadlock.
    """

    events: Sequence[object]
    each: Sequence[EventFacts | EventRejected]
    drop_offs: Sequence[EventFacts]

    @property
    def are_all_drop_offs(self) -> bool:
        """Whether no event was rejected and none comes twice."""
        return len(self.drop_offs) == len(self.events)

    @property
    def days(self) -> set[dt.date]:
        """The local days on which something was dropped off."""
        return {facts.occurred_local.date() for facts in self.drop_offs}

    @property
    def card_reads(self) -> list[CardRead]:
        """For each drop-off what was read, and when."""
        return [(facts.card_key, facts.occurred_at) for facts in self.drop_offs]


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """One message of a bin, verified and read. `circumstances` of its drop-offs: None where nobody looked yet."""

    smart_bin: SmartBin
    message_id: str
    body_digest: str
    boot_id: str
    readings: Readings
    door: Door
    received_at: dt.datetime
    circumstances: Circumstances | None = None


def read_events(*, events: Sequence[object], door: Door, judged_at: dt.datetime) -> Readings:
    """Read events (dicts as a door parsed them), their moments judged as of `judged_at`.

    The doors that are no bin's take any past day.
    """
    clock = clock_at(judged_at=judged_at, zone=ZoneInfo(settings.TIME_ZONE), has_age_limit=door in DEVICE_DOORS)
    each = [_reading(event, clock) for event in events]
    firsts: dict[str, EventFacts] = {}
    for reading in each:
        if isinstance(reading, EventFacts):
            firsts.setdefault(reading.event_id, reading)
    return Readings(events=events, each=each, drop_offs=[firsts[event_id] for event_id in sorted(firsts)])


def _reading(event: object, clock: Clock) -> EventFacts | EventRejected:
    try:
        return read_event(event, clock)
    except EventRejected as rejected:
        return rejected
