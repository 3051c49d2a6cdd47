"""What the platform knows when a message comes: whose it may be, and what its drop-offs meet. One statement."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec
from django.conf import settings

from households.cards import CARDS_SQL, CODES_SQL, CardRead, holders, searched_texts
from lib.dialect import adapt, fetch_prepared, is_postgresql, moment, words
from lib.sql_lists import is_any_sql, text_list
from people import secrets
from sorting.models import CollectionPoint, SmartBin
from sorting.open_windows import OpeningHours
from sorting.queries.opening_hours import first_and_last, hours_of_rows

_decode = msgspec.json.Decoder().decode

# Each part is one JSON text, as both databases make it: five queries would be five journeys.
_FIRST_LOOK = """
SELECT bin.id, bin.categories, bin.registered_at, point.id, point.community_id, point.name,
  CAST((SELECT {json_rows}({json_array}(key.id, {secret}))
        FROM sorting_binkey key
        WHERE key.bin_id = bin.id AND (key.expires_at IS NULL OR key.expires_at > %s)) AS TEXT),
  CAST((SELECT {json_rows}({json_array}(starts_at, ends_at))
        FROM sorting_openwindow WHERE point_id = point.id) AS TEXT),
  CAST((SELECT {json_rows}({json_array}(on_date, starts_at, ends_at))
        FROM sorting_specialday WHERE point_id = point.id AND on_date BETWEEN %s AND %s) AS TEXT),
  CAST((SELECT {json_rows}({json_array}(number_key, valid_from, valid_to, household_id))
        FROM ({cards} WHERE {is_key}) card) AS TEXT),
  CAST((SELECT {json_rows}({json_array}(code, id, left_on)) FROM ({codes} WHERE {is_code}) home) AS TEXT)
FROM sorting_smartbin bin JOIN sorting_collectionpoint point ON point.id = bin.point_id
WHERE bin.code = %s AND (bin.revoked_at IS NULL OR bin.revoked_at > %s)"""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the database adds to drop-offs: their point's hours, and for each, in their order, whose card it was."""

    hours: OpeningHours
    household_ids: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The bin, its point with it, and the keys (`whsec_…`) that it may sign with, newest first.

    Without a valid key, for a revoked bin and for an unknown code there is neither bin nor key.
    """

    smart_bin: SmartBin | None
    keys: list[str] = field(repr=False)
    circumstances: Circumstances


def first_look(
    *, code: str, now: dt.datetime, reads: Sequence[CardRead] = (), days: Collection[dt.date] = ()
) -> FirstLook:
    """What is known at `now` of the bin of this code, of the cards that were read and of its hours on these days.

    Nothing is verified yet, so ask for few cards only: whoever sends makes us look.

    :raises cryptography.fernet.InvalidToken: ENCRYPTION_KEYS no longer fit what is stored.
    """
    card_keys, card_codes = searched_texts(reads=reads)
    first, last = (adapt(value=day) for day in first_and_last(days=days))
    at = adapt(value=now)
    lists = (text_list(values=card_keys), text_list(values=card_codes))
    rows = fetch_prepared(_statement(is_postgresql=is_postgresql()), [at, first, last, *lists, code, at])
    parts = [_decode(part) if part else [] for part in rows[0][6:]] if rows else [[]] * 5
    keys, usual, special, cards, codes = parts
    circumstances = Circumstances(
        hours=hours_of_rows(usual=usual, special=special),
        household_ids=holders(reads=reads, cards=cards, codes=codes),
    )
    if not keys:
        return FirstLook(smart_bin=None, keys=[], circumstances=circumstances)
    bin_id, categories, registered_at, point_id, community_id, point_name = rows[0][:6]
    smart_bin = SmartBin(
        id=bin_id,
        code=code,
        categories=categories,
        registered_at=moment(value=registered_at),
        point=CollectionPoint(id=point_id, community_id=community_id, name=point_name),
    )
    return FirstLook(
        smart_bin=smart_bin,
        keys=[_clear(text, tuple(settings.ENCRYPTION_KEYS)) for _, text in sorted(keys, reverse=True)],
        circumstances=circumstances,
    )


def signing_bin(*, code: str, now: dt.datetime) -> tuple[SmartBin | None, list[str]]:
    """The bin of this code and its keys, as in FirstLook, where nothing else is asked for."""
    look = first_look(code=code, now=now)
    return look.smart_bin, look.keys


# A bin's key is needed with every message of it; whether it still counts is asked of the database every time.
@lru_cache(maxsize=4_096)
def _clear(encrypted: str, _encryption_keys: tuple[str, ...]) -> str:
    return secrets.decrypt(encrypted=encrypted.encode())


@lru_cache(maxsize=2)
def _statement(*, is_postgresql: bool) -> str:
    return _FIRST_LOOK.format(
        **words(),
        secret=words()["text_of_bytes"].format("key.secret_encrypted"),
        cards=CARDS_SQL,
        codes=CODES_SQL,
        is_key=is_any_sql(column_sql="number_key"),
        is_code=is_any_sql(column_sql="code"),
    )
