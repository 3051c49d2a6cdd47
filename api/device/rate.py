"""How often somebody may knock: a bucket of tokens each, in this process. No bin starves another."""

import math
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from django.conf import settings

KNOCKERS_REMEMBERED_MAX = 20_000  # a full bucket need not be remembered


@dataclass(slots=True)
class RateLimit:
    """`rate_per_s` requests a second for ever, `burst_count` at once."""

    rate_per_s: float
    burst_count: int
    _buckets: dict[Hashable, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, *, key: Hashable, now_s: float | None = None) -> float:
        """Take a token: 0 where there was one, else the seconds until there is. `now_s`: a monotonic clock."""
        now_s = time.monotonic() if now_s is None else now_s
        with self._lock:
            tokens, since_s = self._buckets.get(key, (float(self.burst_count), now_s))
            tokens = min(self.burst_count, tokens + max(0.0, now_s - since_s) * self.rate_per_s)
            if tokens < 1:
                self._buckets[key] = (tokens, now_s)
                return (1 - tokens) / self.rate_per_s
            if len(self._buckets) >= KNOCKERS_REMEMBERED_MAX:
                self._forget_full(now_s=now_s)
            self._buckets[key] = (tokens - 1, now_s)
            return 0.0

    def forget_all(self) -> None:
        """Every bucket is full again."""
        with self._lock:
            self._buckets.clear()

    def _forget_full(self, *, now_s: float) -> None:
        fill_s = self.burst_count / self.rate_per_s
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if now_s - bucket[1] < fill_s}


bin_rate = RateLimit(rate_per_s=settings.DEVICE_REQUESTS_PER_S, burst_count=settings.DEVICE_REQUESTS_BURST)


# What is counted of requests that are refused for their clock: enough to tell of it, and little to write.
clock_rate = RateLimit(rate_per_s=1 / 30, burst_count=2)

# A machine asks for its key every minute or so; somebody who tries codes out gets ten a minute.
claim_rate = RateLimit(rate_per_s=10 / 60, burst_count=20)


def retry_after(*, wait_s: float) -> str:
    """The Retry-After header for a wait: whole seconds, at least one."""
    return str(max(1, math.ceil(wait_s)))
