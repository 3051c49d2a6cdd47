"""Points of an unknown card: Zhang's when the card is bound within 30 days, and nobody else's ever."""

import datetime as dt

import pytest

from households.models import Card, CardKind, Household
from households.services import issue_card
from points.audit import verify_ledger
from sorting.models import Attribution, DropOff, SmartBin
from sorting.services.attribution import attribute_bound_cards
from tests.builders import make_drop_off
from tests.worker.test_tally import balances
from worker.tally import drain

pytestmark = pytest.mark.django_db
DAYS = dt.timedelta(days=1)
TOKEN = "ab" * 16


def bag(*, smart_bin: SmartBin, before: dt.timedelta, now: dt.datetime) -> DropOff:
    """Food waste on a card that nobody has yet, so long before `now`, tallied without points."""
    return make_drop_off(smart_bin=smart_bin, occurred_at=now - before, card=TOKEN)


def bind(*, household: Household, now: dt.datetime) -> Card:
    """The card is the household's from now on."""
    return issue_card(household=household, kind=CardKind.QR, number=TOKEN, now=now)


def test_zhang_who_binds_a_card_gets_the_points_of_its_last_thirty_days_once(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    last, first = (bag(smart_bin=bin_07, before=before, now=now) for before in (dt.timedelta(hours=1), 30 * DAYS))
    bag(smart_bin=bin_07, before=30 * DAYS + dt.timedelta(seconds=1), now=now)  # a second too old
    bind(household=zhang, now=now)
    drain(now=now)
    given = Attribution.objects.order_by("drop_off").values_list("drop_off", "household")
    assert list(given) == [(last.pk, zhang.pk), (first.pk, zhang.pk)]
    assert balances(zhang) == (10, 10)  # what is thirty days old is past its checking window
    later = now + dt.timedelta(minutes=2)  # whoever was being recorded meanwhile is found by one more look
    assert (attribute_bound_cards(now=later), attribute_bound_cards(now=later)) == (0, 0)
    assert not Card.objects.filter(is_searched=False).exists()
    drain(now=later)
    assert balances(zhang) == (10, 10)
    assert verify_ledger().faults == []


def test_a_lost_cards_bags_never_go_to_its_next_holder(
    zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    bag(smart_bin=bin_07, before=DAYS, now=now)
    lost = bind(household=zhang, now=now - 2 * DAYS)
    Card.objects.filter(pk=lost.pk).update(valid_to=now - dt.timedelta(hours=30))
    bind(household=li, now=now)
    assert attribute_bound_cards(now=now) == 0
    assert (balances(zhang), balances(li)) == ((0, 0), (0, 0))
