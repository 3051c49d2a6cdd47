"""Whoever tries numbers and cards out on the screens is paused, whether what they hit upon is there or not."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from households.models import Card, CardKind, Household
from people.models import LookupMiss
from people.services.misses import MISSES_MAX, WINDOW, forget_old_misses
from sorting.models import SmartBin
from tests.api.access_cast import resident_of
from tests.builders import make_drop_off
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
TOKEN = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The server's clock stands at noon."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_li_who_tries_numbers_in_every_residents_address_is_paused_after_twenty(
    zhang: Household, li: Household, bin_07: SmartBin, clock: time_machine.Traveller
) -> None:
    bag = make_drop_off(smart_bin=bin_07, household=li, occurred_at=NOON)
    client = Client()
    client.force_login(resident_of(household=li, name="li"))
    tried = [f"/my/redemptions/{number}" for number in range(900, 907)]
    tried += [f"/my/drop-offs/{number}/appeal" for number in range(900, 907)]
    tried += [f"/photos/{number}/large.webp" for number in range(900, 911)]
    statuses = [client.get(address).status_code for address in tried]
    assert statuses == [404] * MISSES_MAX + [429] * (len(tried) - MISSES_MAX)
    own = f"/my/drop-offs/{bag.pk}/appeal"
    paused = client.get(own)
    assert (paused.status_code, paused["Retry-After"]) == (429, "600")
    assert "请等 10 分钟再试" in paused.content.decode()
    assert client.get("/my/").status_code == 200  # what names nothing goes on
    assert client.get("/my/icon-192.png").status_code == 200
    neighbour = Client()
    neighbour.force_login(resident_of(household=zhang, name="zhang"))
    assert neighbour.get("/my/redemptions/900").status_code == 404
    clock.move_to(NOON + WINDOW)
    assert client.get(own).status_code == 200


def test_an_address_that_tries_cards_is_paused_and_no_other_with_it(zhang: Household) -> None:
    Card.objects.create(household=zhang, kind=CardKind.QR, number=TOKEN, number_key=TOKEN, issued_at=NOON)
    thief, others = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")
    statuses = [thief.get(f"/c/{number:032x}").status_code for number in range(MISSES_MAX + 2)]
    assert statuses == [404] * MISSES_MAX + [429] * 2
    assert thief.get(f"/c/{TOKEN}").status_code == 429
    assert others.get(f"/c/{TOKEN}").status_code == 200
    assert LookupMiss.objects.count() == MISSES_MAX
    assert thief.get("/my/sign-in").status_code == 200


def test_no_miss_is_kept_when_it_pauses_nobody_any_more() -> None:
    Client().get(f"/c/{TOKEN}")
    assert forget_old_misses(now=NOON + WINDOW - dt.timedelta(seconds=1)) == 0
    assert forget_old_misses(now=NOON + WINDOW) == 1
