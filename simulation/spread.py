"""Spreads a community's daily total into drop-offs of made-up households at made-up times, exactly. Pure.

Everything is a function of the row (date, community, weight_g, drop_offs) in whole numbers: the randomness is
SHAKE-256 of the row, and no floating point is used, so that a repeat is the same to the bit, in another process, on
another Python and whatever else the file holds. The event ids are a function of the row's date and community and of
the drop-off's place in the day: a row with other figures meets the same ids, and a day cannot be counted twice.
"""

import hashlib
import struct
from dataclasses import dataclass
from itertools import pairwise

from simulation.daily_totals import WEIGHT_G_MAX, WEIGHT_G_MIN, DailyTotal

EVENTS_A_BATCH = 500
BINS_A_COMMUNITY = 4
# One drop-off in four days a household, as where it pays by weight (../shared/data/README.md); see household_count.
DROP_OFFS_A_100_HOUSEHOLDS = 24
HOUSEHOLDS_A_COMMUNITY = 5_000  # from there on households drop off more often, up to twice a day

MORNING_S = (7 * 3600, 9 * 3600)
EVENING_S = (18 * 3600, 20 * 3600)
_DAY_S = (5 * 3600, 23 * 3600)
_IN_WINDOWS_PERCENT = 70
# The times outside the windows, between 05:00 and 23:00.
_OUTSIDE_S = tuple(pairwise((_DAY_S[0], *MORNING_S, *EVENING_S, _DAY_S[1])))[::2]


@dataclass(frozen=True, slots=True)
class MadeUpDropOff:
    """One drop-off: its place in the day, the household by its number in the community, local second of the day."""

    ordinal: int
    household_number: int
    weight_g: int
    second_of_day: int


def row_digest(*, total: DailyTotal) -> str:
    """SHA-256 of the row's four values, in hex: the seed of its day, and what its batches carry as boot_id."""
    text = f"{total.date.isoformat()}|{total.community}|{total.weight_g}|{total.drop_offs}"
    return hashlib.sha256(text.encode()).hexdigest()


def event_id(*, total: DailyTotal, ordinal: int) -> str:
    """The id of one drop-off of the day: the date, a digest of the community's name, the place in the day."""
    community = hashlib.sha256(total.community.encode()).hexdigest()[:12]
    return f"replay-{total.date:%Y%m%d}-{community}-{ordinal}"


def bin_number(*, ordinal: int) -> int:
    """Which of the community's bins a drop-off went to: blocks of one batch, dealt out in turn."""
    return ordinal // EVENTS_A_BATCH % BINS_A_COMMUNITY


def household_count(*, drop_offs: int) -> int:
    """How many households stand behind so many drop-offs a day: at 0.24 each, at most 5,000, but two each at most."""
    natural = -(-drop_offs * 100 // DROP_OFFS_A_100_HOUSEHOLDS)
    return max(min(natural, HOUSEHOLDS_A_COMMUNITY), -(-drop_offs // 2))


def spread_day(*, total: DailyTotal) -> list[MadeUpDropOff]:
    """The day's drop-offs: exactly `drop_offs` of them, 1 g to 50 kg each, `weight_g` together."""
    draws = _draws(seed=row_digest(total=total), count=3 * total.drop_offs)
    weights = split_weight(weight_g=total.weight_g, draws=draws[: total.drop_offs])
    households = _deal_households(draws=draws[total.drop_offs : 2 * total.drop_offs])
    return [
        MadeUpDropOff(
            ordinal=ordinal,
            household_number=households[ordinal],
            weight_g=weights[ordinal],
            second_of_day=second_of_day(draw=draw),
        )
        for ordinal, draw in enumerate(draws[2 * total.drop_offs :])
    ]


def split_weight(*, weight_g: int, draws: list[int]) -> list[int]:
    """Weights of 1 g to 50 kg, one for each draw (64 random bits), that add up to `weight_g` exactly.

    Each share is a product of three uniform numbers: many a little under the mean, a few three times as heavy, as
    bags are. Largest remainders bring the sum to the gram; what goes over 50 kg is given to the others by their room.
    `weight_g` must lie between 1 g and 50 kg a draw.
    """
    if not draws:
        return []
    shares = [(100 + (d & 255)) * (100 + (d >> 8 & 255)) * (100 + (d >> 16 & 255)) for d in draws]
    above_min = apportion(amount=weight_g - WEIGHT_G_MIN * len(draws), shares=shares)
    weights = [min(WEIGHT_G_MIN + grams, WEIGHT_G_MAX) for grams in above_min]
    excess = weight_g - sum(weights)
    if excess:
        rooms = [WEIGHT_G_MAX - grams for grams in weights]
        more = apportion(amount=excess, shares=rooms)
        weights = [grams + extra for grams, extra in zip(weights, more, strict=True)]
    return weights


def apportion(*, amount: int, shares: list[int]) -> list[int]:
    """Whole parts of `amount` in proportion to `shares`, by largest remainder; they add up to `amount` exactly.

    A part exceeds its exact proportion by less than 1, so where amount <= sum(shares) no part exceeds its share.
    """
    whole = sum(shares)
    parts = [amount * share // whole for share in shares]
    missing = amount - sum(parts)
    if missing:
        remainders = [amount * share % whole for share in shares]
        by_remainder = sorted(range(len(shares)), key=lambda index: (-remainders[index], index))
        for index in by_remainder[:missing]:
            parts[index] += 1
    return parts


def _deal_households(*, draws: list[int]) -> list[int]:
    """A household for each draw, none more than twice: cards off a shuffled pack that holds every household twice."""
    slots = list(range(2 * household_count(drop_offs=len(draws))))
    for index, draw in enumerate(draws):
        other = index + draw % (len(slots) - index)
        slots[index], slots[other] = slots[other], slots[index]
    return [slot // 2 for slot in slots[: len(draws)]]


def second_of_day(*, draw: int) -> int:
    """A local time between 05:00 and 23:00 for 64 random bits, seven in ten inside the two windows, in seconds."""
    is_inside = draw % 100 < _IN_WINDOWS_PERCENT
    spans = (MORNING_S, EVENING_S) if is_inside else _OUTSIDE_S
    second = (draw >> 8) % sum(end - start for start, end in spans)
    for start, end in spans:
        if second < end - start:
            return start + second
        second -= end - start
    raise AssertionError("the spans are shorter than their sum")


def _draws(*, seed: str, count: int) -> list[int]:
    """`count` numbers of 64 random bits."""
    stream = hashlib.shake_256(bytes.fromhex(seed)).digest(8 * count)
    return list(struct.unpack(f"<{count}Q", stream))
