"""One made-up day of a district, as its bins send it: with what goes wrong in life. Pure and seeded.

The same households on the same date give the same batches. Calibrated by ../shared/data/README.md: 35-40 % of the
enrolled households active on a day, 70 % of drop-offs inside the windows, 0.9-1.0 kg of waste a person a day.
"""

import datetime as dt
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from simulation.spread import second_of_day

EVENTS_A_BATCH = 100
_SEED = "fenfen-demo-1"
_LATE_DAYS_MAX = 25
_LATE = 0.015
_BAD = 0.024  # of the good ones, so that about 2 % of all that is sent is bad
_REPEATED_BATCHES = 0.05
_CONFLICTS = 3
# Category: median grams and spread (sigma) of a bag, logarithmically normal.
_BAGS_G = {"FOOD": (950, 0.5), "RESIDUAL": (1_000, 0.5), "RECYCLABLE": (800, 0.7), "HAZARDOUS": (150, 0.6)}

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoPoint:
    """A collection point: the bin for each category, and whose households come here, as (card number, code)."""

    bin_codes: dict[str, str]
    households: Sequence[tuple[str, str]]
    active_percent: int


@dataclass(frozen=True, slots=True)
class DemoBatch:
    """What one bin sends in one request."""

    bin_code: str
    boot_id: str
    events: Sequence[Event]


def make_up_day(*, points: Sequence[DemoPoint], on: dt.date, time_zone: ZoneInfo) -> list[DemoBatch]:
    """Every batch of the day, in the order of sending: as time goes by, then some again and three in conflict."""
    batches: list[DemoBatch] = []
    for number, point in enumerate(points):
        chance = random.Random(f"{_SEED}|{number}")  # noqa: S311  (a simulation, no secret)
        by_bin: dict[str, list[Event]] = {code: [] for code in point.bin_codes.values()}
        midnight = dt.datetime.combine(on, dt.time(), time_zone)
        for card, code in point.households:
            if chance.random() * 100 < point.active_percent:
                for event in _events_of_household(chance=chance, card=card, code=code, midnight=midnight):
                    by_bin[point.bin_codes[event["category"]]].append(event)
        for bin_code, events in by_bin.items():
            batches += _batches_of_bin(chance=chance, bin_code=bin_code, events=events, midnight=midnight)
    batches.sort(key=lambda batch: (batch.events[-1]["occurred_at"], batch.bin_code))
    return batches + _sent_again(chance=random.Random(_SEED), batches=batches)  # noqa: S311


def _events_of_household(*, chance: random.Random, card: str, code: str, midnight: dt.datetime) -> list[Event]:
    """What one active household drops off: a bag or two of food waste, mostly residual waste, now and then the rest."""
    categories = ["FOOD"] * (1 + (chance.random() < 0.30) + (chance.random() < 0.06))
    categories += ["RESIDUAL"] * (chance.random() < 0.75)
    categories += ["RECYCLABLE"] * (chance.random() < 0.13)
    categories += ["HAZARDOUS"] * (chance.random() < 0.012)
    events = []
    for category in categories:
        median_g, spread = _BAGS_G[category]
        seconds = second_of_day(draw=chance.getrandbits(64))
        late_days = chance.randint(1, _LATE_DAYS_MAX) if chance.random() < _LATE else 0
        occurred_at = midnight + dt.timedelta(seconds=seconds) - dt.timedelta(days=late_days)
        method, read = _identification(chance=chance, card=card, code=code)
        events.append(
            {
                "event_id": f"{chance.getrandbits(64):016x}",
                "card": read,
                "method": method,
                "category": category,
                "sub_class": None,
                "weight_g": min(max(round(chance.lognormvariate(math.log(median_g), spread)), 5), 49_000),
                "occurred_at": occurred_at.isoformat(),
            }
        )
    return events


def _identification(*, chance: random.Random, card: str, code: str) -> tuple[str, str]:
    """How the bin knew the household, and what it read: a card mostly; now and then nothing, or an unknown card."""
    drawn = chance.random()
    if drawn < 0.86:
        return "CARD", card
    if drawn < 0.95:
        return "CODE", f"{code[:6]} {code[6:14]}-{code[14:]}"
    if drawn < 0.975:
        return "CARD", f"LOST{chance.getrandbits(32):08X}"
    return "NONE", ""


def _batches_of_bin(
    *, chance: random.Random, bin_code: str, events: list[Event], midnight: dt.datetime
) -> list[DemoBatch]:
    """The bin's events in the order of time, numbered, with its bad ones among them, cut into batches."""
    events = sorted(events, key=lambda event: (event["occurred_at"], event["event_id"]))
    sent: list[Event] = []
    for place, event in enumerate(events):
        sent.append(event | {"sequence": place + 1, "fill_rate": round(0.05 + 0.9 * place / len(events), 3)})
        if chance.random() < _BAD:
            sent.append(_bad_event(chance=chance, event=event, midnight=midnight))
    boot_id = f"{chance.getrandbits(16):04x}"
    return [
        DemoBatch(bin_code=bin_code, boot_id=boot_id, events=sent[start : start + EVENTS_A_BATCH])
        for start in range(0, len(sent), EVENTS_A_BATCH)
    ]


def _bad_event(*, chance: random.Random, event: Event, midnight: dt.datetime) -> Event:
    """What a broken scale, a wrong clock or an old firmware sends; each is refused for another reason."""
    fault: Event = chance.choice(
        [
            {"weight_g": 0},
            {"weight_g": 65_535},
            {"category": "PLASTIC"},
            {"method": "FACE"},
            {"occurred_at": (midnight + dt.timedelta(days=30)).isoformat()},
            {"occurred_at": (midnight - dt.timedelta(days=60)).isoformat()},
            {"occurred_at": "0000-00-00 00:00"},
            {"event_id": "x" * 80},
        ]
    )
    return event | {"event_id": f"{chance.getrandbits(64):016x}"} | fault


def _sent_again(*, chance: random.Random, batches: list[DemoBatch]) -> list[DemoBatch]:
    """Batches whose answer a bin lost, and three drop-offs that come again with another weight."""
    repeated = [batch for batch in batches if chance.random() < _REPEATED_BATCHES]
    in_conflict = []
    for batch in chance.sample(batches, k=min(_CONFLICTS, len(batches))):
        event = next(event for event in batch.events if "sequence" in event)  # a good one: those are numbered
        changed = event | {"weight_g": event["weight_g"] + 10}
        in_conflict.append(DemoBatch(bin_code=batch.bin_code, boot_id=batch.boot_id, events=[changed]))
    return repeated + in_conflict
