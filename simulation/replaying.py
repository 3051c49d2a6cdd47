"""Sends spread totals through a door, and says what became of them."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from simulation.client import BinIdentity, DeviceClient
from simulation.daily_totals import DailyTotal, ImpossibleDay, RefusedTotal, refuse
from simulation.replay_district import ReplayCommunity, household_card
from simulation.spread import EVENTS_A_BATCH, bin_number, event_id, row_digest, spread_day
from sorting.models import Door, DropOff, Method, SmartBin
from sorting.services import record_drop_offs

Event = dict[str, Any]


class SendBatch(Protocol):
    """A door: takes one bin's batch, gives back how many events had which fate (by the words of the contract)."""

    def __call__(self, *, smart_bin: SmartBin, boot_id: str, events: list[Event]) -> Mapping[str, int]: ...


@dataclass(slots=True)
class ReplayOutcome:
    """What was replayed: rows, and events by fate. `weight_g` is the grams of the totals that were sent."""

    rows: int = 0
    days: set[dt.date] = field(default_factory=set)
    communities: set[str] = field(default_factory=set)
    fates: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    weight_g: int = 0
    refused: list[RefusedTotal] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.refused or self.fates["conflict"] or self.fates["rejected"])

    def as_json(self) -> dict[str, object]:
        return {
            "rows": self.rows,
            "days": len(self.days),
            "communities": len(self.communities),
            "sent": self.sent,
            **{fate: self.fates[fate] for fate in ("accepted", "duplicate", "conflict", "rejected")},
            "weight_g": self.weight_g,
            "refused": [refusal.as_json() for refusal in sorted(self.refused, key=lambda refusal: refusal.line)],
        }


def replay_totals(
    *,
    totals: Iterable[DailyTotal],
    communities: Mapping[str, ReplayCommunity],
    send: SendBatch,
    moved_by: dt.timedelta,
    outcome: ReplayOutcome,
) -> None:
    """Spread each total and send it. A day that was replayed before with other figures is refused, not added."""
    for total in totals:
        place = communities[total.community]
        outcome.days.add(total.date)
        outcome.communities.add(total.community)
        try:
            _refuse_other_figures(total=total, place=place, moved_by=moved_by)
        except ImpossibleDay as error:
            outcome.refused.append(refuse(line=total.line, row=_as_row(total=total), error=error))
            continue
        boot_id = _boot_id(total=total)
        for smart_bin, events in _batches(total=total, place=place, moved_by=moved_by):
            outcome.fates.update(send(smart_bin=smart_bin, boot_id=boot_id, events=events))
            outcome.sent += len(events)
        outcome.weight_g += total.weight_g


def direct_door(*, received_at: dt.datetime, is_awarding: bool) -> SendBatch:
    """The historical door: any past day, points only where asked for."""

    def send(*, smart_bin: SmartBin, boot_id: str, events: list[Event]) -> Mapping[str, int]:
        recorded = record_drop_offs(
            smart_bin=smart_bin,
            events=events,
            door=Door.REPLAY,
            received_at=received_at,
            boot_id=boot_id,
            is_awarding=is_awarding,
        )
        return Counter(str(result.fate.value) for result in recorded.results)

    return send


def http_door(*, client: DeviceClient, keys: Mapping[str, str]) -> SendBatch:
    """The device door of a running server; `keys` are the bins' keys by bin code."""

    def send(*, smart_bin: SmartBin, boot_id: str, events: list[Event]) -> Mapping[str, int]:
        sender = BinIdentity(code=smart_bin.code, key=keys[smart_bin.code])
        answer = client.send(sender=sender, boot_id=boot_id, events=events)
        return Counter(result.fate for result in answer.results)

    return send


def _batches(
    *, total: DailyTotal, place: ReplayCommunity, moved_by: dt.timedelta
) -> Iterator[tuple[SmartBin, list[Event]]]:
    """The day's events, in batches of one bin."""
    midnight = dt.datetime.combine(total.date + moved_by, dt.time())
    zone = ZoneInfo(settings.TIME_ZONE)
    day = spread_day(total=total)
    for start in range(0, len(day), EVENTS_A_BATCH):
        events = [
            {
                "event_id": event_id(total=total, ordinal=drop_off.ordinal),
                "sequence": drop_off.ordinal,
                "card": household_card(community=total.community, number=drop_off.household_number),
                "method": Method.CARD.value,
                "category": "FOOD",
                "weight_g": drop_off.weight_g,
                "occurred_at": (midnight + dt.timedelta(seconds=drop_off.second_of_day))
                .replace(tzinfo=zone)
                .isoformat(),
            }
            for drop_off in day[start : start + EVENTS_A_BATCH]
        ]
        yield place.bins[bin_number(ordinal=start)], events


def _refuse_other_figures(*, total: DailyTotal, place: ReplayCommunity, moved_by: dt.timedelta) -> None:
    """Every batch carries the digest of its row, so the day's first drop-off tells which row it came from.

    :raises ImpossibleDay: the day was replayed with other figures, or moved to another date.
    """
    first = DropOff.objects.filter(bin=place.bins[0], event_id=event_id(total=total, ordinal=0))
    for boot_id, occurred_on in first.values_list("batch__boot_id", "occurred_on"):
        if boot_id != _boot_id(total=total):
            raise ImpossibleDay(
                code="conflict", message="这个小区这一天已按别的数字重放过 (replayed before with other figures)"
            )
        if occurred_on != total.date + moved_by:
            raise ImpossibleDay(
                code="conflict", message=f"这一行已重放到 {occurred_on} (replayed before, moved to that date)"
            )


def _boot_id(*, total: DailyTotal) -> str:
    return row_digest(total=total)[:16]


def _as_row(*, total: DailyTotal) -> dict[str, str]:
    return {
        "date": total.date.isoformat(),
        "community": total.community,
        "weight_g": str(total.weight_g),
        "drop_offs": str(total.drop_offs),
    }


def days_to_yesterday(*, to_on: dt.date, now: dt.datetime) -> dt.timedelta:
    """How far a period that ends on `to_on` has to be moved to end yesterday."""
    return timezone.localdate(now) - dt.timedelta(days=1) - to_on
