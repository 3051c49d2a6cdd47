"""Opening windows as people write them, `07:00-09:00;18:00-20:00`, and whether a point is open. Pure: no ORM."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

WINDOWS_MAX = 12  # a point with more windows a day is open all day

Window = tuple[dt.time, dt.time]

# 24:00 as an end: bins tell whole seconds or milliseconds, so nothing is dropped off between this and midnight.
END_OF_DAY = dt.time.max
_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})", re.ASCII)


ALL_DAY: Window = (dt.time.min, END_OF_DAY)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When one point is open. `usual`: the windows of an ordinary day, none meaning that it is open all day.

    `special`: what holds instead on particular local dates; there an empty tuple means closed all day.
    """

    usual: tuple[Window, ...] = ()
    special: Mapping[dt.date, tuple[Window, ...]] = field(default_factory=dict)

    def windows_on(self, *, day: dt.date) -> tuple[Window, ...]:
        """The windows of a local date; none where the point is closed all day."""
        return self.special.get(day, self.usual or (ALL_DAY,))

    def is_open(self, *, at: dt.datetime) -> bool:
        """Whether `at`, on the district's clock, lies in a window of its own date."""
        time = at.time()
        windows = self.windows_on(day=at.date())
        return any(starts_at <= time and (time < ends_at or ends_at == END_OF_DAY) for starts_at, ends_at in windows)


class WindowsInvalid(ValueError):
    """The text is no list of windows; the message says why in words for a clerk."""


def parse_windows(*, text: str) -> list[Window]:
    """The windows in order of their start; start included, end excluded. "" gives none: open all day.

    :raises WindowsInvalid: another form, an end that is not after its start, windows that overlap.
    """
    parts = [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
    if len(parts) > WINDOWS_MAX:
        raise WindowsInvalid(f"时段超过{WINDOWS_MAX}个")
    windows = sorted(_window(text=part) for part in parts)
    for (_, ends_at), (starts_at, _) in pairwise(windows):
        if starts_at < ends_at:
            raise WindowsInvalid(f"时段重叠：{starts_at:%H:%M} 在前一时段结束之前")
    return windows


def _window(*, text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    if not found:
        raise WindowsInvalid(f"“{text[:30]}”不是时段，应如 07:00-09:00;18:00-20:00")
    hours = [int(part) for part in found.groups()]
    try:
        starts_at = dt.time(hours[0], hours[1])
        ends_at = END_OF_DAY if hours[2:] == [24, 0] else dt.time(hours[2], hours[3])
    except ValueError:
        raise WindowsInvalid(f"“{text}”里没有这样的时刻") from None
    if ends_at <= starts_at:
        raise WindowsInvalid(f"“{text}”的结束不在开始之后；跨夜请写成两段，如 22:00-24:00;00:00-02:00")
    return starts_at, ends_at
