"""Sends the demo's batches through the signed HTTP door, and keeps a log of every answer, as a bin would."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulation.client import BinIdentity, DeviceClient, EventFate
from simulation.demo_day import DemoBatch, Event

# What is compared with the platform's rows: category, grams, the instant.
SentFacts = tuple[str, int, dt.datetime]


@dataclass(slots=True)
class SentLog:
    """The sender's own account: how many events had which fate, and what was accepted, by (bin code, event id)."""

    sent: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    accepted: dict[tuple[str, str], SentFacts] = field(default_factory=dict)
    accepted_twice: int = 0

    def note(self, *, batch: DemoBatch, results: Iterable[EventFate]) -> None:
        """Keep one answer.

        :raises ValueError: the answer does not have one fate for each event.
        """
        for event, result in zip(batch.events, results, strict=True):
            self.sent += 1
            self.fates[result.fate] += 1
            if result.fate == "accepted":
                key = (batch.bin_code, event["event_id"])
                self.accepted_twice += key in self.accepted
                self.accepted[key] = _facts(event)


def send_batches(*, batches: Iterable[DemoBatch], client: DeviceClient, keys: Mapping[str, str]) -> SentLog:
    """Send them in order, one after the other.

    :raises simulation.client.DoorError: the door refused a batch as a whole, or does not answer.
    """
    log = SentLog()
    for batch in batches:
        sender = BinIdentity(code=batch.bin_code, key=keys[batch.bin_code])
        answer = client.send(sender=sender, boot_id=batch.boot_id, events=batch.events)
        log.note(batch=batch, results=answer.results)
    return log


def _facts(event: Event) -> SentFacts:
    return (event["category"], event["weight_g"], dt.datetime.fromisoformat(event["occurred_at"]).astimezone(dt.UTC))
