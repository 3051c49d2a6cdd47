"""Gives earlier drop-offs with an unknown card to the household that the card was bound to later."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from households.models import Card
from sorting.models import Attribution, BatchKind, Door, DropOff, DropOffBatch

BIND_WITHIN = timedelta(days=30)
CARDS_AT_ONCE = 2_000  # one transaction stays short
# A drop-off that was being recorded while the card was bound could not see it: such a card is searched once more.
RECORDING_TIME_MAX = timedelta(minutes=1)


def attribute_bound_cards(*, now: datetime) -> int:
    """Look for the earlier drop-offs of cards that were bound since the last look.

    A drop-off is given to the card's household when it was received in the 30 days before the card was bound (and
    occurred no more than 30 days before a card that is not valid at all times), unless another household ever held
    the number: a lost card's drop-offs never go to its next holder. What arrives after the card was bound is judged
    by the card's validity alone. Returns the number of attributions.
    """
    attributed = 0
    last_id = 0
    while True:
        cards = list(Card.objects.filter(is_searched=False, pk__gt=last_id).order_by("pk")[:CARDS_AT_ONCE])
        if not cards:
            return attributed
        last_id = cards[-1].pk
        attributed += _attribute(card_ids=[card.pk for card in cards], now=now)


def _attribute(*, card_ids: list[int], now: datetime) -> int:
    with transaction.atomic():
        found = _drop_offs_to_attribute(card_ids=card_ids)
        by_community = defaultdict(list)
        for drop_off, household_id in found:
            by_community[drop_off.community_id].append((drop_off, household_id))
        for community_id, pairs in sorted(by_community.items()):
            batch = DropOffBatch.objects.create(
                kind=BatchKind.ATTRIBUTIONS,
                door=Door.OFFICE,
                community_id=community_id,
                received_at=now,
                due_at=now,
                event_count=len(pairs),
            )
            Attribution.objects.bulk_create(
                Attribution(
                    drop_off=drop_off,
                    batch=batch,
                    household_id=household_id,
                    occurred_on=drop_off.occurred_on,
                    since=now,
                )
                for drop_off, household_id in pairs
            )
        Card.objects.filter(pk__in=card_ids, issued_at__lt=now - RECORDING_TIME_MAX).update(is_searched=True)
    return len(found)


def _drop_offs_to_attribute(*, card_ids: list[int]) -> list[tuple[DropOff, int]]:
    other_holder = Card.objects.filter(number_key=OuterRef("number_key")).exclude(household=OuterRef("household"))
    cards = Card.objects.filter(~Exists(other_holder), pk__in=card_ids).select_for_update(of=("self",))
    by_key = {card.number_key: card for card in cards.order_by("pk")}
    drop_offs = (
        DropOff.objects.filter(~Q(card_key=""), household__isnull=True, card_key__in=list(by_key))
        .filter(~Exists(Attribution.objects.filter(drop_off=OuterRef("pk"))))
        .annotate(received_at=F("batch__received_at"))
        .order_by("pk")
    )
    return [
        (drop_off, by_key[drop_off.card_key].household_id)
        for drop_off in drop_offs
        if _is_bound_in_time(drop_off=drop_off, card=by_key[drop_off.card_key])
    ]


def _is_bound_in_time(*, drop_off: DropOff, card: Card) -> bool:
    received_at: datetime = drop_off.received_at  # type: ignore[attr-defined]
    if not card.issued_at - BIND_WITHIN <= received_at <= card.issued_at:
        return False
    if card.valid_from is not None and drop_off.occurred_at < card.valid_from - BIND_WITHIN:
        return False
    return card.valid_to is None or drop_off.occurred_at < card.valid_to
