"""QR cards put on paper: who may, what is issued, what ends, and what stays on record."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from households.cards import card_read
from households.models import Card, CardKind, CardPrinting, Household, PrintedCard
from households.services import (
    NothingToPrint,
    PrintingNotAllowed,
    ReasonMissing,
    end_household,
    issue_card,
    print_cards,
    take_printing,
)
from people.models import AccessLog, User

BASE = "https://fenfen.example/c/"


def printed(
    *households: Household, by: User, now: dt.datetime, is_replacing: bool = False, reason: str = "新发卡"
) -> CardPrinting:
    """A batch of these households."""
    return print_cards(
        household_ids=[each.pk for each in households],
        by=by,
        reason=reason,
        link_base=BASE,
        shows_door=True,
        is_replacing=is_replacing,
        now=now,
    )


def qr_of(household: Household) -> Card:
    """The household's active QR card."""
    return Card.objects.get(household=household, kind=CardKind.QR, valid_to__isnull=True)


@pytest.mark.django_db
def test_zhao_prints_a_card_for_zhang_who_had_none_and_the_one_li_has(
    zhao: User, zhang: Household, li: Household, now: dt.datetime
) -> None:
    issue_card(household=li, kind=CardKind.QR, number="ab" * 16, now=now)
    printing = printed(zhang, li, by=zhao, now=now)
    assert len(qr_of(zhang).number) == 32
    assert qr_of(li).number == "ab" * 16
    assert [card.household for card in take_printing(printing=printing, by=zhao, now=now)] == [zhang, li]


@pytest.mark.django_db
def test_printing_and_taking_stand_in_the_record_that_zhang_can_read(
    zhao: User, zhang: Household, now: dt.datetime
) -> None:
    printing = printed(zhang, by=zhao, now=now, reason="东门集中发卡")
    take_printing(printing=printing, by=zhao, now=now)
    looks = AccessLog.objects.filter(user=zhao, subject_kind="household", subject_id=zhang.pk).order_by("pk")
    assert [look.reason for look in looks] == [
        f"制卡(批次 {printing.pk}):东门集中发卡",
        f"下载住户卡(批次 {printing.pk}):东门集中发卡",
    ]


@pytest.mark.django_db
def test_zhangs_lost_card_ends_at_once_and_is_no_longer_in_the_old_batch(
    zhao: User, zhang: Household, now: dt.datetime
) -> None:
    first = printed(zhang, by=zhao, now=now)
    lost = qr_of(zhang)
    later = now + dt.timedelta(days=3)
    second = printed(zhang, by=zhao, now=later, is_replacing=True, reason="遗失补办")
    assert card_read(text=BASE + lost.number, at=later) is None
    assert take_printing(printing=first, by=zhao, now=later) == []
    assert take_printing(printing=second, by=zhao, now=later) == [qr_of(zhang)]
    assert PrintedCard.objects.filter(card=lost).count() == 1  # that it was printed stays on record


@pytest.mark.django_db
def test_guide_chen_prints_nothing_and_nobody_prints_without_a_reason(
    chen: User, zhao: User, zhang: Household, now: dt.datetime
) -> None:
    with pytest.raises(PrintingNotAllowed):
        printed(zhang, by=chen, now=now)
    with pytest.raises(ReasonMissing):
        printed(zhang, by=zhao, now=now, reason="  ")
    with pytest.raises(PrintingNotAllowed):
        take_printing(printing=printed(zhang, by=zhao, now=now), by=chen, now=now)


@pytest.mark.django_db
def test_a_household_that_has_left_gets_no_card(zhao: User, zhang: Household, now: dt.datetime) -> None:
    end_household(household=zhang, now=now)
    with pytest.raises(NothingToPrint):
        printed(zhang, by=zhao, now=now)


@pytest.mark.django_db
def test_nobody_changes_what_was_printed_or_who_looked_not_even_past_the_services(
    zhao: User, zhang: Household, now: dt.datetime
) -> None:
    printing = printed(zhang, by=zhao, now=now)
    for rows in (PrintedCard.objects.filter(printing=printing), AccessLog.objects.filter(user=zhao)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.delete()
    for log in (AccessLog, CardPrinting):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            log.objects.update(reason="别的理由")
