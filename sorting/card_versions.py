"""Versions of a bin's list of cards: what a bin holds, as a text that only the platform reads. Plain values, no ORM."""

import datetime as dt
import re
from dataclasses import dataclass

# What was written up to this long before it was committed is in the next delta all the same; a repeat is harmless.
OVERLAP = dt.timedelta(hours=1)
AGE_MAX = dt.timedelta(days=30)  # older: the whole list, which mends whatever a delta cannot tell
_VERSION = re.compile(
    # Bounded, so that every number fits its column and every moment a calendar.
    r"(?P<community>\d{1,18})\.(?P<mark>[0-9a-f]{8})\.(?P<moment>\d{1,13})(\.(?P<cursor>\d{1,18})\.(?P<since>\d{1,13}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class CardVersion:
    """`moment`: what was known then, the bin has. With a `cursor` it has only the first pages of that.

    `cursor` is the last card of the page; `since` is then the moment from which the pages tell, None for a full list.
    """

    community_id: int
    key_mark: str
    moment: dt.datetime
    cursor: int | None = None
    since: dt.datetime | None = None

    @property
    def text(self) -> str:
        """`community.mark.moment`, between pages `community.mark.moment.cursor.since`; moments in ms since 1970."""
        whole = f"{self.community_id}.{self.key_mark}.{_milliseconds(self.moment)}"
        if self.cursor is None:
            return whole
        return f"{whole}.{self.cursor}.{_milliseconds(self.since) if self.since else 0}"


def parse_card_version(*, text: str) -> CardVersion | None:
    """The version of which this is the text; None where it is none."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    return CardVersion(
        community_id=int(found["community"]),
        key_mark=found["mark"],
        moment=_moment(found["moment"]),
        cursor=None if found["cursor"] is None else int(found["cursor"]),
        since=None if int(found["since"] or 0) == 0 else _moment(found["since"]),
    )


def _milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(text) / 1000, tz=dt.UTC)
