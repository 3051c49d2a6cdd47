"""The random sample and what it says: pure. A drop-off draws its lot by its own key; nobody chooses, nobody can look.

A drop-off is in the sample when SHA-256 of "day key/key of the drop-off" lies below the part of all digests that the
rate asks for. The key of a day is secret until the day is over, its digest is on record before it begins.
"""

import hashlib
import math
from dataclasses import dataclass

RATE_PERMILLE = 50  # of 800 drop-offs a day in a community some 40: what two guides can look at
_PREFIXES = 2**32
Z_95 = 1.959964  # the 97.5 % point of the normal distribution


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a confidence interval of a rate, 0 to 1."""

    low: float
    high: float


def threshold(*, rate_permille: int) -> bytes:
    """Tickets below it, byte by byte, are drawn: `rate_permille` of 1,000 in the long run."""
    if rate_permille >= 1_000:
        return b"\xff" * 33  # above every digest
    return (rate_permille * _PREFIXES // 1_000).to_bytes(4, "big")


def ticket(*, day_key: str, drop_off_id: int) -> bytes:
    """The lot of one drop-off, 32 bytes."""
    return hashlib.sha256(f"{day_key}/{drop_off_id}".encode()).digest()


def is_drawn(*, day_key: str, drop_off_id: int, rate_permille: int) -> bool:
    """Whether the drop-off is in the sample of its day."""
    return ticket(day_key=day_key, drop_off_id=drop_off_id) < threshold(rate_permille=rate_permille)


def key_digest(*, day_key: str) -> str:
    """What is put on record of a day's key before the day: its SHA-256 in hex."""
    return hashlib.sha256(day_key.encode()).hexdigest()


def wilson_interval(*, right_count: int, judged_count: int) -> Interval | None:
    """The 95 % interval of right ÷ judged by Wilson's score; None without a sample.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if judged_count == 0:
        return None
    rate, z2 = right_count / judged_count, Z_95**2
    middle = rate + z2 / (2 * judged_count)
    spread = Z_95 * math.sqrt(rate * (1 - rate) / judged_count + z2 / (4 * judged_count**2))
    scale = 1 + z2 / judged_count
    return Interval(low=max(0.0, (middle - spread) / scale), high=min(1.0, (middle + spread) / scale))
