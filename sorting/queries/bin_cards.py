"""The cards that a bin may need to know while it is offline: those of its community, as hashes, page by page."""

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from households.models import Card
from people.secrets import lookup_digest
from sorting.card_versions import AGE_MAX, OVERLAP, CardVersion, parse_card_version
from sorting.models import SmartBin

PAGE_CARDS_MAX = 1_000  # 125 to 190 KB of JSON: far under what the broker passes on, little for a bin's memory
# A household's day of leaving may be entered late, and nothing says when it was: so long its cards are told again.
LEFT_LATE_MAX = dt.timedelta(days=31)


@dataclass(frozen=True, slots=True)
class HashedCard:
    """A card without its number. Valid from `valid_from` (None: always) to before `valid_to` (None: without end)."""

    hash: str
    kind: str
    valid_from: dt.datetime | None
    valid_to: dt.datetime | None


@dataclass(frozen=True, slots=True)
class CardPage:
    """What the bin does: with `is_full` forget its list, then put `cards` into it, then take `removed` out.

    With `has_more` it asks again with `version` at once. `key` is the HMAC key of the hashes.
    """

    version: CardVersion
    is_full: bool
    has_more: bool
    key: bytes
    cards: list[HashedCard]
    removed: list[str]


def cards_of_bin(*, smart_bin: SmartBin, since: str | None, now: dt.datetime) -> CardPage:
    """The page of cards that follows the version `since`, in one statement.

    The whole list from its first page where there is no such version, or one of another community or key, of a moment
    to come, or older than AGE_MAX. Cards of households that have left count as ended.
    """
    key = bytes.fromhex(lookup_digest(text=f"bin-cards:{smart_bin.pk}"))
    mark = hashlib.sha256(key).hexdigest()[:8]
    community_id = smart_bin.point.community_id
    known = _usable(text=since, community_id=community_id, mark=mark, now=now)
    # Between pages both moments stand still: the next delta begins where these pages began.
    moment = now if known is None or known.cursor is None else known.moment
    told_since = None if known is None else (known.moment if known.cursor is None else known.since)
    cursor = (known and known.cursor) or 0
    rows = list(_rows(community_id=community_id, since=told_since, cursor=cursor, now=now)[: PAGE_CARDS_MAX + 1])
    has_more = len(rows) > PAGE_CARDS_MAX
    del rows[PAGE_CARDS_MAX:]
    cards: list[HashedCard] = []
    removed: set[str] = set()
    for _, number_key, kind, valid_from, valid_to, left_on, is_held in rows:
        digest = hmac.digest(key, number_key.encode(), "sha256").hex()
        if left_on is None and (valid_to is None or valid_to > now):
            cards.append(HashedCard(digest, kind, valid_from, valid_to))
        elif not is_held:
            removed.add(digest)
    last = {"cursor": rows[-1][0], "since": told_since} if has_more else {}
    return CardPage(
        version=CardVersion(community_id, mark, moment, **last),
        is_full=told_since is None and not cursor,
        has_more=has_more,
        key=key,
        cards=cards,
        removed=sorted(removed),
    )


def _usable(*, text: str | None, community_id: int, mark: str, now: dt.datetime) -> CardVersion | None:
    version = parse_card_version(text=text or "")
    if version is None or (version.community_id, version.key_mark) != (community_id, mark):
        return None
    return version if now - AGE_MAX <= version.moment <= now else None


def _rows(
    *, community_id: int, since: dt.datetime | None, cursor: int, now: dt.datetime
) -> QuerySet[Card, tuple[Any, ...]]:
    """The cards behind the cursor: those valid, or since `since` those of which anything may have changed."""
    valid = Q(household__left_on__isnull=True) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now))
    of_community = Card.objects.filter(household__community=community_id)
    if since is None:
        changed = valid
        is_held: Value | Exists = Value(True, output_field=BooleanField())
    else:
        begin = since - OVERLAP
        left = Q(household__left_on__gte=timezone.localdate(begin - LEFT_LATE_MAX))
        changed = Q(issued_at__gt=begin) | Q(valid_to__gt=begin) | left
        # A card that ended here and lies with another household of the community now is no card to forget.
        is_held = Exists(of_community.filter(valid, number_key=OuterRef("number_key")))
    found = of_community.filter(changed, pk__gt=cursor).order_by("pk").annotate(is_held=is_held)
    return found.values_list("pk", "number_key", "kind", "valid_from", "valid_to", "household__left_on", "is_held")
