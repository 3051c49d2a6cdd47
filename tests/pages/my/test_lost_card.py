"""A lost card ends at once, by the resident alone, in two steps."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from households.cards import households_of_cards
from households.models import Household, Notice
from people.models import User
from points.models import Reward
from points.services.presence import HouseholdNotBeforeYou, redeem_for_household_present
from tests.rewards import make_reward, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(zhao: User, now: dt.datetime) -> Reward:
    return make_reward(shops=[make_shop()], by=zhao, now=now)


def test_mrs_zhang_stops_her_lost_card_and_nobody_spends_by_it(
    grandma: Client, zhang: Household, chen: User, tea: Reward
) -> None:
    card = zhang.cards.get()
    assert f"/my/me/cards/{card.pk}/lost" in grandma.get("/my/me").content.decode()
    assert "马上失效" in grandma.get(f"/my/me/cards/{card.pk}/lost").content.decode()
    card.refresh_from_db()
    assert card.valid_to is None
    assert grandma.post(f"/my/me/cards/{card.pk}/lost")["Location"] == "/my/me"
    later = timezone.now()
    with pytest.raises(HouseholdNotBeforeYou):
        redeem_for_household_present(
            identifier="A0000001",
            reward=tea,
            idempotency_key="tap-1",
            guide=chen,
            community_ids={zhang.community_id},
            now=later,
        )
    assert households_of_cards(reads=[("a0000001", later), (zhang.code, later)]) == [None, zhang.pk]
    assert "已挂失" in Notice.objects.get().text
    assert "没有在用的卡" in grandma.get("/my/me").content.decode()
    assert grandma.post(f"/my/me/cards/{card.pk}/lost").status_code == 404


def test_a_neighbours_card_is_not_there(grandma: Client, li: Household) -> None:
    card = li.cards.get()
    for answer in (grandma.get(f"/my/me/cards/{card.pk}/lost"), grandma.post(f"/my/me/cards/{card.pk}/lost")):
        assert answer.status_code == 404
    card.refresh_from_db()
    assert card.valid_to is None
