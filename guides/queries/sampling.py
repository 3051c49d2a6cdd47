"""Which drop-offs are in the random sample: by the day's secret key and the community's rate, in Python and in SQL."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from guides.models import SampleCommitment, SampleRate
from guides.sample import RATE_PERMILLE, is_drawn, key_digest, threshold
from lib import dialect
from people import secrets
from sorting.models import DEVICE_DOORS, DropOff

# Of drop-offs that a bin sent itself: what a clerk loads from a file could be seen by nobody.
IN_FRAME_SQL = "b.door IN ({})".format(", ".join(f"'{door.value}'" for door in DEVICE_DOORS))


@dataclass(frozen=True, slots=True)
class DayDraw:
    """What draws one community's sample of one day."""

    community_id: int
    on_date: dt.date
    day_key: str
    rate_permille: int


def day_key(*, on: dt.date) -> str:
    """The secret key of a day's sample. It follows from ENCRYPTION_KEYS, so nobody can pick a convenient one."""
    return secrets.lookup_digest(text=f"sample/{on.isoformat()}")


def day_draws(*, community_ids: Collection[int], days: Sequence[dt.date]) -> list[DayDraw]:
    """What draws the samples of these communities on these days, by day and community. One query."""
    book = _rates(community_ids=community_ids, until=max(days))
    keys = {day: day_key(on=day) for day in days}
    return [
        DayDraw(community_id, day, keys[day], _rate_on(book, community_id, day))
        for day in days
        for community_id in sorted(community_ids)
    ]


def is_in_sample(*, drop_off: DropOff) -> bool:
    """Whether the drop-off (with its batch) is in the random sample of its day."""
    if drop_off.batch.door not in DEVICE_DOORS:
        return False
    (draw,) = day_draws(community_ids=[drop_off.community_id], days=[drop_off.occurred_on])
    return is_drawn(day_key=draw.day_key, drop_off_id=drop_off.pk, rate_permille=draw.rate_permille)


def drawn_sql(*, draws: Sequence[DayDraw]) -> tuple[str, list[object]]:
    """A condition on `d` (sorting_dropoff) and `b` (its batch): it is in the sample of one of these days, with its
    parameters."""
    one = f"(d.occurred_on = %s AND d.community_id = %s AND {ticket_sql()} < %s)"
    params: list[object] = []
    for draw in draws:
        params += [
            dialect.adapt(value=draw.on_date),
            draw.community_id,
            draw.day_key,
            threshold(rate_permille=draw.rate_permille),
        ]
    return f"({IN_FRAME_SQL} AND ({' OR '.join([one] * len(draws))}))", params


def ticket_sql(*, key_sql: str = "%s") -> str:
    """An expression for the ticket of `d`, with the day's key as its one parameter."""
    return dialect.sha256_sql(text_sql=f"CAST({key_sql} AS text) || '/' || CAST(d.id AS text)")


def commitment_holds(*, on: dt.date) -> bool | None:
    """Whether the key that draws a day's sample is the one that was put on record; None where none was."""
    commitment = SampleCommitment.objects.filter(on_date=on).first()
    return None if commitment is None else commitment.key_digest == key_digest(day_key=day_key(on=on))


_Book = Mapping[int | None, Sequence[tuple[dt.date, int]]]


def _rates(*, community_ids: Collection[int], until: dt.date) -> _Book:
    book: dict[int | None, list[tuple[dt.date, int]]] = {}
    concerned = Q(community__isnull=True) | Q(community__in=community_ids)
    rates = SampleRate.objects.filter(concerned, starts_on__lte=until).order_by("starts_on")
    for community_id, starts_on, rate_permille in rates.values_list("community_id", "starts_on", "rate_permille"):
        book.setdefault(community_id, []).append((starts_on, rate_permille))
    return book


def _rate_on(book: _Book, community_id: int, day: dt.date) -> int:
    """The community's own latest rate, else the district's, else the usual one."""
    for whose in (community_id, None):
        begun = [rate for starts_on, rate in book.get(whose, ()) if starts_on <= day]
        if begun:
            return begun[-1]
    return RATE_PERMILLE
