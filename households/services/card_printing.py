"""QR cards put on paper: what is printed, by whom, when and why stays on record, and the household can see it."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from households.models import Card, CardKind, CardPrinting, Household, PrintedCard
from households.services.cards import issue_card, new_qr_token, replace_card
from households.services.opening import REASON_LENGTH_MAX, SUBJECT_KIND, ReasonMissing
from lib.errors import DomainError
from people.models import AccessLog, Role, User
from people.standing import standing_of

CARDS_MAX = 300  # a batch: 30 sheets, drawn while somebody waits


class PrintingNotAllowed(DomainError):
    """Cards are printed by those whose right reaches the whole district."""

    code = "printing_not_allowed"
    message = "只有全区的城管局人员和系统管理员可以制卡。"


class NothingToPrint(DomainError):
    """No household that still takes part was chosen."""

    code = "nothing_to_print"
    message = "没有选中在册的住户，没有什么可以印。"


class TooManyCards(DomainError):
    """More than one batch may hold."""

    code = "too_many_cards"
    message = f"一批最多印 {CARDS_MAX} 张，请按楼栋分批。"


@transaction.atomic
def print_cards(
    *,
    household_ids: Sequence[int],
    by: User,
    reason: str,
    link_base: str,
    shows_door: bool,
    is_replacing: bool = False,
    now: dt.datetime,
) -> CardPrinting:
    """Record a batch with the QR card of each household, which is issued where there is none.

    `is_replacing`: the card was lost, so it ends now and the link of a new one is printed. Households that have left
    are passed by. Each household's record of who looked at it tells of the printing.

    :raises PrintingNotAllowed: `by` may not.
    :raises ReasonMissing: nobody prints without saying why.
    :raises TooManyCards: more than CARDS_MAX.
    :raises NothingToPrint: nobody is left.
    """
    if not may_print_cards(user=by, on=timezone.localdate(now)):
        raise PrintingNotAllowed
    reason = reason.strip()[:REASON_LENGTH_MAX]
    if not reason:
        raise ReasonMissing
    present = Household.objects.filter(pk__in=set(household_ids), left_on__isnull=True)
    # Locked in one order, so that two printings of the same street cannot deadlock.
    households = list(present.select_for_update().order_by("pk")[: CARDS_MAX + 1])
    if len(households) > CARDS_MAX:
        raise TooManyCards
    if not households:
        raise NothingToPrint
    printing = CardPrinting.objects.create(
        by=by, at=now, reason=reason, link_base=link_base, shows_door=shows_door, is_replacing=is_replacing
    )
    cards = _cards(households=households, is_replacing=is_replacing, now=now)
    PrintedCard.objects.bulk_create(PrintedCard(printing=printing, card=card) for card in cards)
    _log(printing=printing, household_ids=[each.pk for each in households], by=by, what="制卡", now=now)
    return printing


@transaction.atomic
def take_printing(*, printing: CardPrinting, by: User, now: dt.datetime) -> list[Card]:
    """The cards of a batch that are still active, in the order of their doors; that they were taken is on record.

    :raises PrintingNotAllowed: `by` may not.
    """
    if not may_print_cards(user=by, on=timezone.localdate(now)):
        raise PrintingNotAllowed
    cards = list(
        Card.objects.filter(printings__printing=printing, valid_to__isnull=True)
        .select_related("household__community")
        .order_by("household__community__name", "household__building", "household__unit", "household__room", "pk")
    )
    _log(printing=printing, household_ids=[each.household_id for each in cards], by=by, what="下载住户卡", now=now)
    return cards


def may_print_cards(*, user: User, on: dt.date) -> bool:
    """Whether the user prints cards: officers and administrators of the whole district, and the first administrator."""
    standing = standing_of(user=user, on=on)
    is_district_wide = any(standing.is_district_wide(role) for role in (Role.OFFICER, Role.ADMINISTRATOR))
    return is_district_wide or (user.is_active and user.is_superuser)


def _cards(*, households: Sequence[Household], is_replacing: bool, now: dt.datetime) -> list[Card]:
    active = {
        card.household_id: card
        for card in Card.objects.filter(household__in=households, kind=CardKind.QR, valid_to__isnull=True)
    }
    cards = []
    for household in households:
        card = active.get(household.pk)
        if card is None:
            card = issue_card(household=household, kind=CardKind.QR, number=new_qr_token(), now=now)
        elif is_replacing:
            card = replace_card(household=household, kind=CardKind.QR, number=new_qr_token(), now=now)
        cards.append(card)
    return cards


def _log(*, printing: CardPrinting, household_ids: Sequence[int], by: User, what: str, now: dt.datetime) -> None:
    reason = f"{what}(批次 {printing.pk}):{printing.reason}"[:REASON_LENGTH_MAX]
    AccessLog.objects.bulk_create(
        AccessLog(user=by, subject_kind=SUBJECT_KIND, subject_id=household_id, reason=reason, at=now)
        for household_id in household_ids
    )
